"""What stands around an order: what is to be paid after it, and what the bank gave back of it.

The tables of ``models`` that would make it too long; everybody imports them from there.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from svet.kernel.money import Money
from svet.payments.rules.states import AT_BANK, RefundState


class LaterLine(models.Model):
    """What the same «Оплатить» wants to pay to another payee after this order: an order of its own then."""

    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="later_lines", db_index=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kopecks = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "account"], name="payments_later_account"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_later_positive"),
        ]
        ordering = ["order_id", "position"]

    def __str__(self) -> str:
        return f"{self.order_id}+{self.position}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)


class PaymentRefund(models.Model):
    """One refund of an order at the bank: made there without us, or asked for by us (``key``).

    ``reference`` is the bank's own name of it, unique within the order's shop; ``book_name`` is the same in
    our books, unique among all shops, and the reason why it is posted once, however often it is told.
    """

    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="refunds")
    # Its order's, always (:meth:`save`).
    shop = models.ForeignKey("payments.Shop", models.PROTECT, null=True, related_name="+", db_index=False)
    book_name = models.GeneratedField(
        expression=Case(
            When(Q(reference="") | Q(shop__isnull=True), then=F("reference")),
            default=Concat(
                Cast("shop_id", models.CharField(max_length=20)),
                Value("/"),
                F("reference"),
                output_field=models.CharField(max_length=90),
            ),
            output_field=models.CharField(max_length=90),
        ),
        output_field=models.CharField(max_length=90),
        db_persist=True,
    )
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in RefundState])
    reference = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64, blank=True)
    kopecks = models.BigIntegerField()
    known_at = models.DateTimeField()
    # When the bank was first asked by this key: it knows it for a day.
    sent_at = models.DateTimeField(null=True)
    # When the ledger took it off the accounts before the bank was asked: it is owed to the payer until then.
    reserved_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    # When the ledger took it off the accounts; never for money that had not been credited.
    posted_at = models.DateTimeField(null=True)
    # What of it was taken out of suspense, where the money stood when it was given back; empty: it did not.
    suspense_kopecks = models.BigIntegerField(null=True)
    next_look_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book_name"], condition=~Q(reference=""), name="payments_refund_once"
            ),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="payments_refund_key"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=sorted(state.value for state in AT_BANK)),
                name="payments_refund_one_asked",
            ),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_refund_positive"),
            models.CheckConstraint(
                condition=~Q(state=RefundState.DONE) | ~Q(reference=""), name="payments_refund_done_named"
            ),
        ]
        indexes = [
            models.Index(
                fields=["refunded_at"], condition=Q(refunded_at__isnull=False), name="payments_refund_day"
            )
        ]
        ordering = ["order_id", "id"]

    def __str__(self) -> str:
        return self.reference or self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A refund belongs to the shop of its order."""
        if self._state.adding:
            self.shop_id = self.order.shop_id
        super().save(*args, **kwargs)

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def ledger_key(self) -> str:
        """The key of the one ledger transaction that takes it out of the bank's book."""
        return f"refund:{self._book_name}"

    @property
    def reserve_key(self) -> str:
        """The key of the ledger transaction that takes it off the accounts before the bank is asked."""
        return f"reserve:{self.key}"

    @property
    def off_key(self) -> str:
        """The key of the one ledger transaction that takes it off the accounts."""
        return self.ledger_key if self.suspense_kopecks is None else f"refund-off:{self._book_name}"

    @property
    def _book_name(self) -> str:
        """:attr:`book_name` of what stands in memory."""
        return self.reference if self.shop_id is None else f"{self.shop_id}/{self.reference}"


class RefundLine(models.Model):
    """What of a refund was taken off one account again."""

    refund = models.ForeignKey(PaymentRefund, models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey("payments.OrderLine", models.PROTECT, related_name="refund_lines")
    kopecks = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="payments_refund_line"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_refund_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.line_id}"
