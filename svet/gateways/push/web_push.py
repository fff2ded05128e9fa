"""Web push by the open standards: RFC 8030 carries it, RFC 8291 seals it, RFC 8292 says who sends it.

The library encrypts and signs; the request is made here, so that time-outs, redirects and answers are ours.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.push.endpoints import is_known
from svet.gateways.push.port import GONE, BrowserAddress
from svet.kernel.push_keys import pems
from svet.kernel.spans import span


class WebPushService:
    """Calls whichever service the browser named, as long as ``hosts`` knows it."""

    def __init__(
        self,
        *,
        private_key: str,
        contact: str,
        hosts: Collection[str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._pems = pems(private_key)
        self._contact = contact
        self._hosts = frozenset(hosts)
        # No redirects: an answer may not lead the call elsewhere.
        self._client = httpx.Client(timeout=httpx.Timeout(10.0), follow_redirects=False, transport=transport)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def send(self, *, to: BrowserAddress, payload: str, lives: timedelta, urgent: bool) -> str:
        if not is_known(to.endpoint, hosts=self._hosts):
            raise Permanent("push: no such service in SVET_PUSH_HOSTS", code=GONE)
        private_key, public_key = self._pems
        # One per message: the library keeps the last message's time to live in itself.
        sealer = WebPush(private_key, public_key, self._contact, ttl=max(int(lives.total_seconds()), 0))
        try:
            keys = WebPushKeys(auth=to.auth, p256dh=to.p256dh)
            # The library takes the endpoint as text and makes an address of it.
            browser = WebPushSubscription.model_validate({"endpoint": to.endpoint, "keys": keys})
            message = sealer.get(payload, browser)
        except (ValidationError, ValueError) as error:
            raise Permanent(f"push: unusable keys: {type(error).__name__}", code=GONE) from error
        headers = {
            **message.headers,
            "content-type": "application/octet-stream",
            "urgency": "high" if urgent else "normal",
        }
        try:
            with span("push", server=urlsplit(to.endpoint).hostname or ""):
                answer = self._client.post(to.endpoint, content=message.encrypted, headers=headers)
        except httpx.HTTPError as error:
            raise Temporary(f"push: {type(error).__name__}") from error
        if answer.is_success:
            return str(answer.headers.get("location", ""))
        raise _failure(answer)


def _failure(answer: httpx.Response) -> Temporary | Permanent:
    """RFC 8030 §7.3: 404 and 410 end a subscription; 429 and 5xx pass by."""
    text = f"push: {answer.status_code} {' '.join(answer.text.split())}"[:180]
    if answer.status_code in (404, 410):
        return Permanent(text, code=GONE)
    if answer.status_code == 429 or answer.status_code >= 500:
        return Temporary(text)
    return Permanent(text)
