"""Short messages over SMPP 3.4.

One bind per process is kept by ``aiosmpplib`` in an event loop of its own thread; callers are ordinary
threads that wait a bounded time. What the library was seen to do, and what follows from it here:

- it splits long messages only with SAR tags or by a branch that fails, so parts are made
  here (UDH, 67 signs);
- its queue outlives a lost connection, so a message whose caller has given up is dropped before it leaves,
  or the retry would make a second one;
- its throttle handler wants fifty answers before it believes in throttling, so backing off is done here.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import TimeoutError as WaitedTooLong
from typing import Final

from aiosmpplib import NPI, TON, OptionalParam, PhoneNumber, SubmitSm
from aiosmpplib.state import USER_MESSAGE_REFERENCE, SmppCommandStatus

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.link import RefusedByCentre, SmppLink
from svet.gateways.sms.parts import split
from svet.gateways.sms.port import DeliveryReceipt, Take
from svet.kernel.spans import span

BIND_SECONDS: Final = 4.0
#: A centre that was down a moment ago: do not hold up the other deliveries.
REBIND_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 10.0
_LONGEST_BACK_OFF: Final = 60.0
_THROTTLED: Final = frozenset({SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL})
#: Answers that say «not this message»: a wrong number, a wrong sender, a wrong text.
_PERMANENT: Final = frozenset(
    {
        SmppCommandStatus.ESME_RINVDSTADR,
        SmppCommandStatus.ESME_RINVSRCADR,
        SmppCommandStatus.ESME_RINVMSGLEN,
        SmppCommandStatus.ESME_RINVDSTTON,
        SmppCommandStatus.ESME_RINVDSTNPI,
        SmppCommandStatus.ESME_RINVESMCLASS,
    }
)


class SmppSms:
    """The port over one SMS centre; safe to call from many threads."""

    def __init__(self, *, address: SmsAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._link: SmppLink | None = None
        self._take: Take | None = None
        self._not_before = 0.0
        self._back_off = 0.0

    def send(self, *, to: str, text: str, message_id: str) -> str:
        """Hand over every part; the reference is that of the last one."""
        if time.monotonic() < self._not_before:
            raise Temporary("SMS centre: backing off", code="throttled")
        link = self._connected()
        reference = ""
        for part in split(text, reference=zlib.crc32(message_id.encode()) & 0xFF):
            message = SubmitSm(
                short_message=part.text,
                source=_source(self._address.sender),
                destination=PhoneNumber(to.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN),
                esm_class=0x40 if part.header else 0,
                encoding="ucs2" if part.unicode else None,
                registered_delivery=1,
                # 16 bits of our id: a message that was sent twice shows itself.
                optional_params=[
                    OptionalParam(USER_MESSAGE_REFERENCE, zlib.crc32(message_id.encode()) & 0xFFFF)
                ],
            )
            message.set_encoded_message(part.header + part.encoded)
            reference = self._submit(link, message)
        return reference

    def receipts(self) -> Sequence[DeliveryReceipt]:
        """Final receipts since the last call."""
        link = self._link
        found: list[DeliveryReceipt] = []
        while link is not None and link.receipts:
            found.append(link.receipts.popleft())
        return found

    def listen(self, take: Take) -> None:
        """Bind now and keep the bind: the centre brings texts over the same link."""
        with self._lock:
            self._take = take
            if self._link is None or self._link.owner != os.getpid():
                self._link = SmppLink(self._address, take=take)
            else:
                self._link.take = take

    def close(self) -> None:
        """Unbind and end the thread."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _connected(self) -> SmppLink:
        with self._lock:
            if self._link is None or self._link.owner != os.getpid():
                self._link = SmppLink(self._address, take=self._take)
            link = self._link
        if not link.bound.wait(REBIND_SECONDS if link.has_failed else BIND_SECONDS):
            why = f" ({link.reason})" if link.reason else ""
            raise Temporary(f"SMS centre: no connection{why}", code="unbound")
        return link

    def _submit(self, link: SmppLink, message: SubmitSm) -> str:
        answer = link.submit(message)
        try:
            with span("sms", server=self._address.host):
                reference = answer.result(ANSWER_SECONDS)
        except WaitedTooLong:
            answer.cancel()
            raise Temporary("SMS centre: no answer in time", code="silence") from None
        except RefusedByCentre as refusal:
            if refusal.status in _THROTTLED:
                self._back_off = min(max(1.0, self._back_off * 2), _LONGEST_BACK_OFF)
                self._not_before = time.monotonic() + self._back_off
            kind = Permanent if refusal.status in _PERMANENT else Temporary
            raise kind(f"SMS centre: {refusal.status.name}", code=refusal.status.name) from None
        self._back_off = 0.0
        return reference


def _source(sender: str) -> PhoneNumber:
    if sender and not sender.removeprefix("+").isdigit():
        return PhoneNumber(sender[:11], TON.ALPHANUMERIC, NPI.UNKNOWN)
    return PhoneNumber(sender.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN)
