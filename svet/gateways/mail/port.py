"""What Svet asks of a mail server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


class Mail(Protocol):
    """Sends letters, one verb."""

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str,
        attachments: Sequence[Attachment],
        message_id: str,
    ) -> str:
        """Hand a letter over; returns its Message-ID. The same ``message_id`` always makes the same one,
        so that a letter sent twice is seen to be one.

        :raises Temporary: nobody took it, ask again later.
        :raises Permanent: this letter will never be taken.
        """
        ...
