"""What stands around an order: what is to be paid after it, and what the bank gave back of it.

The tables of ``models`` that would make it too long; everybody imports them from there.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.money import Money
from svet.payments.rules.states import AT_BANK, RefundState


class LaterLine(models.Model):
    """What the same «Оплатить» wants to pay to another payee after this order: an order of its own then."""

    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="later_lines")
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

    ``reference`` is the bank's own name of it and the reason why it is posted once, however often it is told.
    """

    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="refunds")
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
                fields=["reference"], condition=~Q(reference=""), name="payments_refund_once"
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

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def ledger_key(self) -> str:
        """The key of the one ledger transaction that takes it out of the bank's book."""
        return f"refund:{self.reference}"

    @property
    def reserve_key(self) -> str:
        """The key of the ledger transaction that takes it off the accounts before the bank is asked."""
        return f"reserve:{self.key}"

    @property
    def off_key(self) -> str:
        """The key of the one ledger transaction that takes it off the accounts."""
        return self.ledger_key if self.suspense_kopecks is None else f"refund-off:{self.reference}"


class RefundLine(models.Model):
    """What of a refund was taken off one account again."""

    refund = models.ForeignKey(PaymentRefund, models.PROTECT, related_name="lines")
    line = models.ForeignKey("payments.OrderLine", models.PROTECT, related_name="refund_lines")
    kopecks = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="payments_refund_line"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_refund_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.line_id}"
