"""Outages as values: of accounts, of an address anybody names, of the desk; and whom one would meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from svet.accounts import queries as account_queries
from svet.accounts.queries.places import HousePlace, accounts_near, houses_of
from svet.accounts.rules.places import place_key, spoken
from svet.kernel.ids import AccountId, ProviderId
from svet.kernel.personal import MOST_ROWS
from svet.outages.models import Outage, OutageChange, OutagePlace, OutageTold
from svet.outages.rules import OutageAct, OutageKind, PlaceLine, state_of
from svet.outages.rules.refusals import OutageNotFound, OutageReason
from svet.outages.rules.views import OutageChangeView, OutageView

#: How far back «Отключения» shows what is over.
PAST: Final = timedelta(days=180)
#: So many rows a desk shows, and as many one answer about accounts has.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Met:
    """Whom places meet: accounts, the houses they are in, and how many cabinets hold one of them."""

    accounts: tuple[HousePlace, ...]
    cabinets: int
    #: Of each place, in the order asked, how many accounts it has.
    by_place: tuple[int, ...]


def outages_of(
    account_ids: Collection[int], *, now: datetime, past: bool = False
) -> dict[AccountId, list[OutageView]]:
    """What meets these accounts now or later, the nearest first; with ``past`` what has, newest first.

    By the streets of the accounts: an account that was entered, moved or opened to somebody after the outage
    was has it like any other. Cancelled ones are among the past ones only.
    """
    houses = houses_of(account_ids)
    found = _by_keys(_keys(houses), now=now, past=past)
    return {
        house.account_id: [
            view
            for view in found
            if view.provider_id == house.provider_id
            and view.meets(city=house.city, street=house.street, house=house.house)
        ]
        for house in houses
    }


def outages_at(*, city: str, street: str, house: str, now: datetime) -> list[OutageView]:
    """What was announced for an address anybody names, the nearest first; no account is looked at.

    Without a house everything that was announced for a house of the street.
    """
    keys = {place_key(city, ""), place_key(city, street)}
    found = _by_keys(keys, now=now, past=False)
    if not house.strip():
        return [view for view in found if any(one.is_at(city=city, street=street) for one in view.places)]
    return [view for view in found if view.meets(city=city, street=street, house=house)]


def outages_for_desk(
    *, now: datetime, past: bool = False, like: str = "", most: int | None = MOST
) -> list[OutageView]:
    """What stands or comes, the nearest first, or what is over, newest first; some hundred at most.

    ``like``: words each of which is in the number, the reason or a place.
    """
    rows = Outage.objects.filter(_past(now) if past else _living(now))
    for word in like.split():
        at = OutagePlace.objects.filter(Q(key__contains=spoken(word)) | Q(houses__icontains=word))
        rows = rows.filter(Q(number__icontains=word) | Q(why__icontains=word) | Q(pk__in=at.values("outage")))
    return [_view(row, now=now) for row in _whole(rows, past=past)[:most]]


def outage(*, public_id: str, now: datetime) -> OutageView:
    """One outage. :raises OutageNotFound: there is none"""
    row = _whole(Outage.objects.filter(public_id=public_id)).first()
    if row is None:
        raise OutageNotFound(OutageReason.NOT_FOUND)
    return _view(row, now=now)


def outage_of_number(*, provider_id: int, number: str, now: datetime) -> OutageView:
    """The outage a register has given this number. :raises OutageNotFound: there is none"""
    row = _whole(Outage.objects.filter(provider_id=provider_id, number=number)).exclude(number="").first()
    if row is None:
        raise OutageNotFound(OutageReason.NOT_FOUND, field="number")
    return _view(row, now=now)


def changes_of(*, outage_id: int) -> list[OutageChangeView]:
    """The history of an outage, oldest first."""
    rows = OutageChange.objects.filter(outage_id=outage_id).order_by("pk")
    return [
        OutageChangeView(row.at, OutageAct(row.act), row.begins_at, row.ends_at, row.reason, row.by)
        for row in rows
    ]


def told_count(*, outage_id: int) -> int:
    """How many people were told of an outage."""
    return OutageTold.objects.filter(outage_id=outage_id).count()


def told_to(*, person_id: int) -> list[tuple[str, datetime, datetime | None, bool, datetime]]:
    """What a person was told, newest first: why, begins, ends, whether it was called off, when told."""
    rows = OutageTold.objects.filter(person_id=person_id).order_by("-pk")[:MOST_ROWS]
    return list(rows.values_list("outage__why", "begins_at", "ends_at", "off", "told_at"))


def met_by(places: Sequence[PlaceLine], *, provider_id: int, now: datetime) -> Met:
    """Whom places of a supplier meet, by the index of addresses: no address elsewhere is looked at."""
    provider = account_queries.provider_by_id(provider_id)
    today = account_queries.provider_today(provider, now)
    near = accounts_near(
        provider_id=provider_id, streets={(one.city, one.street) for one in places}, today=today
    )
    by_key: dict[str, list[HousePlace]] = {}
    for each in near:
        for key in {place_key(each.city, ""), place_key(each.city, each.street)}:
            by_key.setdefault(key, []).append(each)
    found: dict[AccountId, HousePlace] = {}
    counts = []
    for place in places:
        hit = {
            each.account_id: each
            for each in by_key.get(place.key, ())
            if place.meets(city=each.city, street=each.street, house=each.house)
        }
        counts.append(len(hit))
        found |= hit
    return Met(tuple(found.values()), len(people_met(found)), tuple(counts))


def people_met(account_ids: Iterable[AccountId]) -> dict[int, list[AccountId]]:
    """Who sees these accounts in a cabinet now: keys of people, each with the accounts."""
    found: dict[int, list[AccountId]] = {}
    wanted = sorted(account_ids)
    for start in range(0, len(wanted), 5_000):
        part = account_queries.people_by_account(account_ids=wanted[start : start + 5_000])
        for account_id, people in part.items():
            for person_id in people:
                found.setdefault(person_id, []).append(AccountId(account_id))
    return found


def _keys(houses: Sequence[HousePlace]) -> set[str]:
    return {place_key(each.city, street) for each in houses for street in ("", each.street)}


def _living(now: datetime) -> Q:
    return Q(cancelled_at__isnull=True, over_at__gt=now)


def _past(now: datetime) -> Q:
    return Q(over_at__gt=now - PAST) & (Q(over_at__lte=now) | Q(cancelled_at__isnull=False))


def _by_keys(keys: Collection[str], *, now: datetime, past: bool) -> list[OutageView]:
    if not keys:
        return []
    near = OutagePlace.objects.filter(key__in=sorted(keys)).values("outage")
    rows = Outage.objects.filter(_past(now) if past else _living(now), pk__in=near)
    return [_view(row, now=now) for row in _whole(rows, past=past)[:MOST]]


def _whole(rows: QuerySet[Outage], *, past: bool = False) -> QuerySet[Outage]:
    order = ("-begins_at", "-pk") if past else ("begins_at", "pk")
    return rows.select_related("provider").prefetch_related("places", "changes").order_by(*order)


def _view(row: Outage, *, now: datetime) -> OutageView:
    places = sorted(row.places.all(), key=lambda place: place.pk)
    return OutageView(
        outage_id=row.pk,
        public_id=row.public_id,
        number=row.number,
        provider_id=ProviderId(row.provider_id),
        provider=row.provider.name,
        kind=OutageKind(row.kind),
        state=state_of(begins_at=row.begins_at, over_at=row.over_at, cancelled_at=row.cancelled_at, now=now),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        over_at=row.over_at,
        ended_at=row.ended_at,
        moved=any(change.act == OutageAct.MOVED for change in row.changes.all()),
        why=row.why,
        places=tuple(PlaceLine(place.city, place.street, place.houses) for place in places),
        zone=ZoneInfo(row.provider.time_zone),
    )


def nearest(found: Mapping[AccountId, Sequence[OutageView]]) -> list[tuple[OutageView, list[AccountId]]]:
    """The outages of several accounts, each once with the accounts it meets, the nearest first."""
    by_id: dict[int, tuple[OutageView, list[AccountId]]] = {}
    for account_id, views in found.items():
        for view in views:
            by_id.setdefault(view.outage_id, (view, []))[1].append(account_id)
    return sorted(by_id.values(), key=lambda each: (each[0].begins_at, each[0].outage_id))
