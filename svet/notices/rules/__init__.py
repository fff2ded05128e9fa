"""What may be told, by which channel, and how long one keeps trying. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves


class NoticeChannel(StrEnum):
    BELL = "bell"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    MESSENGER = "messenger"


class SendingChannel(StrEnum):
    """The channels that leave the house and therefore need a delivery."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    MESSENGER = "messenger"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


DELIVERY_MOVES: Final = Moves(
    {
        DeliveryState.WAITING: frozenset({DeliveryState.SENT, DeliveryState.FAILED}),
        # The centre reports later what became of a text it took.
        DeliveryState.SENT: frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED}),
        DeliveryState.DELIVERED: frozenset(),
        DeliveryState.FAILED: frozenset(),
    }
)


#: The values of a text, formatted for the person's eyes: account «0356067000», period «ноябрь 2026», total
#: «1 234,56 ₽», due, until and on «15.12.2026», values «4 036 кВт·ч». ``brand`` and ``hotline`` come by
#: themselves, and ``link`` where a text message leads to a place.
Params = Mapping[str, str]
#: Signs of a message in Cyrillic that is paid for once.
ONE_PART: Final = 70
#: What is told by SMS whatever the switches say, in the same words, in 24 hours: who changes a password or
#: makes keys over and over would have the retailer pay for a text each time. The bell and letters go on.
MOST_OBLIGATORY_SMS: Final = 10


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one event.

    ``sms`` aims at 70 characters: one part of a Cyrillic message. ``paragraphs`` make the letter,
    ``code`` is printed large in it, ``action`` is the label of its button.
    """

    title: str
    text: str
    sms: str = ""
    paragraphs: tuple[str, ...] = ()
    code: str = ""
    action: str = ""

    @property
    def letter(self) -> tuple[str, ...]:
        return self.paragraphs or (self.text,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventSpec:
    """One kind of news, declared in the ``events`` of the room in which it happens.

    ``code`` stands in rows and in people's switches and never changes. ``name`` is a lazy translation: its
    ``str`` is the event's name in the language of whoever reads. ``words`` makes the texts of ``needs``.
    ``places`` names the pages it may lead to. ``icon`` stands beside it under the bell.
    """

    code: str
    name: object
    words: Callable[[Params], Words]
    needs: Collection[str] = ()
    places: Collection[str] = ()
    icon: str = "bell"
    #: Its place among the switches of the person, from above; None: it goes to an address rather than to a
    #: recipient, and nobody chooses anything about it.
    row: int | None = None
    #: Told by these whatever the switches say: codes they asked for, safety of the cabinet, the receipt.
    obligatory: Collection[NoticeChannel] = ()
    #: Told by these too until the person switches them off.
    usual: Collection[NoticeChannel] = ()
    #: Browsers and messengers are not bothered with it unless the person asks: they did it, or it can wait.
    quiet: bool = False
    #: Its bodies are wiped as soon as they have left or cannot leave any more.
    secret: bool = False
    #: Somebody sits before the screen and waits for it.
    awaited: bool = False
    #: Where it went is wiped with what it said: the person has left.
    forgotten: bool = False


Preferences = Mapping[EventSpec, Mapping[NoticeChannel, bool]]


def is_locked(event: EventSpec, channel: NoticeChannel) -> bool:
    """Whether the person cannot switch this off."""
    return channel in event.obligatory


def is_on_by_default(event: EventSpec, channel: NoticeChannel) -> bool:
    """Whether this is told before the person has touched any switch."""
    if is_locked(event, channel):
        return True
    if channel in (NoticeChannel.PUSH, NoticeChannel.MESSENGER):
        return event.row is not None and not event.quiet
    return channel in event.usual


def wants(
    event: EventSpec,
    channel: NoticeChannel,
    *,
    preferences: Mapping[str, object],
    email_on: bool,
    sms_on: bool,
) -> bool:
    """Whether ``channel`` tells this person of ``event``; obligatory notices pass every switch.

    What opens a cabinet is never told in a messenger: whoever holds its account would hold the cabinet.
    """
    if channel is NoticeChannel.MESSENGER and event.secret:
        return False
    if is_locked(event, channel):
        return True
    if (channel is NoticeChannel.EMAIL and not email_on) or (channel is NoticeChannel.SMS and not sms_on):
        return False
    row = preferences.get(event.code)
    choice = row.get(channel.value) if isinstance(row, dict) else None
    return choice if isinstance(choice, bool) else is_on_by_default(event, channel)


def differences(chosen: Preferences) -> dict[str, dict[str, bool]]:
    """What of a choice is worth keeping: only the switches that may be moved and differ from the defaults."""
    kept: dict[str, dict[str, bool]] = {}
    for event, row in chosen.items():
        moved = {
            channel.value: on
            for channel, on in row.items()
            if event.row is not None
            and not is_locked(event, channel)
            and on != is_on_by_default(event, channel)
        }
        if moved:
            kept[event.code] = moved
    return kept


def missing_params(event: EventSpec, params: Mapping[str, str]) -> list[str]:
    """Names the text needs and the caller forgot."""
    return sorted(set(event.needs) - params.keys())


#: How long a worker may hold a delivery before somebody else may take it: longer than any gateway's time-out.
HOLD: Final = timedelta(seconds=60)
#: How far the clocks of the workers and the database may differ.
SKEW: Final = timedelta(seconds=2)
#: When a delivery nobody looked at counts as stuck (promise I-8).
STUCK_AFTER: Final = timedelta(minutes=10)

_PAUSES: Final = (5, 15, 30, 60, 120, 300, 900, 1800, 3600)
LONGEST_PAUSE: Final = timedelta(seconds=_PAUSES[-1])


def pause_after(attempt: int) -> timedelta:
    """How long to wait after failed attempt number ``attempt`` (from 1): growing, an hour at most."""
    return timedelta(seconds=_PAUSES[min(max(attempt, 1), len(_PAUSES)) - 1])


#: The local hours in which people are reminded of something: never at night, done by the early afternoon.
REMIND_HOURS: Final = range(10, 14)


def is_time_to_remind(local: datetime) -> bool:
    """Whether a reminder may go out at this local moment."""
    return local.hour in REMIND_HOURS


def give_up_at(event: EventSpec, now: datetime) -> datetime:
    """Until when it makes sense to try: a code lives five minutes, everything else three days."""
    return now + (timedelta(minutes=5) if event.secret else timedelta(days=3))


def priority(event: EventSpec) -> int:
    """The place in the queue: somebody waits for a code with the phone in hand, a bill has all day."""
    if event.secret or event.awaited:
        return 100
    return 50 if event.obligatory else 0


#: Why a notice did not reach a browser that is of no use to anybody any more: nothing an operator could mend.
NO_BROWSER: Final = "the browser takes no more notices"
#: Browsers of one person in which notices are shown; one more takes the place of the oldest.
MOST_SUBSCRIPTIONS: Final = 10
#: What is shown of a text on a locked screen; the whole of it lies behind the notice.
_SHOWN: Final = 240


def shortened(text: str) -> str:
    """The beginning of a text, at most 240 characters, cut between words."""
    plain = " ".join(text.split())
    if len(plain) <= _SHOWN:
        return plain
    return plain[: _SHOWN - 1].rsplit(" ", 1)[0].rstrip(",.;:—") + "…"


#: Why a message did not reach a messenger: the person stopped the bot or disconnected, nothing to mend here.
NO_CHAT: Final = "the messenger's bot was stopped or disconnected"
#: Failures that people chose and no operator mends; no alert counts them.
CHOSEN: Final = (NO_BROWSER, NO_CHAT)
#: How long the link that connects a messenger opens it; it does so once.
CODE_LIVES: Final = timedelta(minutes=10)
#: How long it makes sense to answer somebody who wrote to the bot.
ANSWER_LIVES: Final = timedelta(hours=1)
#: Signs of one message; messengers take some more.
MOST_SIGNS: Final = 3500
_NUMBER: Final = re.compile(r"[0-9]{6,}", re.ASCII)


def for_messenger(said: Words, *, url: str) -> str:
    """What is written of an event: title, text and the way to its page, in one message of plain words."""
    told = f"{said.title}\n\n{said.text}".strip()
    if len(told) > MOST_SIGNS:
        told = told[: MOST_SIGNS - 1].rsplit(" ", 1)[0] + "…"
    return f"{told}\n\n{url}" if url else told


def without_numbers(params: Params) -> Params:
    """The values of a text with an account known by its last four digits, as where others may look on."""
    given = params.get("account", "")
    masked = _NUMBER.sub(lambda found: f"…{found[0][-4:]}", given)
    return params if masked == given else {**params, "account": masked}
