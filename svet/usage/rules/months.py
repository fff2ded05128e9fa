"""What a month was and why it differs from another, from the lines of its bill alone. Pure.

Every sum here is a sum of those lines: the parts of a month come to its bill, the reasons of a difference to
the difference, to the kopeck.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from svet.bills.rules import LineRow
from svet.bills.rules.document import ADJUSTMENT
from svet.bills.rules.lines import HOUSE, RECALCULATION, usage
from svet.kernel.periods import Month
from svet.metering.rules import Zone
from svet.usage.rules.corrections import kwh_of, own_kopecks, own_kwh

MONTHS: Final = 24
YEAR: Final = 12
_ESTIMATES = frozenset({"average", "norm"})
#: Away for so many days of a month's bill: then it is marked.
_AWAY_DAYS: Final = 7
#: The zones as a bill has them, the dear one of each scheme first.
_ZONES = (Zone.SINGLE, Zone.DAY, Zone.PEAK, Zone.SEMIPEAK, Zone.NIGHT)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ZoneMonth:
    """What one zone used and cost in a month, recalculations left out."""

    zone: str
    kwh: Decimal
    kopecks: int


@dataclass(frozen=True, slots=True)
class UsageMonth:
    """A month of an account.

    ``kwh`` is the flat's own use; ``house`` its part of the house, ``corrected`` what the bill gives to
    earlier months, ``decided`` sums that somebody decided, each in kopecks. ``estimated`` kWh of ``kwh``
    nobody has read. ``days`` 0: its lines do not tell. ``plain``: read at both ends, so it may be compared.
    ``later`` are lines of later bills that correct this month; nothing above holds them.
    """

    month: Month
    bill_public_id: str
    zones: tuple[ZoneMonth, ...]
    house: int
    corrected: int
    corrected_kwh: Decimal
    decided: int
    days: int
    plain: bool
    estimated: Decimal
    control: bool
    away: bool
    lines: tuple[LineRow, ...]
    later: tuple[LineRow, ...] = ()

    @property
    def later_kwh(self) -> Decimal:
        """What later bills have given to the flat's own use of this month, kWh."""
        return sum((own_kwh(line) for line in self.later), _ZERO)

    @property
    def later_kopecks(self) -> int:
        """What later bills have given to this month, kopecks."""
        return sum(line.kopecks for line in self.later)

    @property
    def as_it_stands(self) -> UsageMonth:
        """The month after all corrections, kWh and kopecks by the month they are for.

        ``corrected`` is then what later bills gave to it, not what its own bill gave to earlier months.
        """
        kwh: dict[str, Decimal] = {each.zone: each.kwh for each in self.zones}
        for line in self.later:
            kwh[line.zone] = kwh.get(line.zone, _ZERO) + own_kwh(line)
        zones = tuple(ZoneMonth(zone, kwh[zone], self.of_zone(zone).kopecks) for zone in _in_order(kwh))
        return replace(self, zones=zones, corrected=self.later_kopecks, corrected_kwh=self.later_kwh)

    def stands(self, zone: str) -> ZoneMonth:
        """One zone's own use after all corrections, kopecks too: without the house, as ``of_zone``."""
        own, later = self.of_zone(zone), [line for line in self.later if line.zone == zone]
        kwh = sum((own_kwh(line) for line in later), own.kwh)
        return ZoneMonth(zone, kwh, own.kopecks + sum(own_kopecks(line) for line in later))

    @property
    def standing_estimate(self) -> Decimal:
        """Of the kWh that stand after all corrections those that nobody has read."""
        found = self.estimated
        for line in self.later:
            if line.was or line.now:
                found += kwh_of(line.now, _ESTIMATES) - kwh_of(line.was, _ESTIMATES)
            else:
                # A bill of before the parts were kept: what it corrected is read since.
                own = (each for each in self.lines if each.zone == line.zone and each.basis in _ESTIMATES)
                found -= sum((each.kwh for each in own), _ZERO)
        return max(found, _ZERO)

    @property
    def span(self) -> tuple[date, date] | None:
        """The days (half-open) its own use is for; None: its lines do not tell."""
        whole = usage(self.lines)
        return None if whole.since is None or whole.until is None else (whole.since, whole.until)

    @property
    def kwh(self) -> Decimal:
        """The flat's own use, kWh."""
        return sum((each.kwh for each in self.zones), _ZERO)

    @property
    def own(self) -> int:
        """What the own use cost, kopecks."""
        return sum(each.kopecks for each in self.zones)

    @property
    def kopecks(self) -> int:
        """What the bill charged in all."""
        return self.own + self.house + self.corrected + self.decided

    def of_zone(self, zone: str) -> ZoneMonth:
        """One zone, nothing where the month has none of it."""
        return next((each for each in self.zones if each.zone == zone), ZoneMonth(zone, _ZERO, 0))


def usage_month(
    *,
    month: Month,
    bill_public_id: str,
    lines: Sequence[LineRow],
    away: Iterable[tuple[date, date]] = (),
    later: Iterable[LineRow] = (),
) -> UsageMonth:
    """A month from the lines of its bill; ``away`` are first and last days of absences.

    ``later`` are the lines of other bills that correct it.
    """
    own = [line for line in lines if line.basis not in (RECALCULATION, ADJUSTMENT, HOUSE)]
    whole = usage(lines)
    corrections = [line for line in lines if line.basis == RECALCULATION]
    zones = _in_order({line.zone for line in own})
    return UsageMonth(
        month=month,
        bill_public_id=bill_public_id,
        zones=tuple(
            ZoneMonth(
                zone,
                sum((line.kwh for line in own if line.zone == zone), _ZERO),
                sum(line.kopecks for line in own if line.zone == zone),
            )
            for zone in zones
        ),
        house=sum(line.kopecks for line in lines if line.basis == HOUSE),
        corrected=sum(line.kopecks for line in corrections),
        corrected_kwh=sum((line.kwh for line in corrections), _ZERO),
        decided=sum(line.kopecks for line in lines if line.basis == ADJUSTMENT),
        days=whole.days,
        plain=whole.plain,
        estimated=sum((line.kwh for line in own if line.basis in _ESTIMATES), _ZERO),
        control=any(line.current_source == "control" for line in own),
        away=_away(whole.since, whole.until, away),
        lines=tuple(lines),
        later=tuple(later),
    )


def _in_order(zones: Collection[str]) -> tuple[str, ...]:
    """Those this version does not know are last, and each order is one."""
    known = [zone.value for zone in _ZONES]
    return tuple(sorted(zones, key=lambda zone: (known.index(zone) if zone in known else len(known), zone)))


def _away(since: date | None, until: date | None, absences: Iterable[tuple[date, date]]) -> bool:
    if since is None or until is None:
        return False
    days = sum(
        max(0, (min(until, last + timedelta(days=1)) - max(since, first)).days) for first, last in absences
    )
    return days >= _AWAY_DAYS


class ReasonKind(StrEnum):
    """Why a month differs; ``READ``: one of the two was not read, so nothing can be told apart."""

    TARIFF = "tariff"
    DAYS = "days"
    PER_DAY = "per_day"
    READ = "read"
    HOUSE = "house"
    CORRECTED = "corrected"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class MoneyReason:
    """A part of a difference, kopecks."""

    kind: ReasonKind
    kopecks: int


@dataclass(frozen=True, slots=True)
class EnergyReason:
    """A part of a difference, kWh."""

    kind: ReasonKind
    kwh: Decimal


def energy_reasons(now: UsageMonth, then: UsageMonth) -> tuple[EnergyReason, ...]:
    """Why the own use differs: longer, or more a day; they come to the difference exactly."""
    whole = now.kwh - then.kwh
    if not _comparable(now, then):
        found = [EnergyReason(ReasonKind.READ, whole)]
    else:
        days = (then.kwh / then.days * (now.days - then.days)).quantize(Decimal(1), ROUND_HALF_UP)
        found = [EnergyReason(ReasonKind.DAYS, days), EnergyReason(ReasonKind.PER_DAY, whole - days)]
    return tuple(each for each in found if each.kwh)


def money_reasons(now: UsageMonth, then: UsageMonth) -> tuple[MoneyReason, ...]:
    """Why the bills differ: prices, days, use a day, and what is not the month's own use.

    Prices: the kWh of ``now`` that ``then`` had a price for, in the same zone and range, times what it moved.
    The last of the own parts takes what rounding leaves, so all come to the difference to the kopeck.
    """
    own = now.own - then.own
    tariff = _moved(now, then)
    if not _comparable(now, then):
        parts = [MoneyReason(ReasonKind.TARIFF, tariff), MoneyReason(ReasonKind.READ, own - tariff)]
    else:
        days = _round(Decimal(then.own) / then.days * (now.days - then.days))
        parts = [
            MoneyReason(ReasonKind.TARIFF, tariff),
            MoneyReason(ReasonKind.DAYS, days),
            MoneyReason(ReasonKind.PER_DAY, own - tariff - days),
        ]
    parts += [
        MoneyReason(ReasonKind.HOUSE, now.house - then.house),
        MoneyReason(ReasonKind.CORRECTED, now.corrected - then.corrected),
        MoneyReason(ReasonKind.DECIDED, now.decided - then.decided),
    ]
    return tuple(each for each in parts if each.kopecks)


def _comparable(now: UsageMonth, then: UsageMonth) -> bool:
    return now.plain and then.plain and now.days > 0 and then.days > 0


def _moved(now: UsageMonth, then: UsageMonth) -> int:
    before: dict[tuple[str, int], list[Decimal]] = {}
    for line in _priced(then):
        before.setdefault((line.zone, line.range_no), []).append(line.price)
    moved = _ZERO
    for line in _priced(now):
        old = before.get((line.zone, line.range_no))
        if old:
            moved += line.kwh * (line.price - old[-1])
    return _round(moved * 100)


def _priced(month: UsageMonth) -> list[LineRow]:
    own = (line for line in month.lines if line.basis not in (RECALCULATION, ADJUSTMENT, HOUSE))
    return sorted((line for line in own if line.price), key=lambda line: line.since_on)


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class UsageStory:
    """Up to 24 months of an account, newest first."""

    months: tuple[UsageMonth, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        """Every zone of these months, in the order of a bill."""
        return _in_order({each.zone for month in self.months for each in month.zones})

    def month(self, month: Month) -> UsageMonth | None:
        """One month, None where there was no bill."""
        return next((each for each in self.months if each.month == month), None)

    def year_before(self, month: Month) -> UsageMonth | None:
        """The same month of the last year."""
        return self.month(month.plus(-YEAR))

    def compared_with(self, month: Month) -> UsageMonth | None:
        """What a month is held against: a year ago, else the month before."""
        return self.year_before(month) or self.month(month.plus(-1))

    @property
    def shown(self) -> tuple[Month, ...]:
        """The twelve months of the picture, oldest first; those without a bill too."""
        if not self.months:
            return ()
        last = self.months[0].month
        return tuple(last.plus(place - YEAR + 1) for place in range(YEAR))

    @property
    def years(self) -> tuple[tuple[UsageMonth, ...], tuple[UsageMonth, ...]]:
        """The last twelve months and the twelve before; a year that lacks a month is empty."""
        this = [self.month(month) for month in self.shown]
        before = [self.year_before(month) for month in self.shown]
        return _whole(this), _whole(before)


def _whole(months: Sequence[UsageMonth | None]) -> tuple[UsageMonth, ...]:
    found = tuple(each for each in months if each is not None)
    return found if len(found) == YEAR else ()
