"""What Svet asks of an SMS provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What became of a message handed over earlier."""

    reference: str
    delivered: bool
    reason: str = ""

    @property
    def spellings(self) -> list[str]:
        """The reference as ``send`` may have given it: some centres answer in hex and report in decimal."""
        name, slash, own = self.reference.rpartition("/")
        found = [own]
        if own.isascii() and own.isdigit() and len(own) < 20:
            found += [f"{int(own):x}", f"{int(own):X}", f"{int(own):08X}", f"{int(own):08x}"]
        return [f"{name}{slash}{spelling}" for spelling in found]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text somebody sent to us: ``sender`` is their phone as ``+79…``."""

    sender: str
    text: str


Take = Callable[[Incoming], None]


class Sms(Protocol):
    """Sends short messages, tells what became of them, and hears what people send."""

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """Hand a message over; returns the provider's reference. ``message_id`` is ours and travels along
        where the provider has a place for it, so that a message sent twice is seen to be one.

        :raises Temporary: nobody took it (or nobody knows), ask again later.
        :raises Permanent: this message will never be taken.
        """
        ...

    def receipts(self) -> Sequence[DeliveryReceipt]:
        """What the provider has reported since the last call in this process."""
        ...

    def close(self) -> None:
        """End the connections."""
        ...

    def listen(self, take: Take) -> None:
        """From now on hand every text people send to ``take``, in a thread of its own; returns at once.

        The provider is told that a text has arrived only when ``take`` has returned, so that a text which
        could not be kept comes again: ``take`` must bear repetition. A provider without a way back is silent.
        """
        ...
