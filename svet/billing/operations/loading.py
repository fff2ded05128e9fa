"""Tariff files come in: all of a file or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from svet.billing.models import ChargeLine, TariffRow
from svet.billing.rules.tariff_ends import Key, ends_known, new_ends, with_ends
from svet.billing.rules.tariff_file import (
    MAX_BYTES,
    RowError,
    TariffFileRefused,
    TariffLine,
    TariffRowReason,
    check,
    parse,
)
from svet.kernel.transactions import use_case

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "tariffs"
_FIELDS = (
    "region",
    "group_code",
    "group_name",
    "valid_from",
    "valid_to",
    "scheme",
    "zone",
    "range_no",
    "range_upper_kwh",
    "price",
    "source_url",
    "decree",
    "demonstration",
    "note",
)


@dataclass(frozen=True, slots=True)
class TariffReport:
    """How many rows of the file were new, and how many had been loaded before."""

    added: int
    unchanged: int
    regions: tuple[str, ...]


def load_tariffs(*, file: Path | BinaryIO, now: datetime) -> TariffReport:
    """Load a tariff file (see ``rules.tariff_file``); loaded prices are never changed by a file.

    A row that was loaded without a last day gets one by the next table of its group, or by the same row with
    its last day, unless the days behind it have been charged by it.
    :raises TariffFileRefused: something in it is wrong, or it contradicts what is loaded; nothing is applied
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    else:
        content = file.read(MAX_BYTES + 1)
    lines = parse(content)
    regions = tuple(sorted({line.region for line in lines}))
    with use_case():
        loaded = [
            TariffLine(*row) for row in TariffRow.objects.filter(region__in=regions).values_list(*_FIELDS)
        ]
        lines = ends_known(lines, loaded)
        ends = new_ends(lines, loaded)
        fresh = check(lines, with_ends(loaded, ends))
        _close(ends, lines)
        TariffRow.objects.bulk_create(
            [
                TariffRow(**{name: getattr(line, name) for name in _FIELDS}, loaded_at=now)
                for line in sorted(fresh, key=lambda line: line.row)
            ]
        )
    return TariffReport(added=len(fresh), unchanged=len(lines) - len(fresh), regions=regions)


def _close(ends: Mapping[Key, date], lines: Sequence[TariffLine]) -> None:
    """Give rows their last day. :raises TariffFileRefused: a charge stands on a later day by one of them"""
    for last in sorted(set(ends.values())):
        keys = {key for key, day in ends.items() if day == last}
        groups = {key[:2] for key in keys}
        rows = [
            row
            for row in TariffRow.objects.filter(region__in={region for region, _ in groups}, valid_to=None)
            if _key(row) in keys
        ]
        if ChargeLine.objects.filter(tariff_row__in=rows, until_on__gt=last).exists():
            number = min(line.row for line in lines if (line.region, line.group_code) in groups)
            raise TariffFileRefused(
                [RowError(number, "valid_from", TariffRowReason.ALREADY_CHARGED, last.isoformat())]
            )
        TariffRow.objects.filter(pk__in=[row.pk for row in rows]).update(valid_to=last)


def _key(row: TariffRow) -> Key:
    return row.region, row.group_code, row.scheme, row.zone, row.range_no, row.valid_from


def shipped_files() -> list[Path]:
    """The tariff files that come with the program."""
    return sorted(SHIPPED.glob("*.csv"))
