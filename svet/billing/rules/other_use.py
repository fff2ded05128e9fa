"""An account as it would be if it used more, or nothing for a month: for comparing, never for charging."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from svet.billing.rules.facts import AccountFacts, Away, Placement, Point, ReadingFact, ScaleValue
from svet.billing.rules.other_schemes import zone_shares
from svet.billing.rules.timeline import BillingCalendar, Node, calendar_of, scale_lines
from svet.kernel.periods import Month
from svet.metering.rules import Zone, zones_of

#: Months in which houses are heated, October to April, as in most of the country.
_COLD: Final = frozenset({1, 2, 3, 4, 10, 11, 12})
_STEP: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Load:
    """Something plugged in: so many kW for so many hours a day; ``cold``: from October to April only.

    ``night`` is the share of those hours between 23 and 7 (0…1); None: spread over day and night evenly.
    """

    kilowatts: Decimal
    hours: Decimal
    cold: bool = False
    night: Fraction | None = None

    @property
    def daily(self) -> Decimal:
        """kWh of a day on which it is on."""
        return self.kilowatts * self.hours


def with_load(facts: AccountFacts, load: Load, *, horizon: Month) -> AccountFacts:
    """The same account with a load on the first of its points that has a meter now, since its book began.

    Every reading is higher by what the load would have used until then, so months that nobody read, averages
    and ranges follow by the rules themselves. An account without a meter stays as it is: norms know no load.
    """
    point = next((each for each in facts.points if each.placements and _stands(each)), None)
    if point is None:
        return facts
    calendar = calendar_of(facts.policies)
    begin, end = calendar.cut(facts.floor.plus(-1)), calendar.cut(horizon)
    used = dict(_used(load, begin, end))
    loaded = tuple(_loaded(each, load, used, begin=begin, end=end) for each in point.placements)
    points = tuple(Point(each.no, loaded) if each is point else each for each in facts.points)
    return replace(facts, points=points)


def _stands(point: Point) -> bool:
    return any(placement.until is None for placement in point.placements)


def _used(load: Load, begin: date, end: date) -> Iterator[tuple[date, Decimal]]:
    """kWh of the load before each day since ``begin``."""
    total = Decimal(0)
    for days in range((end - begin).days + 1):
        day = begin + timedelta(days)
        yield day, total
        if not load.cold or day.month in _COLD:
            total += load.daily


def _loaded(
    placement: Placement, load: Load, used: dict[date, Decimal], *, begin: date, end: date
) -> Placement:
    shares = zone_shares(placement.scheme, list(zones_of(placement.scheme)), load.night)
    start = used[min(max(placement.since, begin), end)]

    def more(reading: ReadingFact, zone: str) -> Decimal:
        # Each zone by itself: so no count ever falls.
        kwh = Fraction(used[min(max(reading.on, begin), end)] - start) * shares[Zone(zone)]
        whole = Decimal(kwh.numerator) / Decimal(kwh.denominator)
        if placement.ratio == 1:
            return whole.quantize(Decimal(1), ROUND_HALF_UP)
        return (whole / placement.ratio).quantize(_STEP, ROUND_HALF_UP)

    readings = tuple(
        replace(
            each, values=tuple(replace(one, value=one.value + more(each, one.zone)) for one in each.values)
        )
        for each in placement.readings
    )
    return replace(placement, readings=readings)


def readable_months(facts: AccountFacts, *, first: Month, horizon: Month) -> list[Month]:
    """The months from ``first`` on of which it is known what they used, the newest first.

    Months behind the last reading are estimated: what there would have been without them nobody knows.
    An account without a meter has them all. :raises BillingProblem: nothing of it can be told
    """
    calendar = calendar_of(facts.policies)
    last = horizon
    for point in facts.points:
        for line in scale_lines(point, last=calendar.cut(horizon), calendar=calendar):
            stretch = line.stretches[-1]
            if stretch.until is None:
                node = stretch.nodes[-1]
                # The day on which a meter came closes its month only where nothing of it is left.
                closed = not node.forced or calendar.is_cut(node.on)
                last = min(last, calendar.month_of(node.on).plus(0 if closed else -1))
    first = max(first, facts.floor)
    return [last.plus(-back) for back in range(max(0, last - first + 1))]


def with_empty_month(facts: AccountFacts, month: Month) -> AccountFacts:
    """The same account if nobody had been at home for a month, and had sent the readings all the same.

    The dials stand still for that month, and are behind by it ever after. Where there is no meter everybody
    is away: what a norm makes of that is the rules' own matter (decree 354, paragraph 86).
    :raises BillingProblem: nothing of the account can be told
    """
    calendar = calendar_of(facts.policies)
    start, end = calendar.cut(month.plus(-1)), calendar.cut(month)
    if not facts.points:
        persons = max((each.residents or 0 for each in facts.terms), default=0)
        return replace(facts, away=(*facts.away, Away(start, end, persons))) if persons else facts
    points = tuple(
        Point(point.no, tuple(_emptied(each, month, calendar) for each in point.placements))
        for point in facts.points
    )
    return replace(facts, points=points)


@dataclass(frozen=True, slots=True)
class _Still:
    """A scale that stands still: its days, what it shows all the while, what it is behind by ever after."""

    begins: date
    ends: date
    shown: Decimal
    behind: Decimal


def _emptied(placement: Placement, month: Month, calendar: BillingCalendar) -> Placement:
    start, end = calendar.cut(month.plus(-1)), calendar.cut(month)
    if placement.since >= end or (placement.until is not None and placement.until <= start):
        return placement
    still: dict[str, _Still] = {}
    for line in scale_lines(Point(1, (placement,)), last=date.max, calendar=calendar):
        (stretch,) = line.stretches
        first = _first_of(placement, line.zone)
        # A reading closes its month: so the neighbours stay as they are.
        begins = _border(stretch.nodes, month.plus(-1), calendar, default=max(start, placement.since))
        ends = _border(stretch.nodes, month, calendar, default=min(end, placement.until or end))
        before = _shown(stretch.nodes, begins, placement, first)
        behind = _shown(stretch.nodes, ends, placement, first) - before
        still[line.zone] = _Still(begins, ends, before, behind)

    def emptied(value: ScaleValue, on: date) -> ScaleValue:
        of_zone = still[value.zone]
        if on <= of_zone.begins:
            return value
        if on <= of_zone.ends:
            # A border put between two readings may lie above one that was really taken: that one rises to it.
            return replace(value, value=of_zone.shown, turns=0)
        total = value.value + value.turns * 10**placement.digits
        return replace(value, value=max(total - of_zone.behind, of_zone.shown), turns=0)

    readings = [
        replace(each, values=tuple(emptied(one, each.on) for one in each.values))
        for each in placement.readings
    ]
    known = {(each.on, one.zone) for each in placement.readings for one in each.values}
    readings += [
        ReadingFact(on, (ScaleValue(zone, each.shown),))
        for zone, each in still.items()
        for on in dict.fromkeys((each.begins, each.ends))
        if (on, zone) not in known
    ]
    return replace(placement, readings=tuple(readings))


def _border(nodes: Sequence[Node], month: Month, calendar: BillingCalendar, *, default: date) -> date:
    """Day of the reading that closes a month, else ``default``; a meter that comes or goes closes none."""
    of_month = [each.on for each in nodes if not each.forced and calendar.month_of(each.on) == month]
    return of_month[-1] if of_month else default


def _first_of(placement: Placement, zone: str) -> Decimal:
    """What the scale showed when the meter came, its turns in it."""
    first = next(each for each in placement.readings if each.of(zone) is not None)
    value = first.of(zone)
    assert value is not None
    total: Decimal = value.value + value.turns * 10**placement.digits
    return total


def _shown(nodes: Sequence[Node], on: date, placement: Placement, first: Decimal) -> Decimal:
    """What the scale showed on a day, its turns in it: between two readings by days, whole."""
    count = nodes[-1].kwh
    for one, after in itertools.pairwise(nodes):
        if one.on <= on < after.on:
            part = Fraction((on - one.on).days, (after.on - one.on).days) * Fraction(after.kwh - one.kwh)
            count = one.kwh + round(part)
            break
        if on < one.on:
            count = one.kwh
            break
    shown: Decimal = first + (count / placement.ratio).quantize(_STEP, ROUND_HALF_UP)
    return shown


def until_month(facts: AccountFacts, month: Month) -> AccountFacts:
    """The same account as it was known when nobody had sent anything for a month and after it."""
    last = calendar_of(facts.policies).cut(month.plus(-1))
    points = tuple(
        Point(
            point.no,
            tuple(
                replace(each, readings=tuple(one for one in each.readings if one.on <= last))
                for each in point.placements
                if each.since <= last
            ),
        )
        for point in facts.points
    )
    return replace(facts, points=tuple(point for point in points if point.placements))
