"""Who makes receipts, and which are owed. Tables of ``models``; everybody imports them from there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.payments.models.shops import Shop
from svet.payments.rules.receipts import DueKind, ReceiptMaker


class ShopReceipts(models.Model):
    """Who makes the receipts of a shop's payments; of one without a row it is the bank.

    ``shop`` empty: that of ``SVET_ACQUIRING_URL``.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    maker = models.CharField(max_length=10, choices=[(each.value, each.value) for each in ReceiptMaker])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], nulls_distinct=False, name="payments_receipts_one_of_a_shop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.maker}"


class ReceiptDue(models.Model):
    """A receipt that a till of ours owes for money that came or went: written where that is booked.

    ``name`` is the movement's own, so it is owed once; ``taken_at``: when the receipt was made of it.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=[(each.value, each.value) for each in DueKind])
    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="+")
    refund = models.ForeignKey(
        "payments.PaymentRefund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    owed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=DueKind.BACK.value, refund__isnull=False)
                | Q(kind=DueKind.PAID.value, refund__isnull=True),
                name="payments_receipt_due_of_its_kind",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(taken_at__isnull=True), name="payments_receipt_due")
        ]

    def __str__(self) -> str:
        return self.name
