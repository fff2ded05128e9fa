"""The lines of a bill as a reader sees them: parts of equal price are one, and what they say of the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from pydantic import TypeAdapter

from svet.bills.rules.document import ADJUSTMENT, LineRow, Usage
from svet.kernel.making import quickly

RECALCULATION = "recalculation"
READING = "reading"
#: The basis of what a house used in common.
HOUSE = "house"
#: How much the days of two scales or two months may differ and still be the same for a reader.
ABOUT_DAYS = 3
_NOT_CHARGED = frozenset((RECALCULATION, ADJUSTMENT))
_usage = quickly(Usage)
_LINES: TypeAdapter[tuple[LineRow, ...]] = TypeAdapter(tuple[LineRow, ...])


def lines_from_snapshot(lines: list[dict[str, Any]]) -> tuple[LineRow, ...]:
    """The lines of a bill's snapshot read back without the rest of it."""
    return _LINES.validate_python(lines)


def adds_up(*, kwh: Decimal, price: Decimal, kopecks: int) -> bool:
    """Whether kWh × price gives exactly this sum: a formula that is a kopeck off is no formula."""
    return int((kwh * price * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) == kopecks


def merged(lines: Sequence[LineRow]) -> tuple[LineRow, ...]:
    """The same lines with neighbouring parts put together that differ by nothing the reader pays for.

    A charge divides a volume by billing months and by tariff tables; where the price stayed the same that
    tells the reader nothing. Parts are kept apart where the sum would not be kWh × price any more, or where
    the volume together would not fit its range.
    """
    if len(lines) < 2:
        return tuple(lines)
    keyed = [(_same(line), line) for line in lines]
    first: dict[object, int] = {}
    for place, (key, _line) in enumerate(keyed):
        first.setdefault(key, place)
    if len(first) == len(keyed):
        return tuple(lines)
    # Lines that may be put together side by side, groups in the order of their first line.
    keyed.sort(key=lambda pair: (first[pair[0]], pair[1].since_on, pair[1].until_on))
    found: list[LineRow] = []
    last: object = None
    for key, line in keyed:
        joined = _joined(found[-1], line) if found and key == last else None
        last = key
        if joined is None:
            found.append(line)
        else:
            found[-1] = joined
    return tuple(found)


def _same(line: LineRow) -> tuple[object, ...]:
    return (
        line.meter_serial,
        line.zone,
        line.basis,
        line.corrects,
        line.range_no,
        line.range_over_kwh,
        line.range_upper_kwh,
        line.price,
        line.ratio,
        line.previous_value,
        line.previous_on,
        line.current_value,
        line.current_on,
        line.demonstration,
        line.decision,
        line.house,
    )


def _joined(one: LineRow, other: LineRow) -> LineRow | None:
    """Both parts as one line, or None where they must stay apart."""
    if one.corrects is not None:
        return None
    kwh, kopecks = one.kwh + other.kwh, one.kopecks + other.kopecks
    if one.until_on != other.since_on and (one.since_on, one.until_on) != (other.since_on, other.until_on):
        return None
    if not adds_up(kwh=kwh, price=one.price, kopecks=kopecks):
        return None
    limit = one.range_upper_kwh
    if limit is not None and abs(kwh) > limit - (one.range_over_kwh or 0):
        return None
    open_ended = one.range_upper_kwh is None and bool(one.range_over_kwh)
    if open_ended and one.until_on == other.since_on:
        # «Свыше 6 000» of two months is not what is above 6 000 of both together.
        return None
    return replace(
        one,
        until_on=max(one.until_on, other.until_on),
        kwh=kwh,
        kopecks=kopecks,
        tariff_to=other.tariff_to,
        decree=_both(one.decree, other.decree),
        source_url=other.source_url or one.source_url,
    )


def _both(one: str, other: str) -> str:
    return other if not one or one == other else one if not other or other in one else f"{one}; {other}"


class PricedLine(Protocol):
    """What a line says of consumption, whether it is printed or only counted."""

    @property
    def meter_serial(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def since_on(self) -> date: ...
    @property
    def until_on(self) -> date: ...
    @property
    def range_no(self) -> int: ...
    @property
    def kwh(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def kopecks(self) -> int: ...


def usage(lines: Sequence[PricedLine]) -> Usage:
    """What the lines of a month say about consumption, without what they correct.

    The sum is that of the whole month, the volume what the flat used itself: its house is not its use.
    """
    kwh, kopecks, plain = Decimal(0), 0, True
    spans: dict[tuple[str, str], tuple[date, date]] = {}
    for line in lines:
        if line.basis in _NOT_CHARGED:
            continue
        kopecks += line.kopecks
        if line.basis == HOUSE:
            continue
        kwh += line.kwh
        key, span = (line.meter_serial, line.zone), (line.since_on, line.until_on)
        known = spans.setdefault(key, span)
        if known != span:
            spans[key] = (min(known[0], span[0]), max(known[1], span[1]))
        # A dial that went back or round is explained by its line, not compared.
        plain = plain and line.basis == READING and line.kwh >= 0
    if not spans:
        return _usage(kwh, kopecks, None, None, plain=False)
    since = min([start for start, _end in spans.values()])
    until = max([end for _start, end in spans.values()])
    plain = plain and until > since
    if len(spans) > 1:
        plain = plain and all(
            (start - since).days <= ABOUT_DAYS and (until - end).days <= ABOUT_DAYS
            for start, end in spans.values()
        )
    return _usage(kwh, kopecks, since, until, plain)


def prices(lines: Sequence[PricedLine]) -> dict[str, list[Decimal]]:
    """The prices of each zone and range in the order of their days, each change once, nothing taken back."""
    found: dict[str, list[Decimal]] = {}
    for line in sorted(lines, key=lambda line: (line.since_on, line.until_on)):
        if line.basis in _NOT_CHARGED:
            continue
        known = found.setdefault(f"{line.zone}/{line.range_no}", [])
        if not known or known[-1] != line.price:
            known.append(line.price)
    return found


def last_prices(lines: Sequence[PricedLine]) -> dict[str, Decimal]:
    """The price each zone and range ended with, for the next month to compare with."""
    return {key: found[-1] for key, found in prices(lines).items()}
