"""What may be told, by which channel, and how long one keeps trying. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves


class Event(StrEnum):
    CODE = "code"
    SOMEBODY_REGISTERS = "somebody_registers"
    ACCOUNT_LINKED = "account_linked"
    ACCESS_CHANGED = "access_changed"
    INVITED = "invited"
    READING_ACCEPTED = "reading_accepted"
    READING_REFUSED = "reading_refused"
    READING_USED = "reading_used"
    READING_CORRECTED = "reading_corrected"
    SMS_ANSWER = "sms_answer"
    CONTROL_READING = "control_reading"
    DISPUTE_ANSWERED = "dispute_answered"
    BILL_READY = "bill_ready"
    DUE_NEAR = "due_near"
    APPEAL_ANSWERED = "appeal_answered"
    PAYMENT_CREDITED = "payment_credited"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_REFUNDED = "payment_refunded"
    VERIFICATION_NEAR = "verification_near"
    METER_REPLACED = "meter_replaced"
    WINDOW_OPEN = "window_open"
    WINDOW_CLOSING = "window_closing"
    NEW_DEVICE = "new_device"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event, not a password
    CONTACT_CHANGED = "contact_changed"
    SECOND_FACTOR = "second_factor"
    TOKEN_ISSUED = "token_issued"  # noqa: S105 - an event, not a key
    TOKEN_EXPIRES = "token_expires"  # noqa: S105 - an event, not a key
    OFFICE_ASKED = "office_asked"
    FAREWELL = "farewell"
    EMAIL_CODE = "email_code"
    PUSH_ON = "push_on"
    RECEIPT = "receipt"


class NoticeChannel(StrEnum):
    BELL = "bell"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


class SendingChannel(StrEnum):
    """The channels that leave the house and therefore need a delivery."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


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


#: The values each event's text needs; callers format them (money, dates) for the person's eyes:
#: account «0356067000», period «ноябрь 2026», total «1 234,56 ₽», due, until and on «15.12.2026»,
#: values «4 036 кВт·ч».
PARAMS: Final[Mapping[Event, frozenset[str]]] = {
    Event.CODE: frozenset({"code"}),
    Event.SOMEBODY_REGISTERS: frozenset(),
    Event.ACCOUNT_LINKED: frozenset({"account"}),
    # ``access``: one of ACCESS_CHANGES.
    Event.ACCESS_CHANGED: frozenset({"account", "access"}),
    Event.INVITED: frozenset({"link"}),
    Event.READING_ACCEPTED: frozenset({"account", "values", "receipt"}),
    Event.READING_REFUSED: frozenset({"account", "reason"}),
    Event.READING_USED: frozenset({"account", "period"}),
    Event.READING_CORRECTED: frozenset({"account", "before", "values", "reason"}),
    Event.SMS_ANSWER: frozenset({"answer"}),
    Event.CONTROL_READING: frozenset({"account", "values", "on", "until"}),
    Event.DISPUTE_ANSWERED: frozenset({"account", "answer"}),
    Event.BILL_READY: frozenset({"account", "period", "total", "due"}),
    Event.DUE_NEAR: frozenset({"account", "total", "due"}),
    Event.APPEAL_ANSWERED: frozenset({"number", "answer"}),
    Event.PAYMENT_CREDITED: frozenset({"order", "total"}),
    Event.PAYMENT_FAILED: frozenset({"order", "total"}),
    Event.PAYMENT_REFUNDED: frozenset({"order", "total"}),
    Event.VERIFICATION_NEAR: frozenset({"account", "serial", "on"}),
    Event.METER_REPLACED: frozenset({"account", "before", "serial", "on"}),
    Event.WINDOW_OPEN: frozenset({"until"}),
    Event.WINDOW_CLOSING: frozenset({"until"}),
    Event.NEW_DEVICE: frozenset({"device", "at"}),
    # ``keys``: how many keys for programs ended with it, «0».
    Event.PASSWORD_CHANGED: frozenset({"at", "keys"}),
    Event.CONTACT_CHANGED: frozenset({"contact", "at"}),
    # ``change``: one of FACTOR_CHANGES.
    Event.SECOND_FACTOR: frozenset({"change", "at"}),
    Event.TOKEN_ISSUED: frozenset({"name", "at"}),
    Event.TOKEN_EXPIRES: frozenset({"name", "until"}),
    # ``about``: one of OFFICE_ABOUT.
    Event.OFFICE_ASKED: frozenset({"about", "number", "at"}),
    Event.FAREWELL: frozenset({"at"}),
    Event.EMAIL_CODE: frozenset({"code"}),
    Event.PUSH_ON: frozenset(),
    # ``lines``: one line of text per account, «Аб. № 0356067000 — 300,00 ₽», separated by "\n".
    Event.RECEIPT: frozenset({"order", "total", "at", "lines"}),
}

#: What may happen to a second factor, and what the office may be asked for: the texts know these words.
FACTOR_CHANGES: Final = frozenset(
    {"app_on", "app_off", "passkey_on", "passkey_off", "codes", "code_used", "office"}
)
OFFICE_ABOUT: Final = frozenset({"phone", "factor"})
#: What may become of somebody's hold on an account.
ACCESS_CHANGES: Final = frozenset(
    {"approved", "confirmed", "restored", "closed", "handed_over", "term_over"}
    # What its owner hears of somebody else's.
    | {"guest_term_over", "guest_term_over_paper", "delivery_ended", "invitation_expired"}
)

#: Secrets: their bodies are wiped as soon as they have left or cannot leave any more.
SENSITIVE: Final = frozenset({Event.CODE, Event.EMAIL_CODE})

#: Told whatever the person's switches say: codes they asked for, safety of the cabinet, the fiscal receipt.
OBLIGATORY: Final[Mapping[Event, frozenset[NoticeChannel]]] = {
    Event.CODE: frozenset({NoticeChannel.SMS}),
    Event.EMAIL_CODE: frozenset({NoticeChannel.EMAIL}),
    Event.SOMEBODY_REGISTERS: frozenset({NoticeChannel.SMS}),
    Event.INVITED: frozenset({NoticeChannel.SMS}),
    Event.SMS_ANSWER: frozenset({NoticeChannel.SMS}),
    Event.NEW_DEVICE: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.PUSH}),
    Event.PASSWORD_CHANGED: frozenset(NoticeChannel),
    Event.CONTACT_CHANGED: frozenset(NoticeChannel),
    Event.SECOND_FACTOR: frozenset(NoticeChannel),
    Event.TOKEN_ISSUED: frozenset(NoticeChannel),
    Event.TOKEN_EXPIRES: frozenset({NoticeChannel.BELL}),
    Event.OFFICE_ASKED: frozenset(NoticeChannel),
    Event.FAREWELL: frozenset({NoticeChannel.EMAIL, NoticeChannel.SMS}),
    Event.RECEIPT: frozenset({NoticeChannel.EMAIL}),
    Event.ACCOUNT_LINKED: frozenset({NoticeChannel.BELL}),
    Event.ACCESS_CHANGED: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL}),
    Event.METER_REPLACED: frozenset({NoticeChannel.BELL}),
    Event.PAYMENT_FAILED: frozenset({NoticeChannel.BELL}),
    Event.PAYMENT_REFUNDED: frozenset({NoticeChannel.BELL}),
    Event.READING_REFUSED: frozenset({NoticeChannel.BELL}),
    Event.READING_CORRECTED: frozenset({NoticeChannel.BELL}),
    Event.CONTROL_READING: frozenset({NoticeChannel.BELL}),
    Event.DISPUTE_ANSWERED: frozenset({NoticeChannel.BELL}),
    Event.APPEAL_ANSWERED: frozenset({NoticeChannel.BELL}),
}

#: What a browser is not bothered with unless the person asks: they did it themselves, or it can wait.
_QUIET_IN_BROWSERS: Final = frozenset({Event.READING_ACCEPTED, Event.READING_USED})

#: Beside the obligatory ones, on until the person switches them off. Browsers, once a person has asked for
#: notices in one, show everything that is not quiet.
USUAL: Final[Mapping[Event, frozenset[NoticeChannel]]] = {
    Event.ACCOUNT_LINKED: frozenset({NoticeChannel.EMAIL, NoticeChannel.SMS}),
    Event.READING_ACCEPTED: frozenset({NoticeChannel.BELL}),
    Event.READING_REFUSED: frozenset({NoticeChannel.EMAIL, NoticeChannel.SMS}),
    Event.READING_USED: frozenset(),
    Event.READING_CORRECTED: frozenset({NoticeChannel.EMAIL, NoticeChannel.SMS}),
    Event.CONTROL_READING: frozenset({NoticeChannel.EMAIL}),
    Event.DISPUTE_ANSWERED: frozenset({NoticeChannel.EMAIL}),
    Event.APPEAL_ANSWERED: frozenset({NoticeChannel.EMAIL}),
    Event.BILL_READY: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL}),
    Event.DUE_NEAR: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.SMS}),
    Event.PAYMENT_CREDITED: frozenset({NoticeChannel.BELL}),
    Event.PAYMENT_FAILED: frozenset({NoticeChannel.EMAIL}),
    Event.PAYMENT_REFUNDED: frozenset({NoticeChannel.EMAIL}),
    Event.VERIFICATION_NEAR: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL}),
    Event.METER_REPLACED: frozenset({NoticeChannel.EMAIL}),
    Event.TOKEN_EXPIRES: frozenset({NoticeChannel.EMAIL}),
    Event.WINDOW_OPEN: frozenset({NoticeChannel.BELL}),
    Event.WINDOW_CLOSING: frozenset({NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.SMS}),
}

#: Messages to an address rather than to a recipient: nobody chooses anything about them.
DIRECT: Final = frozenset(
    {
        Event.CODE,
        Event.EMAIL_CODE,
        Event.SOMEBODY_REGISTERS,
        Event.RECEIPT,
        Event.INVITED,
        Event.FAREWELL,
        Event.SMS_ANSWER,
        Event.PUSH_ON,
    }
)
#: The rows of the switch matrix, in the order of the profile page.
CHOOSABLE: Final = tuple(event for event in Event if event not in DIRECT)

Preferences = Mapping[Event, Mapping[NoticeChannel, bool]]


def is_locked(event: Event, channel: NoticeChannel) -> bool:
    """Whether the person cannot switch this off."""
    return channel in OBLIGATORY.get(event, frozenset())


def is_on_by_default(event: Event, channel: NoticeChannel) -> bool:
    """Whether this is told before the person has touched any switch."""
    if is_locked(event, channel):
        return True
    if channel is NoticeChannel.PUSH:
        return event not in DIRECT and event not in _QUIET_IN_BROWSERS
    return channel in USUAL.get(event, frozenset())


def wants(
    event: Event, channel: NoticeChannel, *, preferences: Mapping[str, object], email_on: bool, sms_on: bool
) -> bool:
    """Whether ``channel`` tells this person of ``event``; obligatory notices pass every switch."""
    if is_locked(event, channel):
        return True
    if (channel is NoticeChannel.EMAIL and not email_on) or (channel is NoticeChannel.SMS and not sms_on):
        return False
    row = preferences.get(event.value)
    choice = row.get(channel.value) if isinstance(row, dict) else None
    return choice if isinstance(choice, bool) else is_on_by_default(event, channel)


def differences(chosen: Preferences) -> dict[str, dict[str, bool]]:
    """What of a choice is worth keeping: only the switches that may be moved and differ from the defaults."""
    kept: dict[str, dict[str, bool]] = {}
    for event, row in chosen.items():
        moved = {
            channel.value: on
            for channel, on in row.items()
            if event not in DIRECT
            and not is_locked(event, channel)
            and on != is_on_by_default(event, channel)
        }
        if moved:
            kept[event.value] = moved
    return kept


def missing_params(event: Event, params: Mapping[str, str]) -> list[str]:
    """Names the text needs and the caller forgot."""
    return sorted(PARAMS[event] - params.keys())


#: How long a worker may hold a delivery before somebody else may take it: longer than any gateway's time-out.
HOLD: Final = timedelta(seconds=60)
#: How far the clocks of the workers and the database may differ.
SKEW: Final = timedelta(seconds=2)
#: When a delivery nobody looked at counts as stuck (promise I-8).
STUCK_AFTER: Final = timedelta(minutes=10)

_PAUSES: Final = (5, 15, 30, 60, 120, 300, 900, 1800, 3600)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after failed attempt number ``attempt`` (from 1): growing, an hour at most."""
    return timedelta(seconds=_PAUSES[min(max(attempt, 1), len(_PAUSES)) - 1])


#: The local hours in which people are reminded of something: never at night, done by the early afternoon.
REMIND_HOURS: Final = range(10, 14)


def is_time_to_remind(local: datetime) -> bool:
    """Whether a reminder may go out at this local moment."""
    return local.hour in REMIND_HOURS


def give_up_at(event: Event, now: datetime) -> datetime:
    """Until when it makes sense to try: a code lives five minutes, everything else three days."""
    return now + (timedelta(minutes=5) if event in SENSITIVE else timedelta(days=3))


#: Somebody sits before the screen and waits for it.
_AWAITED: Final = SENSITIVE | {Event.SOMEBODY_REGISTERS, Event.PUSH_ON}


def priority(event: Event) -> int:
    """The place in the queue: somebody waits for a code with the phone in hand, a bill has all day."""
    if event in _AWAITED:
        return 100
    return 50 if OBLIGATORY.get(event) else 0


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
