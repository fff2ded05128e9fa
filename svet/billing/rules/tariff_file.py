"""What a tariff file must be: fields that can be read, full tables, and dates without gaps or overlaps."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

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
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,5})?", re.ASCII)
_RANGES = 3


class RowReason(StrEnum):
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
    reason: RowReason
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
    """Read a file of ``COLUMNS`` (CSV, UTF-8, comma or semicolon). :raises TariffFileRefused:"""
    if len(content) > MAX_BYTES:
        raise TariffFileRefused([RowError(0, "", RowReason.TOO_LARGE)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TariffFileRefused([RowError(0, "", RowReason.NOT_UTF8)]) from None
    header_line = text.partition("\n")[0]
    delimiter = ";" if header_line.count(";") > header_line.count(",") else ","
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error:
        raise TariffFileRefused([RowError(reader.line_num, "", RowReason.WRONG_WIDTH)]) from None
    header = [name.strip() for name in rows[0][1]] if rows else []
    missing = [RowError(1, name, RowReason.MISSING_COLUMN) for name in COLUMNS if name not in header]
    if missing:
        raise TariffFileRefused(missing)
    if len(rows) == 1:
        raise TariffFileRefused([RowError(0, "", RowReason.NO_ROWS)])
    errors: list[RowError] = []
    lines: list[TariffLine] = []
    for number, row in rows[1:]:
        if len(row) != len(header):
            errors.append(RowError(number, "", RowReason.WRONG_WIDTH, str(len(row))))
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

    def wrong(self, name: str, reason: RowReason) -> None:
        self.errors.append(RowError(self.number, name, reason, self.cells.get(name, "")[:40]))

    def line(self) -> TariffLine | None:
        texts = {name: self.text(name) for name in ("region", "group_code", "group_name")}
        extra = {name: self.text(name, needed=False) for name in ("source_url", "decree", "note")}
        start, last = self.day("valid_from"), None
        if self.cells["valid_to"]:
            last = self.day("valid_to")
            if start is not None and last is not None and last < start:
                self.wrong("valid_to", RowReason.DATES_REVERSED)
        scheme = self.whole("zone_scheme", RowReason.BAD_SCHEME, ZONES)
        zone = self.cells["zone"]
        if scheme is not None and zone not in ZONES[scheme]:
            self.wrong("zone", RowReason.BAD_ZONE)
        number = self.whole("range_no", RowReason.BAD_RANGE, range(1, _RANGES + 1))
        upper = None
        if self.cells["range_upper_kwh"]:
            upper = self.whole("range_upper_kwh", RowReason.BAD_LIMIT, range(1, 10_000_000))
        price = self.cells["price_rub_per_kwh"]
        if len(price) > 12 or not _PRICE.fullmatch(price) or not Decimal(price):
            self.wrong("price_rub_per_kwh", RowReason.BAD_PRICE)
        flag = self.cells.get("demonstration", "") or "no"
        if flag not in ("yes", "no"):
            self.wrong("demonstration", RowReason.BAD_FLAG)
        if self.errors or start is None or scheme is None or number is None:
            return None
        return TariffLine(
            **texts,
            **extra,
            valid_from=start,
            valid_to=last,
            scheme=scheme,
            zone=Zone(zone).value,
            range_no=number,
            range_upper_kwh=upper,
            price=Decimal(price),
            demonstration=flag == "yes",
            row=self.number,
        )

    def text(self, name: str, *, needed: bool = True) -> str:
        value = self.cells.get(name, "")
        if len(value) > _LENGTHS[name]:
            self.wrong(name, RowReason.TOO_LONG)
        elif needed and not value:
            self.wrong(name, RowReason.EMPTY)
        elif any(not char.isprintable() or char == "\ufffd" for char in value):
            self.wrong(name, RowReason.CONTROL_CHARACTER)
        return value

    def day(self, name: str) -> date | None:
        match = _DATE.fullmatch(self.cells[name][:11])
        try:
            if match is not None and 2000 <= int(match[1]) <= 2199:
                return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
        self.wrong(name, RowReason.BAD_DATE)
        return None

    def whole(self, name: str, reason: RowReason, allowed: Iterable[int]) -> int | None:
        value = self.cells[name]
        if len(value) <= 7 and _WHOLE.fullmatch(value) and int(value) in allowed:
            return int(value)
        self.wrong(name, reason)
        return None


def check(lines: Sequence[TariffLine], loaded: Sequence[TariffLine] = ()) -> list[TariffLine]:
    """The lines that are new beside those loaded before. :raises TariffFileRefused: they do not fit"""
    errors: list[RowError] = []
    known = {line.key: line for line in loaded}
    seen: dict[tuple[object, ...], TariffLine] = {}
    for line in lines:
        if line.key in seen:
            errors.append(RowError(line.row, "", RowReason.DUPLICATE, str(seen[line.key].row)))
        elif line.key in known and known[line.key] != line:
            errors.append(RowError(line.row, "", RowReason.DIFFERS_FROM_LOADED))
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
            errors.append(RowError(row, "valid_from", RowReason.OVERLAP, start.isoformat()))
        elif start > last + timedelta(days=1):
            errors.append(RowError(row, "valid_from", RowReason.GAP, start.isoformat()))
    return errors


def _check_table(lines: Sequence[TariffLine]) -> list[RowError]:
    errors = []
    zones: dict[tuple[int, str], list[TariffLine]] = {}
    for line in sorted(lines, key=lambda line: line.range_no):
        zones.setdefault((line.scheme, line.zone), []).append(line)
    for scheme in sorted({line.scheme for line in lines}):
        row = min(line.row for line in lines if line.scheme == scheme)
        errors += [
            RowError(row, "zone", RowReason.MISSING_ZONE, zone)
            for zone in ZONES[scheme]
            if (scheme, zone) not in zones
        ]
    common = [line.range_upper_kwh for line in next(iter(zones.values()))]
    for rows in zones.values():
        first = rows[0].row
        if [line.range_no for line in rows] != list(range(1, len(rows) + 1)):
            errors.append(RowError(first, "range_no", RowReason.MISSING_RANGE, rows[0].zone))
            continue
        limits = [line.range_upper_kwh for line in rows]
        if limits[-1] is not None:
            errors.append(
                RowError(rows[-1].row, "range_upper_kwh", RowReason.LAST_RANGE_LIMITED, str(limits[-1]))
            )
        bounded = [limit for limit in limits[:-1] if limit is not None]
        if len(bounded) != len(limits) - 1 or bounded != sorted(set(bounded)):
            errors.append(RowError(first, "range_upper_kwh", RowReason.LIMITS_NOT_RISING, rows[0].zone))
        elif limits != common:
            errors.append(RowError(first, "range_upper_kwh", RowReason.LIMITS_DIFFER, rows[0].zone))
    return errors
