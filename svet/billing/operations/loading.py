"""Tariff files come in: all of a file or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from django.db.models import Exists, OuterRef

from svet.billing.models import ChargeLine, TariffCorrection, TariffRow
from svet.billing.queries.tariff_lines import FIELDS, loaded_lines
from svet.billing.rules.tariff_check import check
from svet.billing.rules.tariff_ends import Key, closed, new_ends, with_ends
from svet.billing.rules.tariff_file import (
    MAX_BYTES,
    RowError,
    RowLack,
    TariffFileRefused,
    TariffLine,
    TariffRowReason,
    read,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "tariffs"


@dataclass(frozen=True, slots=True)
class TariffReport:
    """How many rows of the file were new, how many had been loaded before, and what the publication lacks."""

    added: int
    unchanged: int
    regions: tuple[str, ...]
    lacks: tuple[RowLack, ...] = ()


def load_tariffs(*, file: Path | BinaryIO, now: datetime, only_check: bool = False) -> TariffReport:
    """Load a tariff file (see ``rules.tariff_file``); loaded prices are never changed by it.

    A row that was loaded without a last day gets one by the next table of its group, or by the same row with
    its last day, unless the days behind it have been charged by it. What the publication leaves out has no
    price. ``only_check`` says what would come of it and changes nothing.
    :raises TariffFileRefused: something in it is wrong, or it contradicts what is loaded; nothing is applied
    """
    lines, errors = read(file_bytes(file))
    regions = tuple(sorted({line.region for line in lines}))
    with use_case():
        loaded = loaded_lines(regions)
        lines = closed(lines, loaded)
        ends = new_ends(lines, loaded)
        checked = check(lines, with_ends(loaded, ends))
        errors += checked.errors
        if errors:
            raise TariffFileRefused(sorted(errors, key=lambda error: error.row))
        _refuse_charged(ends, lines)
        if not only_check:
            _close(ends)
            add_rows(checked.fresh, now=now)
    known = {line.key for line in loaded}
    return TariffReport(
        added=len(checked.fresh),
        unchanged=sum(line.key in known for line in lines),
        regions=regions,
        lacks=tuple(checked.lacks),
    )


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


def close_table(*, region: str, group: str, last: date, now: datetime, by: Actor) -> int:
    """Give the open table of a group its last day; says how many rows, none when it ends so already.

    :raises TariffFileRefused: the group has no such table, it ends otherwise, or is charged beyond the day
    """
    with use_case():
        rows = [row for row in loaded_lines([region]) if row.group_code == group and row.valid_from <= last]
        start = max((row.valid_from for row in rows), default=None)
        table = [row for row in rows if row.valid_from == start]
        if not table or table[0].valid_to not in (None, last):
            raise TariffFileRefused([RowError(0, "valid_to", TariffRowReason.NOTHING_TO_CLOSE, group)])
        ends = {row.key: last for row in table if row.valid_to is None}
        _refuse_charged(ends, table)
        _close(ends)
        if ends:
            journal.record(
                by=by,
                action="tariffs.closed",
                subject="tariffs",
                subject_id=group,
                now=now,
                after={"region": region, "group": group, "valid_to": str(last), "rows": len(ends)},
            )
    return len(ends)


def _refuse_charged(ends: Mapping[Key, date], lines: Sequence[TariffLine]) -> None:
    """:raises TariffFileRefused: a charge stands on a day behind a new end by one of its rows"""
    for last, rows in _ending(ends):
        reversals = ChargeLine.objects.filter(reverses=OuterRef("pk"))
        charged = ChargeLine.objects.filter(~Exists(reversals), reverses=None, until_on__gt=last)
        if charged.filter(tariff_row__in=rows).exists():
            groups = {(row.region, row.group_code) for row in rows}
            number = min(line.row for line in lines if line.group in groups)
            raise TariffFileRefused(
                [RowError(number, "valid_from", TariffRowReason.ALREADY_CHARGED, last.isoformat())]
            )


def _close(ends: Mapping[Key, date]) -> None:
    for last, rows in _ending(ends):
        TariffRow.objects.filter(pk__in=[row.pk for row in rows]).update(valid_to=last)


def _ending(ends: Mapping[Key, date]) -> Iterator[tuple[date, list[TariffRow]]]:
    """The rows that get a last day, by that day."""
    for last in sorted(set(ends.values())):
        keys = {key for key, day in ends.items() if day == last}
        regions = {key[0] for key in keys}
        found = TariffRow.objects.filter(region__in=regions, valid_to=None, gone_with=None)
        yield last, [row for row in found if _key(row) in keys]


def _key(row: TariffRow) -> Key:
    return row.region, row.group_code, row.scheme, row.zone, row.range_no, row.valid_from


def shipped_files() -> list[Path]:
    """The tariff files that come with the program."""
    return sorted(SHIPPED.glob("*.csv"))
