"""Decisions of people about charges: facts like readings and acts, as they were known at any time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.billing.rules.decisions import LONGEST_DOCUMENT
from svet.billing.rules.facts import OverrideKind
from svet.kernel.fields import PublicIdField
from svet.staffing.rules import LONGEST_REASON


def _signer() -> models.ForeignKey[Any, Any]:
    """Whoever of the staff has put a hand to it; empty: a command."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip


class OverrideRow(models.Model):
    """What was decided for the months ``since``…``until`` (first days, both in it; empty: and on), ADR 104.

    It counts from ``signed_at``, by a second member where its effect is beyond the supplier's limit, until
    ``gone_at``. ``effect_kopecks`` is what the preview showed to whoever signed; ``undo_at`` is when somebody
    asked to take a decision of two signatures back, which a second one confirms. ``ends`` is the month from
    whose charge on it is not heeded. An account with any row here is charged by the full rules, never by a
    short way: the condition is ``EXISTS (SELECT FROM billing_override o WHERE o.account_id = …)``.
    """

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=10)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    meter = models.ForeignKey(
        "metering.Meter", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    zone = models.CharField(max_length=8, blank=True)
    kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    kopecks = models.BigIntegerField(default=0)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    ends = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=LONGEST_DOCUMENT)
    reason = models.CharField(max_length=LONGEST_REASON)
    effect_kopecks = models.BigIntegerField(null=True, blank=True)
    by = _signer()
    by_name = models.CharField(max_length=100)
    known_at = models.DateTimeField()
    signed_by = _signer()
    signed_at = models.DateTimeField(null=True, blank=True)
    undo_by = _signer()
    undo_by_name = models.CharField(max_length=100, blank=True)
    undo_at = models.DateTimeField(null=True, blank=True)
    gone_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    gone_by = _signer()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "billing_override"
        constraints = [
            models.CheckConstraint(
                name="billing_override_kind_known",
                condition=Q(kind__in=[each.value for each in OverrideKind]),
            ),
            models.CheckConstraint(
                name="billing_override_months_in_order",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="billing_override_volume_or_not",
                condition=Q(kind=OverrideKind.VOLUME.value, kwh__gte=0)
                | (~Q(kind=OverrideKind.VOLUME.value) & Q(kwh__isnull=True, meter__isnull=True)),
            ),
            models.CheckConstraint(
                name="billing_override_two_hands",
                condition=Q(signed_by__isnull=True) | Q(by__isnull=True) | ~Q(signed_by=F("by")),
            ),
            models.CheckConstraint(
                name="billing_override_undone_by_two",
                condition=Q(undo_by__isnull=True) | Q(gone_by__isnull=True) | ~Q(gone_by=F("undo_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "since"], name="billing_override_of_account"),
            models.Index(
                fields=["known_at"],
                condition=Q(signed_at__isnull=True, gone_at__isnull=True)
                | Q(undo_at__isnull=False, gone_at__isnull=True),
                name="billing_override_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}: {self.since}…{self.until or ''}"
