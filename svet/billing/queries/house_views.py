"""Houses as the billing engineer sees them: a list, and one house with the arithmetic of a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, Count, Max, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from svet.accounts.queries.finding import numbers_of
from svet.billing.models import (
    HouseMonthRow,
    HouseProblem,
    HouseReadingRow,
    HouseRow,
    HouseShareRow,
    HouseStayRow,
)
from svet.billing.queries.house_books import counting, house_books, share_of, volume_of
from svet.billing.rules.house_inputs import HouseInputs, HouseMeter, HouseTerms, HouseUnknown, house_inputs
from svet.billing.rules.houses import HouseShare, HouseVolume, MeterMonth
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class HouseEntry:
    """A house in a list: how many rooms it has, the last month that is divided, how many months are not."""

    public_id: str
    code: str
    address: str
    rooms: int
    last: Month | None
    problems: int


@dataclass(frozen=True, slots=True)
class HouseTrouble:
    """A month that cannot be told, and why."""

    month: Month
    reason: str
    details: dict[str, object]


class HouseRoom(NamedTuple):
    """An account's room in a house."""

    number: str
    area: Decimal
    since: Month
    until: Month | None


@dataclass(frozen=True, slots=True)
class HouseValue:
    """A reading of a meter of a house."""

    serial: str
    month: Month
    value: Decimal
    turned: bool
    others: Decimal
    by_name: str


@dataclass(frozen=True, slots=True)
class HouseDivision:
    """A month's common needs: what the meters showed, what is divided, who has which part by account number.

    ``meters`` are empty by norm, and where the house's facts are others now than when the month was frozen.
    """

    month: Month
    volume: HouseVolume
    meters: tuple[MeterMonth, ...]
    losses: Decimal
    others: Decimal
    parts: list[tuple[str, HouseShare]]
    moved: bool


@dataclass(frozen=True, slots=True)
class HouseView:
    """A house with its facts, newest first."""

    public_id: str
    code: str
    address: str
    provider_id: int
    terms: list[HouseTerms]
    meters: list[HouseMeter]
    values: list[HouseValue]
    rooms: list[HouseRoom]
    troubles: list[HouseTrouble]
    months: list[Month]


def houses(*, provider_id: int, limit: int, offset: int = 0) -> list[HouseEntry]:
    """The houses of a supplier by code, those with problems first."""
    rows = (
        HouseRow.objects.filter(provider_id=provider_id)
        .annotate(
            rooms=_of_house(counting(HouseStayRow.objects.all()), Count("account", distinct=True)),
            troubles=_of_house(HouseProblem.objects.all(), Count("pk")),
            last=Subquery(
                counting(HouseMonthRow.objects.filter(house=OuterRef("pk")))
                .order_by()
                .values("house")
                .annotate(last=Max("month"))
                .values("last")
            ),
        )
        .order_by(Case(When(troubles=0, then=1), default=0), "code")[offset : offset + limit]
    )
    return [
        HouseEntry(
            row.public_id, row.code, row.address, row.rooms,
            None if row.last is None else Month.of(row.last), row.troubles,
        )
        for row in rows
    ]  # fmt: skip


def _of_house(rows: QuerySet[HouseStayRow] | QuerySet[HouseProblem], count: Count) -> Coalesce:
    counted = rows.filter(house=OuterRef("pk")).order_by().values("house").annotate(found=count)
    return Coalesce(Subquery(counted.values("found")), 0)


def house_trouble_count() -> int:
    """How many houses have a month that cannot be told."""
    return HouseProblem.objects.values("house").distinct().count()


def house_view(public_id: str) -> HouseView | None:
    """One house; None: there is no such."""
    house = HouseRow.objects.filter(public_id=public_id).first()
    if house is None:
        return None
    (book,) = house_books([house])
    numbers = numbers_of([room.account_id for room in book.rooms])
    rooms = [HouseRoom(numbers[room.account_id], *room[1:]) for room in book.rooms]
    values = counting(HouseReadingRow.objects.filter(house=house)).order_by("-month", "serial")
    months = counting(HouseMonthRow.objects.filter(house=house)).order_by("-month")
    troubles = HouseProblem.objects.filter(house=house).order_by("-month")
    return HouseView(
        public_id=house.public_id,
        code=house.code,
        address=house.address,
        provider_id=house.provider_id,
        terms=book.terms[::-1],
        meters=book.meters[::-1],
        values=[
            HouseValue(row.serial, Month.of(row.month), row.value, row.turned, row.others_kwh, row.by_name)
            for row in values
        ],
        rooms=sorted(rooms),
        troubles=[HouseTrouble(Month.of(row.month), row.reason, row.details) for row in troubles],
        months=[Month.of(month) for month in months.values_list("month", flat=True)],
    )


def house_division(public_id: str, month: Month) -> HouseDivision | None:
    """How a month is divided; None: it is not."""
    rows = counting(HouseMonthRow.objects.filter(house__public_id=public_id, month=month.first))
    frozen = rows.select_related("house").first()
    if frozen is None:
        return None
    shares = HouseShareRow.objects.filter(house_month=frozen).select_related("house_month__house")
    parts = {row.account_id: share_of(row) for row in shares}
    numbers = numbers_of(list(parts))
    inputs = _inputs(frozen, set(parts))
    return HouseDivision(
        month=month,
        volume=volume_of(frozen),
        meters=() if inputs is None or inputs.meters is None else inputs.meters,
        losses=Decimal(0) if inputs is None else inputs.terms.losses_percent,
        others=Decimal(0) if inputs is None else inputs.others,
        parts=sorted((numbers[key], share) for key, share in parts.items()),
        moved=inputs is None,
    )


def _inputs(frozen: HouseMonthRow, account_ids: set[int]) -> HouseInputs | None:
    """The house's facts of a frozen month, if they still are what it was frozen of."""
    (book,) = house_books([frozen.house])
    month = Month.of(frozen.month)
    rooms = [room for room in book.rooms_in(month) if room.account_id in account_ids]
    try:
        inputs = house_inputs(book, month, rooms)
    except HouseUnknown:
        return None
    return inputs if inputs.digest == frozen.inputs else None
