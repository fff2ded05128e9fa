"""The sandbox bank on a real socket of its own, for tests of everything that talks to a bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from svet.sandbox.world.bank import make_application
from svet.sandbox.world.faults import BankFault, Faulty, troubles_of
from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.vault import Clock, now_utc

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
    #: An order is paid a second time; says why not.
    pay_twice: Callable[[str], str]
    #: Order a fault of the API; says why not.
    fault: Callable[[BankFault], str]
    #: Order how the shops are told: ``lost``, ``copies``, ``late``; says why not.
    callbacks: Callable[[Mapping[str, str]], str]

    @property
    def acquiring_url(self) -> str:
        return f"yookassa+http://100500:test_sandbox@127.0.0.1:{self.port}/v3?sbp=yes"

    @property
    def second_shop(self) -> str:
        """The address of another contract with this bank; its secret is ``test_second``."""
        return f"yookassa+http://100502@127.0.0.1:{self.port}/v3?sbp=yes"

    @property
    def tbank_url(self) -> str:
        return f"tbank+http://SVETDEMO:test_tbank@127.0.0.1:{self.port}/tbank/v2"

    @property
    def tbank_shop(self) -> str:
        """The address of a terminal of the other API; its secret is ``test_tbank``."""
        return f"tbank+http://SVETDEMO@127.0.0.1:{self.port}/tbank/v2"

    @property
    def sber_url(self) -> str:
        return f"sber+http://svetdemo-api:test_sber%20test_callback@127.0.0.1:{self.port}/payment/rest?cvc=no"

    @property
    def sber_cvc_url(self) -> str:
        """A contract of the same API by which a kept card has a page that asks its CVC."""
        return f"sber+http://svetcvc-api:test_cvc%20test_cvc_callback@127.0.0.1:{self.port}/payment/rest"

    @property
    def sber_shop(self) -> str:
        """A login of Sber's API; its secret is ``test_sber test_callback``, and cards need no CVC."""
        return f"sber+http://svetdemo-api@127.0.0.1:{self.port}/payment/rest?cvc=no"

    @property
    def sber_cvc_shop(self) -> str:
        """The other login; its secret is ``test_cvc test_cvc_callback``."""
        return f"sber+http://svetcvc-api@127.0.0.1:{self.port}/payment/rest"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"

    def events(self) -> list[str]:
        return [str(entry["event"]) for entry in self.journal.entries("bank")]

    def type_card(self, page_url: str, **typed: str) -> httpx.Response:
        """Press «Оплатить» on the card page."""
        return BROWSER.post(page_url, data=GOOD_CARD | typed)


@contextmanager
def running_bank(
    folder: Path,
    *,
    webhook_url: str = "",
    webhook_urls: Mapping[str, str] | None = None,
    clock: Clock = now_utc,
) -> Iterator[RunningBank]:
    """A bank whose journal lies in ``folder``."""
    journal = Journal(folder / "journal.jsonl")
    application = make_application(
        journal=journal, webhook_url=webhook_url, webhook_urls=webhook_urls, clock=clock
    )
    faulty = Faulty(application)
    server = HttpServer(host="127.0.0.1", port=0, application=faulty)
    server.start()
    troubles = troubles_of(application, faulty)
    try:
        yield RunningBank(
            server.port,
            journal,
            application.give_back,
            application.pay_twice,
            faulty.order,
            troubles["callbacks"],
        )
    finally:
        server.stop()
        journal.close()
