"""The customer objects to a control reading, the staff answers; every step is a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from svet.accounts.queries import provider_today, visible_ids
from svet.accounts.rules import Right
from svet.files import operations as files
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import LostRace, move_row
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.metering.models import Dispute, DisputeChange, Meter, ReadingSet
from svet.metering.operations.controls import keep_control
from svet.metering.operations.keeping import move_set
from svet.metering.operations.telling import tell_dispute_answered
from svet.metering.queries import MeterNotFound, MeterReason
from svet.metering.rules import (
    DISPUTE_MOVES,
    DisputeReason,
    DisputeState,
    ReadingKind,
    ReadingState,
    Zone,
    dispute_until,
)

LONGEST = 2_000


class DisputeRefused(Refused):
    """The objection cannot be made or answered like that."""


class DisputeNotFound(NotFound):
    """No such objection, or not for this actor."""


def open_dispute(
    *, by: Actor, set_public_id: str, words: str, now: datetime, photo_public_id: str = ""
) -> str:
    """Object to a control reading; says the outside id of the objection.

    :raises MeterNotFound: absent or not for the actor
    :raises DisputeRefused: not a control reading, too late, a second time, without words
    :raises PhotoRefused: the photo is not this person's or was forgotten
    """
    said = _said(words)
    with use_case():
        row = (
            ReadingSet.objects.select_for_update(of=("self",), no_key=True)
            .select_related("account__provider")
            .filter(public_id=set_public_id, account__in=visible_ids(by, right=Right.SUBMIT))
            .first()
        )
        if row is None or by.person_id is None:
            raise MeterNotFound(MeterReason.NOT_FOUND)
        if row.kind != ReadingKind.CONTROL or row.state not in (ReadingState.ACCEPTED, ReadingState.USED):
            raise DisputeRefused(DisputeReason.NOT_CONTROL)
        provider = row.account.provider
        received_on = provider_today(provider, row.received_at)
        if provider_today(provider, now) > dispute_until(received_on, days=provider.dispute_days):
            raise DisputeRefused(DisputeReason.TOO_LATE)
        if Dispute.objects.filter(reading_set=row).exists():
            raise DisputeRefused(DisputeReason.TWICE)
        found = Dispute.objects.create(
            reading_set=row,
            account_id=row.account_id,
            person_id=by.person_id,
            words=said,
            photo_id=files.claim_photo(photo_public_id=photo_public_id, by=by, now=now)
            if photo_public_id
            else None,
            opened_at=now,
        )
        _write(found, before="", after=DisputeState.OPEN, by=by, now=now, words=said)
        return found.public_id


def withdraw_dispute(*, by: Actor, dispute_public_id: str, now: datetime) -> None:
    """Its author takes the objection back. :raises DisputeNotFound: :raises DisputeRefused: it is answered"""
    with use_case():
        found = Dispute.objects.filter(
            public_id=dispute_public_id,
            person_id=by.person_id or 0,
            account__in=visible_ids(by, right=Right.SUBMIT),
        ).first()
        if found is None:
            raise DisputeNotFound(DisputeReason.CLOSED)
        _move(found, after=DisputeState.WITHDRAWN, by=by, now=now, words="")


def check_dispute(*, by: Actor, dispute_public_id: str, words: str, now: datetime) -> None:
    """The staff sends somebody to read the meter again. :raises DisputeNotFound: :raises DisputeRefused:"""
    _answer(by=by, dispute_public_id=dispute_public_id, after=DisputeState.CHECKING, words=words, now=now)


def decline_dispute(*, by: Actor, dispute_public_id: str, words: str, now: datetime) -> None:
    """The control reading stands. :raises DisputeNotFound: :raises DisputeRefused:"""
    _answer(by=by, dispute_public_id=dispute_public_id, after=DisputeState.DECLINED, words=words, now=now)


def _answer(*, by: Actor, dispute_public_id: str, after: DisputeState, words: str, now: datetime) -> None:
    said = _said(words)
    with use_case():
        found = _waiting(dispute_public_id)
        _move(found, after=after, by=by, now=now, words=said)
        tell_dispute_answered(found, words=said, after=after, now=now)


def uphold_dispute(
    *,
    by: Actor,
    dispute_public_id: str,
    values: Mapping[Zone, Decimal],
    read_on: date,
    words: str,
    now: datetime,
    act_number: str = "",
    photo_public_id: str = "",
) -> str:
    """The customer is right: another control reading comes instead of the disputed one; says its receipt.

    A disputed reading that is billed already stays in its bill, and the next bill gives the difference back.

    :raises DisputeNotFound: :raises DisputeRefused: :raises ReadingRefused: :raises PhotoRefused:
    """
    said = _said(words)
    with use_case():
        found = _waiting(dispute_public_id)
        row = found.reading_set
        Meter.objects.select_for_update(no_key=True).only("pk").get(pk=row.meter_id)
        row.refresh_from_db(fields=["state"])
        billed = row.state == ReadingState.USED
        kept = keep_control(
            by=by,
            meter_id=row.meter_id,
            values=values,
            read_on=read_on,
            now=now,
            act_number=act_number,
            photo_public_id=photo_public_id,
            without=None if billed else row.pk,
        )
        if not billed:
            receipt = kept.receipt_number
            move_set(row, to=ReadingState.SUPERSEDED, by=by, now=now, receipt=receipt, words=said)
        Dispute.objects.filter(pk=found.pk).update(settled_by_id=kept.set_id)
        _move(found, after=DisputeState.UPHELD, by=by, now=now, words=said)
        tell_dispute_answered(found, words=said, after=DisputeState.UPHELD, now=now)
        return kept.receipt_number


def _said(words: str) -> str:
    said = words.strip()
    if not said:
        raise DisputeRefused(DisputeReason.NO_WORDS, field="words")
    if len(said) > LONGEST:
        raise DisputeRefused(DisputeReason.TOO_LONG, field="words")
    return said


def _waiting(dispute_public_id: str) -> Dispute:
    found = (
        Dispute.objects.select_for_update(of=("self",), no_key=True)
        .select_related("reading_set", "account")
        .filter(public_id=dispute_public_id)
        .first()
    )
    if found is None:
        raise DisputeNotFound(DisputeReason.CLOSED)
    return found


def _move(found: Dispute, *, after: DisputeState, by: Actor, now: datetime, words: str) -> None:
    try:
        before = move_row(found, moves=DISPUTE_MOVES, to=after)
    except (IllegalMove, LostRace):
        raise DisputeRefused(DisputeReason.CLOSED) from None
    _write(found, before=before.value, after=after, by=by, now=now, words=words)


def _write(found: Dispute, *, before: str, after: DisputeState, by: Actor, now: datetime, words: str) -> None:
    DisputeChange.objects.create(
        dispute=found,
        from_state=before,
        to_state=after.value,
        at=now,
        by_kind=by.kind.value,
        by_person_id=by.person_id,
        words=words,
    )
    journal.record(
        by=by,
        action=f"dispute.{after.value}",
        subject="dispute",
        subject_id=found.public_id,
        now=now,
        account_id=found.account_id,
        before={"state": before},
        after={"state": after.value},
        reason=words,
    )
