"""Loaded tariff rows as the lines of a file, and what stood before corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from svet.tariffs.models import TariffRow
from svet.tariffs.queries.tariffs import TariffRowView, row_views
from svet.tariffs.rules.tariff_file import TariffLine

FIELDS = (
    "region", "group_code", "group_name", "valid_from", "valid_to", "scheme", "zone", "range_no",
    "range_upper_kwh", "price", "source_url", "decree", "demonstration", "note", "limit_unknown",
    "per_person", "least",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TariffTable:
    """The prices of a group for its days; ``replaced_by`` tells of the correction that took them away."""

    region: str
    group: str
    name: str
    since: date
    until: date | None
    rows: tuple[TariffRowView, ...]
    document: str = ""
    replaced_by: str = ""
    replaced_at: datetime | None = None


def loaded_lines(regions: Sequence[str]) -> list[TariffLine]:
    """The rows of these regions that count."""
    rows = TariffRow.objects.filter(region__in=regions, gone_with=None)
    return [TariffLine(*row) for row in rows.values_list(*FIELDS)]


def tariff_tables(
    *, region: str = "", group: str = "", on: date | None = None, replaced: bool = False
) -> list[TariffTable]:
    """Tables by region, group and day; with ``replaced`` also the rows that corrections took away, apart."""
    rows = TariffRow.objects.select_related("gone_with", "brought_with")
    if region:
        rows = rows.filter(region=region)
    if group:
        rows = rows.filter(group_code=group)
    if not replaced:
        rows = rows.filter(gone_with=None)
    tables: dict[tuple[str, str, date, date | None, int | None], list[TariffRow]] = {}
    for row in rows.order_by("region", "group_code", "valid_from", "gone_with", "scheme", "zone", "range_no"):
        if on is None or (row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)):
            key = (row.region, row.group_code, row.valid_from, row.valid_to, row.gone_with_id)
            tables.setdefault(key, []).append(row)
    return [_table(found) for found in tables.values()]


def _table(rows: Sequence[TariffRow]) -> TariffTable:
    first = rows[0]
    documents = {row.brought_with.document for row in rows if row.brought_with is not None}
    gone = first.gone_with
    return TariffTable(
        region=first.region,
        group=first.group_code,
        name=first.group_name,
        since=first.valid_from,
        until=first.valid_to,
        rows=tuple(row_views(rows)),
        document=", ".join(sorted(documents)),
        replaced_by="" if gone is None else f"{gone.document}, {gone.made_by}",
        replaced_at=None if gone is None else gone.made_at,
    )
