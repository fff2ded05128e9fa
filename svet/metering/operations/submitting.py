"""Taking one set of readings: guard, lock, judge, keep, tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from svet.accounts.queries import provider_today
from svet.accounts.rules import Right
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.bulk import gathered
from svet.kernel.frozen import frozen
from svet.kernel.ids import MeterId
from svet.kernel.moving import LostRace
from svet.kernel.periods import Month
from svet.kernel.refusals import Conflict, Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.operations import LimitReached
from svet.limits.rules import LimitName
from svet.metering import queries
from svet.metering.models import ReadingSet
from svet.metering.operations.keeping import NewSet, NewValue, keep_sets, move_set
from svet.metering.operations.photos import attach_photo
from svet.metering.operations.superseding import settle_others
from svet.metering.operations.telling import tell_accepted
from svet.metering.queries import MeterView
from svet.metering.rules import (
    Doubt,
    Judgement,
    ReadingChannel,
    ReadingKind,
    ReadingRefused,
    ReadingState,
    ReadingSubmission,
    ValueReason,
    WithdrawReason,
    Zone,
    judge,
    period_of,
)


class KeyReason(StrEnum):
    REUSED = "key_reused"


class KeyReused(Conflict):
    """The key of a kept set came again with other values."""


class SetRefused(ReadingRefused):
    """At least one scale cannot be taken; ``judgement`` has the reason of each."""

    def __init__(self, judgement: Judgement) -> None:
        first = judgement.refusals[0]
        assert first.refusal is not None
        super().__init__(first.refusal, field=first.zone.value, details=first.details)
        self.judgement = judgement


class ConfirmationNeeded(Refused):
    """The set looks odd; the same call with ``confirmed`` takes it."""

    def __init__(self, judgement: Judgement) -> None:
        doubts = judgement.doubts
        first = next(doubt for doubt in Doubt if doubt in doubts)
        zone = next(z for z, verdict in judgement.verdicts.items() if first in verdict.doubts)
        super().__init__(first, field=zone.value, details={"doubts": sorted(doubts)})
        self.judgement = judgement


@dataclass(frozen=True, slots=True)
class ReadingReceipt:
    """What the author gets: the number, the state, and the bill it will enter."""

    receipt_number: str
    set_public_id: str
    state: ReadingState
    read_on: date
    period: Month
    consumption: Mapping[Zone, Decimal]
    repeated: bool = False


def submit_readings(
    *,
    by: Actor,
    meter_id: MeterId,
    sent: ReadingSubmission,
    now: datetime,
    along: Callable[[ReadingReceipt], None] | None = None,
) -> ReadingReceipt:
    """Take one set of readings, keep it, tell the holders of the account.

    The meter is read under its lock, by the guard. The same key with the same values gives the same receipt.
    ``along`` is what the caller does with the receipt in the same transaction.
    A set whose consumption no line could carry is kept, once confirmed, under review.
    So is one that went down, when the author insists that the dial shows just this.

    :raises MeterNotFound: absent or not for the actor
    :raises ReadingRefused: cannot be taken, with what to do
    :raises ConfirmationNeeded: looks odd, and the answers do not settle it
    :raises KeyReused: the key came before with other values
    :raises LimitReached: too many sets for this meter today
    :raises PhotoRefused: the photo is not this person's or was forgotten
    """
    reached = _spent(meter_id, by=by, now=now)
    with use_case(), gathered():
        if reached is None:
            receipt = take_set(by=by, meter_id=meter_id, sent=sent, now=now)
        else:
            # Asking again for a receipt one already has is no further set.
            known = queries.locked(meter_id, by=by, right=Right.SUBMIT)
            earlier = earlier_receipt(known, key=sent.key, values=sent.values)
            if earlier is None:
                raise reached
            receipt = earlier
        if along is not None:
            along(receipt)
    return receipt


def _spent(meter_id: MeterId, *, by: Actor, now: datetime) -> LimitReached | None:
    """Take one set from the meter's limit, unless the house itself sends; how it was refused, if it was."""
    if by.kind is ActorKind.SYSTEM:
        return None
    try:
        limits.spend(limit=LimitName.READINGS_PER_METER, key=str(meter_id), now=now)
    except LimitReached as reached:
        return reached
    return None


def take_set(
    *,
    by: Actor,
    meter_id: MeterId,
    sent: ReadingSubmission,
    now: datetime,
    instead_of: ReadingSet | None = None,
) -> ReadingReceipt:
    """Lock the meter, judge, keep, tell (a step); ``instead_of`` is the set that this one corrects."""
    meter = queries.locked(meter_id, by=by, right=Right.SUBMIT)
    read_on = sent.read_on
    without = [] if instead_of is None else [instead_of.pk]
    facts = queries.facts_of_set(meter, read_on=read_on, key=sent.key, without=without)
    earlier = earlier_receipt(meter, key=sent.key, values=sent.values) if facts.key_is_taken else None
    if earlier is not None:
        return earlier
    known = facts.known
    today = provider_today(meter.account.provider, now)
    reason = hindrance(meter, read_on=read_on, today=today, last_on=known.last_on, channel=sent.channel)
    if reason is not None:
        raise ReadingRefused(reason, details=hindering_days(meter, read_on=read_on, last_on=known.last_on))
    judgement = judge(dials=known.dials, values=sent.values, read_on=read_on)
    appeal = sent.answers.appeal(judgement)
    if judgement.refusals and not appeal:
        raise SetRefused(judgement)
    if not sent.answers.settle(judgement):
        raise ConfirmationNeeded(judgement)
    new = NewSet(
        meter_id=meter.meter_id,
        account_id=meter.account_id,
        read_on=read_on,
        received_at=now,
        channel=sent.channel,
        kind=ReadingKind.CUSTOMER,
        state=ReadingState.UNDER_REVIEW if judgement.for_review or appeal else ReadingState.ACCEPTED,
        key=sent.key,
        values=stepped_values(judgement, known=known),
        doubts=tuple(sorted([*judgement.doubts, *(v.refusal for v in judgement.refusals if v.refusal)])),
        words=sent.words.strip(),
        entered_at=sent.entered_at,
    )
    (kept,) = keep_sets([new], by=by, set_ids=[facts.new_id])
    if sent.photo_public_id:
        attach_photo(set_id=kept.set_id, photo_public_id=sent.photo_public_id, by=by, now=now)
    if instead_of is not None:
        _replace(instead_of, by=by, now=now, receipt=kept.receipt_number)
    if new.state is ReadingState.ACCEPTED:
        settle_others(
            meter, others=facts.others, than=new.values, by=by, now=now, receipt=kept.receipt_number
        )
    _tell(by=by, meter=meter, new=new, receipt=kept.receipt_number, set_public_id=kept.public_id, now=now)
    return ReadingReceipt(
        receipt_number=kept.receipt_number,
        set_public_id=kept.public_id,
        state=new.state,
        read_on=read_on,
        period=period_of(read_on, window_to_day=meter.account.provider.window_to_day),
        consumption=judgement.consumption,
    )


def judged_values(judgement: Judgement) -> dict[Zone, NewValue]:
    """The scales of a set as they are written."""
    return {
        zone: NewValue(verdict.value, verdict.turns, verdict.consumption)
        for zone, verdict in judgement.verdicts.items()
    }


def stepped_values(judgement: Judgement, *, known: queries.MeterDials) -> dict[Zone, NewValue]:
    """The scales as they are written when some of them went down: the difference is below zero."""
    values = judged_values(judgement)
    for dial in known.dials:
        verdict = judgement.verdicts[dial.zone]
        if verdict.refusal is ValueReason.LOWER:
            step = (verdict.value - dial.base.value) * dial.ratio
            values[dial.zone] = NewValue(verdict.value, dial.base.turns, step)
    return values


def _replace(old: ReadingSet, *, by: Actor, now: datetime, receipt: str) -> None:
    try:
        move_set(old, to=ReadingState.CORRECTED, by=by, now=now, receipt=receipt)
    except (IllegalMove, LostRace):
        raise Refused(WithdrawReason.ALREADY) from None


def hindrance(
    meter: MeterView, *, read_on: date, today: date, last_on: date, channel: ReadingChannel
) -> ValueReason | None:
    """Why no reading of that day can be taken for the meter at all, if so."""
    if meter.smart and channel not in (ReadingChannel.AUTOMATIC, ReadingChannel.OFFICE):
        return ValueReason.SMART
    if meter.removed_on is not None and read_on > meter.removed_on:
        return ValueReason.REMOVED
    closed_on = meter.account.closed_on
    if closed_on is not None and read_on > closed_on:
        return ValueReason.CLOSED
    if read_on > today:
        return ValueReason.FUTURE
    return ValueReason.BEFORE_LAST if read_on < last_on else None


def hindering_days(meter: MeterView, *, read_on: date, last_on: date) -> dict[str, object]:
    """The days a sentence about a hindrance names."""
    days = {
        "read_on": read_on,
        "last_on": last_on,
        "removed_on": meter.removed_on,
        "closed_on": meter.account.closed_on,
    }
    return {name: day for name, day in days.items() if day is not None}


@frozen
def _under_key(meter_id: int, key: UUID) -> QuerySet[ReadingSet]:
    return ReadingSet.objects.filter(meter_id=meter_id, key=key)


def earlier_receipt(meter: MeterView, *, key: UUID, values: Mapping[Zone, Decimal]) -> ReadingReceipt | None:
    """The receipt this key was given before. :raises KeyReused: it came with other values"""
    kept = _under_key.first(meter.meter_id, key)
    if kept is None:
        return None
    rows = {Zone(row.zone): row for row in kept.values.all()}
    if {zone: row.value for zone, row in rows.items()} != dict(values):
        raise KeyReused(KeyReason.REUSED)
    return ReadingReceipt(
        receipt_number=kept.receipt_number,
        set_public_id=kept.public_id,
        state=ReadingState(kept.state),
        read_on=kept.read_on,
        period=period_of(kept.read_on, window_to_day=meter.account.provider.window_to_day),
        consumption={zone: row.consumption for zone, row in rows.items()},
        repeated=True,
    )


def _tell(
    *, by: Actor, meter: MeterView, new: NewSet, receipt: str, set_public_id: str, now: datetime
) -> None:
    shown = {zone.value: str(value.value) for zone, value in new.values.items()}
    journal.record(
        by=by,
        action="readings.submitted",
        subject="reading_set",
        subject_id=set_public_id,
        now=now,
        account_id=meter.account_id,
        after={"values": shown, "state": new.state.value, "channel": new.channel.value},
    )
    if new.state is not ReadingState.ACCEPTED:
        return
    tell_accepted(
        meter,
        values={zone: value.value for zone, value in new.values.items()},
        receipt=receipt,
        set_public_id=set_public_id,
        now=now,
    )
