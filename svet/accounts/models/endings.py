"""When each contract ends, as it was known at any time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from svet.staffing.rules import LONGEST_REASON


class ContractEnd(models.Model):
    """What was entered about the end of an account's contract; the last row counts, ``Account`` repeats it.

    Rows are appended: another day corrects the end, no day takes it back. ``closed_on`` is the first day that
    is not the contract's any more.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    closed_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    known_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="contract_end_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.closed_on}"
