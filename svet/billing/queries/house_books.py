"""The facts of houses as they are known, or were, and the parts of their common needs that accounts have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from svet.billing.models import (
    HouseMeterRow,
    HouseMonthRow,
    HouseReadingRow,
    HouseRow,
    HouseShareRow,
    HouseStayRow,
    HouseTermsRow,
)
from svet.billing.rules.house_inputs import (
    HouseBook,
    HouseMeter,
    HouseReading,
    HouseTerms,
    HouseUnknown,
    Room,
    house_inputs,
)
from svet.billing.rules.houses import HouseShare, HouseStay, HouseVolume, HouseWay
from svet.kernel.periods import Month

Row = TypeVar("Row", bound=Model)
#: The parts and the months of accounts of houses.
AccountHouse = tuple[tuple[HouseShare, ...], tuple[HouseStay, ...]]


def counting(rows: QuerySet[Row], known_at: datetime | None = None) -> QuerySet[Row]:
    """Those of these facts that count now, or counted at a moment."""
    if known_at is None:
        return rows.filter(gone_at__isnull=True)
    return rows.filter(Q(gone_at__isnull=True) | Q(gone_at__gt=known_at), known_at__lte=known_at)


def house_facts(account_ids: Collection[int], *, known_at: datetime | None = None) -> dict[int, AccountHouse]:
    """What is known of the houses of those accounts that have one: two queries, one where none has."""
    stays: dict[int, list[HouseStay]] = {}
    rows = HouseStayRow.objects.filter(account_id__in=list(account_ids)).select_related("house")
    for row in counting(rows, known_at).order_by("account_id", "since"):
        stay = HouseStay(row.house.code, Month.of(row.since), _month(row.until))
        stays.setdefault(row.account_id, []).append(stay)
    shares: dict[int, list[HouseShare]] = {}
    if HouseStayRow.objects.filter(account_id__in=list(account_ids)).exists():
        for account_id, share in _shares(account_ids, known_at):
            shares.setdefault(account_id, []).append(share)
    return {
        key: (tuple(shares.get(key, ())), tuple(stays.get(key, ()))) for key in stays.keys() | shares.keys()
    }


def _shares(account_ids: Collection[int], known_at: datetime | None) -> list[tuple[int, HouseShare]]:
    months = counting(HouseMonthRow.objects.all(), known_at)
    rows = HouseShareRow.objects.filter(account_id__in=list(account_ids), house_month__in=months)
    rows = rows.select_related("house_month__house").order_by("account_id", "house_month__month", "pk")
    return [(row.account_id, share_of(row)) for row in rows]


def share_of(row: HouseShareRow) -> HouseShare:
    """A part as the rules see it."""
    frozen = row.house_month
    return HouseShare(
        month=Month.of(frozen.month),
        kwh=row.kwh,
        volume=volume_of(frozen),
        area=row.area,
        up=row.up,
        no=row.pk,
    )


def shares_of(share_ids: Collection[int]) -> dict[int, HouseShare]:
    """The parts of these rows, also those that count no more."""
    rows = HouseShareRow.objects.filter(pk__in=list(share_ids)).select_related("house_month__house")
    return {row.pk: share_of(row) for row in rows}


def volume_of(frozen: HouseMonthRow) -> HouseVolume:
    """The common needs of a frozen month."""
    return HouseVolume(
        code=frozen.house.code,
        way=HouseWay(frozen.way),
        house=frozen.house_kwh,
        rooms=frozen.rooms_kwh,
        by_norm=frozen.norm_kwh,
        area=frozen.total_area,
    )


def house_books(houses: Collection[HouseRow], *, known_at: datetime | None = None) -> list[HouseBook]:
    """All facts of some houses, in their order: four queries."""
    books = {house.pk: HouseBook(house.pk, house.code) for house in houses}

    def facts(model: Any, *order: str) -> QuerySet[Any]:
        return counting(model.objects.filter(house_id__in=list(books)), known_at).order_by(*order)

    for row in facts(HouseTermsRow, "since"):
        books[row.house_id].terms.append(
            HouseTerms(
                Month.of(row.since), HouseWay(row.way), row.total_area, row.common_area, row.norm,
                row.losses_percent,
            )
        )  # fmt: skip
    for row in facts(HouseMeterRow, "since", "serial"):
        books[row.house_id].meters.append(
            HouseMeter(
                row.serial, Month.of(row.since), row.initial, row.digits, row.ratio, _month(row.until),
                row.final,
            )
        )  # fmt: skip
    for row in facts(HouseReadingRow, "month"):
        reading = HouseReading(row.value, row.turned, row.others_kwh)
        books[row.house_id].readings[row.serial, Month.of(row.month)] = reading
    for row in facts(HouseStayRow, "account_id", "since"):
        room = Room(row.account_id, row.area, Month.of(row.since), _month(row.until))
        books[row.house_id].rooms.append(room)
    return list(books.values())


def provider_houses(provider_id: int) -> list[HouseRow]:
    """The houses of a supplier by their codes."""
    return list(HouseRow.objects.filter(provider_id=provider_id).order_by(F("code")))


def _month(day: date | None) -> Month | None:
    return None if day is None else Month.of(day)


def untold_houses(*, provider_id: int, period: Month) -> dict[str, int]:
    """The houses of a supplier whose common needs of a month cannot be told as things stand.

    By their codes, each with the number of our accounts in it.
    """
    untold: dict[str, int] = {}
    for book in house_books(provider_houses(provider_id)):
        rooms = book.rooms_in(period)
        try:
            if rooms:
                house_inputs(book, period, rooms)
        except HouseUnknown:
            untold[book.code] = len({room.account_id for room in rooms})
    return untold
