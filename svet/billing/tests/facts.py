"""Short ways to state the facts of an account in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from svet.billing.queries.acts import multipliers
from svet.billing.rules.difference import Difference
from svet.billing.rules.due import due
from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Authority,
    MonthPolicy,
    Placement,
    Point,
    PriceTable,
    RangeLimit,
    RangePrice,
    ReadingFact,
    ScaleValue,
    ZonePrices,
)
from svet.billing.rules.kinds import Basis, Proration, Rules
from svet.billing.rules.lines import Line, MonthVolume
from svet.billing.rules.pot import price_pot
from svet.billing.rules.price_tables import price_tables
from svet.kernel.periods import Month
from svet.metering.rules import zones_of
from svet.tariffs.rules.tariffs import GroupTariffs

Shown = int | str | Sequence[int]


def month(text: str) -> Month:
    """«2026-06»"""
    return Month.parse(text)


def day(text: str) -> date:
    """«2026-06-24»"""
    return date.fromisoformat(text)


def reading(on: str, shown: Shown, scheme: int = 1, turns: int = 0, **more: Any) -> ReadingFact:
    """A reading of all scales; a plain number stands for each."""
    names = zones_of(scheme)
    values = shown if isinstance(shown, list | tuple) else [shown] * len(names)
    return ReadingFact(
        day(on),
        tuple(ScaleValue(str(z), Decimal(str(v)), turns) for z, v in zip(names, values, strict=True)),
        **more,
    )


def control(on: str, shown: Shown, scheme: int = 1, **more: Any) -> ReadingFact:
    """What the office read."""
    return reading(on, shown, scheme, authority=Authority.OFFICE, **more)


def meter(
    readings: Mapping[str, Shown] | Sequence[ReadingFact],
    *,
    meter_id: int = 1,
    scheme: int = 1,
    until: str | None = None,
    **more: Any,
) -> Placement:
    """A meter whose first reading is its initial one; with ``until`` the one of that day is the final one."""
    if isinstance(readings, Mapping):
        readings = [reading(on, shown, scheme) for on, shown in readings.items()]
    first, *others = readings
    others = [
        replace(each, authority=Authority.OFFICE) if until is not None and each.on == day(until) else each
        for each in others
    ]
    return Placement(
        meter_id=meter_id,
        since=first.on,
        until=None if until is None else day(until),
        readings=(replace(first, authority=Authority.INITIAL), *others),
        scheme=scheme,
        **more,
    )


def table(
    since: str,
    until: str | None,
    prices: Mapping[tuple[int, str], Sequence[str]],
    limits: Sequence[int | None] | Sequence[RangeLimit] = (3900, 6000, None),
    group: str = "1.1",
) -> PriceTable:
    """Prices by scheme and zone, range after range."""
    return PriceTable(
        group,
        day(since),
        None if until is None else day(until),
        tuple(each if isinstance(each, RangeLimit) else RangeLimit(each) for each in limits),
        tuple(
            ZonePrices(scheme, zone, tuple(RangePrice(Decimal(p), range_no=n) for n, p in enumerate(row, 1)))
            for (scheme, zone), row in prices.items()
        ),
    )


#: Chelyabinsk 1.1 as published: two tables, one change of prices at New Year.
OLD = {(1, "single"): ("4.77", "7.05", "10.97")}
NEW = {
    (1, "single"): ("4.85", "7.17", "11.15"),
    (2, "day"): ("5.58", "8.25", "12.82"),
    (2, "night"): ("2.91", "4.30", "6.69"),
}
TABLES = (table("2025-01-01", "2026-01-01", OLD), table("2026-01-01", None, NEW))


def policy(
    norm: int | None = None, *, proration: Proration = Proration.BY_DAY, cut_off_day: int = 25, **more: Any
) -> MonthPolicy:
    """One choice for ever; ``norm`` is kWh a person."""
    rules = Rules(proration=proration, norm_kwh_per_person=None if norm is None else Decimal(norm), **more)
    return MonthPolicy(month("2020-01"), cut_off_day, rules)


def account(*points: Placement | Sequence[Placement], floor: str = "2026-05", **more: Any) -> AccountFacts:
    """An account with its meters; meters that followed one another on one place stand in a list."""
    found: dict[str, Any] = {
        "opened_on": day("2020-01-01"),
        "terms": (AccountTerms("1.1", 3),),
        "policies": (policy(100),),
        "tables": TABLES,
        "multipliers": multipliers(),
        "points": tuple(
            Point(no, (each,) if isinstance(each, Placement) else tuple(each))
            for no, each in enumerate(points, 1)
        ),
    }
    return AccountFacts(floor=month(floor), **{**found, **more})


def priced(
    group: GroupTariffs,
    scheme: int,
    on: date,
    used: Mapping[str, Decimal],
    *,
    until: date | None = None,
    proration: Proration = Proration.BY_DAY,
) -> list[Line]:
    """One month's lines of so many kWh by zone, used from a day to another, by the pricing of the run."""
    end = on + timedelta(days=1) if until is None else until
    facts = AccountFacts(
        floor=Month.of(on),
        opened_on=on,
        terms=(AccountTerms(group.group, None),),
        policies=(),
        tables=price_tables(group),
    )
    volumes = [MonthVolume(1, scheme, zone, used[zone], Basis.READING, on, end) for zone in used]
    return price_pot(Month.of(on), volumes, facts=facts, proration=proration)


class Book:
    """What stands charged to one account, moved only by differences."""

    #: Who is told of every run: (facts, horizon, what stood, what it changed).
    told: ClassVar[Callable[[AccountFacts, Month, dict[int, Line], Difference[int]], None] | None] = None

    def __init__(self) -> None:
        self.stands: dict[int, Line] = {}
        self.horizon: Month | None = None

    def run(self, facts: AccountFacts, until: str) -> Difference[int]:
        """Charge a month; what it changed."""
        asked = month(until)
        self.horizon = asked if self.horizon is None else max(self.horizon, asked)
        found = due(facts, self.stands.items(), horizon=self.horizon)
        if Book.told is not None:
            Book.told(facts, self.horizon, dict(self.stands), found)
        for name, _ in found.reverse:
            del self.stands[name]
        number = max(self.stands, default=0)
        self.stands |= {number + place: line for place, line in enumerate(found.post, 1)}
        return found

    @property
    def lines(self) -> list[Line]:
        return list(self.stands.values())


def kwh(lines: Sequence[Line] | Difference[int]) -> Any:
    """kWh of lines, or of what a difference adds."""
    if isinstance(lines, Difference):
        return kwh(lines.post) - kwh([line for _, line in lines.reverse])
    return sum((line.kwh for line in lines), Decimal(0))


def kopecks(lines: Sequence[Line]) -> int:
    """Money of lines."""
    return sum(line.kopecks for line in lines)


def by_month(lines: Sequence[Line]) -> dict[str, Any]:
    """kWh of each month."""
    found: dict[str, Any] = {}
    for line in lines:
        found[str(line.month)] = found.get(str(line.month), Decimal(0)) + line.kwh
    return found


def told(lines: Sequence[Line], *names: str) -> list[Any]:
    """Some columns of lines: bare values of one, tuples of several."""
    return [
        getattr(line, names[0]) if len(names) == 1 else tuple(getattr(line, name) for name in names)
        for line in lines
    ]
