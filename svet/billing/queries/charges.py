"""Charges with everything that explains them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from svet.billing.models import Charge, ChargeLine
from svet.billing.queries.house_books import shares_of
from svet.billing.rules import ESTIMATES, Basis, LineCause
from svet.billing.rules.facts import ActKind
from svet.billing.rules.houses import HouseShare
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.rules import Zone
from svet.tariffs.queries import TariffRowView, rows_with_bounds


@dataclass(frozen=True, slots=True)
class ReadingRef:
    """A reading as a line used it: value on the scale, its date, and the number of its set."""

    value: Decimal
    on: date
    set_id: int | None


@dataclass(frozen=True, slots=True)
class ChargeLineView:
    """kWh × price = money for ``since_on``…``until_on`` (half-open) of ``month``, the month of consumption.

    ``reverses`` names the line that this one takes back whole. ``cause`` says why it was posted, with the
    set of readings ``cause_set_id`` that made it necessary. ``span_kwh`` is what both readings show together,
    ``base`` the months behind an average, ``act`` the act that says why nothing was read, ``decision`` the
    row of a person's decision. A decided sum has no ``tariff``.
    """

    id: int
    position: int
    month: Month
    point: int
    meter_id: int
    meter_serial: str
    scheme: int
    zone: Zone
    range_no: int
    kwh: Decimal
    price: Decimal
    money: Money
    basis: Basis
    since_on: date
    until_on: date
    previous: ReadingRef | None
    current: ReadingRef | None
    span_kwh: Decimal | None
    base: tuple[Month, ...]
    act: ActKind | None
    reverses: int | None
    cause: LineCause
    cause_set_id: int | None
    decision: int | None
    house: HouseShare | None
    tariff: TariffRowView | None

    @property
    def estimated(self) -> bool:
        """Whether nobody read the meter for this line."""
        return self.basis in ESTIMATES


@dataclass(frozen=True, slots=True)
class ChargeView:
    """What was posted to an account in one month; ``demonstration`` when a price in it is a made-up one."""

    id: int
    account_id: int
    period: Month
    total: Money
    kwh: Decimal
    estimated: bool
    demonstration: bool
    transaction_id: int | None
    lines: list[ChargeLineView]

    @property
    def kwh_by_zone(self) -> dict[Zone, Decimal]:
        """kWh of each zone, what is taken back taken off."""
        result: dict[Zone, Decimal] = {}
        for line in self.lines:
            result[line.zone] = result.get(line.zone, Decimal(0)) + line.kwh
        return result


def charge(account_id: int, period: Month) -> ChargeView | None:
    """The charge of an account for a month with its lines, readings and tariff rows; None: not charged."""
    found = charges([account_id], since=period, until=period.plus(1))
    return found[0] if found else None


def charges(
    account_ids: Sequence[int], *, since: Month | None = None, until: Month | None = None
) -> list[ChargeView]:
    """Charges of accounts for the months ``since``…``until`` (half-open), newest month first."""
    rows = Charge.objects.filter(account_id__in=list(account_ids))
    lines = ChargeLine.objects.filter(account_id__in=list(account_ids))
    if since is not None:
        rows, lines = rows.filter(period__gte=since.first), lines.filter(period__gte=since.first)
    if until is not None:
        rows, lines = rows.filter(period__lt=until.first), lines.filter(period__lt=until.first)
    by_charge: dict[int, list[ChargeLineView]] = {}
    for charge_id, line in _line_views(lines.order_by("account_id", "period", "position")):
        by_charge.setdefault(charge_id, []).append(line)
    return [
        ChargeView(
            id=row.pk,
            account_id=row.account_id,
            period=Month.of(row.period),
            total=Money(row.total_kopecks),
            kwh=row.kwh,
            estimated=row.estimated,
            demonstration=row.demonstration,
            transaction_id=row.transaction_id,
            lines=by_charge.get(row.pk, []),
        )
        for row in rows.order_by("-period", "account_id")
    ]


def standing_views(
    account_ids: Sequence[int], *, months: Collection[Month], until: Month
) -> dict[int, list[ChargeLineView]]:
    """What stands for months of consumption once everything posted until a month is counted, by account."""
    found: dict[int, list[ChargeLineView]] = {account_id: [] for account_id in account_ids}
    reversals = ChargeLine.objects.filter(reverses=OuterRef("pk"), period__lte=until.first)
    lines = ChargeLine.objects.filter(
        ~Exists(reversals),
        account_id__in=list(account_ids),
        month__in=[month.first for month in months],
        period__lte=until.first,
        reverses=None,
    )
    keys = dict(lines.values_list("pk", "account_id"))
    for _, line in _line_views(lines.order_by("account_id", "month", "period", "position")):
        found[keys[line.id]].append(line)
    return found


# Plain rows: a month of bills reads tens of thousands, and making models of them took most of its time.
_COLUMNS = (
    "id", "charge_id", "position", "month", "point", "meter_id", "scheme", "zone", "range_no", "kwh", "price",
    "kopecks", "basis", "since_on", "until_on", "previous_value", "previous_on", "previous_set_id",
    "current_value", "current_on", "current_set_id", "span_kwh", "base", "act", "reverses_id", "cause",
    "cause_set_id", "decision_id", "house_share_id", "tariff_row_id",
)  # fmt: skip


def _line_views(lines: QuerySet[ChargeLine]) -> list[tuple[int, ChargeLineView]]:
    found = list(lines.values_list(*_COLUMNS, named=True))
    serials = metering.serials_of({row.meter_id for row in found})
    tariff_rows = rows_with_bounds({row.tariff_row_id for row in found} - {None})
    share_ids = {row.house_share_id for row in found} - {None}
    houses = shares_of(share_ids) if share_ids else {}
    return [
        (
            row.charge_id,
            ChargeLineView(
                id=row.id,
                position=row.position,
                month=Month.of(row.month),
                point=row.point,
                meter_id=row.meter_id,
                meter_serial=serials.get(row.meter_id, ""),
                scheme=row.scheme,
                zone=Zone(row.zone),
                range_no=row.range_no,
                kwh=row.kwh,
                price=row.price,
                money=Money(row.kopecks),
                basis=Basis(row.basis),
                since_on=row.since_on,
                until_on=row.until_on,
                previous=_ref(row.previous_value, row.previous_on, row.previous_set_id),
                current=_ref(row.current_value, row.current_on, row.current_set_id),
                span_kwh=row.span_kwh,
                base=tuple(Month.of(day) for day in row.base or ()),
                act=ActKind(row.act) if row.act else None,
                reverses=row.reverses_id,
                cause=LineCause(row.cause),
                cause_set_id=row.cause_set_id,
                decision=row.decision_id,
                house=houses.get(row.house_share_id),
                tariff=tariff_rows[row.tariff_row_id] if row.tariff_row_id else None,
            ),
        )
        for row in found
    ]


def _ref(value: Decimal | None, on: date | None, set_id: int | None) -> ReadingRef | None:
    return None if value is None or on is None else ReadingRef(value, on, set_id)


def charged_periods(provider_id: int) -> list[Month]:
    """Months for which a run of the provider has been finished, oldest first."""
    rows = Charge.objects.filter(run__provider_id=provider_id).order_by("period")
    return [Month.of(day) for day in rows.values_list("period", flat=True).distinct()]


def charged_accounts(*, provider_id: int, period: Month) -> QuerySet[Charge, int]:
    """Keys of the provider's accounts charged for the month, one a row, to be narrowed by ``account_id``."""
    rows = Charge.objects.filter(account__provider_id=provider_id, period=period.first)
    return rows.values_list("account_id", flat=True)


def consumed(
    account_ids: Sequence[int], *, since: Month, until: Month
) -> list[tuple[int, Month, Decimal, Money]]:
    """(account, month of consumption, kWh, money) from ``since`` on, oldest first.

    All that was posted until the month ``until`` (that month in it) is counted: corrections belong to the
    month they correct.
    """
    rows = ChargeLine.objects.filter(
        account_id__in=list(account_ids), month__gte=since.first, period__lte=until.first
    )
    return [
        (account_id, Month.of(day), kwh, Money(int(kopecks)))
        for account_id, day, kwh, kopecks in rows.values_list("account_id", "month")
        .annotate(kwh=Sum("kwh"), sum=Sum("kopecks"))
        .order_by("month", "account_id")
    ]
