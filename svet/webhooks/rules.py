"""What programs are told of, how it is signed, and how long one tries. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused


class HookEvent(StrEnum):
    """What programs are told of; the words never change."""

    READING_ACCEPTED = "reading.accepted"
    READING_REFUSED = "reading.refused"
    READING_CORRECTED = "reading.corrected"
    READING_CONTROL = "reading.control"
    BILL_ISSUED = "bill.issued"
    PAYMENT_CREDITED = "payment.credited"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_REFUNDED = "payment.refunded"
    ACCOUNT_ATTACHED = "account.attached"
    ACCOUNT_DETACHED = "account.detached"
    METER_REPLACED = "meter.replaced"


#: Asked for by the person's own button only; every address takes it.
PING: Final = "ping"
#: The code of what notices tell → what programs are told.
OF_NOTICE: Final[Mapping[str, HookEvent]] = {
    "reading_accepted": HookEvent.READING_ACCEPTED,
    "reading_refused": HookEvent.READING_REFUSED,
    "reading_corrected": HookEvent.READING_CORRECTED,
    "control_reading": HookEvent.READING_CONTROL,
    "bill_ready": HookEvent.BILL_ISSUED,
    "payment_credited": HookEvent.PAYMENT_CREDITED,
    "payment_failed": HookEvent.PAYMENT_FAILED,
    "payment_refunded": HookEvent.PAYMENT_REFUNDED,
    "account_linked": HookEvent.ACCOUNT_ATTACHED,
    "meter_replaced": HookEvent.METER_REPLACED,
}
MOST_HOOKS: Final = 5
#: After a first failure one waits so long before each next try; what the program asks for, if that is longer.
PAUSES: Final = (5, 60, 300, 1_800, 7_200, 18_000, 36_000)
MOST_PAUSE: Final = timedelta(hours=24)
GIVE_UP: Final = timedelta(days=3)
#: An address that has taken nothing for so long, in which something was owed to it, is called no more.
OFF_AFTER: Final = timedelta(days=5)
#: How long the former secret still signs beside the new one.
BOTH_SECRETS: Final = timedelta(hours=24)
#: How long what was sent is shown.
KEPT: Final = timedelta(days=30)
#: A worker that holds a call is given up after this.
HOLD: Final = timedelta(minutes=2)
#: A call for which this process had no free place is tried again after this.
CROWDED: Final = timedelta(seconds=15)
SKEW: Final = timedelta(seconds=2)
_PREFIX: Final = "whsec_"


class HookReason(StrEnum):
    URL = "url"
    EVENTS = "events"
    TOO_MANY = "too_many"
    NO_SUCH = "no_such"
    OFF = "off"
    WAITS = "waits"
    TWICE = "twice"
    ROTATED = "rotated"


class HookRefused(Refused):
    """The address cannot be taken, or not called now."""


def checked_events(events: Collection[str]) -> list[str]:
    """The chosen events in their order. :raises HookRefused: none, or an unknown one"""
    chosen = [event.value for event in HookEvent if event.value in events]
    if not chosen or len(chosen) != len(set(events)):
        raise HookRefused(HookReason.EVENTS, field="events")
    return chosen


def new_secret() -> str:
    """24 random bytes in the form of Standard Webhooks."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, *, message: str, at: datetime, body: bytes) -> str:
    """``v1,…``: HMAC-SHA256 over id, time and body (Standard Webhooks 1.0.0, «Signature scheme»)."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    said = b".".join((message.encode(), str(int(at.timestamp())).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def signed_headers(keys: Collection[str], *, message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers; a signature by each secret that is good now."""
    marks = [signature(each, message=message, at=at, body=body) for each in keys]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(marks),
    }


def body_of(event: str, *, at: datetime, data: Mapping[str, object]) -> str:
    """The body: type, the moment of the fact, outside ids. No name, address, phone or sum is ever in it."""
    moment = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": event, "timestamp": moment, "data": dict(data)}, separators=(",", ":"))


def says_no_more(body: str, *, than: Mapping[str, object]) -> bool:
    """Whether a body that was written earlier names nothing but what is seen now."""
    return all(_within(said, than.get(name)) for name, said in json.loads(body)["data"].items())


def _within(said: object, seen: object) -> bool:
    if isinstance(said, list) and isinstance(seen, list):
        return set(said) <= set(seen)
    return said == seen


def pause_after(attempt: int, *, asked: int | None = None) -> timedelta:
    """How long to wait after failed attempt number ``attempt``; ``asked``: seconds the program asks for."""
    usual = PAUSES[min(max(attempt, 1), len(PAUSES)) - 1]
    return min(timedelta(seconds=max(usual, asked or 0)), MOST_PAUSE)
