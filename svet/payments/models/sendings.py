"""Money between two suppliers. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.money import Money
from svet.payments.rules.sendings import LONGEST_NUMBER, SendingState


class MoneySending(models.Model):
    """What a posted act between two suppliers makes the one owe the other, until somebody has sent it.

    ``number`` and ``sent_on`` are those of the payment order.
    """

    act = models.OneToOneField("payments.MoneyAct", models.PROTECT, related_name="sending")
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in SendingState])
    from_provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    to_provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    kopecks = models.BigIntegerField()
    since = models.DateTimeField()
    number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    sent_on = models.DateField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    sent_by_name = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_sending_positive"),
            models.CheckConstraint(
                condition=~Q(from_provider=F("to_provider")), name="payments_sending_two_suppliers"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state=SendingState.SENT.value,
                        sent_on__isnull=False,
                        sent_by__isnull=False,
                        sent_at__isnull=False,
                    )
                    & ~Q(number="")
                )
                | (
                    ~Q(state=SendingState.SENT.value)
                    & Q(number="", sent_on__isnull=True, sent_by__isnull=True, sent_at__isnull=True)
                ),
                name="payments_sending_by_a_payment_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["since"],
                condition=Q(state=SendingState.OPEN.value),
                name="payments_sending_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.state}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
