"""One «Оплатить» over several payees of one shop. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PaymentSeries(models.Model):
    """Orders that one press pays one after the other, each to its own payee, each by itself.

    Where it stands is told by its orders and nothing else (:mod:`svet.payments.queries.parts`); here is only
    what the person has agreed to: with which card, until when, and when they said «go on» last.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # A bound card: chosen at the press, or bound by the part that was paid on the bank's page.
    card = models.ForeignKey(
        "payments.BoundCard", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Or the bank's name of a card that is not to be remembered: gone with the end of the series.
    card_reference = models.CharField(max_length=64, blank=True)
    remembers = models.BooleanField(default=False)
    first_step = models.PositiveSmallIntegerField()
    # The step that is paid on the bank's page; the others are charged.
    page_step = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()
    # Until when parts go on by themselves.
    expires_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"], condition=~models.Q(card_reference=""), name="payments_series_card"
            )
        ]

    def __str__(self) -> str:
        return f"series {self.pk}"
