"""To which months the kWh between two readings belong."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from svet.billing.rules.splitting import split_by_days
from svet.billing.rules.timeline import BillingCalendar, Node
from svet.kernel.periods import Month


class MonthPart(NamedTuple):
    """The kWh of some days inside one month; ``whole``: all of that month's days, closed by readings."""

    month: Month
    since: date
    until: date
    kwh: Decimal
    whole: bool


def closes(node: Node, *, until: date, floor: Month, calendar: BillingCalendar) -> bool:
    """Whether the days from a node to ``until`` begin with the next month: the node closed its own.

    A meter that came or went closes nothing, but on the last day of a month there is nothing left to close.
    The count from which our book begins closes what was before it.
    """
    if not node.forced or calendar.is_cut(node.on):
        return True
    return node.on <= calendar.cut(floor.plus(-1)) < until


def attribute(before: Node, after: Node, *, floor: Month, calendar: BillingCalendar) -> list[MonthPart]:
    """Divide the consumption between two neighbouring nodes over months by days: whole kWh, nothing lost."""
    kwh = after.kwh - before.kwh
    last = calendar.month_of(after.on)
    begins = closes(before, until=after.on, floor=floor, calendar=calendar)
    ends = not after.forced or calendar.is_cut(after.on)
    first = calendar.month_of(before.on).plus(1 if begins else 0)
    if first >= last:
        return [MonthPart(last, before.on, after.on, kwh, begins and ends and first == last)]
    edges = month_edges(first, before.on, after.on, last=last, calendar=calendar)
    spans = list(itertools.pairwise(edges))
    shares = split_by_days(kwh, [(until - since).days for since, until in spans])
    return [
        MonthPart(
            first.plus(place),
            since,
            until,
            shares[place],
            (begins or place > 0) and (ends or place < len(spans) - 1),
        )
        for place, (since, until) in enumerate(spans)
    ]


def month_edges(
    first: Month, since: date, until: date, *, last: Month, calendar: BillingCalendar
) -> list[date]:
    """The borders of the months ``first``…``last`` (both in it) within the days ``since``…``until``."""
    return [since, *(calendar.cut(first.plus(place)) for place in range(last - first)), until]
