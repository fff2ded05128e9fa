"""Tariff files come in: all of a file or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from svet.billing.models import TariffRow
from svet.billing.rules.tariff_file import MAX_BYTES, TariffLine, check, parse
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
    """Load a tariff file (see ``rules.tariff_file``); loaded rows are never changed by a file.

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
        fresh = check(lines, loaded)
        TariffRow.objects.bulk_create(
            [
                TariffRow(**{name: getattr(line, name) for name in _FIELDS}, loaded_at=now)
                for line in sorted(fresh, key=lambda line: line.row)
            ]
        )
    return TariffReport(added=len(fresh), unchanged=len(lines) - len(fresh), regions=regions)


def shipped_files() -> list[Path]:
    """The tariff files that come with the program."""
    return sorted(SHIPPED.glob("*.csv"))
