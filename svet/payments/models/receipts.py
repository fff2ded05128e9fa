"""Who makes receipts, and which are owed. Tables of ``models``; everybody imports them from there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.money import Money
from svet.payments.models.shops import Shop
from svet.payments.rules.receipts import (
    LONGEST_DOCUMENT,
    LONGEST_WHY,
    DueKind,
    LostReceipts,
    ReceiptMaker,
    RegisterReceipts,
    ToldState,
)

#: No bank tells of a receipt of a lost dispute.
_TOLD = [(each.value, each.value) for each in (DueKind.PAID, DueKind.BACK)]
_LOST = [(each.value, each.value) for each in LostReceipts]


class ShopReceipts(models.Model):
    """Who makes the receipts of a shop's payments; of one without a row it is the bank.

    ``shop`` empty: that of ``SVET_ACQUIRING_URL``.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    maker = models.CharField(max_length=10, choices=[(each.value, each.value) for each in ReceiptMaker])
    # Of money that went in a lost dispute.
    lost = models.CharField(
        max_length=10, choices=_LOST, default=LostReceipts.ASK.value, db_default=LostReceipts.ASK.value
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], nulls_distinct=False, name="payments_receipts_one_of_a_shop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.maker}"


class SourceReceipts(models.Model):
    """Who makes the receipts of money that a source of registers brings, paid from the day ``since`` on."""

    source = models.ForeignKey("payments.Source", models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    maker = models.CharField(max_length=10, choices=[(each.value, each.value) for each in RegisterReceipts])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "since"], name="payments_source_receipts_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.source_id}, {self.since}: {self.maker}"


class ReceiptDue(models.Model):
    """A receipt that a till of ours owes for money that came or went: written where that is booked.

    ``name`` is the movement's own, so it is owed once; ``taken_at``: when the receipt was made of it.
    ``lost``: what the supplier said of lost disputes when this one was.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=[(each.value, each.value) for each in DueKind])
    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="+")
    refund = models.ForeignKey(
        "payments.PaymentRefund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    dispute = models.ForeignKey(
        "payments.Chargeback", models.PROTECT, null=True, related_name="+", db_index=False
    )
    lost = models.CharField(max_length=10, choices=_LOST, blank=True, db_default="")
    owed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=DueKind.BACK.value, refund__isnull=False, dispute__isnull=True)
                | Q(kind=DueKind.PAID.value, refund__isnull=True, dispute__isnull=True)
                | Q(kind=DueKind.LOST.value, refund__isnull=True, dispute__isnull=False) & ~Q(lost=""),
                name="payments_receipt_due_of_its_way",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(taken_at__isnull=True), name="payments_receipt_due")
        ]

    def __str__(self) -> str:
        return self.name


class BankReceiptTold(models.Model):
    """A receipt that the bank's own till makes of a payment, and what the bank has told of it.

    ``name`` is the movement's own, or that of a document nobody waited for; ``next_at``: when the bank is
    asked; empty: it is not, because it told, or gave no answer for a day, or cannot be asked.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=_TOLD)
    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="+")
    # Where it stands, in the bank's word.
    word = models.CharField(
        max_length=10,
        choices=[(each.value, each.value) for each in ToldState],
        default=ToldState.PENDING.value,
    )
    kopecks = models.BigIntegerField()
    at = models.DateTimeField()
    owed_at = models.DateTimeField()
    looks = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    document_number = models.CharField(max_length=20, blank=True)
    document_attribute = models.CharField(max_length=20, blank=True)
    storage_number = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(null=True)
    # What the accountant closed it by, and why; it stays where the bank tells of a document afterwards.
    closing_document = models.CharField(max_length=LONGEST_DOCUMENT, blank=True, default="", db_default="")
    closing_reason = models.CharField(max_length=LONGEST_WHY, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_bank_receipt_positive"),
            models.CheckConstraint(
                condition=~Q(word=ToldState.MADE.value)
                | (~Q(document_number="") & ~Q(document_attribute="")),
                name="payments_bank_receipt_made_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(word=ToldState.CLOSED.value) | (~Q(closing_document="") & ~Q(closing_reason="")),
                name="payments_bank_receipt_closed_by",
            ),
            models.UniqueConstraint(
                fields=["storage_number", "document_number"],
                condition=~Q(document_number=""),
                name="payments_bank_receipt_document_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="payments_bank_receipt_ready",
            ),
            models.Index(
                fields=["owed_at"],
                condition=~Q(word=ToldState.MADE.value),
                name="payments_bank_receipt_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.word}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
