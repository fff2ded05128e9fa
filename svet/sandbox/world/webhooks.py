"""How the bank tells the shop: again and again until it answers 200, for a day."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

from svet.sandbox.world.vault import Vault

PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, *([3600.0] * 22))


class Webhooks:
    """Sends notifications from background threads; ``url`` empty sends nothing.

    ``of_shops`` are the addresses of shops that have one of their own.
    """

    def __init__(self, *, vault: Vault, url: str, of_shops: Mapping[str, str] | None = None) -> None:
        self._vault = vault
        self._url = url
        self._of_shops = dict(of_shops or {})
        self._stopped = threading.Event()

    def send(self, event: str, thing: Mapping[str, Any], *, after: float = 0.0) -> None:
        """Begin telling the shop; returns at once."""
        if url := self._url_of(thing):
            body = {"type": "notification", "event": event, "object": dict(thing)}
            thread = threading.Thread(target=self._keep_telling, args=(url, event, body, after), daemon=True)
            thread.start()

    def later(self, act: Callable[[], object], *, after: float) -> None:
        """Do something of the bank's own in a while, unless it stops before."""

        def wait_and_act() -> None:
            if not self._stopped.wait(after):
                act()

        threading.Thread(target=wait_and_act, daemon=True).start()

    def stop(self) -> None:
        """Say nothing more."""
        self._stopped.set()

    def _keep_telling(self, url: str, event: str, body: Mapping[str, Any], after: float) -> None:
        for pause in PAUSES:
            if self._stopped.wait(after + pause):
                return
            after = 0.0
            answer = self._tell(url, body)
            self._vault.note_delivery(event=event, thing_id=str(body["object"]["id"]), url=url, answer=answer)
            if answer == "200":
                return

    def _url_of(self, thing: Mapping[str, Any]) -> str:
        """Where the shop of a payment or refund is told."""
        payment = self._vault.payment(str(thing.get("payment_id") or thing["id"]))
        return self._of_shops.get(str(payment["shop"]), self._url) if payment else self._url

    def _tell(self, url: str, body: Mapping[str, Any]) -> str:
        request = urllib.request.Request(  # noqa: S310 - the address is our own option
            url,
            data=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return str(answer.status)
        except urllib.error.HTTPError as refusal:
            return str(refusal.code)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
