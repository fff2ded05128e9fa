"""«Что если»: an account's own charged months by other zones, with a heater, with one of them left empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svet.accounts.queries import AccountView
from svet.billing.queries import own_months
from svet.billing.queries.own_months import YEAR, SchemeYear
from svet.billing.queries.own_months import EmptyMonth as EmptyMonth
from svet.billing.queries.what_if import PreviewFacts, ground_of
from svet.billing.rules.other_use import Load as Load
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.rules import Scheme


@dataclass(frozen=True, slots=True)
class SchemeChoice:
    """What the account's own months would have cost by a scheme; ``difference`` to what they did cost."""

    scheme: int
    total: Money
    difference: Money
    now: bool
    cheapest: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The last charged months of an account by each scheme that has prices.

    ``told``: a meter tells the night apart, so the share of the night is known. ``months`` are the kWh and
    the cost by scheme of each month, the newest first.
    """

    kwh: Decimal
    told: bool
    choices: tuple[SchemeChoice, ...]
    months: tuple[tuple[Month, Decimal, Mapping[int, Money]], ...]


@dataclass(frozen=True, slots=True)
class LoadedYear:
    """The months with something plugged in: kWh more, each scheme beside what the months did cost.

    Of ``months`` until ``last``, the last one that a reading closed: what is estimated knows no season.
    """

    months: int
    last: Month
    kwh: Decimal
    more: Decimal
    choices: tuple[SchemeChoice, ...]


@dataclass(frozen=True, slots=True)
class WhatIfAsked:
    """What is asked: the last ``months`` charged, with which share of the night, load, month left empty.

    ``night`` (0…1) counts where no meter tells it; without one that of its hours.
    """

    night: Fraction | None = None
    months: int = YEAR
    load: Load | None = None
    empty: Month | None = None


@dataclass(frozen=True, slots=True)
class WhatIfTold:
    """The answers; None: not asked, or it cannot be told.

    ``year`` is None where nothing is charged yet, several schemes stand side by side, or there is no meter.
    ``can_be_empty``: the months of the last 24 charged that can be thought empty, the newest first.
    ``charged``: how many of those 24 there are at all. Of a handed over account all are the new holder's.
    """

    year: WhatIf | None = None
    loaded: LoadedYear | None = None
    empty: EmptyMonth | None = None
    can_be_empty: Sequence[Month] = ()
    charged: int = 0


def what_if(*, account: AccountView, on: date, asked: WhatIfAsked) -> WhatIfTold:
    """What the months already charged would have cost otherwise, by the rules of billing itself."""
    ground = ground_of(account, on)
    if ground is None:
        return WhatIfTold()
    bare = _year(ground, asked, load=None)
    months = own_months.empty_months(ground)
    loaded = None
    if bare is not None and asked.load is not None and months:
        year = _year(ground, asked, load=asked.load)
        loaded = None if year is None else _loaded(bare.until(months[0]), year.until(months[0]))
    return WhatIfTold(
        year=None if bare is None else _told(bare),
        loaded=loaded,
        empty=own_months.empty_month(ground, asked.empty) if asked.empty and asked.empty in months else None,
        can_be_empty=months,
        charged=own_months.charged_months(ground),
    )


def _told(year: SchemeYear) -> WhatIf:
    (now,) = year.now
    return WhatIf(
        kwh=sum(year.kwh.values(), Decimal(0)),
        told=now != Scheme.SINGLE,
        choices=_choices(year, now=now, was=year.total(now)),
        months=tuple(
            (
                month,
                year.kwh[month],
                {scheme: Money(of_scheme.get(month, 0)) for scheme, of_scheme in year.costs.items()},
            )
            for month in sorted(year.kwh, reverse=True)
        ),
    )


def _loaded(bare: SchemeYear, year: SchemeYear) -> LoadedYear | None:
    if not year.kwh:
        return None
    (now,) = bare.now
    kwh = sum(year.kwh.values(), Decimal(0))
    return LoadedYear(
        months=len(year.kwh),
        last=max(year.kwh),
        kwh=kwh,
        more=kwh - sum(bare.kwh.values(), Decimal(0)),
        choices=_choices(year, now=now, was=bare.total(now)),
    )


def _year(ground: PreviewFacts, asked: WhatIfAsked, *, load: Load | None) -> SchemeYear | None:
    """The months by scheme, where one scheme is that of now and has its costs."""
    year = own_months.scheme_year(ground, night=asked.night, months=asked.months, load=load)
    if year is None or len(year.now) != 1 or not year.now <= year.costs.keys():
        return None
    return year


def _choices(year: SchemeYear, *, now: int, was: Money) -> tuple[SchemeChoice, ...]:
    totals = {scheme: year.total(scheme) for scheme in sorted(year.costs)}
    least = min(total.kopecks for total in totals.values())
    return tuple(
        SchemeChoice(
            scheme=scheme,
            total=total,
            difference=total - was,
            now=scheme == now,
            cheapest=total.kopecks == least,
        )
        for scheme, total in totals.items()
    )
