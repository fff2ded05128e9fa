"""Acts of staff about the books. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.payments.rules.acts import BY_TWO, LONGEST_DOCUMENT, MOVING, MoneyActKind, MoneyActState
from svet.staffing.rules import LONGEST_REASON


def _member(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, related_name="+", db_index=False
    )


class MoneyAct(models.Model):
    """A transfer, a correction or a write-off: written by one member, beyond the limit signed by another.

    ``kopecks`` is what the debt of ``account`` grows by; of a transfer that of ``to_account`` falls by it.
    An act is taken back by another one that ``undoes`` it, once. What was posted stays.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in MoneyActKind])
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in MoneyActState])
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    to_account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+", db_index=False
    )
    kopecks = models.BigIntegerField()
    effective_on = models.DateField()
    document = models.CharField(max_length=LONGEST_DOCUMENT)
    reason = models.CharField(max_length=LONGEST_REASON)
    written_by = _member()
    written_by_name = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    decided_by = _member(null=True)
    decided_by_name = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=LONGEST_REASON, blank=True)
    # The payment whose payer moved it, or asked to: no member wrote it.
    of_order = models.ForeignKey(
        "payments.Order", models.PROTECT, null=True, related_name="moved", db_index=False
    )
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kopecks=0), name="payments_act_not_zero"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in sorted(MOVING)], to_account__isnull=False)
                | (~Q(kind__in=[kind.value for kind in sorted(MOVING)]) & Q(to_account__isnull=True)),
                name="payments_act_transfer_has_two",
            ),
            models.CheckConstraint(
                condition=Q(to_account__isnull=True) | ~Q(to_account=F("account")),
                name="payments_act_two_accounts",
            ),
            models.CheckConstraint(
                condition=~Q(state=MoneyActState.POSTED.value)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("written_by")),
                name="payments_act_two_hands",
            ),
            # A write-off is never posted by one hand, nor a transfer to another supplier.
            models.CheckConstraint(
                condition=~Q(
                    kind__in=[kind.value for kind in sorted(BY_TWO)], state=MoneyActState.POSTED.value
                )
                | Q(decided_by__isnull=False),
                name="payments_act_write_off_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["written_at"],
                condition=Q(state=MoneyActState.WAITING.value),
                name="payments_act_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def ledger_key(self) -> str:
        """The key of the ledger transaction that posts it."""
        return f"act:{self.public_id}"

    @property
    def other_ledger_key(self) -> str:
        """The key of the transaction in the books of the other supplier."""
        return f"{self.ledger_key}:to"
