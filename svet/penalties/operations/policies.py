"""A supplier's choice about penalties comes in: dated, never under bills that are out, journalled."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q

from svet.accounts.queries import providers
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.penalties.models import PenaltyPolicy, PenaltyRun
from svet.penalties.queries.policies import choices_of
from svet.penalties.rules.policies import (
    PenaltyChoice,
    PenaltyMode,
    PenaltyPolicyReason,
    PenaltyPolicyRefused,
    choice_on,
    first_month,
)
from svet.penalties.rules.streams import AllocationOrder


class PenaltyPolicyOutcome(StrEnum):
    """What a choice did to the rows."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def set_penalty_policy(
    *,
    provider_id: int,
    since: date,
    mode: PenaltyMode | None = None,
    order: AllocationOrder | None = None,
    by: Actor,
    now: datetime,
) -> PenaltyPolicyOutcome:
    """Let a choice hold from the first day of a month until its next row; what is None stays as it was.

    A month whose bills are out, or that had begun when bills were last issued, keeps what they said. The same
    choice again changes nothing.
    :raises PenaltyPolicyRefused: no such supplier, not a month's first day, bills are out
    """
    month = first_month(since)
    if mode is None and order is None:
        raise PenaltyPolicyRefused(PenaltyPolicyReason.NOTHING_CHOSEN)
    with use_case():
        if not any(each.provider_id == provider_id for each in providers()):
            raise PenaltyPolicyRefused(PenaltyPolicyReason.UNKNOWN_PROVIDER, field="provider")
        hold(Lock.BILL_ISSUE, provider_id)
        before = choice_on(choices_of(provider_id), since)
        after = PenaltyChoice(mode or before.mode, order or before.order)
        row = PenaltyPolicy.objects.filter(provider_id=provider_id, since=since).first()
        if after == before and (row is not None or after != PenaltyChoice()):
            return PenaltyPolicyOutcome.UNCHANGED
        run = (
            PenaltyRun.objects.filter(
                Q(period__gte=month.first) | Q(ran_on__gte=since), provider_id=provider_id
            )
            .order_by("-period")
            .first()
        )
        if run is not None:
            raise PenaltyPolicyRefused(
                PenaltyPolicyReason.MONTH_ISSUED, field="since", details={"day": run.ran_on}
            )
        kept, _ = PenaltyPolicy.objects.update_or_create(
            provider_id=provider_id,
            since=since,
            defaults={"mode": after.mode.value, "order": after.order.value},
        )
        journal.record(
            by=by,
            action="penalties.policy.set",
            subject="penalty_policy",
            subject_id=str(kept.pk),
            now=now,
            before=_told(before),
            after={"provider": provider_id, "since": str(since), **_told(after)},
        )
    return PenaltyPolicyOutcome.ADDED if row is None else PenaltyPolicyOutcome.CHANGED


def _told(choice: PenaltyChoice) -> dict[str, object]:
    return {"mode": choice.mode.value, "order": choice.order.value}
