"""An account as it would be if its meters counted by other zones: for comparing, never for charging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from svet.billing.rules.facts import AccountFacts, Placement, ReadingFact, ScaleValue
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.should import should
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone, zones_of

#: Hours of a day by zone, as most regions have them: where no meter tells, consumption is split by these.
_HOURS = {
    Scheme.SINGLE: {Zone.SINGLE: 24},
    Scheme.DAY_NIGHT: {Zone.DAY: 16, Zone.NIGHT: 8},
    Scheme.PEAKS: {Zone.PEAK: 7, Zone.SEMIPEAK: 9, Zone.NIGHT: 8},
}
#: By scheme the kopecks of each month.
SchemeCosts = Mapping[int, Mapping[Month, int]]


def _as_it_is(facts: AccountFacts) -> AccountFacts:
    return facts


def year_costs(
    facts: AccountFacts,
    *,
    horizon: Month,
    first: Month,
    night: Fraction | None = None,
    change: Callable[[AccountFacts], AccountFacts] = _as_it_is,
) -> SchemeCosts:
    """Kopecks of the months ``first``…``horizon``, by scheme and month, by the rules of the run.

    What a meter tells of a zone is kept where the other scheme has that zone, the rest is split by hours, or
    with the share ``night`` (0…1) of it in the night. A scheme without a price is left out. ``change`` is
    made to the account in each scheme.
    :raises BillingProblem: the account's own months cannot be told
    """
    should(facts, horizon=horizon)
    costs: dict[int, dict[Month, int]] = {}
    for scheme in Scheme:
        try:
            lines = should(change(as_scheme(facts, int(scheme), night=night)), horizon=horizon)
        except BillingProblem:
            continue
        of_scheme = costs[int(scheme)] = dict[Month, int]()
        for line in lines:
            if line.month >= first:
                of_scheme[line.month] = of_scheme.get(line.month, 0) + line.kopecks
    return costs


def year_kwh(facts: AccountFacts, *, horizon: Month, first: Month) -> dict[Month, Decimal]:
    """kWh of the months ``first``…``horizon``. :raises BillingProblem: they cannot be told"""
    found: dict[Month, Decimal] = {}
    for line in should(facts, horizon=horizon):
        if line.month >= first:
            found[line.month] = found.get(line.month, Decimal(0)) + line.kwh
    return found


def schemes_now(facts: AccountFacts) -> frozenset[int]:
    """By which zones the meters that stand count."""
    return frozenset(
        placement.scheme
        for point in facts.points
        for placement in point.placements
        if placement.until is None
    )


def as_scheme(facts: AccountFacts, scheme: int, *, night: Fraction | None = None) -> AccountFacts:
    """The same account, all its meters counting by a scheme."""
    return replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(_other(each, scheme, night) for each in point.placements))
            for point in facts.points
        ),
    )


def _other(placement: Placement, scheme: int, night: Fraction | None) -> Placement:
    if placement.scheme == scheme:
        return placement
    readings = tuple(_reading(each, placement, scheme, night) for each in placement.readings)
    return replace(placement, scheme=scheme, readings=readings)


def _reading(reading: ReadingFact, placement: Placement, scheme: int, night: Fraction | None) -> ReadingFact:
    """The totals of the dials, turns in them, under the other scheme's zones; whole to the last one."""
    own = {each.zone: each.value + each.turns * 10**placement.digits for each in reading.values}
    zones = zones_of(scheme)
    kept = {zone: own.pop(str(zone)) for zone in zones if str(zone) in own}
    left, rest = [zone for zone in zones if zone not in kept], sum(own.values(), Decimal(0))
    weights = zone_shares(scheme, left, night)
    for zone in left[:-1]:
        part = Fraction(rest) * weights[zone]
        kept[zone] = (Decimal(part.numerator) / Decimal(part.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    if left:
        kept[left[-1]] = rest - sum(kept[zone] for zone in left[:-1])
    return replace(reading, values=tuple(ScaleValue(str(zone), kept[zone]) for zone in zones))


def zone_shares(scheme: int, left: list[Zone], night: Fraction | None) -> dict[Zone, Fraction]:
    """The share of each zone in what no meter tells apart."""
    hours = _HOURS[Scheme(scheme)]
    if night is None or Zone.NIGHT not in left:
        day = sum(hours[zone] for zone in left)
        return {zone: Fraction(hours[zone], day) for zone in left}
    day = sum(hours[zone] for zone in left if zone is not Zone.NIGHT)
    return {zone: night if zone is Zone.NIGHT else (1 - night) * Fraction(hours[zone], day) for zone in left}
