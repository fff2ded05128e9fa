"""What Svet asks of the push services of the browsers' makers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from svet.kernel.push_keys import decode, is_point

#: The ``code`` of a failure after which the subscription is of no use to anybody.
GONE: Final = "gone"


@dataclass(frozen=True, slots=True)
class BrowserAddress:
    """Where one browser can be reached (W3C Push API): its endpoint and its two keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str

    def has_keys(self) -> bool:
        """Whether something can be encrypted for it: a point of P-256 and a secret of 16 bytes (RFC 8291)."""
        try:
            decode(self.auth, length=16)
        except ValueError:
            return False
        return is_point(self.p256dh)


class Push(Protocol):
    """Sends notices to browsers, one verb."""

    def send(self, *, to: BrowserAddress, payload: str, lives: timedelta, urgent: bool) -> str:
        """Hand a notice over; the service keeps it for ``lives`` when the device is off. Returns its address.

        :raises Temporary: nobody took it, ask again later.
        :raises Permanent: this notice will never be taken; with ``code`` GONE, nor will any other.
        """
        ...
