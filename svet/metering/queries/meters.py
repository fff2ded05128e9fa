"""Meters of accounts, and the guard by which an actor reaches one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.db.models import Q, QuerySet

from svet.accounts.queries import AccountView, visible_ids
from svet.accounts.queries.views import account_view
from svet.accounts.rules import Right
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import PublicIdText, frozen
from svet.kernel.ids import AccountId, MeterId
from svet.kernel.lookups import key_array
from svet.kernel.refusals import NotFound
from svet.kernel.services import Service, Unit
from svet.metering.models import Meter, MeterScale, ReadingValue
from svet.metering.rules import EFFECTIVE, ReadingKind, Zone


class MeterReason(StrEnum):
    NOT_FOUND = "meter_not_found"


class MeterNotFound(NotFound):
    """No such meter, or not for this actor."""


@dataclass(frozen=True, slots=True)
class MeterView:
    """One meter of an account, up to its removal.

    ``max_daily_kwh`` is with the ratio and, where the service is no electricity, in its own unit.
    """

    meter_id: MeterId
    public_id: str
    account_id: AccountId
    account: AccountView
    serial: str
    type_name: str
    scheme: int
    digits: int
    decimals: int
    ratio: Decimal
    installed_on: date
    removed_on: date | None
    verified_on: date | None
    next_verification_on: date | None
    smart: bool
    max_daily_kwh: Decimal | None

    @property
    def service(self) -> Service:
        """What is metered."""
        return self.account.provider.service

    @property
    def unit(self) -> Unit:
        """In what it counts."""
        return self.service.unit


def meter_view(row: Meter) -> MeterView:
    """The value of a row that was read with its account; for this room."""
    return MeterView(
        meter_id=MeterId(row.pk),
        public_id=row.public_id,
        account_id=AccountId(row.account_id),
        account=account_view(row.account),
        serial=row.serial,
        type_name=row.type_name,
        scheme=row.scheme,
        digits=row.digits,
        decimals=row.decimals,
        ratio=row.ratio,
        installed_on=row.installed_on,
        removed_on=row.removed_on,
        verified_on=row.verified_on,
        next_verification_on=row.next_verification_on,
        smart=row.smart,
        max_daily_kwh=row.max_daily_kwh,
    )


def whole_meters() -> QuerySet[Meter]:
    """The rows with all that their values need; for this room."""
    return Meter.objects.select_related("account__provider", "account__premises")


def _views(meters: QuerySet[Meter]) -> list[MeterView]:
    return [meter_view(row) for row in meters]


@frozen
def _reached(
    public_id: PublicIdText, person_id: int | None, *, kind: ActorKind, right: Right
) -> QuerySet[Meter]:
    visible = visible_ids(Actor(kind, person_id), right=right)
    return whole_meters().filter(public_id=public_id, account__in=visible)


def meter_for(actor: Actor, *, public_id: str, right: Right = Right.VIEW) -> MeterView:
    """One meter with its account and provider. :raises MeterNotFound: absent or not for the actor"""
    meter = _reached.first(public_id, actor.person_id, kind=actor.kind, right=right)
    if meter is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return meter_view(meter)


@frozen
def _locked(meter_id: int, person_id: int | None, *, kind: ActorKind, right: Right) -> QuerySet[Meter]:
    visible = visible_ids(Actor(kind, person_id), right=right)
    alone = whole_meters().select_for_update(of=("self",), no_key=True)
    return alone.filter(pk=meter_id, account__in=visible)


def locked(meter_id: int, *, by: Actor, right: Right) -> MeterView:
    """The meter as it stands under its lock; other sets of it wait for the commit (a step).

    :raises MeterNotFound: absent or not for the actor
    """
    found = _locked.first(meter_id, by.person_id, kind=by.kind, right=right)
    if found is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return meter_view(found)


def meters_of(*, account_ids: Collection[int], standing_only: bool = True) -> list[MeterView]:
    """The meters of these accounts in the order of installation; removed ones only when asked for."""
    return [meter_view(row) for row in _of_accounts.all(list(account_ids), standing_only=standing_only)]


@frozen
def _of_accounts(account_ids: Collection[int], *, standing_only: bool) -> QuerySet[Meter]:
    meters = whole_meters().filter(account_id__in=account_ids).order_by("account_id", "installed_on", "pk")
    return meters.filter(removed_on__isnull=True) if standing_only else meters


def meters_on(account_numbers: Collection[str]) -> list[MeterView]:
    """The meters of the accounts with these numbers, of whichever supplier, the removed ones too."""
    return _views(whole_meters().filter(account__number__in=account_numbers))


def initial_values(meter_ids: Collection[int]) -> dict[int, dict[Zone, Decimal]]:
    """What each scale of these meters showed when it was installed."""
    rows = MeterScale.objects.filter(meter_id__in=meter_ids)
    found: dict[int, dict[Zone, Decimal]] = {}
    for meter_id, zone, value in rows.values_list("meter_id", "zone", "initial_value"):
        found.setdefault(meter_id, {})[Zone(zone)] = value
    return found


def accounts_of_serial(serial: str, *, limit: int = 50) -> list[int]:
    """Keys of accounts on which a meter of this serial stands or stood."""
    meters = Meter.objects.filter(serial=serial).order_by("account_id").values_list("account_id", flat=True)
    return list(meters.distinct()[:limit])


def serials_of(meter_ids: Collection[int]) -> dict[int, str]:
    """The serials of these meters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, serial FROM metering_meter WHERE id = ANY(%s::bigint[])", [key_array(meter_ids)]
        )
        return dict(cursor.fetchall())


def standing_with_accounts(*, account_ids: Collection[int]) -> list[MeterView]:
    """The meters that stand on these accounts, with account and provider joined for dials and rules."""
    return [meter for meter in with_accounts(account_ids=account_ids) if meter.removed_on is None]


def with_accounts(*, account_ids: Collection[int]) -> list[MeterView]:
    """All meters of these accounts, removed ones too."""
    return meters_of(account_ids=account_ids, standing_only=False)


def standing_by_number(*, number: str, limit: int) -> list[MeterView]:
    """Standing meters with this serial, or on the account with this number, for the staff's search."""
    meters = whole_meters().filter(Q(serial=number) | Q(account__number=number), removed_on__isnull=True)
    return _views(meters.order_by("pk")[:limit])


def standing_by_pair(*, account_number: str, serial: str) -> MeterView | None:
    """The standing meter that the two numbers of a bill name, for whoever knows both."""
    meters = whole_meters().filter(account__number=account_number, serial=serial, removed_on__isnull=True)
    row = meters.order_by("pk").first()
    return None if row is None else meter_view(row)


def final_values(*, meter_ids: Collection[int]) -> dict[int, dict[Zone, Decimal]]:
    """What each taken-down meter showed at its end, in the order of its face."""
    rows = ReadingValue.objects.filter(
        reading_set__meter_id__in=meter_ids,
        reading_set__kind=ReadingKind.FINAL.value,
        reading_set__state__in=[state.value for state in EFFECTIVE],
    )
    found: dict[int, dict[Zone, Decimal]] = {}
    for meter_id, zone, value in rows.order_by("reading_set_id", "pk").values_list(
        "reading_set__meter_id", "zone", "value"
    ):
        found.setdefault(meter_id, {})[Zone(zone)] = value
    return found
