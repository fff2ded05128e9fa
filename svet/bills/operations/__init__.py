"""Writes: the bills of a month, their files, letters and paper, and the reminder before the due date."""

from svet.bills.operations.certifying import (
    CertificateFile,
    certificate_file,
    certify,
    check_address,
    check_certificate,
)
from svet.bills.operations.consumption import (
    ConsumptionFile,
    ConsumptionForm,
    consumption_file,
    give_consumption,
)
from svet.bills.operations.delivering import deliver, file_name, pdf_of
from svet.bills.operations.issuing import IssueReport, issue
from svet.bills.operations.printing import (
    BATCH_MOST,
    BATCH_SIZE,
    PrintFiles,
    files_of,
    print_again,
    print_month,
)
from svet.bills.operations.reconciling import ReconciliationFile, ReconciliationForm, reconciliation_file
from svet.bills.operations.reminding import remind_of_due

__all__ = [
    "BATCH_MOST",
    "BATCH_SIZE",
    "CertificateFile",
    "ConsumptionFile",
    "ConsumptionForm",
    "IssueReport",
    "PrintFiles",
    "ReconciliationFile",
    "ReconciliationForm",
    "certificate_file",
    "certify",
    "check_address",
    "check_certificate",
    "consumption_file",
    "deliver",
    "file_name",
    "files_of",
    "give_consumption",
    "issue",
    "pdf_of",
    "print_again",
    "print_month",
    "reconciliation_file",
    "remind_of_due",
]
