"""Reads of bills: lists, one bill, the documents of a month to be issued, the promise of sameness."""

from svet.bills.queries.chain import broken_chain, unbilled
from svet.bills.queries.gathering import Gathered, gather, overtaken, unissued
from svet.bills.queries.reading import (
    BillNotFound,
    BillReason,
    BillSummary,
    BillView,
    StatementMonth,
    accounts_of_bill,
    bill_by_id,
    bill_for,
    bills,
    broken,
    is_masked,
    last_bills,
    latest,
    statement,
)
from svet.bills.queries.reminding import anything_due, due_bills

__all__ = [
    "BillNotFound",
    "BillReason",
    "BillSummary",
    "BillView",
    "Gathered",
    "StatementMonth",
    "accounts_of_bill",
    "anything_due",
    "bill_by_id",
    "bill_for",
    "bills",
    "broken",
    "broken_chain",
    "due_bills",
    "gather",
    "is_masked",
    "last_bills",
    "latest",
    "overtaken",
    "statement",
    "unbilled",
    "unissued",
]
