"""What Svet asks of an SMS provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message handed over earlier."""

    reference: str
    delivered: bool
    reason: str = ""


class Sms(Protocol):
    """Sends short messages and tells what became of them."""

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """Hand a message over; returns the provider's reference. ``message_id`` is ours and travels along
        where the provider has a place for it, so that a message sent twice is seen to be one.

        :raises Temporary: nobody took it (or nobody knows), ask again later.
        :raises Permanent: this message will never be taken.
        """
        ...

    def receipts(self) -> Sequence[Receipt]:
        """What the provider has reported since the last call in this process."""
        ...
