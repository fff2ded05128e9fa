"""The month behind which nothing of an account can move any more unless something else becomes known of it.

At a settled month every meter that stands was read, and that reading closed the month. What is used later is
counted from there: the months before could only be moved by readings of their own days, by other terms,
prices or meters, or by a later reading that shows less. The last is found here: the count that closed the
month stands for the zero of a meter, and whatever is lower contradicts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from svet.billing.rules.facts import AccountFacts, Authority, Placement, Point, ReadingFact
from svet.billing.rules.kinds import ESTIMATES, BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.billing.rules.timeline import BillingCalendar, calendar_of
from svet.kernel.periods import Month
from svet.metering.rules import zones_of


def settled_month(facts: AccountFacts, *, horizon: Month, calendar: BillingCalendar) -> Month | None:
    """The last month until the horizon at which an account is settled; None: none is."""
    month = horizon
    while month >= facts.floor:
        if _is_settled(facts, month, calendar):
            return month
        month = month.plus(-1)
    return None


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
    return bool(standing) and all(_closing(each, month, calendar) is not None for each in standing)


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
