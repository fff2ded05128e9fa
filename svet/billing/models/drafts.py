"""Facts that gave money back by one hand, and those that wait for another one's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.billing.rules.drafts import DraftState, FactKind
from svet.kernel.fields import PublicIdField
from svet.staffing.rules import LONGEST_REASON


def _member() -> models.ForeignKey[Any, Any]:
    """A member of the staff; empty: a command."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip


class FactDraft(models.Model):
    """A fact whose effect gives back more than one hand may (it waits), or that one hand has entered.

    ``facts`` is what was filled in. ``given_kopecks`` is what it gives back: as its author saw it, and since
    it is done as it was then. Done without ``decided_by``: one hand was enough, and it is counted with the
    next. What gives nothing back has no row here (ADR 237).
    """

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=10, choices=[(each.value, each.value) for each in FactKind])
    facts = models.JSONField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    given_kopecks = models.BigIntegerField()
    # The first charged month it changes, and how many of them.
    since = models.DateField(null=True)
    months = models.SmallIntegerField()
    by = _member()
    by_name = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=DraftState.WAITING.value)
    decided_by = _member()
    decided_by_name = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_draft_state_known", condition=Q(state__in=[each.value for each in DraftState])
            ),
            models.CheckConstraint(
                name="billing_draft_kind_known", condition=Q(kind__in=[each.value for each in FactKind])
            ),
            models.CheckConstraint(
                name="billing_draft_two_hands",
                condition=~Q(state__in=[DraftState.DONE.value, DraftState.REFUSED.value])
                | Q(decided_by__isnull=True)
                | Q(by__isnull=True)
                | ~Q(decided_by=F("by")),
            ),
            models.CheckConstraint(
                name="billing_draft_decided_has_time",
                condition=Q(state=DraftState.WAITING.value) ^ Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "written_at"], name="billing_draft_of_account"),
            models.Index(
                fields=["written_at"],
                condition=Q(state=DraftState.WAITING.value),
                name="billing_draft_waiting",
            ),
            # What one author has given back alone lately.
            models.Index(
                fields=["by", "written_at"],
                condition=Q(state=DraftState.DONE.value, decided_by__isnull=True),
                name="billing_draft_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}: {self.state}"
