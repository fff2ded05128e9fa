"""The sandbox bank on a real socket of its own, for tests of everything that talks to a bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from svet.sandbox.world.bank import make_application
from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal

#: One for all: each new one would read the certificates of the world first. A connection each time, though.
BROWSER = httpx.Client(timeout=30, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
GOOD_CARD = {"number": "2202 4743 0132 2987", "expiry": "12/30", "csc": "123"}


@dataclass(frozen=True)
class RunningBank:
    """Where the bank stands, and what it wrote down."""

    port: int
    journal: Journal
    #: A clerk of the bank gives a payment back without the shop; says why not.
    give_back: Callable[[str, str], str]

    @property
    def acquiring_url(self) -> str:
        return f"yookassa+http://100500:test_sandbox@127.0.0.1:{self.port}/v3"

    @property
    def second_shop(self) -> str:
        """The address of another contract with this bank; its secret is ``test_second``."""
        return f"yookassa+http://100502@127.0.0.1:{self.port}/v3"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"

    def events(self) -> list[str]:
        return [str(entry["event"]) for entry in self.journal.entries("bank")]

    def type_card(self, page_url: str, **typed: str) -> httpx.Response:
        """Press «Оплатить» on the card page."""
        return BROWSER.post(page_url, data=GOOD_CARD | typed)


@contextmanager
def running_bank(folder: Path, *, webhook_url: str = "") -> Iterator[RunningBank]:
    """A bank whose journal lies in ``folder``."""
    journal = Journal(folder / "journal.jsonl")
    application = make_application(journal=journal, webhook_url=webhook_url)
    server = HttpServer(host="127.0.0.1", port=0, application=application)
    server.start()
    try:
        yield RunningBank(server.port, journal, application.give_back)
    finally:
        server.stop()
        journal.close()
