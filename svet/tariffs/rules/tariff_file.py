"""What a tariff file must be: cells that can be read. What its rows must be together: ``tariff_check``.

``?`` is what a publication does not tell: a limit nobody knows, a price nobody has.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from svet.kernel.refusals import Refused
from svet.metering.rules import ZONES, Zone
from svet.tariffs.rules import table_text

COLUMNS = (
    "region",
    "group_code",
    "group_name",
    "valid_from",
    "valid_to",
    "zone_scheme",
    "zone",
    "range_no",
    "range_upper_kwh",
    "price_rub_per_kwh",
    "source_url",
)
OPTIONAL = ("decree", "demonstration", "note", "range_upper_per_person", "range_upper_least")
UNKNOWN = "?"
MAX_BYTES = 10 * 1024 * 1024
_LENGTHS = {
    "region": 80,
    "group_code": 40,
    "group_name": 1000,
    "source_url": 300,
    "decree": 200,
    "note": 1000,
}
_RANGES = 99


class TariffRowReason(StrEnum):
    """What is wrong with a file, a row of it, or the rows together."""

    NOT_UTF8 = "not_utf8"
    TOO_LARGE = "too_large"
    NO_ROWS = "no_rows"
    MISSING_COLUMN = "missing_column"
    WRONG_WIDTH = "wrong_width"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    BAD_DATE = "bad_date"
    DATES_REVERSED = "dates_reversed"
    BAD_SCHEME = "bad_scheme"
    BAD_ZONE = "bad_zone"
    BAD_RANGE = "bad_range"
    BAD_LIMIT = "bad_limit"
    TWO_LIMITS = "two_limits"
    BAD_PRICE = "bad_price"
    BAD_FLAG = "bad_flag"
    DUPLICATE = "duplicate"
    LIMITS_NOT_RISING = "limits_not_rising"
    LIMITS_DIFFER = "limits_differ"
    OVERLAP = "overlap"
    DIFFERS_FROM_LOADED = "differs_from_loaded"
    ALREADY_CHARGED = "already_charged"
    NOTHING_TO_CORRECT = "nothing_to_correct"
    NOTHING_TO_CLOSE = "nothing_to_close"
    MONTH_RUNNING = "month_running"


class TariffLack(StrEnum):
    """What a publication does not tell: no fault of the file, but nobody can be charged by it."""

    ZONE = "zone"
    RANGE = "range"
    LIMIT = "limit"
    ABOVE = "above"
    PRICE = "price"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that is wrong; ``row`` counts the file's lines from 1 (the header), 0 is the whole file."""

    row: int
    field: str
    reason: TariffRowReason
    value: str = ""


@dataclass(frozen=True, slots=True)
class RowLack:
    """One thing that a publication leaves out; ``row`` is the first row of the file that it concerns."""

    row: int
    reason: TariffLack
    group: str
    scheme: int = 0
    zone: str = ""
    range_no: int = 0
    since: date | None = None
    until: date | None = None


class TariffFileRefused(Refused):
    """The file was not applied, not even in part; ``errors`` says why, row by row."""

    def __init__(self, errors: Sequence[RowError]):
        super().__init__(errors[0].reason, field="file", details={"errors": len(errors)})
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One readable row of the file.

    Its range ends at ``range_upper_kwh``; or at ``per_person`` kWh for each person, at least ``least``; or
    nobody knows where (``limit_unknown``); else nowhere. A row without ``price`` says that there is none.
    """

    region: str
    group_code: str
    group_name: str
    valid_from: date
    valid_to: date | None
    scheme: int
    zone: str
    range_no: int
    range_upper_kwh: int | None
    price: Decimal | None
    source_url: str
    decree: str = ""
    demonstration: bool = False
    note: str = ""
    limit_unknown: bool = False
    per_person: int | None = None
    least: int = 0
    row: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, int, str, int, date]:
        """What may stand only once."""
        return self.region, self.group_code, self.scheme, self.zone, self.range_no, self.valid_from

    @property
    def group(self) -> tuple[str, str]:
        """Region and code of its group."""
        return self.region, self.group_code

    @property
    def span(self) -> tuple[date, date | None]:
        """First and last day."""
        return self.valid_from, self.valid_to

    @property
    def bound(self) -> tuple[int | None, int | None, int] | None:
        """Where its range ends; None when nobody knows."""
        return None if self.limit_unknown else (self.range_upper_kwh, self.per_person, self.least)


def parse(content: bytes) -> list[TariffLine]:
    """Read a file of ``COLUMNS`` as spreadsheets save it, see ``table_text``. :raises TariffFileRefused:"""
    lines, errors = read(content)
    if errors:
        raise TariffFileRefused(errors)
    return lines


def read(content: bytes) -> tuple[list[TariffLine], list[RowError]]:
    """The rows that can be read, and what is wrong with the others. :raises TariffFileRefused: no table"""
    if len(content) > MAX_BYTES:
        raise TariffFileRefused([RowError(0, "", TariffRowReason.TOO_LARGE)])
    try:
        rows = table_text.read_rows(table_text.decode(content))
    except table_text.NotText:
        raise TariffFileRefused([RowError(0, "", TariffRowReason.NOT_UTF8)]) from None
    except table_text.BrokenRow as broken:
        raise TariffFileRefused([RowError(broken.row, "", TariffRowReason.WRONG_WIDTH)]) from None
    header = [name.strip() for name in rows[0][1]] if rows else []
    top = rows[0][0] if rows else 1
    missing = [RowError(top, name, TariffRowReason.MISSING_COLUMN) for name in COLUMNS if name not in header]
    if missing:
        raise TariffFileRefused(missing)
    if len(rows) == 1:
        raise TariffFileRefused([RowError(0, "", TariffRowReason.NO_ROWS)])
    errors: list[RowError] = []
    lines: list[TariffLine] = []
    for number, row in rows[1:]:
        if len(row) != len(header):
            errors.append(RowError(number, "", TariffRowReason.WRONG_WIDTH, str(len(row))))
            continue
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        found = _Row(number, cells)
        line = found.line()
        errors += found.errors
        if line is not None:
            lines.append(line)
    return lines, errors


class _Row:
    """One row being read: collects everything that is wrong with it."""

    def __init__(self, number: int, cells: Mapping[str, str]):
        self.number = number
        self.cells = cells
        self.errors: list[RowError] = []

    def wrong(self, name: str, reason: TariffRowReason) -> None:
        self.errors.append(RowError(self.number, name, reason, self.cells.get(name, "")[:40]))

    def line(self) -> TariffLine | None:
        texts: dict[str, Any] = {name: self.text(name) for name in ("region", "group_code", "group_name")}
        texts |= {name: self.text(name, needed=False) for name in ("source_url", "decree", "note")}
        start, last = self.day("valid_from"), None
        if self.cells["valid_to"]:
            last = self.day("valid_to")
            if start is not None and last is not None and last < start:
                self.wrong("valid_to", TariffRowReason.DATES_REVERSED)
        scheme = self.whole("zone_scheme", TariffRowReason.BAD_SCHEME, ZONES)
        zone = self.cells["zone"]
        if scheme is not None and zone not in ZONES[scheme]:
            self.wrong("zone", TariffRowReason.BAD_ZONE)
        number = self.whole("range_no", TariffRowReason.BAD_RANGE, range(1, _RANGES + 1))
        limits = self.limits()
        price = None
        if self.cells["price_rub_per_kwh"] != UNKNOWN:
            price = table_text.read_price(self.cells["price_rub_per_kwh"])
            if price is None:
                self.wrong("price_rub_per_kwh", TariffRowReason.BAD_PRICE)
        flag = self.cells.get("demonstration", "") or "no"
        if flag not in ("yes", "no"):
            self.wrong("demonstration", TariffRowReason.BAD_FLAG)
        if self.errors or start is None or scheme is None or number is None:
            return None
        return TariffLine(
            **(texts | {"group_code": table_text.read_code(texts["group_code"])}),
            valid_from=start,
            valid_to=last,
            scheme=scheme,
            zone=Zone(zone).value,
            range_no=number,
            **limits,
            price=price,
            demonstration=flag == "yes",
            row=self.number,
        )

    def limits(self) -> dict[str, Any]:
        """Where the range ends: a number, a number by person, ``?``, or nothing for the last range."""
        allowed = range(1, 10_000_000)
        person, least = (
            self.whole(name, TariffRowReason.BAD_LIMIT, allowed) if self.cells.get(name) else None
            for name in ("range_upper_per_person", "range_upper_least")
        )
        upper, unknown = None, self.cells["range_upper_kwh"] == UNKNOWN
        if self.cells["range_upper_kwh"] and not unknown:
            upper = self.whole("range_upper_kwh", TariffRowReason.BAD_LIMIT, allowed)
            if person is not None:
                self.wrong("range_upper_per_person", TariffRowReason.TWO_LIMITS)
        if least is not None and person is None:
            self.wrong("range_upper_least", TariffRowReason.TWO_LIMITS)
        return {
            "range_upper_kwh": upper,
            "limit_unknown": unknown and person is None,
            "per_person": person,
            "least": least or 0,
        }

    def text(self, name: str, *, needed: bool = True) -> str:
        value = self.cells.get(name, "")
        if len(value) > _LENGTHS[name]:
            self.wrong(name, TariffRowReason.TOO_LONG)
            return value
        shown = table_text.read_text(value)
        if shown is None:
            self.wrong(name, TariffRowReason.CONTROL_CHARACTER)
        elif needed and not shown:
            self.wrong(name, TariffRowReason.EMPTY)
        return shown or ""

    def day(self, name: str) -> date | None:
        found = table_text.read_day(self.cells[name])
        if found is None:
            self.wrong(name, TariffRowReason.BAD_DATE)
        return found

    def whole(self, name: str, reason: TariffRowReason, allowed: Container[int]) -> int | None:
        found = table_text.read_whole(self.cells[name])
        if found is not None and found in allowed:
            return found
        self.wrong(name, reason)
        return None
