"""Writing, answering and closing appeals; every message comes once and every change of state is a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from svet.accounts.queries import account_for
from svet.files import operations as files
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.ids import new_receipt_number
from svet.kernel.moving import LostRace, move_row
from svet.kernel.places import Place
from svet.kernel.refusals import Conflict
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.people import queries as people
from svet.support import events
from svet.support.models import Appeal, AppealChange, Message, MessagePhoto
from svet.support.queries import AppealNotFound, own
from svet.support.rules import (
    MOST_PHOTOS,
    MOVES,
    QUIET_DAYS,
    AppealState,
    SupportReason,
    SupportRefused,
    answer_due,
    checked_text,
    topic_of,
)

ROBOT = Actor.system("support")
#: The first words of the answer, for the notice.
_SHOWN = 160


class SupportConflict(Conflict):
    """The key of a kept message came again with other words."""


@dataclass(frozen=True, slots=True)
class OpenedAppeal:
    """What its author is told of an appeal that was kept."""

    public_id: str
    number: str


def keep_photo(*, raw: bytes, by: Actor, now: datetime) -> str:
    """Keep a photo that waits for its message; says its outside id.

    :raises PhotoRefused: too large, no picture, broken
    :raises LimitReached: too many photos of this person today
    """
    limits.spend(limit=LimitName.PHOTOS_PER_PERSON, key=str(by.person_id or by.name), now=now)
    return files.keep_photo(raw=raw, by=by, now=now)


def open_appeal(
    *,
    by: Actor,
    topic: str,
    words: str,
    key: UUID,
    now: datetime,
    account_public_id: str = "",
    photo_public_ids: Sequence[str] = (),
) -> OpenedAppeal:
    """Write to the retailer; the same key gives the same appeal.

    :raises SupportRefused: no such topic, nothing said or too much, too many photos
    :raises AccountNotFound: the account is not visible to the person
    :raises PhotoRefused: a photo is not this person's or was forgotten
    :raises SupportConflict: the key was used for other words
    :raises LimitReached: too many appeals today
    """
    if by.person_id is None:
        raise AppealNotFound(SupportReason.NOT_FOUND)
    about, text = topic_of(topic), checked_text(words)
    _count(photo_public_ids)
    kept = _kept(by, key=key, words=text)
    if kept is not None:
        return _opened(kept)
    limits.spend(limit=LimitName.APPEALS_PER_PERSON, key=str(by.person_id), now=now)
    account = account_for(by, public_id=account_public_id) if account_public_id else None
    try:
        with use_case():
            appeal = Appeal.objects.create(
                number=new_receipt_number("Т"),
                person_id=by.person_id,
                account_id=account.account_id if account else None,
                topic=about.value,
                key=key,
                opened_at=now,
                touched_at=now,
                answer_due_on=answer_due(timezone.localdate(now), days=settings.APPEAL_ANSWER_DAYS),
            )
            _change(appeal, before="", after=AppealState.NEW, by=by, now=now)
            _say(appeal, words=text, photo_public_ids=photo_public_ids, key=key, by=by, now=now)
    except IntegrityError:
        # The second click of a double click: the first one's appeal is there by now.
        kept = _kept(by, key=key, words=text)
        if kept is None:
            raise
        return _opened(kept)
    return _opened(appeal)


def write_on(
    *,
    by: Actor,
    appeal_public_id: str,
    words: str,
    key: UUID,
    now: datetime,
    photo_public_ids: Sequence[str] = (),
) -> None:
    """The author adds to the thread; an answered appeal waits again.

    :raises AppealNotFound: absent or somebody else's
    :raises SupportRefused: closed, nothing said, too many photos
    :raises PhotoRefused: :raises LimitReached:
    """
    text = checked_text(words)
    _count(photo_public_ids)
    limits.spend(limit=LimitName.APPEALS_PER_PERSON, key=str(by.person_id), now=now)
    with use_case():
        appeal = _locked(by, appeal_public_id)
        if _repeated(appeal, key=key, words=text):
            return
        _refuse_closed(appeal)
        _say(appeal, words=text, photo_public_ids=photo_public_ids, key=key, by=by, now=now)
        if appeal.state == AppealState.ANSWERED:
            _move(appeal, after=AppealState.TAKEN, by=by, now=now)
            appeal.answer_due_on = answer_due(timezone.localdate(now), days=settings.APPEAL_ANSWER_DAYS)
            appeal.save(update_fields=["answer_due_on"])


def take(*, by: Actor, appeal_public_id: str, now: datetime) -> None:
    """A member of staff works on it; a second one changes nothing. :raises AppealNotFound:"""
    with use_case():
        appeal = _locked(by, appeal_public_id)
        if appeal.state == AppealState.NEW:
            _move(appeal, after=AppealState.TAKEN, by=by, now=now)


def answer(*, by: Actor, appeal_public_id: str, words: str, key: UUID, now: datetime) -> None:
    """The staff answers, and the person is told. :raises AppealNotFound: :raises SupportRefused:"""
    text = checked_text(words)
    with use_case():
        appeal = _locked(by, appeal_public_id)
        if _repeated(appeal, key=key, words=text):
            return
        _refuse_closed(appeal)
        _say(appeal, words=text, photo_public_ids=(), key=key, by=by, now=now)
        if appeal.state != AppealState.ANSWERED:
            _move(appeal, after=AppealState.ANSWERED, by=by, now=now)
        short = text if len(text) <= _SHOWN else f"{text[:_SHOWN].rsplit(' ', 1)[0]}…"
        notices.notify(
            recipient_id=people.recipient_of(appeal.person_id),
            event=events.APPEAL_ANSWERED,
            params={"number": appeal.number, "answer": short},
            place=Place("appeal", (appeal.public_id,)),
            now=now,
        )


def close(*, by: Actor, appeal_public_id: str, now: datetime) -> None:
    """Nothing more is needed; twice is the same as once. :raises AppealNotFound:"""
    with use_case():
        appeal = _locked(by, appeal_public_id)
        if appeal.state != AppealState.CLOSED:
            _move(appeal, after=AppealState.CLOSED, by=by, now=now)


def end_appeal(appeal: Appeal, *, by: Actor, now: datetime) -> None:
    """Close an appeal the caller has locked (a step)."""
    _move(appeal, after=AppealState.CLOSED, by=by, now=now)


def close_quiet(*, now: datetime) -> int:
    """Close the appeals whose answer nobody has spoken to for 30 days; says how many."""
    quiet = Appeal.objects.filter(state=AppealState.ANSWERED, touched_at__lt=now - timedelta(days=QUIET_DAYS))
    count = 0
    for public_id in list(quiet.values_list("public_id", flat=True)[:1000]):
        close(by=ROBOT, appeal_public_id=public_id, now=now)
        count += 1
    return count


def _locked(by: Actor, public_id: str) -> Appeal:
    rows = own(by).select_for_update(of=("self",))
    appeal = rows.filter(public_id=public_id).first()
    if appeal is None:
        raise AppealNotFound(SupportReason.NOT_FOUND)
    return appeal


def _count(photo_public_ids: Sequence[str]) -> None:
    if len(photo_public_ids) > MOST_PHOTOS:
        raise SupportRefused(SupportReason.TOO_MANY_PHOTOS, field="photos", details={"max": MOST_PHOTOS})


def _refuse_closed(appeal: Appeal) -> None:
    if appeal.state == AppealState.CLOSED:
        raise SupportRefused(SupportReason.CLOSED)


def _opened(appeal: Appeal) -> OpenedAppeal:
    return OpenedAppeal(public_id=appeal.public_id, number=appeal.number)


def _kept(by: Actor, *, key: UUID, words: str) -> Appeal | None:
    appeal = Appeal.objects.filter(person_id=by.person_id or 0, key=key).first()
    if appeal is not None and not _repeated(appeal, key=key, words=words):
        raise SupportConflict(SupportReason.KEY_REUSED, field="key")
    return appeal


def _repeated(appeal: Appeal, *, key: UUID, words: str) -> bool:
    """Whether this message stands in the thread. :raises SupportConflict: its key has other words"""
    kept = Message.objects.filter(appeal=appeal, key=key).first()
    if kept is not None and kept.words != words:
        raise SupportConflict(SupportReason.KEY_REUSED, field="key")
    return kept is not None


def _say(
    appeal: Appeal, *, words: str, photo_public_ids: Sequence[str], key: UUID, by: Actor, now: datetime
) -> None:
    require_transaction()
    message = Message.objects.create(
        appeal=appeal,
        by_kind=by.kind.value,
        by_person_id=by.person_id,
        by_name=by.name if by.kind is ActorKind.STAFF else "",
        words=words,
        at=now,
        key=key,
    )
    MessagePhoto.objects.bulk_create(
        MessagePhoto(
            message=message, photo_id=files.claim_photo(photo_public_id=photo_public_id, by=by, now=now)
        )
        for photo_public_id in photo_public_ids
    )
    appeal.touched_at = now
    appeal.save(update_fields=["touched_at"])
    journal.record(
        by=by,
        action="appeal.message",
        subject="appeal",
        subject_id=appeal.public_id,
        now=now,
        account_id=appeal.account_id,
        after={"number": appeal.number, "photos": len(photo_public_ids)},
    )


def _move(appeal: Appeal, *, after: AppealState, by: Actor, now: datetime) -> None:
    try:
        before = move_row(appeal, moves=MOVES, to=after, changes={"touched_at": now})
    except (IllegalMove, LostRace):
        raise SupportRefused(SupportReason.CLOSED) from None
    _change(appeal, before=before.value, after=after, by=by, now=now)


def _change(appeal: Appeal, *, before: str, after: AppealState, by: Actor, now: datetime) -> None:
    AppealChange.objects.create(
        appeal=appeal,
        from_state=before,
        to_state=after.value,
        at=now,
        by_kind=by.kind.value,
        by_person_id=by.person_id,
    )
    journal.record(
        by=by,
        action=f"appeal.{after.value}",
        subject="appeal",
        subject_id=appeal.public_id,
        now=now,
        account_id=appeal.account_id,
        before={"state": before},
        after={"state": after.value},
    )
