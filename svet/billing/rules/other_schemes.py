"""An account as it would be if its meters counted by other zones: for comparing, never for charging."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from svet.billing.rules.facts import AccountFacts, Placement, ReadingFact, ScaleValue
from svet.billing.rules.should import should
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone, zones_of

#: Hours of a day by zone, as most regions have them: where no meter tells, consumption is split by these.
_HOURS = {
    Scheme.SINGLE: {Zone.SINGLE: 24},
    Scheme.DAY_NIGHT: {Zone.DAY: 16, Zone.NIGHT: 8},
    Scheme.PEAKS: {Zone.PEAK: 7, Zone.SEMIPEAK: 9, Zone.NIGHT: 8},
}
_YEAR = 12


def year_costs(facts: AccountFacts, *, horizon: Month) -> dict[int, int]:
    """Kopecks of the last twelve months until ``horizon``, by scheme.

    What a meter tells of a zone is kept where the other scheme has that zone, the rest is split by hours.
    :raises BillingProblem: something of it cannot be told, also where a scheme has no price
    """
    first = max(facts.floor, horizon.plus(1 - _YEAR))
    return {
        int(scheme): sum(
            line.kopecks
            for line in should(as_scheme(facts, int(scheme)), horizon=horizon)
            if line.month >= first
        )
        for scheme in Scheme
    }


def as_scheme(facts: AccountFacts, scheme: int) -> AccountFacts:
    """The same account, all its meters counting by a scheme."""
    return replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(_other(each, scheme) for each in point.placements))
            for point in facts.points
        ),
    )


def _other(placement: Placement, scheme: int) -> Placement:
    if placement.scheme == scheme:
        return placement
    readings = tuple(_reading(each, placement, scheme) for each in placement.readings)
    return replace(placement, scheme=scheme, readings=readings)


def _reading(reading: ReadingFact, placement: Placement, scheme: int) -> ReadingFact:
    """The totals of the dials, turns in them, under the other scheme's zones; whole to the last one."""
    own = {each.zone: each.value + each.turns * 10**placement.digits for each in reading.values}
    zones = zones_of(scheme)
    kept = {zone: own.pop(str(zone)) for zone in zones if str(zone) in own}
    left, rest = [zone for zone in zones if zone not in kept], sum(own.values(), Decimal(0))
    hours = _HOURS[Scheme(scheme)]
    day = sum(hours[zone] for zone in left)
    for zone in left[:-1]:
        kept[zone] = (rest * hours[zone] / day).quantize(Decimal(1), ROUND_HALF_UP)
    if left:
        kept[left[-1]] = rest - sum(kept[zone] for zone in left[:-1])
    return replace(reading, values=tuple(ScaleValue(str(zone), kept[zone]) for zone in zones))
