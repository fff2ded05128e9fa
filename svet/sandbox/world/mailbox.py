"""A mail server that takes every letter for anybody and keeps it; nothing goes further.

A letter is in the journal before «250» leaves. ``nobody@…`` is refused for ever, ``busy@…`` the
first two times.
"""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from svet.sandbox.world.journal import Journal

_LARGEST: Final = 20 * 1024 * 1024


class Mailbox:
    """The handler of aiosmtpd."""

    def __init__(self, *, journal: Journal) -> None:
        self._journal = journal
        self._refused: Counter[str] = Counter()

    def protocol(self) -> SMTP:
        """A fresh SMTP conversation."""
        return SMTP(self, hostname="sandbox.example", ident="Svet sandbox", data_size_limit=_LARGEST)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        local = address.partition("@")[0].casefold()
        if local == "nobody":
            return "550 5.1.1 No such mailbox"
        if local == "busy" and self._refused[address] < 2:
            self._refused[address] += 1
            return "451 4.3.2 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            try:
                await asyncio.to_thread(self._journal.append, "mail", _fields(recipient, raw))
            except OSError:
                return "452 4.3.1 Insufficient system storage"
        return "250 2.0.0 OK"


def _fields(recipient: str, raw: bytes) -> dict[str, Any]:
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return {
        "to": recipient,
        "from": str(letter.get("From", "")),
        "subject": str(letter.get("Subject", "")),
        "message_id": str(letter.get("Message-ID", "")).strip(),
        "text": _body(letter, "plain"),
        "html": _body(letter, "html"),
        "attachments": [_attachment(part) for part in letter.iter_attachments()],
    }


def _body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    content = part.get_content()
    return content if isinstance(content, str) else ""


def _attachment(part: Any) -> dict[str, Any]:
    content = part.get_payload(decode=True) or b""
    return {
        "name": part.get_filename() or "",
        "type": part.get_content_type(),
        "size": len(content),
        "content": base64.b64encode(content).decode("ascii"),
    }


def same_mailbox(one: str, other: str) -> bool:
    """Whether two spellings name one mailbox."""
    return parseaddr(one)[1].casefold() == parseaddr(other)[1].casefold()
