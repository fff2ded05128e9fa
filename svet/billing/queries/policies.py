"""The supplier's choices as dated rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from svet.billing.models import Policy
from svet.billing.rules import Proration, Rules
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class PolicyView:
    """Choices that hold from the first day of a month, ``valid_from``, until the next row's."""

    valid_from: date
    rules: Rules


def policies(*, provider_id: int) -> list[PolicyView]:
    """All choices of a provider, oldest first; before the first row the defaults of ``Rules`` hold."""
    rows = Policy.objects.filter(provider_id=provider_id).order_by("since")
    return [PolicyView(row.since, rules_of(row)) for row in rows]


def rules_of(row: Policy | None) -> Rules:
    """A row as the rules see it; the defaults where there is none."""
    if row is None:
        return Rules()
    return Rules(
        proration=Proration(row.proration),
        average_periods=row.average_periods,
        average_base_months=row.average_base_months,
        average_base_least=row.average_base_least,
        norm_kwh_per_person=row.norm_kwh_per_person,
        problems_percent=row.problems_percent,
        movers_percent=row.movers_percent,
        release_required=row.release_required,
        decision_kopecks=row.decision_kopecks,
        brake_kopecks=row.brake_kopecks,
        brake_months=row.brake_months,
        totals_percent=row.totals_percent,
        movers_share=row.movers_share,
    )


def rules_for(provider_id: int, period: Month) -> Rules:
    """The supplier's choices that hold for a month; the defaults where nothing has been chosen."""
    row = Policy.objects.filter(provider_id=provider_id, since__lte=period.first).order_by("-since").first()
    return rules_of(row)
