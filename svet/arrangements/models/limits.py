"""Limits by supplier and day. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.db import models


class MoneyLimitsPolicy(models.Model):
    """What a supplier lets people have by rule: from a day of its own until the next row.

    A row is whole: what was not chosen stays as it held on that day, so that a changed setting of the
    installation rewrites nothing that a supplier has decided. Sums in kopecks.
    """

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateField()
    refund_alone = models.BigIntegerField()
    refund_times = models.PositiveSmallIntegerField()
    refund_days = models.PositiveIntegerField()
    promise_days = models.PositiveSmallIntegerField()
    promise_pause = models.PositiveSmallIntegerField()
    instalment_months = models.PositiveSmallIntegerField()
    instalment_least = models.BigIntegerField()
    instalment_alone = models.BigIntegerField()
    instalment_most = models.BigIntegerField()
    instalment_pause = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "since"], name="arrangements_limits_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.since}"
