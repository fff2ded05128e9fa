"""Meters of accounts, and the guard by which an actor reaches one."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q

from svet.accounts.queries import visible_ids
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.metering.models import Meter, ReadingValue
from svet.metering.rules import EFFECTIVE, ReadingKind, Zone


class MeterReason(StrEnum):
    NOT_FOUND = "meter_not_found"


class MeterNotFound(NotFound):
    """No such meter, or not for this actor."""


def meter_for(actor: Actor, *, public_id: str, right: Right = Right.VIEW) -> Meter:
    """One meter with its account and provider. :raises MeterNotFound: absent or not for the actor"""
    meter = (
        Meter.objects.select_related("account__provider")
        .filter(public_id=public_id, account__in=visible_ids(actor, right=right))
        .first()
    )
    if meter is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return meter


def locked(meter: Meter, *, by: Actor, right: Right) -> Meter:
    """The meter read anew under its lock, with the account it had; other sets of it wait for the commit.

    :raises MeterNotFound: it is no longer for the actor
    """
    rows = Meter.objects.select_for_update(no_key=True).filter(
        pk=meter.pk, account__in=visible_ids(by, right=right)
    )
    found = next(iter(rows), None)
    if found is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    found.account = meter.account
    return found


def meters_of(*, account_ids: Collection[int], standing_only: bool = True) -> list[Meter]:
    """The meters of these accounts in the order of installation; removed ones only when asked for."""
    meters = Meter.objects.filter(account_id__in=account_ids).order_by("account_id", "installed_on", "pk")
    if standing_only:
        meters = meters.filter(removed_on__isnull=True)
    return list(meters)


def accounts_of_serial(serial: str, *, limit: int = 50) -> list[int]:
    """Keys of accounts on which a meter of this serial stands or stood."""
    meters = Meter.objects.filter(serial=serial).order_by("account_id").values_list("account_id", flat=True)
    return list(meters.distinct()[:limit])


def serials_of(meter_ids: Collection[int]) -> dict[int, str]:
    """The serials of these meters."""
    return dict(Meter.objects.filter(pk__in=meter_ids).values_list("pk", "serial"))


def standing_with_accounts(*, account_ids: Collection[int]) -> list[Meter]:
    """The meters that stand on these accounts, with account and provider joined for dials and rules."""
    return [meter for meter in with_accounts(account_ids=account_ids) if meter.removed_on is None]


def with_accounts(*, account_ids: Collection[int]) -> list[Meter]:
    """All meters of these accounts, removed ones too, with account and provider joined."""
    meters = Meter.objects.filter(account_id__in=account_ids)
    return list(meters.select_related("account__provider").order_by("account_id", "installed_on", "pk"))


def standing_by_number(*, number: str, limit: int) -> list[Meter]:
    """Standing meters with this serial, or on the account with this number, for the staff's search."""
    meters = Meter.objects.filter(Q(serial=number) | Q(account__number=number), removed_on__isnull=True)
    return list(meters.select_related("account__provider", "account__premises").order_by("pk")[:limit])


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
