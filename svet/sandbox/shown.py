"""How the world's journal is shown: entries of JSON turned into what the templates draw. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}", re.ASCII)
_NEWEST: Final = 100


@dataclass(frozen=True, slots=True)
class Bubble:
    """One SMS as the phone shows it; ``code`` is a six-digit code found in it."""

    at: datetime
    sender: str
    text: str
    parts: int
    duplicate: bool
    complete: bool
    code: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages of one phone, oldest first."""

    phone: str
    bubbles: list[Bubble]

    @property
    def last(self) -> Bubble:
        return self.bubbles[-1]


@dataclass(frozen=True, slots=True)
class SandboxLetter:
    """One letter; ``paragraphs`` is its plain text."""

    number: int
    at: datetime
    to: str
    sender: str
    subject: str
    text: str
    duplicate: bool
    attachments: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One line of the bank's journal."""

    at: datetime
    event: str
    reference: str
    status: str
    kopecks: int | None
    details: str
    good: bool
    bad: bool


def conversations(
    messages: Iterable[Mapping[str, Any]], sent: Iterable[Mapping[str, Any]] = ()
) -> list[Conversation]:
    """Messages by phone, the phone with the newest message first; ``sent`` are the person's own."""
    phones: dict[str, list[Bubble]] = {}
    for message in messages:
        code = _CODE.search(str(message["text"]))
        bubble = Bubble(
            at=datetime.fromisoformat(message["at"]),
            sender=message["from"],
            text=message["text"],
            parts=message["parts"],
            duplicate=message["duplicate"],
            complete=message["complete"],
            code=code[0] if code else "",
        )
        phones.setdefault(str(message["to"]), []).append(bubble)
    for message in sent:
        own = Bubble(
            at=datetime.fromisoformat(message["at"]),
            sender=str(message["from"]),
            text=str(message["text"]),
            parts=1,
            duplicate=False,
            complete=True,
            code="",
            own=True,
        )
        phones.setdefault(own.sender, []).append(own)
    for bubbles in phones.values():
        bubbles.sort(key=lambda bubble: bubble.at)
    found = [Conversation(phone, bubbles) for phone, bubbles in phones.items()]
    return sorted(found, key=lambda conversation: conversation.last.at, reverse=True)


def dialogues(entries: Iterable[Mapping[str, Any]]) -> list[Conversation]:
    """Dialogues with the messenger's bot by name, the one with the newest message first."""
    people: dict[str, list[Bubble]] = {}
    for entry in entries:
        event = str(entry["event"])
        bubble = Bubble(
            at=datetime.fromisoformat(entry["at"]),
            sender="",
            # What a link brings opens notices: who looks on must not learn it.
            text={"started": "▶", "stopped": "■"}.get(event, str(entry["text"])),
            parts=1,
            duplicate=False,
            complete=True,
            code="",
            own=event != "message",
        )
        people.setdefault(str(entry["who"]), []).append(bubble)
    found = [Conversation(name, bubbles) for name, bubbles in people.items()]
    return sorted(found, key=lambda conversation: conversation.last.at, reverse=True)


def letters(messages: Iterable[Mapping[str, Any]]) -> list[SandboxLetter]:
    """The newest letters, newest first."""
    found = [
        SandboxLetter(
            number=message["n"],
            at=datetime.fromisoformat(message["at"]),
            to=message["to"],
            sender=message["from"],
            subject=message["subject"],
            text=str(message["text"]).replace("\r\n", "\n").strip(),
            duplicate=message["duplicate"],
            attachments=[
                attachment | {"index": index} for index, attachment in enumerate(message["attachments"])
            ],
        )
        for message in messages
    ]
    return found[::-1][:_NEWEST]


def bank_entries(entries: Iterable[Mapping[str, Any]]) -> list[BankEntry]:
    """The newest lines of the bank's journal, newest first; unknown shapes show what they have."""
    found: list[BankEntry] = []
    for entry in entries:
        thing = entry.get("object")
        thing = thing if isinstance(thing, dict) else {}
        amount = thing.get("amount")
        amount = amount if isinstance(amount, dict) else {}
        status = str(thing.get("status", "") or entry.get("answer", ""))
        found.append(
            BankEntry(
                at=datetime.fromisoformat(entry["at"]),
                event=str(entry.get("event", "")),
                reference=str(thing.get("id", "") or entry.get("id", "")),
                status=status,
                kopecks=_kopecks(str(amount.get("value", ""))),
                details=str(thing.get("description", "") or entry.get("about", "")),
                good=status in ("succeeded", "200"),
                bad=status == "canceled" or (entry.get("event") == "webhook" and status != "200"),
            )
        )
    return found[::-1][:_NEWEST]


@dataclass(frozen=True, slots=True)
class Refundable:
    """A payment of which the bank can still give something back; sums in kopecks."""

    reference: str
    at: datetime
    title: str
    kopecks: int
    refunded: int

    @property
    def left(self) -> int:
        return self.kopecks - self.refunded

    @property
    def typed(self) -> str:
        """What is left, as it stands in a money field."""
        return f"{self.left // 100},{self.left % 100:02d}"


def refundable(entries: Iterable[Mapping[str, Any]], *, most: int = 10) -> list[Refundable]:
    """The newest payments with something left, newest first."""
    payments: dict[str, Refundable] = {}
    for entry in entries:
        event, thing = str(entry.get("event", "")), entry.get("object")
        if not isinstance(thing, dict):
            continue
        kopecks = _kopecks(str((thing.get("amount") or {}).get("value", ""))) or 0
        if event == "payment.succeeded":
            payments[thing["id"]] = Refundable(
                reference=str(thing["id"]),
                at=datetime.fromisoformat(entry["at"]),
                title=str(thing.get("description", "")),
                kopecks=kopecks,
                refunded=int(thing.get("refunded_kopecks", 0)),
            )
        elif event == "refund.created" and thing.get("payment_id") in payments:
            known = payments[thing["payment_id"]]
            payments[known.reference] = replace(known, refunded=known.refunded + kopecks)
    return [payment for payment in reversed(payments.values()) if payment.left > 0][:most]


def _kopecks(amount: str) -> int | None:
    """The bank writes «1234.56»."""
    return int(amount.replace(".", "")) if _AMOUNT.fullmatch(amount) else None
