"""Norms of regions: as the lines of a file, and as facts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q

from svet.tariffs.models import NormRow
from svet.tariffs.rules.norm_file import NormLine
from svet.tariffs.rules.norm_tables import NormCell, NormTable

NORM_FIELDS: Final = (
    "region", "valid_from", "valid_to", "rooms_from", "rooms_to", "persons_from", "persons_to", "stove",
    "electric_heating", "kwh", "source_url", "decree", "demonstration", "note",
)  # fmt: skip


def loaded_norms(regions: Sequence[str] | None = None, *, on: date | None = None) -> list[NormLine]:
    """The rows that count, of all regions or of these, in the order of their tables; ``on``: of a day."""
    rows = NormRow.objects.filter(gone_at=None).order_by("region", "valid_from", "pk")
    if regions is not None:
        rows = rows.filter(region__in=regions)
    lines = [NormLine(*row) for row in rows.values_list(*NORM_FIELDS)]
    return [
        line
        for line in lines
        if on is None or (line.valid_from <= on and (line.valid_to is None or on <= line.valid_to))
    ]


def region_norms(region: str, *, known_at: datetime | None = None) -> tuple[NormTable, ...]:
    """The norms of a region, table after table, as known at a moment or as now: one query."""
    rows = NormRow.objects.filter(region=region).order_by("valid_from", "pk")
    if known_at is None:
        rows = rows.filter(gone_at=None)
    else:
        rows = rows.filter(Q(gone_at=None) | Q(gone_at__gt=known_at), loaded_at__lte=known_at)
    tables = []
    for first, of_table in itertools.groupby(rows, key=lambda row: row.valid_from):
        found = list(of_table)
        last = found[0].valid_to
        if known_at is not None and found[0].ended_at is not None and found[0].ended_at > known_at:
            last = None
        tables.append(
            NormTable(
                since=first,
                until=last + timedelta(days=1) if last else None,
                cells=tuple(_cell(row) for row in found),
            )
        )
    return tuple(tables)


def _cell(row: NormRow) -> NormCell:
    return NormCell(
        kwh=row.kwh,
        rooms_from=row.rooms_from,
        rooms_to=row.rooms_to,
        persons_from=row.persons_from,
        persons_to=row.persons_to,
        stove=row.stove or None,
        electric_heating=row.electric_heating,
        row_id=row.pk,
        demonstration=row.demonstration,
    )
