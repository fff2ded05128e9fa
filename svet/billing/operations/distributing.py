"""The common needs of houses, month by month, frozen as facts of their accounts before a run charges them.

A month is frozen once. It is done again when something of the house's own facts has changed (a reading, the
terms, the rooms), when somebody of the staff asks for it, or as long as nobody of the house is charged for
it; late readings of flats leave it alone. What it gives then is a fact like others: the next charge posts the
difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from svet.billing.models import Charge, HouseMonthRow, HouseProblem, HouseRow, HouseShareRow
from svet.billing.queries.facts import ProviderFacts
from svet.billing.queries.house_books import counting, house_books, provider_houses, volume_of
from svet.billing.queries.rooms import Rooms, rooms_of
from svet.billing.rules.house_inputs import HouseBook, HouseInputs, HouseUnknown, house_inputs
from svet.billing.rules.houses import HouseVolume, divided, part_of
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction

_ROBOT = "billing"


def distribute(*, provider_id: int, period: Month, provider: ProviderFacts, now: datetime) -> int:
    """Freeze the common needs of a supplier's houses until a month (a step); how many months were.

    What cannot be told is kept as a problem of its house.
    """
    require_transaction()
    houses = provider_houses(provider_id)
    if not houses:
        return 0
    HouseRow.objects.select_for_update().filter(pk__in=[each.pk for each in houses]).order_by("pk").first()
    done = 0
    for book in house_books(houses):
        if book.rooms:
            rooms = rooms_of(book, provider_id=provider_id, provider=provider, horizon=period)
            done += sum(_freeze(book, rooms, month, now=now) for month in _months(book, rooms))
    return done


def _months(book: HouseBook, rooms: Rooms) -> Iterator[Month]:
    """Those in which some room of the house is ours to charge, until the horizon."""
    firsts = [max(room.since, rooms.facts[room.account_id].floor) for room in book.rooms
              if room.account_id in rooms.facts]  # fmt: skip
    month = min(firsts, default=rooms.horizon.plus(1))
    while month <= rooms.horizon:
        if rooms.of(book, month):
            yield month
        month = month.plus(1)


def _freeze(book: HouseBook, rooms: Rooms, month: Month, *, now: datetime) -> bool:
    months = HouseMonthRow.objects.filter(house_id=book.house_id, month=month.first)
    stands = counting(months).select_related("house").first()
    problems = HouseProblem.objects.filter(house_id=book.house_id, month=month.first)
    try:
        inputs = house_inputs(book, month, rooms.of(book, month))
        if stands is not None and stands.inputs == inputs.digest and _is_charged(inputs, rooms.horizon):
            problems.delete()
            return False
        volume = inputs.volume(rooms.kwh(inputs.rooms, month))
    except HouseUnknown as unknown:
        details = {name: str(value) for name, value in unknown.details.items()}
        problems.update_or_create(
            house_id=book.house_id,
            month=month.first,
            defaults={"reason": unknown.reason.value, "details": details},
        )
        _end(stands, now)
        return stands is not None
    problems.delete()
    if stands is not None and (stands.inputs, volume_of(stands)) == (inputs.digest, volume):
        return False
    _end(stands, now)
    _write(book, inputs, volume, horizon=rooms.horizon, now=now)
    return True


def _is_charged(inputs: HouseInputs, horizon: Month) -> bool:
    """Whether the month is over, or somebody of the house has been charged for it."""
    if inputs.month < horizon:
        return True
    ids = [room.account_id for room in inputs.rooms]
    return Charge.objects.filter(account_id__in=ids, period__gte=inputs.month.first).exists()


def _end(stands: HouseMonthRow | None, now: datetime) -> None:
    if stands is not None:
        stands.gone_at = now
        stands.save(update_fields=["gone_at"])


def _write(
    book: HouseBook, inputs: HouseInputs, volume: HouseVolume, *, horizon: Month, now: datetime
) -> None:
    frozen = HouseMonthRow.objects.create(
        house_id=book.house_id,
        month=inputs.month.first,
        horizon=horizon.first,
        inputs=inputs.digest,
        way=volume.way.value,
        house_kwh=volume.house,
        rooms_kwh=volume.rooms,
        norm_kwh=volume.by_norm,
        total_area=volume.area,
        known_at=now,
        by_name=_ROBOT,
    )
    areas = {room.account_id: room.area for room in inputs.rooms}
    up = divided(volume.kwh, areas, whole=volume.area)
    HouseShareRow.objects.bulk_create(
        HouseShareRow(
            house_month=frozen,
            account_id=key,
            area=area,
            up=up[key],
            kwh=part_of(volume.kwh, area, volume.area, up=up[key]),
        )
        for key, area in areas.items()
    )
