"""What a fresh set does to the meter's others that no bill has used. Steps only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.metering.models import ReadingValue
from svet.metering.operations.keeping import NewValue, move_sets
from svet.metering.queries import MeterView, StandingScale
from svet.metering.rules import ReadingKind, ReadingState, Zone


def supersede_higher(
    *, meter: MeterView, than: Mapping[Zone, NewValue], but: int, by: Actor, now: datetime, receipt: str
) -> None:
    """A confirmed lower reading replaces the higher ones that no bill has used yet (a step)."""
    higher = _higher(meter, _standing.all(meter.meter_id, but), than=than)
    if higher:
        move_sets(
            set_ids=higher,
            before=ReadingState.ACCEPTED,
            after=ReadingState.SUPERSEDED,
            by=by,
            now=now,
            receipt=receipt,
        )


def settle_others(
    meter: MeterView,
    *,
    others: Sequence[StandingScale],
    than: Mapping[Zone, NewValue],
    by: Actor,
    now: datetime,
    receipt: str,
) -> None:
    """Replace higher sets, and close the review of doubtful ones: a believable set has come (a step)."""
    moved = {
        ReadingState.ACCEPTED: _higher(meter, others, than=than),
        ReadingState.UNDER_REVIEW: {row[0] for row in others if row[1] == ReadingState.UNDER_REVIEW},
    }
    for before, keys in moved.items():
        if keys:
            move_sets(
                set_ids=keys, before=before, after=ReadingState.SUPERSEDED, by=by, now=now, receipt=receipt
            )


@frozen
def _standing(meter_id: int, but: int) -> QuerySet[ReadingValue, StandingScale]:
    """The values of customers' sets that no bill has used, but for one set."""
    rows = ReadingValue.objects.filter(
        reading_set__meter_id=meter_id,
        reading_set__state__in=[ReadingState.ACCEPTED.value, ReadingState.UNDER_REVIEW.value],
        reading_set__kind=ReadingKind.CUSTOMER.value,
    ).exclude(reading_set_id=but)
    return rows.values_list("reading_set_id", "reading_set__state", "zone", "value", "turns")


def _higher(meter: MeterView, rows: Sequence[StandingScale], *, than: Mapping[Zone, NewValue]) -> set[int]:
    """Of these sets the accepted ones that show more than the new one."""
    capacity = 10**meter.digits
    return {
        set_id
        for set_id, state, zone, value, turns in rows
        if state == ReadingState.ACCEPTED
        and capacity * turns + value > capacity * than[Zone(zone)].turns + than[Zone(zone)].value
    }
