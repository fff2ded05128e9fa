"""Control readings: what the company itself read off a meter, with its act and its photo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from svet.accounts.queries import provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.metering import queries
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.operations.keeping import NewSet, WrittenSet, keep_sets, move_sets
from svet.metering.operations.photos import attach_photo
from svet.metering.operations.submitting import SetRefused, stepped_values
from svet.metering.operations.telling import tell_control
from svet.metering.queries import MeterView
from svet.metering.rules import (
    ReadingChannel,
    ReadingKind,
    ReadingRefused,
    ReadingState,
    ValueReason,
    Zone,
    dispute_until,
    judge,
)


def take_control_reading(
    *,
    by: Actor,
    meter_id: int,
    values: Mapping[Zone, Decimal],
    read_on: date,
    now: datetime,
    act_number: str = "",
    photo_public_id: str = "",
) -> str:
    """Keep what the company read off; unbilled customers' sets that contradict it are superseded.

    It may be lower than what was billed: the next bill gives the difference back. The holders are told with
    both values and until when they may object. Says the receipt number.

    :raises ReadingRefused: not a value of this dial, a future day, or a day before one that is billed already
    :raises PhotoRefused: the photo was forgotten
    """
    with use_case():
        return keep_control(
            by=by,
            meter_id=meter_id,
            values=values,
            read_on=read_on,
            now=now,
            act_number=act_number,
            photo_public_id=photo_public_id,
        ).receipt_number


def keep_control(
    *,
    by: Actor,
    meter_id: int,
    values: Mapping[Zone, Decimal],
    read_on: date,
    now: datetime,
    act_number: str = "",
    photo_public_id: str = "",
    without: int | None = None,
) -> WrittenSet:
    """The control reading itself (a step); ``without`` is a disputed one that this one replaces.

    :raises ReadingRefused: :raises PhotoRefused: as for the use case
    """
    require_transaction()
    Meter.objects.select_for_update(no_key=True).only("pk").get(pk=meter_id)
    meter = queries.meter_view(queries.whole_meters().get(pk=meter_id))
    today = provider_today(meter.account.provider, now)
    _check_day(meter, read_on=read_on, today=today)
    known = queries.dials(meters=[meter], read_on=read_on, without=[] if without is None else [without])[
        meter.meter_id
    ]
    judgement = judge(dials=known.dials, values=values, read_on=read_on)
    if any(verdict.refusal is not ValueReason.LOWER for verdict in judgement.refusals):
        raise SetRefused(judgement)
    new = NewSet(
        meter_id=meter.meter_id,
        account_id=meter.account_id,
        read_on=read_on,
        received_at=now,
        channel=ReadingChannel.OFFICE,
        kind=ReadingKind.CONTROL,
        state=ReadingState.ACCEPTED,
        key=uuid4(),
        values=stepped_values(judgement, known=known),
        words=f"акт № {act_number.strip()}" if act_number.strip() else "",
    )
    (kept,) = keep_sets([new], by=by)
    if photo_public_id:
        attach_photo(set_id=kept.set_id, photo_public_id=photo_public_id, by=by, now=now)
    _supersede_contradicting(meter, new=new, but=kept.set_id, by=by, now=now, receipt=kept.receipt_number)
    journal.record(
        by=by,
        action="readings.controlled",
        subject="reading_set",
        subject_id=kept.public_id,
        now=now,
        account_id=meter.account_id,
        after={"values": {zone.value: str(value) for zone, value in values.items()}, "act": act_number},
    )
    until = dispute_until(today, days=meter.account.provider.dispute_days)
    tell_control(meter, values=values, read_on=read_on, until=until, set_public_id=kept.public_id, now=now)
    return kept


def _check_day(meter: MeterView, *, read_on: date, today: date) -> None:
    """What is billed rests on the reading of its day: an earlier control reading would change nothing.

    :raises ReadingRefused: in the future, outside the meter's time, before the last billed or control reading
    """
    if read_on > today:
        raise ReadingRefused(ValueReason.FUTURE, field="read_on", details={"read_on": read_on})
    if read_on < meter.installed_on or (meter.removed_on is not None and read_on > meter.removed_on):
        known = {"read_on": read_on, "removed_on": meter.removed_on}
        raise ReadingRefused(ValueReason.REMOVED, field="read_on", details=known)
    fixed = (
        ReadingSet.objects.filter(meter_id=meter.meter_id, read_on__gt=read_on, state=ReadingState.USED.value)
        .order_by("-read_on")
        .values_list("read_on", flat=True)
        .first()
    )
    if fixed is not None:
        raise ReadingRefused(
            ValueReason.BEFORE_LAST, field="read_on", details={"last_on": fixed, "read_on": read_on}
        )


def _supersede_contradicting(
    meter: MeterView, *, new: NewSet, but: int, by: Actor, now: datetime, receipt: str
) -> None:
    """Read earlier yet higher, or later yet lower."""
    rows = (
        ReadingValue.objects.filter(
            reading_set__meter_id=meter.meter_id,
            reading_set__state=ReadingState.ACCEPTED.value,
            reading_set__kind=ReadingKind.CUSTOMER.value,
        )
        .exclude(reading_set_id=but)
        .values_list("reading_set_id", "reading_set__read_on", "zone", "value", "turns")
    )
    capacity = 10**meter.digits
    wrong = set()
    for set_id, on, zone, value, turns in rows:
        control = new.values[Zone(zone)]
        step = capacity * turns + value - (capacity * control.turns + control.value)
        if (on <= new.read_on and step > 0) or (on >= new.read_on and step < 0):
            wrong.add(set_id)
    move_sets(
        set_ids=wrong,
        before=ReadingState.ACCEPTED,
        after=ReadingState.SUPERSEDED,
        by=by,
        now=now,
        receipt=receipt,
    )
