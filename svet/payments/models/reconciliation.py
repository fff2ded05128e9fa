"""Each day of each payee against the bank: its totals, and what does not agree.

The tables of ``models`` that would make it too long; everybody imports them from there.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.payments.rules.reconciling import DifferenceKind


class DayTotals(models.Model):
    """What of a payee's money moved on one day, in its own time zone.

    ``taken``, ``refunded`` and ``commission`` are the bank's own figures, the commission of payments whose
    income the bank told (``without_income`` did not have one). ``booked`` is what the ledger has of payments
    by card less their refunds. ``register`` came by registers of the day, ``suspense`` of it waits.
    """

    day = models.DateField()
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+")
    taken_kopecks = models.BigIntegerField(default=0)
    refunded_kopecks = models.BigIntegerField(default=0)
    commission_kopecks = models.BigIntegerField(default=0)
    without_income = models.IntegerField(default=0)
    booked_kopecks = models.BigIntegerField(default=0)
    register_kopecks = models.BigIntegerField(default=0)
    suspense_kopecks = models.BigIntegerField(default=0)
    reconciled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "provider"], name="payments_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.provider_id}"


class DayDifference(models.Model):
    """One thing of a day that does not agree, from the night it was found until it is gone."""

    day = models.DateField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in DifferenceKind])
    subject = models.CharField(max_length=64)
    # Whose bank calls the subject so.
    shop = models.ForeignKey("payments.Shop", models.PROTECT, null=True, related_name="+", db_index=False)
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey("payments.Order", models.PROTECT, null=True, related_name="+", db_index=False)
    refund = models.ForeignKey(
        "payments.PaymentRefund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    row = models.ForeignKey(
        "payments.ImportedPayment", models.PROTECT, null=True, related_name="+", db_index=False
    )
    theirs_kopecks = models.BigIntegerField(null=True)
    ours_kopecks = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "shop", "subject"],
                nulls_distinct=False,
                name="payments_difference_once",
            )
        ]
        indexes = [
            models.Index(fields=["day"], condition=Q(gone_at__isnull=True), name="payments_difference_open")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.subject}"
