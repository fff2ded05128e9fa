"""Replacing a meter: the old one's last reading and the new one's first, on one account, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from svet.accounts.queries import people_of, provider_today
from svet.accounts.rules import normalise_meter_number
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.metering import events, queries
from svet.metering.models import Meter
from svet.metering.operations.meters import MeterRow, install_meters, take_down
from svet.metering.queries import MeterNotFound, MeterReason, MeterView
from svet.metering.rules import ReadingRefused, ReplaceReason, ValueReason, Zone
from svet.notices import operations as notices
from svet.people import queries as people
from svet.staffing.rules import checked_reason

# What the column holds, far above any transformer.
_MOST_RATIO, _STEP = 99_999, Decimal("0.01")


def replace_meter(
    *,
    by: Actor,
    meter_public_id: str,
    final: Mapping[Zone, Decimal],
    new: MeterRow,
    ratio: Decimal | None = None,
    reason: str,
    now: datetime,
) -> MeterView:
    """Take one meter down and put ``new`` up on the same account and day; says the new meter.

    From that moment the new number, and no longer the old one, opens the account with its number. The
    transformers stay where they are: without ``ratio`` the new meter counts with the old one's.

    :raises MeterNotFound: no such meter standing, or not for this actor
    :raises ReadingRefused: a value or the ratio cannot be, or the day is impossible
    :raises NumberRefused: the new number is none; :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    serial = normalise_meter_number(new.serial)
    with use_case():
        old = _standing(by, public_id=meter_public_id)
        _check(old, serial=serial, on=new.installed_on, ratio=ratio, now=now)
        take_down(meter_id=old.pk, removed_on=new.installed_on, values=final, by=by, now=now)
        # What belongs to the connection does not change with the meter.
        row = replace(
            new,
            account_id=old.account_id,
            serial=serial,
            max_daily_kwh=new.max_daily_kwh or old.max_daily_kwh,
            ratio=old.ratio if ratio is None else ratio,
        )
        (key,) = install_meters(rows=[row], by=by, now=now, news=True)
        meter = queries.meter_view(queries.whole_meters().get(pk=key))
        journal.record(
            by=by,
            action="meter.replaced",
            subject="meter",
            subject_id=meter.public_id,
            now=now,
            account_id=meter.account_id,
            before={"serial": old.serial, "ratio": str(old.ratio)},
            after={"serial": serial, "on": str(new.installed_on), "ratio": str(row.ratio)},
            reason=words,
        )
        _tell(meter, before=old.serial, on=new.installed_on, now=now)
    return meter


def _standing(by: Actor, *, public_id: str) -> Meter:
    meter = None
    if by.kind in (ActorKind.STAFF, ActorKind.SYSTEM):
        meter = (
            Meter.objects.select_for_update(of=("self",), no_key=True)
            .select_related("account__provider")
            .filter(public_id=public_id, removed_on__isnull=True)
            .first()
        )
    if meter is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return meter


def _check(old: Meter, *, serial: str, on: date, ratio: Decimal | None, now: datetime) -> None:
    if ratio is not None and not (ratio.is_finite() and 0 < ratio <= _MOST_RATIO and ratio % _STEP == 0):
        raise ReadingRefused(ReplaceReason.RATIO, field="ratio")
    if on > provider_today(old.account.provider, now):
        raise ReadingRefused(ValueReason.FUTURE, field="installed_on")
    if on < old.installed_on:
        raise ReadingRefused(ReplaceReason.BEFORE_INSTALLED, field="installed_on")
    if Meter.objects.filter(account_id=old.account_id, serial=serial, removed_on__isnull=True).exists():
        raise ReadingRefused(ReplaceReason.SAME_METER, field="serial")


def _tell(meter: MeterView, *, before: str, on: date, now: datetime) -> None:
    account = meter.account
    for person_id in people_of(account_id=meter.account_id):
        notices.notify(
            recipient_id=people.recipient_of(person_id),
            event=events.METER_REPLACED,
            params={
                "account": account.number,
                "before": before,
                "serial": meter.serial,
                "on": f"{on:%d.%m.%Y}",
            },
            place=Place("account", (account.public_id,)),
            now=now,
        )
