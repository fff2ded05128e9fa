"""What stands of an account's absence, and what was done meanwhile."""

from __future__ import annotations

from svet.metering.models import Absence, AbsenceStep


def standing_absence(*, account_id: int) -> Absence | None:
    """The one absence that has not ended."""
    return Absence.objects.filter(account_id=account_id, ended_at__isnull=True).first()


def steps_of(absence: Absence) -> list[AbsenceStep]:
    """What was done for each meter and window, newest first."""
    steps = AbsenceStep.objects.filter(absence=absence).select_related("meter")
    return list(steps.order_by("-closes_on", "meter_id"))
