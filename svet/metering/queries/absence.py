"""What stands of an account's absence, and what was done meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from svet.metering.models import Absence, AbsenceStep
from svet.metering.rules.absence import AbsenceStepView, Plan, StepOutcome


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """Days away of one account, both ends away; ``ended_at`` None: it stands."""

    absence_id: int
    public_id: str
    plan: Plan
    from_on: date
    until_on: date
    ended_at: datetime | None


def absence_view(row: Absence) -> AbsenceView:
    """The value of a row; for this room."""
    return AbsenceView(row.pk, row.public_id, Plan(row.plan), row.from_on, row.until_on, row.ended_at)


def standing_absence(*, account_id: int) -> AbsenceView | None:
    """The one absence that has not ended."""
    row = Absence.objects.filter(account_id=account_id, ended_at__isnull=True).first()
    return None if row is None else absence_view(row)


def standing_absences(*, account_ids: Collection[int]) -> dict[int, AbsenceView]:
    """Per account the absence that has not ended; accounts without one are absent."""
    rows = Absence.objects.filter(account_id__in=account_ids, ended_at__isnull=True)
    return {row.account_id: absence_view(row) for row in rows}


def away_days(*, account_id: int, since: date) -> list[tuple[date, date]]:
    """First and last day of every absence of the account that reaches ``since``; cut short where it ended."""
    rows = Absence.objects.filter(account_id=account_id, until_on__gte=since).order_by("from_on", "pk")
    return [
        (row.from_on, row.until_on if row.ended_at is None else min(row.until_on, row.ended_at.date()))
        for row in rows
    ]


def steps_of(absence_id: int) -> list[AbsenceStepView]:
    """What was done for each meter and window, newest first."""
    steps = AbsenceStep.objects.filter(absence_id=absence_id).order_by("-closes_on", "meter_id")
    return [
        AbsenceStepView(serial, closes_on, StepOutcome(outcome), receipt, at)
        for serial, closes_on, outcome, receipt, at in steps.values_list(
            "meter__serial", "closes_on", "outcome", "receipt_number", "at"
        )
    ]
