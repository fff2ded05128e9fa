"""Two providers, one port: the second carries a message when the first fails or is slow.

A message the first has accepted never goes to the second. One whose fate is unknown (no answer in time) does:
a code that comes twice is better than one that does not come. A provider that keeps failing, or answers
slowly, is left alone for a while, so that nobody waits for its time-out; then one message tries it again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.port import DeliveryReceipt, Sms, Take

_FAILURES_TO_OPEN: Final = 3
_OPEN_SECONDS: Final = 30.0
#: An answer later than this is as good as none for somebody who waits for a code.
_SLOW_SECONDS: Final = 5.0


@dataclass(slots=True)
class SmsRoute:
    """One provider with its breaker; ``name`` stands before its references for ever."""

    name: str
    sms: Sms
    failures: int = 0
    closed_again_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_open(self) -> bool:
        """Whether the breaker keeps messages away from it now."""
        return time.monotonic() < self.closed_again_at

    def note(self, *, good: bool) -> None:
        """Learn from one attempt; while it is bad every further one opens the breaker anew."""
        with self.lock:
            self.failures = 0 if good else self.failures + 1
            if self.failures >= _FAILURES_TO_OPEN:
                self.closed_again_at = time.monotonic() + _OPEN_SECONDS


class SmsChain:
    """The port over providers in the order of preference; a reference is ``provider/its reference``."""

    def __init__(self, providers: Sequence[SmsRoute]) -> None:
        self.providers = tuple(providers)

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """Hand over to the first that takes it. :raises Temporary: none did. :raises Permanent: none will"""
        usable = [provider for provider in self.providers if not provider.is_open()]
        failure: Temporary | Permanent | None = None
        # With every breaker open somebody must still be asked.
        for provider in usable or self.providers:
            begun = time.monotonic()
            try:
                reference = provider.sms.send(to=to, text=text, message_id=message_id)
            except Temporary as error:
                provider.note(good=False)
                failure = error
            except Permanent as error:
                # It is well, only this message is not: another may know better.
                provider.note(good=True)
                failure = failure or error
            else:
                provider.note(good=time.monotonic() - begun < _SLOW_SECONDS)
                return f"{provider.name}/{reference}"
        assert failure is not None
        raise failure

    def receipts(self) -> Sequence[DeliveryReceipt]:
        """What each has reported since the last call, under the names given out by ``send``."""
        return [
            replace(receipt, reference=f"{provider.name}/{receipt.reference}")
            for provider in self.providers
            for receipt in provider.sms.receipts()
        ]

    def listen(self, take: Take) -> None:
        """Hear what people send by way of every provider."""
        for provider in self.providers:
            provider.sms.listen(take)

    def close(self) -> None:
        """End every connection."""
        for provider in self.providers:
            provider.sms.close()
