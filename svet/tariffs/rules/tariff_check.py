"""What the rows of tariff files must be together, and what a publication leaves out.

Faults refuse a file: two prices for the same kWh, limits that do not rise or differ between zones. What is
merely absent (a zone, a range, a limit, a price, months between two tables) is a lack: it is told, and
whoever needs it is refused when the day comes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from svet.metering.rules import ZONES
from svet.tariffs.rules.tariff_file import RowError, RowLack, TariffLack, TariffLine, TariffRowReason

_DAY = timedelta(days=1)
Key = tuple[str, str, int, str, int, date]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file brings: rows that are new, what is wrong with them, and what their publication lacks."""

    fresh: list[TariffLine]
    errors: list[RowError]
    lacks: list[RowLack]


def check(lines: Sequence[TariffLine], loaded: Sequence[TariffLine] = ()) -> Checked:
    """Compare the lines of a file with one another and with those loaded before."""
    errors: list[RowError] = []
    known = {line.key: line for line in loaded}
    given: dict[Key, TariffLine] = {}
    for line in lines:
        if line.key in given:
            errors.append(RowError(line.row, "", TariffRowReason.DUPLICATE, str(given[line.key].row)))
        elif line.key in known and known[line.key] != line:
            errors.append(RowError(line.row, *_difference(known[line.key], line)))
        given.setdefault(line.key, line)
    groups: dict[tuple[str, str], list[TariffLine]] = {}
    for line in (known | given).values():
        groups.setdefault(line.group, []).append(line)
    lacks: list[RowLack] = []
    for group in sorted({line.group for line in lines}):
        wrong, missing = _check_group(groups[group])
        errors += wrong
        lacks += missing
    return Checked(
        fresh=[line for line in given.values() if line.key not in known and line.price is not None],
        errors=sorted(errors, key=lambda error: error.row),
        lacks=sorted((lack for lack in lacks if lack.row), key=lambda lack: lack.row),
    )


#: What an operator may have meant to change, and the column it stands in.
_CELLS = {
    "price": "price_rub_per_kwh",
    "range_upper_kwh": "range_upper_kwh",
    "limit_unknown": "range_upper_kwh",
    "per_person": "range_upper_per_person",
    "least": "range_upper_least",
}


def _difference(known: TariffLine, line: TariffLine) -> tuple[str, TariffRowReason]:
    changed = [name for name in TariffLine.__match_args__ if getattr(known, name) != getattr(line, name)]
    name = next((name for name in changed if name in _CELLS), next(iter(changed), ""))
    return _CELLS.get(name, name), TariffRowReason.DIFFERS_FROM_LOADED


def _check_group(lines: Sequence[TariffLine]) -> tuple[list[RowError], list[RowLack]]:
    tables: dict[tuple[date, date | None], list[TariffLine]] = {}
    for line in lines:
        tables.setdefault(line.span, []).append(line)
    errors: list[RowError] = []
    lacks: list[RowLack] = []
    for table in tables.values():
        errors += _wrong_limits(table)
        lacks += _lacks(table)
    ordered = sorted(tables, key=lambda span: span[0])
    for before, after in itertools.pairwise(ordered):
        last, start = before[1], after[0]
        # A row of the file is named, be it of the table before or of the one behind.
        row = _first(tables[after]) or _first(tables[before])
        if last is None or start <= last:
            errors.append(RowError(row, "valid_from", TariffRowReason.OVERLAP, start.isoformat()))
        elif start > last + _DAY:
            code = lines[0].group_code
            lacks.append(RowLack(row, TariffLack.DAYS, code, since=last + _DAY, until=start - _DAY))
    return errors, lacks


def _first(lines: Sequence[TariffLine]) -> int:
    """The first row of the file among these; 0 when all were loaded before."""
    return min((line.row for line in lines if line.row), default=0)


def _zones(lines: Sequence[TariffLine]) -> dict[tuple[int, str], list[TariffLine]]:
    zones: dict[tuple[int, str], list[TariffLine]] = {}
    for line in sorted(lines, key=lambda line: (line.scheme, line.zone, line.range_no)):
        zones.setdefault((line.scheme, line.zone), []).append(line)
    return zones


def _wrong_limits(lines: Sequence[TariffLine]) -> list[RowError]:
    """Limits are those of an account's whole consumption: they rise, and all zones share them."""
    errors = []
    common: dict[int, tuple[int | None, int | None, int]] = {}
    for line in sorted(lines, key=lambda line: line.row):
        if line.bound is not None:
            common.setdefault(line.range_no, line.bound)
    for (_, zone), rows in _zones(lines).items():
        row = _first(rows)
        bounds = [line.range_upper_kwh for line in rows if line.range_upper_kwh is not None]
        open_before_the_last = any(line.bound == (None, None, 0) for line in rows[:-1])
        if open_before_the_last or any(b <= a for a, b in itertools.pairwise(bounds)):
            errors.append(RowError(row, "range_upper_kwh", TariffRowReason.LIMITS_NOT_RISING, zone))
        elif any(line.bound not in (None, common.get(line.range_no)) for line in rows):
            errors.append(RowError(row, "range_upper_kwh", TariffRowReason.LIMITS_DIFFER, zone))
    return errors


def _lacks(lines: Sequence[TariffLine]) -> list[RowLack]:
    """What the table of one group and its days does not tell."""
    zones = _zones(lines)
    lacks: list[RowLack] = []

    def lack(of: Sequence[TariffLine], reason: TariffLack, zone: str, number: int = 0) -> None:
        first = min(of, key=lambda line: line.row)
        lacks.append(RowLack(_first(of), reason, first.group_code, first.scheme, zone, number, *first.span))

    for scheme in sorted({line.scheme for line in lines}):
        of_scheme = [line for line in lines if line.scheme == scheme]
        for zone in ZONES[scheme]:
            if (scheme, zone) not in zones:
                lack(of_scheme, TariffLack.ZONE, str(zone))
    known = {line.range_no for line in lines if line.bound is not None}
    for (_, name), rows in zones.items():
        numbers = {line.range_no for line in rows}
        for number in range(1, max(numbers) + 1):
            if number not in numbers:
                lack(rows, TariffLack.RANGE, name, number)
        for line in rows:
            if line.price is None:
                lack([line], TariffLack.PRICE, name, line.range_no)
            if line.limit_unknown and line.range_no not in known:
                lack([line], TariffLack.LIMIT, name, line.range_no)
        if not rows[-1].limit_unknown and rows[-1].bound != (None, None, 0):
            lack([rows[-1]], TariffLack.ABOVE, name, rows[-1].range_no)
    return lacks
