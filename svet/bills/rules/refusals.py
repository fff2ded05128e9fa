"""Why the reads of this room say no: the reasons, below whoever gives and whoever explains them."""

from __future__ import annotations

from enum import StrEnum


class BillReason(StrEnum):
    NOT_FOUND = "bill_not_found"


class PrintReason(StrEnum):
    NO_BATCH = "print_batch_not_found"
