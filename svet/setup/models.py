"""What of a supplier one member has asked for and another one has not signed yet."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.staffing.rules import LONGEST_REASON


def _member() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip


class SupplierDraft(models.Model):
    """A new supplier, or other requisites of one: where people's money goes, so two members say it.

    ``wanted`` and ``standing`` are answers of the set-up by key; ``standing`` is what the first member saw,
    empty for a new supplier. It is kept for ever: who asked, who signed or refused and why.
    """

    public_id = PublicIdField()
    code = models.SlugField(max_length=40)
    wanted = models.JSONField()
    standing = models.JSONField()
    reason = models.CharField(max_length=LONGEST_REASON)
    by = _member()
    by_name = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    signed_by = _member()
    signed_at = models.DateTimeField(null=True, blank=True)
    refused_by = _member()
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(signed_at__isnull=True, refused_at__isnull=True),
                name="setup_draft_waits_once",
            ),
            models.CheckConstraint(
                name="setup_draft_two_hands",
                condition=Q(signed_at__isnull=True)
                | Q(by__isnull=False, signed_by__isnull=False) & ~Q(signed_by=F("by")),
            ),
            models.CheckConstraint(
                name="setup_draft_one_end",
                condition=Q(signed_at__isnull=True) | Q(refused_at__isnull=True),
            ),
        ]
