"""What a tariff file must be: fields that can be read, full tables, and dates without gaps or overlaps."""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from svet.billing.rules import table_text
from svet.kernel.refusals import Refused
from svet.metering.rules import ZONES, Zone

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
OPTIONAL = ("decree", "demonstration", "note")
MAX_BYTES = 10 * 1024 * 1024
_LENGTHS = {"region": 80, "group_code": 8, "group_name": 1000, "source_url": 300, "decree": 200, "note": 1000}
_RANGES = 3


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
    BAD_PRICE = "bad_price"
    BAD_FLAG = "bad_flag"
    DUPLICATE = "duplicate"
    MISSING_ZONE = "missing_zone"
    MISSING_RANGE = "missing_range"
    LIMITS_NOT_RISING = "limits_not_rising"
    LIMITS_DIFFER = "limits_differ"
    LAST_RANGE_LIMITED = "last_range_limited"
    OVERLAP = "overlap"
    GAP = "gap"
    DIFFERS_FROM_LOADED = "differs_from_loaded"
    ALREADY_CHARGED = "already_charged"


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that is wrong; ``row`` counts the file's lines from 1 (the header), 0 is the whole file."""

    row: int
    field: str
    reason: TariffRowReason
    value: str = ""


class TariffFileRefused(Refused):
    """The file was not applied, not even in part; ``errors`` says why, row by row."""

    def __init__(self, errors: Sequence[RowError]):
        super().__init__(errors[0].reason, field="file", details={"errors": len(errors)})
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One readable row of the file."""

    region: str
    group_code: str
    group_name: str
    valid_from: date
    valid_to: date | None
    scheme: int
    zone: str
    range_no: int
    range_upper_kwh: int | None
    price: Decimal
    source_url: str
    decree: str = ""
    demonstration: bool = False
    note: str = ""
    row: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, int, str, int, date]:
        """What may stand only once."""
        return self.region, self.group_code, self.scheme, self.zone, self.range_no, self.valid_from


def parse(content: bytes) -> list[TariffLine]:
    """Read a file of ``COLUMNS`` as spreadsheets save it, see ``table_text``. :raises TariffFileRefused:"""
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
        if found.errors or line is None:
            errors += found.errors
        else:
            lines.append(line)
    if errors:
        raise TariffFileRefused(errors)
    return lines


class _Row:
    """One row being read: collects everything that is wrong with it."""

    def __init__(self, number: int, cells: Mapping[str, str]):
        self.number = number
        self.cells = cells
        self.errors: list[RowError] = []

    def wrong(self, name: str, reason: TariffRowReason) -> None:
        self.errors.append(RowError(self.number, name, reason, self.cells.get(name, "")[:40]))

    def line(self) -> TariffLine | None:
        texts = {name: self.text(name) for name in ("region", "group_code", "group_name")}
        extra = {name: self.text(name, needed=False) for name in ("source_url", "decree", "note")}
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
        upper = None
        if self.cells["range_upper_kwh"]:
            upper = self.whole("range_upper_kwh", TariffRowReason.BAD_LIMIT, range(1, 10_000_000))
        price = table_text.read_price(self.cells["price_rub_per_kwh"])
        if price is None:
            self.wrong("price_rub_per_kwh", TariffRowReason.BAD_PRICE)
        flag = self.cells.get("demonstration", "") or "no"
        if flag not in ("yes", "no"):
            self.wrong("demonstration", TariffRowReason.BAD_FLAG)
        if self.errors or start is None or scheme is None or number is None or price is None:
            return None
        return TariffLine(
            **(texts | {"group_code": table_text.read_code(texts["group_code"])}),
            **extra,
            valid_from=start,
            valid_to=last,
            scheme=scheme,
            zone=Zone(zone).value,
            range_no=number,
            range_upper_kwh=upper,
            price=price,
            demonstration=flag == "yes",
            row=self.number,
        )

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


def check(lines: Sequence[TariffLine], loaded: Sequence[TariffLine] = ()) -> list[TariffLine]:
    """The lines that are new beside those loaded before. :raises TariffFileRefused: they do not fit"""
    errors: list[RowError] = []
    known = {line.key: line for line in loaded}
    seen: dict[tuple[object, ...], TariffLine] = {}
    for line in lines:
        if line.key in seen:
            errors.append(RowError(line.row, "", TariffRowReason.DUPLICATE, str(seen[line.key].row)))
        elif line.key in known and known[line.key] != line:
            errors.append(RowError(line.row, "", TariffRowReason.DIFFERS_FROM_LOADED))
        seen.setdefault(line.key, line)
    if not errors:
        groups: dict[tuple[str, str], list[TariffLine]] = {}
        for line in {**known, **{line.key: line for line in lines}}.values():
            groups.setdefault((line.region, line.group_code), []).append(line)
        for group in {(line.region, line.group_code) for line in lines}:
            errors += _check_group(groups[group])
    if errors:
        raise TariffFileRefused(sorted(errors, key=lambda error: error.row))
    return [line for line in lines if line.key not in known]


def _check_group(lines: Sequence[TariffLine]) -> list[RowError]:
    tables: dict[tuple[date, date | None], list[TariffLine]] = {}
    for line in lines:
        tables.setdefault((line.valid_from, line.valid_to), []).append(line)
    errors = [error for table in tables.values() for error in _check_table(table)]
    ordered = sorted(tables, key=lambda span: span[0])
    for (_, last), (start, end) in itertools.pairwise(ordered):
        row = min(line.row for line in tables[start, end])
        if last is None or start <= last:
            errors.append(RowError(row, "valid_from", TariffRowReason.OVERLAP, start.isoformat()))
        elif start > last + timedelta(days=1):
            errors.append(RowError(row, "valid_from", TariffRowReason.GAP, start.isoformat()))
    return errors


def _check_table(lines: Sequence[TariffLine]) -> list[RowError]:
    errors = []
    zones: dict[tuple[int, str], list[TariffLine]] = {}
    for line in sorted(lines, key=lambda line: line.range_no):
        zones.setdefault((line.scheme, line.zone), []).append(line)
    for scheme in sorted({line.scheme for line in lines}):
        row = min(line.row for line in lines if line.scheme == scheme)
        errors += [
            RowError(row, "zone", TariffRowReason.MISSING_ZONE, zone)
            for zone in ZONES[scheme]
            if (scheme, zone) not in zones
        ]
    common = [line.range_upper_kwh for line in next(iter(zones.values()))]
    for rows in zones.values():
        first = rows[0].row
        if [line.range_no for line in rows] != list(range(1, len(rows) + 1)):
            errors.append(RowError(first, "range_no", TariffRowReason.MISSING_RANGE, rows[0].zone))
            continue
        limits = [line.range_upper_kwh for line in rows]
        if limits[-1] is not None:
            errors.append(
                RowError(rows[-1].row, "range_upper_kwh", TariffRowReason.LAST_RANGE_LIMITED, str(limits[-1]))
            )
        bounded = [limit for limit in limits[:-1] if limit is not None]
        if len(bounded) != len(limits) - 1 or bounded != sorted(set(bounded)):
            errors.append(RowError(first, "range_upper_kwh", TariffRowReason.LIMITS_NOT_RISING, rows[0].zone))
        elif limits != common:
            errors.append(RowError(first, "range_upper_kwh", TariffRowReason.LIMITS_DIFFER, rows[0].zone))
    return errors
