"""The suppliers' choices about penalties as dated rows."""

from __future__ import annotations

from datetime import date

from svet.penalties.models import PenaltyPolicy
from svet.penalties.rules.policies import DatedChoice, PenaltyChoice, PenaltyMode, choice_on
from svet.penalties.rules.streams import AllocationOrder


def choices_of(provider_id: int) -> list[DatedChoice]:
    """All choices of a supplier in order of time; before the first one penalties are accrued, not shown."""
    return [
        DatedChoice(row.since, PenaltyChoice(PenaltyMode(row.mode), AllocationOrder(row.order)))
        for row in PenaltyPolicy.objects.filter(provider_id=provider_id).order_by("since")
    ]


def provider_choice(provider_id: int, *, on: date) -> PenaltyChoice:
    """What holds for a supplier on a day."""
    return choice_on(choices_of(provider_id), on)
