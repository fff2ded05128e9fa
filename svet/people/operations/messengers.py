"""A person's messenger: connected by a link from their own page, ended there, in the messenger, or with all.

Codes that open a cabinet never go there, so whoever holds the account there reads and can do nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import LimitReached, spend
from svet.limits.rules import LimitName
from svet.look.formats import moment
from svet.notices.operations import notify
from svet.notices.operations.messengers import (
    ChatInvitation,
    TakenElsewhere,
    answer_in_chat,
    connect_chat,
    disconnect_chat,
    invite_to_chat,
    is_news,
    note_stopped,
    take_to_read,
)
from svet.notices.queries.messengers import UpdateView, chat, messenger_name, recipient_reading, sender_of
from svet.notices.rules import NoticeChannel
from svet.people.events.messenger import BOT_ANSWER, MESSENGER, BotAnswer, MessengerChange
from svet.people.models import Person
from svet.people.rules.names import ProfileReason, ProfileRefused
from svet.people.rules.phones import mask_phone

#: A code as the link brings it or a person writes it; and words that end it.
_CODE: Final = re.compile(r"(?:/start\s+)?([A-Za-z0-9_-]{20,40})", re.ASCII)
_STOP: Final = re.compile(r"/?(?:stop|стоп|отключить|отписаться)")
_PLACE: Final = Place("notification-settings")


def invite_messenger(*, person_id: int, now: datetime) -> ChatInvitation:
    """A link that connects the messenger of whoever opens it within ten minutes, once.

    :raises NotFound: this installation has no messenger
    :raises ProfileRefused: one is connected already :raises LimitReached:
    """
    if not messenger_name():
        raise NotFound(ProfileReason.NO_SUCH)
    spend(limit=LimitName.MESSENGERS_PER_PERSON, key=str(person_id), now=now)
    with use_case():
        person = Person.objects.get(pk=person_id)
        try:
            return invite_to_chat(recipient_id=person.recipient_id, now=now)
        except TakenElsewhere:
            raise ProfileRefused(ProfileReason.MESSENGER) from None


def disconnect_messenger(*, person_id: int, address: str, now: datetime) -> None:
    """Write nothing more to the person's messenger. :raises NotFound: there is none"""
    with use_case():
        person = Person.objects.get(pk=person_id)
        by = Actor.person(person_id, address=address)
        if not _end(person, change=MessengerChange.OFF, by=by, now=now):
            raise NotFound(ProfileReason.NO_SUCH)


def cut_messenger_off(*, person_id: int, by: Actor, now: datetime) -> None:
    """With everything else that was open: a thief may have connected it (a step)."""
    require_transaction()
    _end(Person.objects.get(pk=person_id), change=MessengerChange.CUT, by=by, now=now)


def read_update(update_id: int, *, now: datetime) -> None:
    """Act on what somebody did to the bot, and answer; a second call, or one too many, says nothing."""
    reader = sender_of(update_id)
    if reader is None:
        return
    silent = False
    try:
        spend(limit=LimitName.ANSWERS_PER_MESSENGER, key=reader, now=now)
    except LimitReached:
        silent = True
    with use_case():
        heard = take_to_read(update_id, now=now)
        if heard is None:
            return
        answer = _act(heard, now=now)
        if answer is None or silent:
            return
        recipient_id = recipient_reading(heard.reader)
        answer_in_chat(
            reader=heard.reader,
            event=BOT_ANSWER,
            params={"reply": answer, "phone": "" if recipient_id is None else _phone_of(recipient_id)},
            place=None if recipient_id is not None else _PLACE,
            recipient_id=recipient_id,
            now=now,
        )


def _act(heard: UpdateView, *, now: datetime) -> BotAnswer | None:
    """What came of it, and what to say; what is told too late is passed over."""
    if not is_news(reader=heard.reader, happened=heard.happened):
        return None
    reader = recipient_reading(heard.reader)
    words = heard.text.strip()
    if heard.kind == "stopped":
        note_stopped(reader=heard.reader, stopped=True, now=now)
        return None
    # Who writes or starts anew has let the bot speak again.
    again = note_stopped(reader=heard.reader, stopped=False, now=now)
    if _STOP.fullmatch(words.casefold()):
        return _stop(reader, now=now)
    if code := _CODE.fullmatch(words):
        return _connect(code[1], heard, reader=reader, now=now)
    if reader is None:
        return BotAnswer.STRANGER
    return BotAnswer.AGAIN if again else BotAnswer.READER


def _connect(code: str, heard: UpdateView, *, reader: int | None, now: datetime) -> BotAnswer:
    try:
        recipient_id = connect_chat(
            code=code, reader=heard.reader, name=_plain(heard.name), happened=heard.happened, now=now
        )
    except TakenElsewhere:
        return BotAnswer.TAKEN
    if recipient_id is None:
        # The link of their own, touched twice, is no trouble.
        return BotAnswer.STALE if reader is None else BotAnswer.READER
    person = Person.objects.get(recipient_id=recipient_id)
    _tell(person, change=MessengerChange.ON, by=Actor.person(person.pk), name=_plain(heard.name), now=now)
    return BotAnswer.CONNECTED


def _stop(reader: int | None, *, now: datetime) -> BotAnswer:
    if reader is None:
        return BotAnswer.NOBODY
    person = Person.objects.get(recipient_id=reader)
    _end(person, change=MessengerChange.LEFT, by=Actor.person(person.pk), now=now)
    return BotAnswer.GOODBYE


def _end(person: Person, *, change: MessengerChange, by: Actor, now: datetime) -> bool:
    found = chat(person.recipient_id)
    if not disconnect_chat(recipient_id=person.recipient_id) or found is None:
        return False
    _tell(person, change=change, by=by, name=found.name, now=now)
    return True


def _tell(person: Person, *, change: MessengerChange, by: Actor, name: str, now: datetime) -> None:
    """In the journal, and by the other channels: in the messenger the bot says it itself."""
    journal.record_security(
        by=by,
        action="messenger.connected" if change is MessengerChange.ON else "messenger.disconnected",
        subject="person",
        subject_id=person.public_id,
        now=now,
    )
    notify(
        recipient_id=person.recipient_id,
        event=MESSENGER,
        params={"became": change, "app": messenger_name(), "name": name, "at": moment(now)},
        place=_PLACE,
        already={NoticeChannel.MESSENGER},
        now=now,
    )


def _phone_of(recipient_id: int) -> str:
    return mask_phone(Person.objects.values_list("phone", flat=True).get(recipient_id=recipient_id))


def _plain(name: str) -> str:
    """A stranger chooses it and our letters show it: short, of one line, without signs nobody sees."""
    shown = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(shown.split())[:60] or "—"
