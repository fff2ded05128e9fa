"""What an account's own months would have cost otherwise: by other zones, with a load, left empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from svet.billing.queries.what_if import PreviewFacts
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.other_schemes import schemes_now, year_costs, year_kwh
from svet.billing.rules.other_use import Load, readable_months, until_month, with_empty_month, with_load
from svet.billing.rules.should import should
from svet.kernel.money import Money
from svet.kernel.periods import Month

YEAR: Final = 12
#: So far back one may look.
LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class SchemeYear:
    """The last charged months of an account: kWh, and what they cost by each scheme.

    ``now`` are the schemes of the meters that stand; a scheme without prices has no costs.
    """

    now: frozenset[int]
    kwh: Mapping[Month, Decimal]
    costs: Mapping[int, Mapping[Month, int]]

    def total(self, scheme: int) -> Money:
        """What all of the months cost by a scheme."""
        return Money(sum(self.costs[scheme].values()))

    def until(self, last: Month) -> SchemeYear:
        """The same without the months after ``last``."""
        costs = {
            scheme: {month: kopecks for month, kopecks in of_scheme.items() if month <= last}
            for scheme, of_scheme in self.costs.items()
        }
        return SchemeYear(self.now, {month: kwh for month, kwh in self.kwh.items() if month <= last}, costs)


def scheme_year(
    ground: PreviewFacts, *, night: Fraction | None = None, months: int = YEAR, load: Load | None = None
) -> SchemeYear | None:
    """What the last charged ``months`` cost, and would have cost by other zones.

    ``night``: the share of the night in what no meter tells apart, else that of its hours. With ``load`` all
    of them, kWh too, are those there would have been with it.
    None: nothing is charged yet, or it cannot be told.
    """
    last = ground.book.last
    if last is None:
        return None
    facts = ground.whole()
    first = _first(ground, last, months)

    def change(asked: AccountFacts) -> AccountFacts:
        return asked if load is None else with_load(asked, load, horizon=last)

    try:
        kwh = year_kwh(change(facts), horizon=last, first=first)
        costs = year_costs(facts, horizon=last, first=first, night=night, change=change)
    except BillingProblem:
        return None
    return SchemeYear(schemes_now(facts), kwh, costs) if kwh else None


def _first(ground: PreviewFacts, last: Month, months: int) -> Month:
    """The first of the last ``months``; of a handed over account the new holder's first whole one."""
    first = max(ground.facts.floor, last.plus(1 - months))
    held = ground.held_since
    if held is None:
        return first
    whole = Month.of(held)
    return max(first, whole if held == whole.first else whole.plus(1))


def charged_months(ground: PreviewFacts) -> int:
    """How many of the last 24 months are charged and the present holder's."""
    last = ground.book.last
    return 0 if last is None else max(0, last - _first(ground, last, LONGEST) + 1)


@dataclass(frozen=True, slots=True)
class UsedSum:
    """kWh and money of a month."""

    kwh: Decimal
    money: Money


@dataclass(frozen=True, slots=True)
class EmptyMonth:
    """A month as it was charged, and if nobody had been at home in it.

    ``sent``: the dials that stood still were read. ``silent``: nothing was sent, which is put right by the
    next reading; None: there is no meter (``metered``), or neither an average nor a norm tells it.
    """

    month: Month
    was: UsedSum
    sent: UsedSum
    silent: UsedSum | None
    metered: bool


def empty_months(ground: PreviewFacts) -> Sequence[Month]:
    """The months of the last 24 that can be thought empty, the newest first; none where nothing is told."""
    last = ground.book.last
    if last is None:
        return []
    facts = ground.whole()
    try:
        should(facts, horizon=last)
        return readable_months(facts, first=_first(ground, last, LONGEST), horizon=last)
    except BillingProblem:
        return []


def empty_month(ground: PreviewFacts, month: Month) -> EmptyMonth | None:
    """What a charged month would have cost with nobody at home. One of ``empty_months``."""
    last = ground.book.last
    if last is None:
        return None
    facts = ground.whole()
    try:
        was = _sum_of(facts, month, horizon=last)
        sent = _sum_of(with_empty_month(facts, month), month, horizon=last)
    except BillingProblem:
        return None
    return EmptyMonth(month, was, sent, _silent(facts, month), metered=bool(facts.points))


def _silent(facts: AccountFacts, month: Month) -> UsedSum | None:
    if not facts.points:
        return None
    try:
        return _sum_of(until_month(facts, month), month, horizon=month)
    except BillingProblem:
        return None


def _sum_of(facts: AccountFacts, month: Month, *, horizon: Month) -> UsedSum:
    lines = [line for line in should(facts, horizon=horizon) if line.month == month]
    return UsedSum(sum((line.kwh for line in lines), Decimal(0)), Money(sum(line.kopecks for line in lines)))
