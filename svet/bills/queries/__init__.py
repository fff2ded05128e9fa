"""Reads of bills: lists, one bill, the documents of a month to be issued, the promise of sameness."""

from svet.bills.queries.certificates import CertificateView, certificates
from svet.bills.queries.chain import broken_chain, unbilled
from svet.bills.queries.checks import broken
from svet.bills.queries.gathering import Gathered, gather, overtaken, unissued
from svet.bills.queries.printing import (
    BatchNotFound,
    BatchView,
    PrintedBatch,
    Sheet,
    Waiting,
    batch_by_label,
    batch_by_public_id,
    batches,
    printed_batch,
    sheets,
    to_print,
    waiting,
)
from svet.bills.queries.reading import (
    BillNotFound,
    BillSummary,
    BillView,
    StatementMonth,
    accounts_of_bill,
    bill_by_id,
    bill_for,
    bills,
    charges_of_bill,
    is_masked,
    last_bills,
    latest,
    statement,
)
from svet.bills.queries.reconciling import reconciliation
from svet.bills.queries.reminding import anything_due, due_bills

__all__ = [
    "BatchNotFound",
    "BatchView",
    "BillNotFound",
    "BillSummary",
    "BillView",
    "CertificateView",
    "Gathered",
    "PrintedBatch",
    "Sheet",
    "StatementMonth",
    "Waiting",
    "accounts_of_bill",
    "anything_due",
    "batch_by_label",
    "batch_by_public_id",
    "batches",
    "bill_by_id",
    "bill_for",
    "bills",
    "broken",
    "broken_chain",
    "certificates",
    "charges_of_bill",
    "due_bills",
    "gather",
    "is_masked",
    "last_bills",
    "latest",
    "overtaken",
    "printed_batch",
    "reconciliation",
    "sheets",
    "statement",
    "to_print",
    "unbilled",
    "unissued",
    "waiting",
]
