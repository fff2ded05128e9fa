"""Reading tariffs: as price tables for computing, as rows for showing; and what a volume would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from svet.accounts.queries import AccountView
from svet.accounts.queries.terms import terms_of
from svet.billing.models import Policy, TariffRow
from svet.billing.queries.policies import rules_of
from svet.billing.rules import Basis, BillingReason, BillingRefused, GroupTariffs, Price, Proration, Rules
from svet.billing.rules.facts import AccountFacts, AccountTerms
from svet.billing.rules.lines import MonthVolume
from svet.billing.rules.pot import price_pot
from svet.billing.rules.price_tables import price_tables
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone, zones_of

__all__ = [
    "Preview",
    "PreviewLine",
    "TariffRowView",
    "group_codes",
    "group_tariffs",
    "groups",
    "periods",
    "preview",
    "region_tariffs",
    "regions",
    "rules_for",
    "tariffs",
]


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


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What part of a volume falls into one range of one zone, and what it costs."""

    zone: Zone
    range_no: int
    kwh: Decimal
    price: Decimal
    money: Money
    tariff_row_id: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a volume would cost at the prices of a day; ``demonstration`` when a price is a made-up one."""

    total: Money
    kwh: Decimal
    lines: list[PreviewLine]
    demonstration: bool


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


def rules_for(provider_id: int, period: Month) -> Rules:
    """The supplier's choices that hold for a month; the defaults where nothing has been chosen."""
    row = Policy.objects.filter(provider_id=provider_id, since__lte=period.first).order_by("-since").first()
    return rules_of(row)


def scheme_of(zones: Mapping[Zone, Decimal]) -> int:
    """Which scheme has just these zones. :raises BillingRefused: none has"""
    for scheme in Scheme:
        if set(zones) == set(zones_of(scheme)):
            return int(scheme)
    raise BillingRefused(BillingReason.NO_TARIFF, details={"zones": ", ".join(sorted(zones))})


def preview(*, account: AccountView, usage: Mapping[Zone, Decimal], on: date) -> Preview:
    """What so many kWh by zone would cost the account at the prices of a day, by the very rules of the run.

    :raises BillingRefused: the account's group has no prices on that day
    """
    terms = terms_of([account.account_id], on=on)[account.account_id]
    return calculate(
        region=account.provider.region,
        group=terms.tariff_group,
        usage=usage,
        on=on,
        residents=terms.residents or 0,
    )


def calculate(
    *, region: str, group: str, usage: Mapping[Zone, Decimal], on: date, residents: int | None = None
) -> Preview:
    """What so many kWh by zone cost in a group of a region at the prices of a day, one month's limits.

    Limits by persons need ``residents``.
    :raises BillingRefused: no prices, a zone is missing, a volume is negative, or nobody told the persons
    """
    scheme = scheme_of(usage)
    if any(kwh < 0 for kwh in usage.values()):
        raise BillingRefused(BillingReason.NEGATIVE_VOLUME)
    tariffs = group_tariffs(region, group, on=on)
    if residents is None:
        # Asked only for its refusal.
        _ = tariffs.on(on).limits
    month, after = Month.of(on), on + timedelta(days=1)
    facts = AccountFacts(
        floor=month,
        opened_on=on,
        terms=(AccountTerms(group, residents),),
        policies=(),
        tables=price_tables(tariffs),
    )
    volumes = [
        MonthVolume(0, scheme, zone, usage[zone], Basis.READING, on, after) for zone in zones_of(scheme)
    ]
    lines = price_pot(month, volumes, facts=facts, proration=Proration.BY_DAY)
    return Preview(
        total=Money(sum(line.kopecks for line in lines)),
        kwh=sum((line.kwh for line in lines), Decimal(0)),
        lines=[
            PreviewLine(
                Zone(line.zone),
                line.range_no,
                line.kwh,
                line.price,
                Money(line.kopecks),
                line.evidence.row_id,
            )
            for line in lines
        ],
        demonstration=any(line.evidence.demonstration for line in lines),
    )
