"""A loaded table whose end nobody knew gets one: by the next table, or by its own rows with a last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from svet.tariffs.rules.tariff_file import TariffLine

_DAY = timedelta(days=1)
Key = tuple[str, str, int, str, int, date]


def new_ends(lines: Sequence[TariffLine], loaded: Sequence[TariffLine]) -> dict[Key, date]:
    """The last days that a file gives to rows loaded without one, by the key of the row."""
    known = {line.key for line in loaded}
    given = {line.key: line for line in lines}
    starts: dict[tuple[str, str], list[date]] = {}
    for line in lines:
        if line.key not in known:
            starts.setdefault((line.region, line.group_code), []).append(line.valid_from)
    ends: dict[Key, date] = {}
    for row in loaded:
        if row.valid_to is not None:
            continue
        same = given.get(row.key)
        if same is not None and same.valid_to is not None and same == replace(row, valid_to=same.valid_to):
            ends[row.key] = same.valid_to
            continue
        later = [day for day in starts.get((row.region, row.group_code), ()) if day > row.valid_from]
        if later:
            ends[row.key] = min(later) - _DAY
    return ends


def with_ends(rows: Sequence[TariffLine], ends: Mapping[Key, date]) -> list[TariffLine]:
    """The rows with the last days they have been given."""
    return [replace(row, valid_to=ends.get(row.key, row.valid_to)) for row in rows]


def closed(lines: Sequence[TariffLine], loaded: Sequence[TariffLine]) -> list[TariffLine]:
    """The file's rows; those without an end with the one that is known meanwhile.

    It is the one their loaded row has, else the day before the next table of their group begins, in the file
    or among those loaded.
    """
    ends = {row.key: row.valid_to for row in loaded}
    starts: dict[tuple[str, str], set[date]] = {}
    for line in (*lines, *loaded):
        starts.setdefault(line.group, set()).add(line.valid_from)

    def end(line: TariffLine) -> date | None:
        later = [day for day in starts[line.group] if day > line.valid_from]
        return ends.get(line.key) or (min(later) - _DAY if later else None)

    return [replace(line, valid_to=end(line)) if line.valid_to is None else line for line in lines]
