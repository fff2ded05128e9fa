"""I-26: the common needs of houses are what their readings and the rooms' own kWh give again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.accounts.queries import provider_by_id
from svet.billing.models import HouseMonthRow, HouseShareRow
from svet.billing.queries.facts import ProviderFacts, provider_facts
from svet.billing.queries.house_books import counting, house_books, volume_of
from svet.billing.queries.rooms import rooms_of
from svet.billing.rules.house_inputs import HouseUnknown, house_inputs
from svet.billing.rules.houses import HouseVolume, divided, part_of
from svet.kernel.periods import Month

#: A fact may bear an earlier moment than the one at which others could see it: that of its commit.
_COMMITTED_WITHIN = _READ_WITHIN = timedelta(minutes=1)
_MOST = 100


def broken_houses() -> list[str]:
    """Breaches of I-26 as sentences, a hundred at most: frozen months are computed again from their facts."""
    breaches: list[str] = []
    rows = (
        counting(HouseMonthRow.objects.all())
        .select_related("house")
        .order_by("known_at", "house_id", "month")
    )
    knew = _Knew()
    for frozen in rows.iterator():
        breaches += _wrong(frozen, knew)
        if len(breaches) >= _MOST:
            break
    return breaches


class _Knew:
    """What suppliers knew of prices and norms at the moments of their runs; of each the last is kept."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[datetime, ProviderFacts]] = {}

    def at(self, provider_id: int, moment: datetime) -> ProviderFacts:
        """At this one."""
        kept = self._of.get(provider_id)
        if kept is None or kept[0] != moment:
            kept = moment, provider_facts(provider_by_id(provider_id), known_at=moment)
            self._of[provider_id] = kept
        return kept[1]


def _wrong(frozen: HouseMonthRow, knew: _Knew) -> Iterator[str]:
    month = Month.of(frozen.month)
    volume = volume_of(frozen)
    shares = {row.account_id: row for row in HouseShareRow.objects.filter(house_month=frozen)}
    told = {"house": frozen.house.code, "month": month}
    if not any(
        _again(frozen, knew, early) == (volume, {k: row.area for k, row in shares.items()})
        for early in (timedelta(0), _COMMITTED_WITHIN, -_READ_WITHIN)
    ):
        yield _("дом {house}, {month}: общедомовой объём не тот, что дают его показания и площади").format(
            **told
        )
    elif not _parts_are_right(volume, shares):
        yield _("дом {house}, {month}: доли помещений не те, что даёт формула").format(**told)


def _again(
    frozen: HouseMonthRow, knew: _Knew, early: timedelta
) -> tuple[HouseVolume, Mapping[int, Decimal]] | None:
    """The volume and the areas by what was known when the month was frozen; None: it cannot be told."""
    known_at = frozen.known_at - early
    month = Month.of(frozen.month)
    (book,) = house_books([frozen.house], known_at=known_at)
    rooms = rooms_of(
        book,
        provider_id=frozen.house.provider_id,
        provider=knew.at(frozen.house.provider_id, known_at),
        horizon=Month.of(frozen.horizon),
        known_at=known_at,
    )
    try:
        inputs = house_inputs(book, month, rooms.of(book, month))
        return inputs.volume(rooms.kwh(inputs.rooms, month)), {
            room.account_id: room.area for room in inputs.rooms
        }
    except HouseUnknown:
        return None


def _parts_are_right(volume: HouseVolume, shares: Mapping[int, HouseShareRow]) -> bool:
    up = divided(volume.kwh, {key: row.area for key, row in shares.items()}, whole=volume.area)
    return all(
        (row.up, row.kwh) == (up[key], part_of(volume.kwh, row.area, volume.area, up=up[key]))
        for key, row in shares.items()
    )
