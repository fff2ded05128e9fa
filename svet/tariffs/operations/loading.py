"""Tariff files come in: all of a file or nothing, and the same file twice changes nothing.

A file is planned, whoever charges by these prices may refuse the plan, then it is applied: all three in one
transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.tariffs.models import TariffCorrection, TariffRow
from svet.tariffs.queries.tariff_lines import FIELDS, loaded_lines
from svet.tariffs.rules.tariff_check import check
from svet.tariffs.rules.tariff_ends import Key, closed, new_ends, with_ends
from svet.tariffs.rules.tariff_file import (
    MAX_BYTES,
    RowError,
    RowLack,
    TariffFileRefused,
    TariffLine,
    TariffRowReason,
    read,
)

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "tariffs"


@dataclass(frozen=True, slots=True)
class EndingRows:
    """Loaded rows (their keys) that get ``last`` as their last day, because of a row of the file."""

    last: date
    row_ids: tuple[int, ...]
    file_row: int


@dataclass(frozen=True, slots=True)
class TariffPlan:
    """What a file would add and end; ``unchanged`` rows were loaded before."""

    fresh: tuple[TariffLine, ...]
    ending: tuple[EndingRows, ...]
    unchanged: int
    regions: tuple[str, ...]
    lacks: tuple[RowLack, ...]


def plan_tariffs(file: Path | BinaryIO) -> TariffPlan:
    """What would come of a tariff file (see ``rules.tariff_file``); loaded prices are never changed by it.

    A row that was loaded without a last day gets one by the next table of its group, or by the same row with
    its last day. What the publication leaves out has no price.
    :raises TariffFileRefused: something in it is wrong, or it contradicts what is loaded
    """
    lines, errors = read(file_bytes(file))
    regions = tuple(sorted({line.region for line in lines}))
    loaded = loaded_lines(regions)
    lines = closed(lines, loaded)
    ends = new_ends(lines, loaded)
    checked = check(lines, with_ends(loaded, ends))
    errors += checked.errors
    if errors:
        raise TariffFileRefused(sorted(errors, key=lambda error: error.row))
    known = {line.key for line in loaded}
    return TariffPlan(
        fresh=tuple(checked.fresh),
        ending=_ending(ends, lines),
        unchanged=sum(line.key in known for line in lines),
        regions=regions,
        lacks=tuple(checked.lacks),
    )


def apply_tariffs(plan: TariffPlan, *, now: datetime) -> None:
    """Keep what a plan brings, and the last days it gives."""
    _close(plan.ending)
    add_rows(plan.fresh, now=now)


def file_bytes(file: Path | BinaryIO) -> bytes:
    """The content of a file, no more of it than is read anyway."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    return file.read(MAX_BYTES + 1)


def add_rows(
    lines: Sequence[TariffLine], *, now: datetime, correction: TariffCorrection | None = None
) -> None:
    """Keep rows, in the order of their file."""
    TariffRow.objects.bulk_create(
        [
            TariffRow(
                **{name: getattr(line, name) for name in FIELDS}, loaded_at=now, brought_with=correction
            )
            for line in sorted(lines, key=lambda line: line.row)
        ]
    )


def plan_closing(*, region: str, group: str, last: date) -> tuple[EndingRows, ...]:
    """The rows of a group's open table that would get a last day; none when it ends so already.

    :raises TariffFileRefused: the group has no such table, or it ends otherwise
    """
    rows = [row for row in loaded_lines([region]) if row.group_code == group and row.valid_from <= last]
    start = max((row.valid_from for row in rows), default=None)
    table = [row for row in rows if row.valid_from == start]
    if not table or table[0].valid_to not in (None, last):
        raise TariffFileRefused([RowError(0, "valid_to", TariffRowReason.NOTHING_TO_CLOSE, group)])
    return _ending({row.key: last for row in table if row.valid_to is None}, table)


def apply_closing(
    ending: Sequence[EndingRows], *, region: str, group: str, last: date, now: datetime, by: Actor
) -> int:
    """Give the rows their last day and keep that in the journal; says how many rows."""
    _close(ending)
    rows = sum(len(each.row_ids) for each in ending)
    if rows:
        journal.record(
            by=by,
            action="tariffs.closed",
            subject="tariffs",
            subject_id=group,
            now=now,
            after={"region": region, "group": group, "valid_to": str(last), "rows": rows},
        )
    return rows


def shipped_files() -> list[Path]:
    """The tariff files that come with the program."""
    return sorted(SHIPPED.glob("*.csv"))


def _close(ending: Sequence[EndingRows]) -> None:
    for each in ending:
        TariffRow.objects.filter(pk__in=each.row_ids).update(valid_to=each.last)


def _ending(ends: Mapping[Key, date], lines: Sequence[TariffLine]) -> tuple[EndingRows, ...]:
    """The rows that get a last day, by that day."""
    ending = []
    for last in sorted(set(ends.values())):
        keys = {key for key, day in ends.items() if day == last}
        found = TariffRow.objects.filter(region__in={key[0] for key in keys}, valid_to=None, gone_with=None)
        rows = [row for row in found if _key(row) in keys]
        groups = {(row.region, row.group_code) for row in rows}
        file_row = min((line.row for line in lines if line.group in groups), default=0)
        ending.append(EndingRows(last, tuple(row.pk for row in rows), file_row))
    return tuple(ending)


def _key(row: TariffRow) -> Key:
    return row.region, row.group_code, row.scheme, row.zone, row.range_no, row.valid_from
