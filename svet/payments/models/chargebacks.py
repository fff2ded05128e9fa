"""Disputes of payments at the bank. Tables of ``models``; everybody imports them from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.payments.rules.chargebacks import LONGEST_REFERENCE, ChargebackState, ChargebackWay
from svet.staffing.rules import LONGEST_REASON


class Chargeback(models.Model):
    """A payer's dispute of a credited payment: the bank withholds the money until it is won or lost.

    Its identity is the payment (and so the shop), the bank's name of the dispute and the number of its round.
    """

    public_id = PublicIdField()
    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="chargebacks", db_index=False)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    no = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=5, choices=[(each.value, each.value) for each in ChargebackState])
    way = models.CharField(
        max_length=10,
        choices=[(each.value, each.value) for each in ChargebackWay],
        default=ChargebackWay.LETTER.value,
        db_default=ChargebackWay.LETTER.value,
    )
    kopecks = models.BigIntegerField()
    # What of it is above what was left with us: in no book, before a person in the inbox.
    above_kopecks = models.BigIntegerField(default=0, db_default=0)
    told_on = models.DateField()
    # Our last day to object; a register and a statement do not tell it.
    due_on = models.DateField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    written_by_name = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    ended_by_name = models.CharField(max_length=100, blank=True)
    ended_because = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "reference", "no"], name="payments_chargeback_once"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_chargeback_positive"),
            models.CheckConstraint(
                condition=Q(state=ChargebackState.TOLD.value, ended_on__isnull=True)
                | (~Q(state=ChargebackState.TOLD.value) & Q(ended_on__isnull=False)),
                name="payments_chargeback_ended",
            ),
            models.CheckConstraint(
                condition=Q(above_kopecks__gte=0) & Q(above_kopecks__lte=models.F("kopecks")),
                name="payments_chargeback_above",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(state=ChargebackState.TOLD.value),
                name="payments_chargeback_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.no}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def lost_key(self) -> str:
        """Its name in the books once it is lost."""
        return f"chargeback-{ChargebackState.LOST}:{self.public_id}"

    @property
    def posted(self) -> Money:
        """What of it is in our books."""
        return Money(self.kopecks - self.above_kopecks)


class ChargebackLine(models.Model):
    """What of a dispute falls on one account of the payment, should it be lost."""

    chargeback = models.ForeignKey(Chargeback, models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey("payments.OrderLine", models.PROTECT, related_name="chargeback_lines")
    kopecks = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chargeback", "line"], name="payments_chargeback_line"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_chargeback_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.chargeback_id}/{self.line_id}"
