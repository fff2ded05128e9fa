"""The month behind which nothing of an account can move any more unless something else becomes known of it.

At a settled month every meter that stands was read, and that reading closed the month. What is used later is
counted from there: the months before could only be moved by readings of their own days, by other terms,
prices or meters, or by a later reading that shows less. The last is found here: the count that closed the
month stands for the zero of a meter, and whatever is lower contradicts it.

Months that nobody read behind it have averages of months before it: those of its readings are told apart
(``average_bases``), so that a silent account is read no further back than an average reaches.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from svet.billing.rules.attribution import MonthPart, attribute
from svet.billing.rules.facts import AccountFacts, Authority, Placement, Point, ReadingFact
from svet.billing.rules.kinds import ESTIMATES, BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import Bases, should
from svet.billing.rules.timeline import BillingCalendar, ScaleLine, calendar_of, scale_lines
from svet.kernel.periods import Month
from svet.metering.rules import zones_of

# How much further back the months of an average may begin, where the one before them was not settled.
_FURTHER: Final = 2


def settled_month(facts: AccountFacts, *, horizon: Month, calendar: BillingCalendar) -> Month | None:
    """The last month until the horizon at which an account is settled; None: none is."""
    month = horizon
    while month >= facts.floor:
        if _is_settled(facts, month, calendar):
            return month
        month = month.plus(-1)
    return None


def lately_settled(facts: AccountFacts, *, month: Month, calendar: BillingCalendar) -> Month | None:
    """The month, or one of the few before it, at which an account is settled; None: none of them is."""
    back = range(min(_FURTHER, month - facts.floor) + 1)
    return next((m for m in map(month.back, back) if _is_settled(facts, m, calendar)), None)


def _is_settled(facts: AccountFacts, month: Month, calendar: BillingCalendar) -> bool:
    cut = calendar.cut(month)
    if facts.closed_on is not None and facts.closed_on <= cut:
        return False
    standing = [
        placement
        for point in facts.points
        for placement in point.placements
        if placement.since <= cut and (placement.until is None or placement.until > cut)
    ]
    return bool(standing) and all(_closed_for_good(each, month, calendar) for each in standing)


def _closed_for_good(placement: Placement, month: Month, calendar: BillingCalendar) -> bool:
    """Whether a reading closed the month that no later one refutes: when that one goes, the month moves."""
    closing = _closing(placement, month, calendar)
    if closing is None:
        return False
    turn = 10**placement.digits
    return all(
        before is None or value.value + turn * value.turns >= before.value + turn * before.turns
        for each in placement.readings
        if each.on > closing.on
        for value in each.values
        for before in (closing.of(value.zone),)
    )


def _closing(placement: Placement, month: Month, calendar: BillingCalendar) -> ReadingFact | None:
    """The reading that closed a month on a meter: of all its scales, and not the one it came with."""
    cut = calendar.cut(month)
    last: ReadingFact | None = None
    for each in placement.readings:
        if not placement.since <= each.on <= cut or each.authority is Authority.INITIAL:
            continue
        if last is None or (each.on, each.authority) >= (last.on, last.authority):
            last = each
    if last is None or calendar.month_of(last.on) != month or placement.ratio % 1:
        return None
    return last if all(last.of(str(zone)) is not None for zone in zones_of(placement.scheme)) else None


def since_settled(facts: AccountFacts, *, month: Month, calendar: BillingCalendar) -> AccountFacts | None:
    """The account as if its book began behind a settled month; None: its readings do not close it.

    Readings of before that month need not be there. Meters that went until then are left out.
    """
    points = []
    for point in facts.points:
        kept = tuple(_since(point, month, calendar))
        if None in kept:
            return None
        if kept:
            points.append(replace(point, placements=tuple(each for each in kept if each is not None)))
    return replace(facts, floor=month.plus(1), points=tuple(points))


def _since(point: Point, month: Month, calendar: BillingCalendar) -> Iterator[Placement | None]:
    cut = calendar.cut(month)
    for placement in point.placements:
        if placement.until is not None and placement.until <= cut:
            continue
        if placement.since > cut:
            yield placement
            continue
        closing = _closing(placement, month, calendar)
        if closing is None:
            yield None
            continue
        later = tuple(each for each in placement.readings if each.on > cut)
        first = replace(closing, authority=Authority.INITIAL)
        yield replace(placement, since=closing.on, readings=(first, *later))


def bases_after(month: Month, *, horizon: Month, calendar: BillingCalendar) -> Month:
    """The month behind which readings tell of the averages of months behind a settled one."""
    return month.back(base_months(month, horizon=horizon, calendar=calendar) + _FURTHER + 1)


def base_months(month: Month, *, horizon: Month, calendar: BillingCalendar) -> int:
    """Of how many months the averages behind a settled month are made at most."""
    later = (calendar.policy(month.plus(place)) for place in range(1, horizon - month + 1))
    return max((each.rules.average_base_months for each in later), default=0)


def average_bases(
    facts: AccountFacts, *, month: Month, horizon: Month, calendar: BillingCalendar
) -> Bases | None:
    """By scale the months until a settled one of which later averages are made; None: more must be read.

    They are read since another settled month, and as many of each scale that goes on as an average may have:
    further ones would change none.
    """
    wanted = base_months(month, horizon=horizon, calendar=calendar)
    back = range(wanted, min(wanted + _FURTHER, month - facts.floor) + 1)
    start = next((m for m in map(month.back, back) if _is_settled(facts, m, calendar)), None)
    later = None if start is None else since_settled(facts, month=start, calendar=calendar)
    if later is None:
        return None
    try:
        found = {
            scale[:3]: [part for part in _parts(scale, later.floor, calendar) if part.whole]
            for point in later.points
            for scale in scale_lines(point, last=calendar.cut(month), calendar=calendar)
        }
    except BillingProblem:
        return None
    going_on = _scales_going_on(facts, cut=calendar.cut(month))
    return found if all(len(found.get(scale, ())) >= wanted for scale in going_on) else None


def _parts(scale: ScaleLine, floor: Month, calendar: BillingCalendar) -> Iterator[MonthPart]:
    for stretch in scale.stretches:
        for before, after in itertools.pairwise(stretch.nodes):
            yield from attribute(before, after, floor=floor, calendar=calendar)


def _scales_going_on(facts: AccountFacts, *, cut: date) -> Iterator[tuple[int, int, str]]:
    """The scales with a meter behind a day that had one before it too."""
    for point in facts.points:
        before = {each.scheme for each in point.placements if each.since <= cut}
        behind = {each.scheme for each in point.placements if each.until is None or each.until > cut}
        for scheme in before & behind:
            for zone in zones_of(scheme):
                yield point.no, scheme, str(zone)


def should_since(facts: AccountFacts, *, month: Month, horizon: Month) -> list[Line] | None:
    """What should stand behind a settled month; None: what was read since does not tell all.

    It does not where a later reading shows less than the one that settled, where a month must be estimated
    (from months before), or where something cannot be told.
    """
    later = since_settled(facts, month=month, calendar=calendar_of(facts.policies))
    if later is None:
        return None
    try:
        lines = should(later, horizon=horizon)
    except BillingProblem:
        return None
    return None if any(line.basis in ESTIMATES for line in lines) else lines
