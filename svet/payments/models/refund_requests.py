"""Refunds that staff or payers ask for. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.payments.rules.acts import LONGEST_DOCUMENT
from svet.staffing.rules import LONGEST_REASON


def _member(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, related_name="+", db_index=False
    )


class RefundRequest(models.Model):
    """Who asked to give money of a credited payment back, on what ground, and who signed or ended it.

    Its refund says how much, of which lines, and where it stands.
    """

    public_id = PublicIdField()
    refund = models.OneToOneField("payments.PaymentRefund", models.PROTECT, related_name="request")
    by_two = models.BooleanField()
    # Asked for by whoever paid: no member wrote it, so two have to sign where the rule does not decide.
    by_payer = models.BooleanField(default=False, db_default=False)
    document = models.CharField(max_length=LONGEST_DOCUMENT)
    reason = models.CharField(max_length=LONGEST_REASON)
    written_by = _member()
    written_by_name = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    # The first of two signatures under what a payer asked for.
    first_by = _member(null=True)
    first_by_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    first_at = models.DateTimeField(null=True)
    signed_by = _member(null=True)
    signed_by_name = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    # Who called it back, or said that the bank has never made it, and why.
    ended_by_name = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("written_by")),
                name="payments_refund_two_hands",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True)
                | Q(by_payer=True)
                & ~Q(first_by=F("written_by"))
                & (Q(signed_by__isnull=True) | ~Q(first_by=F("signed_by"))),
                name="payments_refund_three_people",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
