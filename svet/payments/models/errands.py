"""What a page wants to know of a bank. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.payments.rules.errands import ALONE, ErrandKind


class BankErrand(models.Model):
    """One question to a bank for which a page waits: a job goes, and writes down what came of it.

    Gone after an hour: what the bank said stands in the order itself.
    """

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ErrandKind])
    order = models.ForeignKey("payments.Order", models.PROTECT, null=True, related_name="+")
    callback = models.ForeignKey(
        "payments.Callback", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Of an act of a member: who, and why.
    said = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    # When a worker went; of a dead one somebody else takes it over.
    taken_at = models.DateTimeField(null=True)
    # Also when whoever asked waits no more and does not want it done.
    ended_at = models.DateTimeField(null=True)
    # The refusal it ended with; empty: none.
    refused = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(ended_at__isnull=True, kind__in=sorted(kind.value for kind in ALONE)),
                name="payments_errand_once",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="payments_errand_asked")]

    def __str__(self) -> str:
        return f"errand {self.kind} {self.pk}"
