"""Reads: the messenger of this installation, and who reads notices there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from svet.notices.models import MessengerChat, MessengerUpdate

#: What people call the messenger, by the scheme of ``SVET_MESSENGER_URL``.
_NAMES: Final = {"max": "MAX"}


@dataclass(frozen=True, slots=True)
class ChatView:
    """The dialogue in which a person reads notices; ``stopped``: the bot was silenced there."""

    number: str
    name: str
    connected_at: datetime
    stopped: bool


@dataclass(frozen=True, slots=True)
class UpdateView:
    """What a person did to the bot, ``happened`` milliseconds by the messenger's clock (0: unknown)."""

    kind: str
    reader: str
    name: str
    text: str
    happened: int


def messenger_name() -> str:
    """What people call the messenger; empty where the installation has no bot."""
    scheme = urlsplit(settings.MESSENGER_URL).scheme.partition("+")[0]
    return _NAMES.get(scheme, "")


def chat(recipient_id: int) -> ChatView | None:
    """Where the person reads notices, if anywhere."""
    return kept_chat(recipient_id) if messenger_name() else None


def kept_chat(recipient_id: int) -> ChatView | None:
    """What we keep of the person's messenger, even where the installation has no bot any more."""
    row = MessengerChat.objects.filter(recipient_id=recipient_id).first()
    if row is None:
        return None
    return ChatView(row.reader, row.name, row.connected_at, row.stopped_at is not None)


def sender_of(update_id: int) -> str | None:
    """Who did what nobody has read yet."""
    rows = MessengerUpdate.objects.filter(pk=update_id, read_at__isnull=True)
    return rows.values_list("reader", flat=True).first()


def recipient_reading(reader: str) -> int | None:
    """Whose notices this account of the messenger reads."""
    return MessengerChat.objects.filter(reader=reader).values_list("recipient_id", flat=True).first()
