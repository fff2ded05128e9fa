"""A person's messenger: connected by a code that a link brings to the bot, ended by either side (steps)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from svet.gateways import messenger
from svet.gateways.failures import GatewayFailure
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction
from svet.notices.jobs.messengers import take_update
from svet.notices.models import Delivery, MessengerChat, MessengerCode, MessengerUpdate, Recipient
from svet.notices.operations.promises import enqueue, link_to, message, require_sense, words_of
from svet.notices.queries.messengers import UpdateView
from svet.notices.rules import ANSWER_LIVES, CODE_LIVES, EventSpec, Words, for_messenger
from svet.site import queries as site


class NotTheMessenger(Exception):
    """Whoever tells us something has not shown the messenger's secret, or there is no messenger."""


class TakenElsewhere(Exception):
    """This account of the messenger reads another cabinet's notices, or the cabinet has a messenger."""


@dataclass(frozen=True, slots=True)
class ChatInvitation:
    """What connects the messenger of whoever opens it: ``link``, or ``code`` written to the bot, once."""

    link: str
    code: str
    until: datetime


def hear_update(*, raw: bytes, secret: str, now: datetime) -> None:
    """Keep what the messenger tells us of a person; what is no matter of ours is passed over.

    :raises NotTheMessenger: :raises ValueError: unreadable
    """
    try:
        bot = messenger.gateway()
    except GatewayFailure:
        raise NotTheMessenger from None
    if not bot.is_theirs(secret):
        raise NotTheMessenger
    heard = bot.read(raw)
    if heard is not None:
        take_update(heard, now=now)


def invite_to_chat(*, recipient_id: int, now: datetime) -> ChatInvitation:
    """Make the code that connects a messenger to this recipient; an earlier one opens nothing any more.

    :raises TakenElsewhere: they have one :raises GatewayFailure: the installation has no messenger
    """
    require_transaction()
    Recipient.objects.select_for_update(no_key=True).only("pk").get(pk=recipient_id)
    if MessengerChat.objects.filter(recipient_id=recipient_id).exists():
        raise TakenElsewhere
    code = secrets.token_urlsafe(16)
    until = now + CODE_LIVES
    MessengerCode.objects.update_or_create(
        recipient_id=recipient_id, defaults={"digest": _digest(code), "expires_at": until}
    )
    return ChatInvitation(link=messenger.gateway().link(code), code=code, until=until)


def connect_chat(*, code: str, reader: str, name: str, happened: int, now: datetime) -> int | None:
    """Spend the code: from now on its recipient's notices are written there; who that is, or None: no such.

    :raises TakenElsewhere: the code is kept for another account of the messenger
    """
    require_transaction()
    known = MessengerCode.objects.select_for_update().filter(digest=_digest(code), expires_at__gt=now).first()
    if known is None:
        return None
    made = MessengerChat(
        recipient_id=known.recipient_id, reader=reader, name=name[:120], connected_at=now, last_act=happened
    )
    # Two codes of two cabinets may be brought by one reader at once: the constraints let one of them stand.
    MessengerChat.objects.bulk_create([made], ignore_conflicts=True)
    if not MessengerChat.objects.filter(recipient_id=known.recipient_id, reader=reader).exists():
        raise TakenElsewhere
    MessengerCode.objects.filter(pk=known.pk).delete()
    return known.recipient_id


def disconnect_chat(*, recipient_id: int) -> bool:
    """Write nothing there any more, nor what waits to be written; says whether anything was connected."""
    forget_invitation(recipient_id=recipient_id)
    return bool(MessengerChat.objects.filter(recipient_id=recipient_id).delete()[0])


def is_news(*, reader: str, happened: int) -> bool:
    """Whether nothing later is known of whoever reads there: what they did since must not be undone (a step).

    The messenger tells again what it could not tell, while the next thing already came through.
    """
    require_transaction()
    known = MessengerChat.objects.select_for_update().filter(reader=reader).first()
    if known is None or not happened:
        return True
    if happened < known.last_act:
        return False
    MessengerChat.objects.filter(pk=known.pk).update(last_act=happened)
    return True


def note_stopped(*, reader: str, stopped: bool, now: datetime) -> bool:
    """The person silenced the bot in the messenger, or started it again; says whether that is news."""
    require_transaction()
    rows = MessengerChat.objects.filter(reader=reader, stopped_at__isnull=stopped)
    return bool(rows.update(stopped_at=now if stopped else None))


def take_to_read(update_id: int, *, now: datetime) -> UpdateView | None:
    """Whoever gets it acts on it, in this transaction; None: somebody has. Its words are kept no longer."""
    require_transaction()
    row = MessengerUpdate.objects.select_for_update().filter(pk=update_id, read_at__isnull=True).first()
    if row is None:
        return None
    MessengerUpdate.objects.filter(pk=update_id).update(read_at=now, name="", text="")
    return UpdateView(row.kind, row.reader, row.name, row.text, row.happened)


def answer_in_chat(
    *,
    reader: str,
    event: EventSpec,
    params: Mapping[str, str],
    place: Place | None,
    recipient_id: int | None,
    now: datetime,
) -> None:
    """Promise an answer to whoever did something to the bot; ``recipient_id``: whose notices they read."""
    require_transaction()
    require_sense(event, params, place=place)
    known = None if recipient_id is None else Recipient.objects.filter(pk=recipient_id).first()
    language = "ru" if known is None else known.language
    said = words_of(event=event, params=params, language=language, installation=site.installation)
    text = for_messenger(Words("", said.text), url="" if place is None else link_to(place))
    answer = message(recipient_id=recipient_id, reader=reader, event=event, text=text, now=now)
    # Who asked an hour ago waits for it no more.
    answer.give_up_at = now + ANSWER_LIVES
    enqueue([answer], event=event)


def forget_invitation(*, recipient_id: int) -> None:
    """The link that was made connects nothing any more (a step)."""
    require_transaction()
    MessengerCode.objects.filter(recipient_id=recipient_id).delete()


def forget_codes(*, now: datetime) -> None:
    """Drop codes that connect nothing any more."""
    MessengerCode.objects.filter(expires_at__lte=now).delete()


def forget_chat(*, recipient_id: int) -> None:
    """Drop all that is kept of the person's messenger (a step of leaving)."""
    require_transaction()
    for reader in MessengerChat.objects.filter(recipient_id=recipient_id).values_list("reader", flat=True):
        MessengerUpdate.objects.filter(reader=reader).delete()
        Delivery.objects.filter(address=reader).delete()
    disconnect_chat(recipient_id=recipient_id)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
