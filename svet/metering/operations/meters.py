"""Putting meters up and taking them down, one or two hundred thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from svet.accounts.operations import set_link_proofs_many
from svet.accounts.queries import people_of
from svet.accounts.rules import normalise_meter_number
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.ids import new_public_id
from svet.kernel.transactions import require_transaction, use_case
from svet.metering import queries
from svet.metering.models import Meter, MeterScale
from svet.metering.operations.keeping import NewSet, NewValue, keep_sets
from svet.metering.operations.submitting import SetRefused, judged_values
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingChannel, ReadingKind, ReadingState, Zone, judge, zones_of
from svet.people import operations as people

BATCH = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """One meter as a register gives it; scales not named in ``initial`` start at zero."""

    account_id: int
    serial: str
    installed_on: date
    scheme: int = 1
    digits: int = 5
    decimals: int = 0
    ratio: Decimal = Decimal(1)
    type_name: str = ""
    verified_on: date | None = None
    next_verification_on: date | None = None
    smart: bool = False
    max_daily_kwh: Decimal | None = None
    initial: Mapping[Zone, Decimal] = field(default_factory=dict)


def install_meters(*, rows: Sequence[MeterRow], by: Actor, now: datetime, news: bool = False) -> list[int]:
    """Put meters up in bulk with their initial readings; says their keys in the order of the rows.

    A meter already standing on the account since that day keeps its row. Who enters meters that stand there
    already, has known of them since their days; ``news``: nobody knew of them before now.

    :raises NumberRefused: a serial is not of the form of one; nothing is entered
    """
    serials = [normalise_meter_number(row.serial) for row in rows]
    marks = [(row.account_id, serial, row.installed_on) for row, serial in zip(rows, serials, strict=True)]
    with transaction.atomic():
        known = _known(account_ids=[row.account_id for row in rows])
        fresh: dict[tuple[int, str, date], MeterRow] = {}
        for mark, row in zip(marks, rows, strict=True):
            if mark not in known:
                fresh.setdefault(mark, row)
        if fresh:
            known |= _enter(fresh, by=by, now=now, news=news)
    return [known[mark] for mark in marks]


def _known(*, account_ids: Sequence[int]) -> dict[tuple[int, str, date], int]:
    found: dict[tuple[int, str, date], int] = {}
    for start in range(0, len(account_ids), BATCH):
        meters = Meter.objects.filter(account_id__in=account_ids[start : start + BATCH])
        for account_id, serial, installed_on, key in meters.values_list(
            "account_id", "serial", "installed_on", "pk"
        ):
            found[account_id, serial, installed_on] = key
    return found


def _enter(
    rows: Mapping[tuple[int, str, date], MeterRow], *, by: Actor, now: datetime, news: bool
) -> dict[tuple[int, str, date], int]:
    keys = dict(zip(rows, take_ids(model=Meter, count=len(rows)), strict=True))
    copy_rows(
        model=Meter,
        columns=(
            "id", "public_id", "account_id", "serial", "type_name", "scheme", "digits", "decimals", "ratio",
            "installed_on", "verified_on", "next_verification_on", "smart", "max_daily_kwh",
        ),
        rows=(
            (
                keys[mark], new_public_id(), row.account_id, mark[1], row.type_name, int(row.scheme),
                row.digits, row.decimals, row.ratio, row.installed_on, row.verified_on,
                row.next_verification_on, row.smart, row.max_daily_kwh,
            )
            for mark, row in rows.items()
        ),
    )  # fmt: skip
    copy_rows(
        model=MeterScale,
        columns=("meter_id", "zone", "initial_value"),
        rows=(
            (keys[mark], zone.value, row.initial.get(zone, Decimal(0)))
            for mark, row in rows.items()
            for zone in zones_of(row.scheme)
        ),
    )
    keep_sets([_initial(keys[mark], row, now=now, news=news) for mark, row in rows.items()], by=by)
    _renew_proofs(account_ids=[row.account_id for row in rows.values()])
    journal.record(
        by=by,
        action="meters.installed",
        subject="meters",
        subject_id="",
        now=now,
        after={"meters": len(rows)},
    )
    return keys


def _initial(meter_id: int, row: MeterRow, *, now: datetime, news: bool) -> NewSet:
    noon = datetime.combine(row.installed_on, time(12), tzinfo=ZoneInfo("UTC"))
    return NewSet(
        meter_id=meter_id,
        account_id=row.account_id,
        read_on=row.installed_on,
        received_at=now if news else min(now, noon),
        channel=ReadingChannel.OFFICE,
        kind=ReadingKind.INITIAL,
        state=ReadingState.ACCEPTED,
        key=uuid4(),
        values={
            zone: NewValue(row.initial.get(zone, Decimal(0)), 0, Decimal(0)) for zone in zones_of(row.scheme)
        },
    )


def _renew_proofs(*, account_ids: Sequence[int]) -> None:
    """Only meters that still stand prove a holder."""
    serials: dict[int, list[str]] = {key: [] for key in account_ids}
    keys = list(serials)
    for start in range(0, len(keys), BATCH):
        meters = Meter.objects.filter(account_id__in=keys[start : start + BATCH], removed_on__isnull=True)
        for account_id, serial in meters.values_list("account_id", "serial"):
            serials[account_id].append(serial)
    set_link_proofs_many(serials=serials)


def install_meter(*, row: MeterRow, by: Actor, now: datetime) -> MeterView:
    """Put one meter up. :raises NumberRefused: the serial is not of the form of one"""
    (key,) = install_meters(rows=[row], by=by, now=now)
    return queries.meter_view(queries.whole_meters().get(pk=key))


def remove_meter(
    *, meter_id: int, removed_on: date, values: Mapping[Zone, Decimal], by: Actor, now: datetime
) -> None:
    """Take a meter down with its final reading; the reading stays and ends the meter's usage.

    :raises ReadingRefused: a final value cannot be (lower than the last one, more than the dial holds)
    """
    with use_case():
        take_down(meter_id=meter_id, removed_on=removed_on, values=values, by=by, now=now)


def take_down(
    *, meter_id: int, removed_on: date, values: Mapping[Zone, Decimal], by: Actor, now: datetime
) -> Meter:
    """The same as a step. :raises ReadingRefused:"""
    require_transaction()
    Meter.objects.select_for_update(no_key=True).only("pk").get(pk=meter_id)
    meter = queries.whole_meters().get(pk=meter_id)
    known = queries.dials(meters=[queries.meter_view(meter)], read_on=removed_on)[meter.pk]
    judgement = judge(dials=known.dials, values=values, read_on=removed_on)
    if judgement.refusals:
        raise SetRefused(judgement)
    keep_sets(
        [
            NewSet(
                meter_id=meter.pk,
                account_id=meter.account_id,
                read_on=removed_on,
                received_at=now,
                channel=ReadingChannel.OFFICE,
                kind=ReadingKind.FINAL,
                state=ReadingState.ACCEPTED,
                key=uuid4(),
                values=judged_values(judgement),
            )
        ],
        by=by,
    )
    meter.removed_on = removed_on
    meter.save(update_fields=["removed_on"])
    _renew_proofs(account_ids=[meter.account_id])
    people.drop_meter_from_keys(
        person_ids=people_of(account_id=meter.account_id),
        meter=meter.public_id,
        serial=meter.serial,
        now=now,
    )
    journal.record(
        by=by,
        action="meter.removed",
        subject="meter",
        subject_id=meter.public_id,
        now=now,
        account_id=meter.account_id,
        after={"removed_on": str(removed_on)},
    )
    return meter
