"""How the bank tells the shop: again and again until it answers 200, for a day."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from svet.sandbox.world.vault import Vault

#: Seconds by which a message that was held back comes after the one that overtook it.
_BEHIND: Final = 1.0
PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, *([3600.0] * 22))


class Dialect(Protocol):
    """How another API tells its shops: in a form or as JSON, until they say ``thanks``."""

    thanks: str
    as_form: bool

    def speaks_for(self, shop: str) -> bool:
        """Whether a shop is one of this API's."""

    def notifications(self, event: str, thing: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What it tells of an event; each is repeated until the shop answers."""


class Webhooks:
    """Sends notifications from background threads; ``url`` empty sends nothing.

    ``of_shops`` are the addresses of shops that have one of their own. ``lost``, ``copies`` and ``late`` are
    faults by order: so many of the next are never sent, each is sent so often, and so much later (seconds).
    ``swapped``: so many of the next wait until the one after them was sent.
    """

    def __init__(self, *, vault: Vault, url: str, of_shops: Mapping[str, str] | None = None) -> None:
        self.lost, self.copies, self.late, self.swapped = 0, 1, 0.0, 0
        self._held: list[threading.Thread] = []
        self._dialects: list[Dialect] = []
        self._vault = vault
        self._url = url
        self._of_shops = dict(of_shops or {})
        self._stopped = threading.Event()

    def send(self, event: str, thing: Mapping[str, Any], *, after: float = 0.0) -> None:
        """Begin telling the shop; returns at once."""
        if not (url := self._url_of(thing)):
            return
        if self.lost > 0:
            self.lost -= 1
            return
        bodies = [{"type": "notification", "event": event, "object": dict(thing)}]
        wanted, as_form = "", False
        for dialect in self._dialects:
            if dialect.speaks_for(self._shop_of(thing)):
                bodies = dialect.notifications(event, thing)
                wanted, as_form = dialect.thanks, dialect.as_form
        tellings: list[threading.Thread] = []
        for body in [body for body in bodies for _ in range(self.copies)]:
            letter = _letter(url, body, as_form=as_form)
            telling = (letter, event, str(thing["id"]), wanted, after + self.late)
            tellings.append(threading.Thread(target=self._keep_telling, args=telling, daemon=True))
        if self.swapped > 0:
            self.swapped -= 1
            self._held += tellings
            return
        for thread in tellings:
            thread.start()
        if self._held:
            held, self._held = self._held, []
            for thread in held:
                self.later(thread.start, after=_BEHIND)

    def add_dialect(self, dialect: Dialect) -> None:
        """Let the shops of another API be told in its way."""
        self._dialects.append(dialect)

    def later(self, act: Callable[[], object], *, after: float) -> None:
        """Do something of the bank's own in a while, unless it stops before."""

        def wait_and_act() -> None:
            if not self._stopped.wait(after):
                act()

        threading.Thread(target=wait_and_act, daemon=True).start()

    def stop(self) -> None:
        """Say nothing more."""
        self._stopped.set()

    def _keep_telling(
        self, letter: urllib.request.Request, event: str, thing_id: str, wanted: str, after: float
    ) -> None:
        for pause in PAUSES:
            if self._stopped.wait(after + pause):
                return
            after = 0.0
            answer = self._tell(letter, wanted=wanted)
            self._vault.note_delivery(event=event, thing_id=thing_id, url=letter.full_url, answer=answer)
            if answer == "200":
                return

    def _shop_of(self, thing: Mapping[str, Any]) -> str:
        return self._vault.shop_of(thing)

    def _url_of(self, thing: Mapping[str, Any]) -> str:
        """Where the shop of a payment or refund is told."""
        shop = self._shop_of(thing)
        fallback = "" if any(dialect.speaks_for(shop) for dialect in self._dialects) else self._url
        return self._of_shops.get(shop, fallback)

    def _tell(self, letter: urllib.request.Request, *, wanted: str) -> str:
        try:
            with urllib.request.urlopen(letter, timeout=10) as answer:  # noqa: S310
                said = answer.read(64).decode("utf-8", "replace")
                return str(answer.status) if wanted in ("", said) else f"{answer.status} {said[:20]!r}"
        except urllib.error.HTTPError as refusal:
            return str(refusal.code)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__


def _letter(url: str, body: Mapping[str, Any], *, as_form: bool) -> urllib.request.Request:
    """What a shop is told, as JSON or in a form."""
    data = urllib.parse.urlencode(body) if as_form else json.dumps(body, ensure_ascii=False)
    kind = "application/x-www-form-urlencoded" if as_form else "application/json"
    return urllib.request.Request(  # noqa: S310 - the address is our own option
        url, data=data.encode(), headers={"Content-Type": kind}
    )
