"""Writes: the bills of a month, their files and letters, and the reminder before the due date."""

from svet.bills.operations.issuing import IssueReport, deliver, file_name, issue, pdf_of
from svet.bills.operations.reminding import remind_of_due

__all__ = ["IssueReport", "deliver", "file_name", "issue", "pdf_of", "remind_of_due"]
