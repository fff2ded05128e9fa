"""Reading tariffs: as price tables for computing, as rows for showing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.periods import Month
from svet.metering.rules import Zone, zones_of
from svet.tariffs.models import TariffRow
from svet.tariffs.rules.tariffs import GroupTariffs, Price


@dataclass(frozen=True, slots=True)
class TariffRowView:
    """One published (or demonstration) price; ``valid_to`` is the last day it holds."""

    id: int
    region: str
    group_code: str
    group_name: str
    scheme: int
    zone: Zone
    range_no: int
    range_lower_kwh: int
    range_upper_kwh: int | None
    price: Decimal
    valid_from: date
    valid_to: date | None
    source_url: str
    decree: str
    demonstration: bool
    note: str
    limit_unknown: bool = False
    per_person: int | None = None
    least: int = 0


_PRICE_COLUMNS = (
    "id",
    "scheme",
    "zone",
    "range_no",
    "range_upper_kwh",
    "price",
    "valid_from",
    "valid_to",
    "demonstration",
    "limit_unknown",
    "per_person",
    "least",
)


def _counting(known_at: datetime | None = None) -> QuerySet[TariffRow]:
    """Rows that count now, or that counted by what was known at a moment of the past."""
    if known_at is None:
        return TariffRow.objects.filter(gone_with=None)
    return TariffRow.objects.filter(
        Q(brought_with=None) | Q(brought_with__made_at__lte=known_at),
        Q(gone_with=None) | Q(gone_with__made_at__gt=known_at),
    )


def region_tariffs(region: str, *, known_at: datetime | None = None) -> dict[str, GroupTariffs]:
    """All price tables of a region by group, for computing; as they were known at a moment, or as now."""
    rows: dict[str, list[Price]] = {}
    for group, *price in (
        _counting(known_at)
        .filter(region=region)
        .order_by("group_code", "valid_from", "scheme", "zone", "range_no")
        .values_list("group_code", *_PRICE_COLUMNS)
    ):
        rows.setdefault(str(group), []).append(Price(*price))
    return {group: GroupTariffs.of(group, prices) for group, prices in rows.items()}


def group_tariffs(region: str, group: str, *, on: date) -> GroupTariffs:
    """The price table of one group that holds on a day, for computing."""
    rows = _counting().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), region=region, group_code=group, valid_from__lte=on
    )
    return GroupTariffs.of(group, [Price(*price) for price in rows.values_list(*_PRICE_COLUMNS)])


def groups(region: str, *, on: date) -> list[tuple[str, str]]:
    """Codes and names of the groups that have prices on a day."""
    rows = _counting().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), region=region, valid_from__lte=on
    )
    return list(rows.order_by("group_code").values_list("group_code", "group_name").distinct())


def group_codes(region: str) -> list[str]:
    """Codes of every group of a region that ever had a price; none for a region without tables."""
    rows = _counting().filter(region=region).order_by("group_code")
    return list(rows.values_list("group_code", flat=True).distinct())


def regions() -> list[str]:
    """Regions whose tariffs are loaded."""
    return list(_counting().order_by("region").values_list("region", flat=True).distinct())


def periods(region: str, group: str | None = None) -> list[tuple[date, date | None]]:
    """First and last days of the price tables of a group, or of a whole region, newest first."""
    rows = _counting().filter(region=region)
    if group is not None:
        rows = rows.filter(group_code=group)
    return list(rows.order_by("-valid_from").values_list("valid_from", "valid_to").distinct())


def tariffs(region: str, group: str, on: date) -> list[TariffRowView]:
    """The rows of one group that hold on a day, in the order of the meter's face."""
    rows = _counting().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), region=region, group_code=group, valid_from__lte=on
    )
    return row_views(rows.order_by("scheme", "range_no"))


def demonstration_groups(*, region: str, period: Month) -> list[str]:
    """The groups of a region some of whose prices of the days a month may charge were never published."""
    rows = _counting().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=period.plus(-1).first),
        region=region,
        valid_from__lt=period.plus(1).first,
        demonstration=True,
    )
    return sorted(set(rows.values_list("group_code", flat=True)))


def rows_with_bounds(ids: Iterable[int]) -> dict[int, TariffRowView]:
    """Rows by their keys, whether they count or not; the rows beside them tell where their ranges begin."""
    groups: dict[tuple[str, str], list[TariffRow]] = {}
    for row in _of_tables.all(list(set(ids))):
        groups.setdefault((row.region, row.group_code), []).append(row)
    return {view.id: view for rows in groups.values() for view in row_views(rows)}


@frozen
def _of_tables(ids: Collection[int]) -> QuerySet[TariffRow]:
    """All rows of the tables in which these rows stand."""
    beside = TariffRow.objects.filter(
        pk__in=ids,
        region=OuterRef("region"),
        group_code=OuterRef("group_code"),
        valid_from=OuterRef("valid_from"),
    )
    return TariffRow.objects.filter(Exists(beside))


def groups_of_rows(region: str) -> dict[int, str]:
    """The group of every row of a region, by its key, whether it counts or not."""
    return dict(TariffRow.objects.filter(region=region).values_list("pk", "group_code"))


def row_views(rows: Iterable[TariffRow]) -> list[TariffRowView]:
    """Rows as views, ordered by scheme, zone and range; the lower bounds come from the other rows given."""
    found = sorted(
        rows,
        key=lambda r: (r.scheme, zones_of(r.scheme).index(Zone(r.zone)), r.range_no),
    )
    lower = {_place(r): r.range_upper_kwh for r in found}
    # A row that counts no longer began where its neighbours of that time ended.
    beside = {(r.gone_with_id, *_place(r)): r.range_upper_kwh for r in found}
    return [
        TariffRowView(
            id=row.pk,
            region=row.region,
            group_code=row.group_code,
            group_name=row.group_name,
            scheme=row.scheme,
            zone=Zone(row.zone),
            range_no=row.range_no,
            range_lower_kwh=beside.get((row.gone_with_id, *_place(row, -1)), lower.get(_place(row, -1))) or 0,
            range_upper_kwh=row.range_upper_kwh,
            price=row.price,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source_url=row.source_url,
            decree=row.decree,
            demonstration=row.demonstration,
            note=row.note,
            limit_unknown=row.limit_unknown,
            per_person=row.per_person,
            least=row.least,
        )
        for row in found
    ]


def _place(row: TariffRow, step: int = 0) -> tuple[int, str, int, date]:
    """A range of a zone in a table; ``step`` goes to its neighbours."""
    return row.scheme, row.zone, row.range_no + step, row.valid_from
