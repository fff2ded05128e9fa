"""The count of a scale through time: what all its readings, late and refuted ones too, say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from svet.billing.rules.facts import Authority, MonthPolicy, Placement, Point, ReadingFact, ScaleValue
from svet.billing.rules.kinds import BillingProblem, BillingReason
from svet.billing.rules.pricing import Reading
from svet.kernel.periods import Month
from svet.metering.rules import period_of, zones_of

_ZERO = Decimal(0)
_MILLI = Decimal("0.001")


class Node(NamedTuple):
    """A day on which the count of a scale is known: ``kwh`` since its first meter on the point.

    ``forced``: a meter came or went, which closes no month.
    """

    on: date
    kwh: Decimal
    forced: bool
    reading: Reading
    meter_id: int


class Stretch(NamedTuple):
    """One meter's part of a scale: its nodes, and the day it went (None: it stands)."""

    nodes: tuple[Node, ...]
    until: date | None


class ScaleLine(NamedTuple):
    """One scale of a point with all the meters that had it, in order of time."""

    point: int
    scheme: int
    zone: str
    stretches: tuple[Stretch, ...]


class BillingCalendar:
    """Months as a provider bills them: ``(cut(M − 1), cut(M)]`` as days of readings."""

    def __init__(self, policies: tuple[MonthPolicy, ...]):
        self._policies = policies
        self._chosen: dict[Month, MonthPolicy] = {}
        self._cuts: dict[Month, date] = {}
        self._months: dict[date, Month] = {}

    def cut(self, month: Month) -> date:
        """The last day whose readings belong to a month; what is used from it on belongs to the next one."""
        found = self._cuts.get(month)
        if found is None:
            found = self._cuts[month] = month.day(self.policy(month).cut_off_day)
        return found

    def policy(self, month: Month) -> MonthPolicy:
        """The supplier's choices for a month; the first of them also hold before it."""
        found = self._chosen.get(month)
        if found is None:
            known = (each for each in reversed(self._policies) if each.since <= month)
            found = self._chosen[month] = next(known, self._policies[0])
        return found

    def month_of(self, day: date) -> Month:
        """The month to which a reading of a day belongs."""
        found = self._months.get(day)
        if found is None:
            last = self.policy(Month.of(day)).cut_off_day
            found = self._months[day] = period_of(day, window_to_day=last)
        return found

    def is_cut(self, day: date) -> bool:
        """Whether nothing of the day's month is left after it."""
        return day == self.cut(self.month_of(day))

    def days(self, month: Month) -> int:
        """How many days of consumption a month has."""
        return (self.cut(month) - self.cut(month.plus(-1))).days


#: One calendar for all accounts of a provider.
calendar_of = lru_cache(maxsize=64)(BillingCalendar)


def scale_lines(point: Point, *, last: date, calendar: BillingCalendar) -> Iterator[ScaleLine]:
    """Every scale of a point as it is known by the readings until ``last`` (that day in it).

    The count goes on over a replacement. It never falls, in whatever order readings came.
    :raises BillingProblem: a reading is lower than an earlier one that weighs more, or there is none
    """
    placements = [each for each in point.placements if each.since <= last]
    scales: dict[tuple[int, str], list[Stretch]] = {}
    counts: dict[tuple[int, str], Decimal] = {}
    for placement in placements:
        for zone in zones_of(placement.scheme):
            key = (placement.scheme, str(zone))
            stretch = _stretch(placement, key[1], counts.get(key, _ZERO), last, calendar)
            scales.setdefault(key, []).append(stretch)
            counts[key] = stretch.nodes[-1].kwh
    for (scheme, name), stretches in scales.items():
        yield ScaleLine(point.no, scheme, name, tuple(stretches))


def _stretch(
    placement: Placement, zone: str, offset: Decimal, last: date, calendar: BillingCalendar
) -> Stretch:
    known = _effective(placement, zone, last)
    if not known:
        raise BillingProblem(BillingReason.NO_FIRST_READING, details={"meter": placement.serial})
    turn = 10**placement.digits
    shown = clipped([(value.value + turn * value.turns, reading.authority) for reading, value in known])
    for place in range(1, len(shown)):
        if shown[place] < shown[place - 1]:
            raise BillingProblem(
                BillingReason.CONTRADICTION,
                details={"meter": placement.serial, "zone": zone, "day": known[place][0].on},
            )
    nodes: list[Node] = []
    for place, (reading, value) in enumerate(known):
        ends = placement.until is not None and reading.on == placement.until and place + 1 == len(known)
        forced = place == 0 or ends
        if not forced and place + 1 < len(known):
            after = known[place + 1][0].on
            if calendar.month_of(after) == calendar.month_of(reading.on):
                continue  # only the last reading of a month closes it
        count = offset + ((shown[place] - shown[0]) * placement.ratio).quantize(_MILLI, ROUND_HALF_UP)
        if not count % 1:
            count = count.quantize(Decimal(1))
        source = Reading(value.value, reading.on, reading.set_id)
        nodes.append(Node(reading.on, count, forced, source, placement.meter_id))
    return Stretch(tuple(nodes), placement.until)


def _effective(placement: Placement, zone: str, last: date) -> list[tuple[ReadingFact, ScaleValue]]:
    """The readings that count, by days: of one day the weightiest, of equal ones the last that came."""
    first: list[tuple[ReadingFact, ScaleValue]] = []
    days: dict[date, tuple[ReadingFact, ScaleValue]] = {}
    for reading in placement.readings:
        value = reading.of(zone)
        if (
            value is None
            or not placement.since <= reading.on <= last
            or (placement.until is not None and reading.on > placement.until)
        ):
            continue
        if reading.authority is Authority.INITIAL:
            first = [(reading, value)]
        elif reading.on not in days or days[reading.on][0].authority <= reading.authority:
            days[reading.on] = (reading, value)
    return first + [days[day] for day in sorted(days)]


def clipped(shown: Sequence[tuple[Decimal, int]]) -> list[Decimal]:
    """Each value lowered to any later one of at least its authority: what was too much was never used.

    Applied again it changes nothing, and only the order of days matters, not that of arrival.
    """
    found: list[Decimal] = []
    least: dict[int, Decimal] = {}
    for value, authority in reversed(shown):
        value = min([value, *(other for weight, other in least.items() if weight >= authority)])
        least[authority] = min(value, least.get(authority, value))
        found.append(value)
    return found[::-1]
