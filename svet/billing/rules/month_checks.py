"""What is looked at before a month is charged: each point is in order, a warning, or in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svet.billing.rules.kinds import Rules
from svet.billing.rules.policies import too_many
from svet.kernel.periods import Month


class MonthPoint(StrEnum):
    """What is looked at, in the order of the list."""

    REGION = "region"
    CUT_OFF = "cut_off"
    EARLIER_MONTH = "earlier_month"
    POLICY = "policy"
    TARIFFS = "tariffs"
    DEMONSTRATION = "demonstration"
    NORM = "norm"
    METERS = "meters"
    HOUSES = "houses"
    RESIDENTS = "residents"
    REVIEW = "review"


class CheckState(StrEnum):
    OK = "ok"
    WARNED = "warned"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """One point; ``variant`` tells which of its sentences, ``details`` are the values in it."""

    point: MonthPoint
    state: CheckState
    variant: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupPrices:
    """A price group of the provider's accounts: how many have it, from which day on prices are missing."""

    group: str
    accounts: int
    missing_on: date | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class EarlierMonth:
    """The months before: an unfinished run, one nobody ran, (month, problems, accounts, limit) open."""

    unfinished: Month | None = None
    missing: Month | None = None
    open: tuple[tuple[Month, int, int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class MonthInputs:
    """What is known of a month before it is charged; counts are of the accounts it would charge."""

    period: Month
    today: date
    cut_off: date
    region: str
    rules: Rules
    chosen: bool
    accounts: int
    groups: tuple[GroupPrices, ...]
    without_meter: int
    without_residents: int
    under_review: int
    earlier: EarlierMonth
    published_only: bool
    # The region has tables of norms; they leave the month at a day from which nothing is known.
    norm_tables: bool = False
    norms_end: date | None = None
    # Codes of houses whose common needs cannot be told yet, and how many accounts live in them.
    houses: tuple[str, ...] = ()
    in_houses: int = 0


def month_checks(known: MonthInputs) -> list[CheckedPoint]:
    """Every point of the list, in its order.

    What a run refuses is blocked. What makes accounts problems is blocked once so many are concerned that no
    bill would be issued (``Rules.problems_percent``), and a warning below that.
    """
    return [
        _region(known),
        _cut_off(known),
        _earlier(known),
        _point(MonthPoint.POLICY, CheckState.OK if known.chosen else CheckState.WARNED),
        _tariffs(known),
        _demonstration(known),
        _norm(known),
        _counted(MonthPoint.METERS, known.without_meter),
        _houses(known),
        _counted(MonthPoint.RESIDENTS, known.without_residents),
        _counted(MonthPoint.REVIEW, known.under_review),
    ]


def blocked(points: list[CheckedPoint]) -> list[CheckedPoint]:
    """The points that are in the way."""
    return [each for each in points if each.state is CheckState.BLOCKED]


def _point(point: MonthPoint, state: CheckState, variant: str = "", **details: object) -> CheckedPoint:
    return CheckedPoint(point, state, variant, details)


def _region(known: MonthInputs) -> CheckedPoint:
    return _point(MonthPoint.REGION, CheckState.OK if known.region else CheckState.BLOCKED)


def _cut_off(known: MonthInputs) -> CheckedPoint:
    if known.today < known.period.first:
        return _point(MonthPoint.CUT_OFF, CheckState.BLOCKED, "not_started", month=known.period)
    state = CheckState.OK if known.today > known.cut_off else CheckState.BLOCKED
    return _point(MonthPoint.CUT_OFF, state, day=known.cut_off)


def _earlier(known: MonthInputs) -> CheckedPoint:
    earlier = known.earlier
    for variant, month in (("unfinished", earlier.unfinished), ("missing", earlier.missing)):
        if month is not None:
            return _point(MonthPoint.EARLIER_MONTH, CheckState.BLOCKED, variant, month=month)
    for month, problems, accounts, percent in earlier.open:
        if too_many(problems=problems, accounts=accounts, percent=percent):
            details = {"month": month, "count": problems, "accounts": accounts}
            return _point(MonthPoint.EARLIER_MONTH, CheckState.BLOCKED, "problems", **details)
    if earlier.open:
        month, problems, accounts, _percent = earlier.open[0]
        details = {"month": month, "count": problems, "accounts": accounts}
        return _point(MonthPoint.EARLIER_MONTH, CheckState.WARNED, "problems", **details)
    return _point(MonthPoint.EARLIER_MONTH, CheckState.OK)


def _tariffs(known: MonthInputs) -> CheckedPoint:
    lacking = [each for each in known.groups if each.missing_on is not None]
    if not lacking:
        return _point(MonthPoint.TARIFFS, CheckState.OK, groups=len(known.groups))
    count = sum(each.accounts for each in lacking)
    names = ", ".join(f"{each.group} ({each.accounts})" for each in lacking[:10])
    day = min(each.missing_on for each in lacking if each.missing_on is not None)
    return _point(MonthPoint.TARIFFS, _grave(known, count), names=names, count=count, day=day)


def _demonstration(known: MonthInputs) -> CheckedPoint:
    made_up = [each for each in known.groups if each.demonstration]
    if not made_up:
        return _point(MonthPoint.DEMONSTRATION, CheckState.OK)
    state = CheckState.BLOCKED if known.published_only else CheckState.WARNED
    return _point(MonthPoint.DEMONSTRATION, state, names=", ".join(each.group for each in made_up[:10]))


def _norm(known: MonthInputs) -> CheckedPoint:
    if known.norms_end is not None:
        # Behind the last table the supplier's own norm does not count either: the next table is awaited.
        state = _grave(known, known.without_meter)
        return _point(MonthPoint.NORM, state, "ended", day=known.norms_end, count=known.without_meter)
    if known.norm_tables:
        return _point(MonthPoint.NORM, CheckState.OK, "tables")
    if known.rules.norm_kwh_per_person is not None:
        return _point(MonthPoint.NORM, CheckState.OK, kwh=known.rules.norm_kwh_per_person)
    return _point(MonthPoint.NORM, _grave(known, known.without_meter), count=known.without_meter)


def _houses(known: MonthInputs) -> CheckedPoint:
    if not known.houses:
        return _point(MonthPoint.HOUSES, CheckState.OK)
    names = ", ".join(known.houses[:10])
    state = _grave(known, known.in_houses)
    return _point(MonthPoint.HOUSES, state, names=names, count=known.in_houses, houses=len(known.houses))


def _counted(point: MonthPoint, count: int) -> CheckedPoint:
    return _point(point, CheckState.WARNED if count else CheckState.OK, count=count)


def _grave(known: MonthInputs, count: int) -> CheckState:
    percent = known.rules.problems_percent
    many = too_many(problems=count, accounts=known.accounts, percent=percent)
    return CheckState.BLOCKED if many else CheckState.WARNED
