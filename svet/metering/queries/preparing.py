"""How complete a supplier's readings are before a month is charged: counts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from svet.metering.models import Meter
from svet.metering.queries.reviewing import waiting_sets


@dataclass(frozen=True, slots=True)
class MeteringGaps:
    """Open contracts that had a meter between two days, and sets of readings that wait for the staff."""

    metered: int
    under_review: int


def metering_gaps(*, provider_id: int, since: date, until: date) -> MeteringGaps:
    """Count what stood between two days (half-open) and what was read by the second one and still waits."""
    meters = Meter.objects.filter(
        Q(removed_on__isnull=True) | Q(removed_on__gt=since),
        Q(account__closed_on__isnull=True) | Q(account__closed_on__gt=since),
        account__provider_id=provider_id,
        account__opened_on__lt=until,
        installed_on__lt=until,
    )
    return MeteringGaps(
        metered=meters.values("account_id").distinct().count(),
        under_review=waiting_sets().filter(account__provider_id=provider_id, read_on__lte=until).count(),
    )
