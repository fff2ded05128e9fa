"""Rooms above that hear what people are told: they say so when Django starts, and mark of whom.

Whoever is not marked costs nothing: the mark is read with the recipient itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

from svet.kernel.transactions import require_transaction
from svet.notices.models import Recipient
from svet.notices.operations.messages import NoticeMessage
from svet.notices.rules import EventSpec


class Listener(Protocol):
    """Owes the same elsewhere. In the teller's transaction; ``listening`` are the marked of the told."""

    def __call__(
        self,
        *,
        event: EventSpec,
        tidings: Sequence[NoticeMessage],
        listening: Collection[int],
        now: datetime,
    ) -> object: ...


_LISTENERS: Final[list[Listener]] = []


def when_told(listener: Listener) -> None:
    """Let the room hear; the same listener twice is one."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def hear(
    *, event: EventSpec, tidings: Sequence[NoticeMessage], listening: Collection[int], now: datetime
) -> None:
    """Let every listener owe its own (a step); whatever channels the person has switched off."""
    for listener in _LISTENERS if listening else ():
        listener(event=event, tidings=tidings, listening=listening, now=now)


def listen_for(*, recipient_id: int, listened: bool) -> None:
    """Mark a recipient, or take the mark away; their row stays locked until the end (a step)."""
    require_transaction()
    Recipient.objects.select_for_update(no_key=True).only("pk").get(pk=recipient_id)
    Recipient.objects.filter(pk=recipient_id).update(listened=listened)
