"""The staff looks at an odd set: takes it, refuses it, or writes down what the dial really shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import uuid4

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import LostRace
from svet.kernel.refusals import Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.metering import queries, texts
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations.keeping import NewSet, NewValue, keep_sets, move_set
from svet.metering.operations.submitting import SetRefused, judged_values
from svet.metering.operations.superseding import supersede_higher
from svet.metering.operations.telling import tell_accepted, tell_corrected, tell_refused
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingChannel, ReadingKind, ReadingState, Zone, judge


class ReviewReason(StrEnum):
    """Why the staff's decision cannot stand."""

    ALREADY = "review_already_decided"
    BELOW = "review_below_last"
    WORDS = "review_words_required"


class ReviewRefused(Refused):
    """The set cannot be decided like that."""


def decide_review(*, by: Actor, set_id: int, accept: bool, reason: str, now: datetime) -> None:
    """The staff takes or refuses a set under review and the holders are told, with ``reason`` in its words.

    :raises ReviewRefused: it is no longer there, or it lies below the last reading and would make the
        consumption negative: correct it, or take a control reading
    """
    with use_case():
        row = _waiting(set_id)
        meter = queries.meter_view(row.meter)
        after = ReadingState.ACCEPTED if accept else ReadingState.REJECTED
        if accept:
            values = {Zone(v.zone): NewValue(v.value, v.turns, v.consumption) for v in row.values.all()}
            _check_still_true(row, meter=meter, values=values)
        _move(row, after=after, by=by, now=now, words=reason)
        if accept:
            supersede_higher(meter=meter, than=values, but=row.pk, by=by, now=now, receipt=row.receipt_number)
            tell_accepted(
                meter,
                values={zone: value.value for zone, value in values.items()},
                receipt=row.receipt_number,
                set_public_id=row.public_id,
                now=now,
            )
        else:
            tell_refused(meter, reason=reason, set_public_id=row.public_id, now=now)
        _record(row, after=after, by=by, now=now, words=reason)


def correct_review(
    *,
    by: Actor,
    set_id: int,
    values: Mapping[Zone, Decimal],
    turned: bool,
    reason: str,
    now: datetime,
) -> str:
    """The staff writes down what the dial really shows, on the day the customer read it; says the receipt.

    ``turned``: the dial has passed zero. The customer's set stays beside it and names the new one.

    :raises ReviewRefused: no longer there, or without words
    :raises ReadingRefused: no values of this dial, or below the last reading
    """
    if not reason.strip():
        raise ReviewRefused(ReviewReason.WORDS, field="reason")
    with use_case():
        row = _waiting(set_id)
        meter = queries.meter_view(row.meter)
        known = queries.dials(meters=[meter], read_on=row.read_on)[row.meter_id]
        judgement = judge(dials=known.dials, values=values, read_on=row.read_on, turned=turned)
        if judgement.refusals:
            raise SetRefused(judgement)
        new = NewSet(
            meter_id=row.meter_id,
            account_id=row.account_id,
            read_on=row.read_on,
            received_at=now,
            channel=ReadingChannel.OFFICE,
            kind=ReadingKind.CUSTOMER,
            state=ReadingState.ACCEPTED,
            key=uuid4(),
            values=judged_values(judgement),
            instead_of=row.receipt_number,
            words=reason.strip(),
        )
        (kept,) = keep_sets([new], by=by)
        _move(row, after=ReadingState.CORRECTED, by=by, now=now, receipt=kept.receipt_number, words=reason)
        supersede_higher(
            meter=meter, than=new.values, but=kept.set_id, by=by, now=now, receipt=kept.receipt_number
        )
        tell_corrected(
            meter,
            before=texts.values_line({Zone(v.zone): v.value for v in row.values.all()}, meter.unit),
            after=texts.values_line(values, meter.unit),
            reason=reason.strip(),
            set_public_id=kept.public_id,
            now=now,
        )
        _record(row, after=ReadingState.CORRECTED, by=by, now=now, words=reason, receipt=kept.receipt_number)
        return kept.receipt_number


def _waiting(set_id: int) -> ReadingSet:
    """A set under review with its meter locked. :raises ReviewRefused: it is no longer there"""
    # The meter first: whoever else decides has let go of it before the set is read.
    meter = Meter.objects.select_for_update(no_key=True).only("pk").filter(readingset=set_id).first()
    row = (
        ReadingSet.objects.select_related("meter__account__provider", "meter__account__premises", "account")
        .filter(pk=set_id, state=ReadingState.UNDER_REVIEW.value)
        .first()
    )
    if meter is None or row is None:
        raise ReviewRefused(ReviewReason.ALREADY)
    return row


def _check_still_true(row: ReadingSet, *, meter: MeterView, values: Mapping[Zone, NewValue]) -> None:
    """Other readings may have come while it waited. :raises ReviewRefused: it would run backwards now"""
    known = queries.dials(meters=[meter], read_on=row.read_on)[row.meter_id]
    judgement = judge(
        dials=known.dials, values={zone: value.value for zone, value in values.items()}, read_on=row.read_on
    )
    turns = {zone: verdict.turns for zone, verdict in judgement.verdicts.items()}
    if judgement.refusals or turns != {zone: value.turns for zone, value in values.items()}:
        raise ReviewRefused(ReviewReason.BELOW)


def _move(
    row: ReadingSet, *, after: ReadingState, by: Actor, now: datetime, receipt: str = "", words: str = ""
) -> None:
    try:
        move_set(row, to=after, by=by, now=now, receipt=receipt, words=words.strip())
    except (IllegalMove, LostRace):
        raise ReviewRefused(ReviewReason.ALREADY) from None


def _record(
    row: ReadingSet, *, after: ReadingState, by: Actor, now: datetime, words: str, receipt: str = ""
) -> None:
    journal.record(
        by=by,
        action="readings.reviewed",
        subject="reading_set",
        subject_id=row.public_id,
        now=now,
        account_id=row.account_id,
        before={"state": ReadingState.UNDER_REVIEW.value},
        after={"state": after.value, "receipt": receipt},
        reason=words,
    )
