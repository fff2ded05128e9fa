"""Charges with everything that explains them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from svet.billing.models import Charge, ChargeLine
from svet.billing.queries.house_books import shares_of
from svet.billing.rules import ESTIMATES, Basis, LineCause
from svet.billing.rules.facts import ActKind
from svet.billing.rules.houses import HouseShare
from svet.kernel.lookups import key_array
from svet.kernel.making import quickly
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.rules import Zone
from svet.tariffs.queries import TariffRowView, rows_with_bounds


class ReadingRef(NamedTuple):
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
    for charge_id, _, line in _line_views(lines.order_by("account_id", "period", "position")):
        by_charge.setdefault(charge_id, []).append(line)
    plain = rows.order_by("-period", "account_id").values_list(
        "pk", "account_id", "period", "total_kopecks", "kwh", "estimated", "demonstration", "transaction_id"
    )
    return [
        ChargeView(
            pk, account_id, Month.of(day), Money(kopecks), kwh, estimated, demonstration, transaction_id,
            by_charge.get(pk, []),
        )
        for pk, account_id, day, kopecks, kwh, estimated, demonstration, transaction_id in plain
    ]  # fmt: skip


class StoodAndStands(NamedTuple):
    """What stood for some months before a month posted anything, and what stands since, by account."""

    stood: dict[int, list[ChargeLineView]]
    stands: dict[int, list[ChargeLineView]]


def stood_and_stands(
    account_ids: Collection[int], *, months: Collection[Month], period: Month
) -> StoodAndStands:
    """What a month corrects: the lines for these months of consumption before it and after it."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_MONTHS, [key_array(account_ids), [each.first for each in months], period.first])
        rows = cursor.fetchall()
    # By line when it was taken back; what takes it back is of the same account and month.
    taken = {row[_REVERSES]: row[-1] for row in rows if row[_REVERSES] is not None}
    rows = [row for row in rows if row[_REVERSES] is None]
    found = StoodAndStands(
        {account_id: [] for account_id in account_ids}, {account_id: [] for account_id in account_ids}
    )
    for row, (_, account_id, line) in zip(rows, _views([row[:-1] for row in rows]), strict=True):
        gone = taken.get(line.id)
        if gone is None:
            found.stands[account_id].append(line)
        if row[-1] < period.first and (gone is None or gone >= period.first):
            found.stood[account_id].append(line)
    return found


# Plain rows: a month of bills reads tens of thousands, and making models of them took most of its time.
_COLUMNS = (
    "charge_id", "account_id", "id", "position", "month", "point", "meter_id", "scheme", "zone", "range_no",
    "kwh", "price", "kopecks", "basis", "since_on", "until_on", "previous_value", "previous_on",
    "previous_set_id", "current_value", "current_on", "current_set_id", "span_kwh", "base", "act",
    "reverses_id", "cause", "cause_set_id", "decision_id", "house_share_id", "tariff_row_id",
)  # fmt: skip
_POSTED: Final = (
    f"SELECT {', '.join(_COLUMNS)} FROM billing_chargeline"  # noqa: S608 - our own names
    " WHERE account_id = ANY(%s::bigint[]) AND period = %s ORDER BY account_id, position"
)
_OF_MONTHS: Final = (
    f"SELECT {', '.join(_COLUMNS)}, period FROM billing_chargeline"  # noqa: S608 - our own names
    " WHERE account_id = ANY(%s::bigint[]) AND month = ANY(%s) AND period <= %s"
    " ORDER BY account_id, month, period, position"
)
_METER, _REVERSES, _SHARE, _TARIFF = (
    _COLUMNS.index(name) for name in ("meter_id", "reverses_id", "house_share_id", "tariff_row_id")
)
# Looked up as a key: calling an enum by its value costs five times as much.
_ZONES = {each.value: each for each in Zone}
_BASES = {each.value: each for each in Basis}
_CAUSES = {each.value: each for each in LineCause}
_line_view = quickly(ChargeLineView)


def posted_lines(account_ids: Collection[int], *, period: Month) -> dict[int, list[ChargeLineView]]:
    """The lines that a month posted, of many accounts at once, by account in their order."""
    found: dict[int, list[ChargeLineView]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [key_array(account_ids), period.first])
        rows = cursor.fetchall()
    for _, account_id, line in _views(rows):
        found[account_id].append(line)
    return found


def _line_views(lines: QuerySet[ChargeLine]) -> list[tuple[int, int, ChargeLineView]]:
    """Each line with the keys of its charge and of its account."""
    return _views(list(lines.values_list(*_COLUMNS)))


def _views(found: Sequence[tuple[Any, ...]]) -> list[tuple[int, int, ChargeLineView]]:
    serials = metering.serials_of({row[_METER] for row in found})
    tariff_ids = {row[_TARIFF] for row in found} - {None}
    tariff_rows = rows_with_bounds(tariff_ids) if tariff_ids else {}
    share_ids = {row[_SHARE] for row in found} - {None}
    houses = shares_of(share_ids) if share_ids else {}
    return [
        (
            charge_id,
            account_id,
            _line_view(
                pk, position, Month.of(month), point, meter_id, serials.get(meter_id, ""), scheme,
                _ZONES[zone], range_no, kwh, price, Money(kopecks), _BASES[basis], since_on, until_on,
                _ref(previous, previous_on, previous_set), _ref(current, current_on, current_set), span_kwh,
                tuple([Month.of(day) for day in base]) if base else (), ActKind(act) if act else None,
                reverses, _CAUSES[cause], cause_set, decision, houses.get(share) if share else None,
                tariff_rows[tariff] if tariff else None,
            ),
        )
        for (
            charge_id, account_id, pk, position, month, point, meter_id, scheme, zone, range_no, kwh, price,
            kopecks, basis, since_on, until_on, previous, previous_on, previous_set, current, current_on,
            current_set, span_kwh, base, act, reverses, cause, cause_set, decision, share, tariff,
        ) in found
    ]  # fmt: skip


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
