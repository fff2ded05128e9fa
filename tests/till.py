"""The sandbox's till on a real socket of its own, for tests of everything that talks to a till."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.gateways.acquiring import wire
from svet.gateways.fiscal import atol
from svet.sandbox.world.atol import GROUP, LOGIN, PASSWORD, AtolTill
from svet.sandbox.world.faults import BankFault, Faulty
from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal


@dataclass
class RunningTill:
    """Where the till stands, what it has, and its clock."""

    port: int
    till: AtolTill
    fault: Callable[[BankFault], str]
    calm: Callable[[], None]
    now: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    @property
    def address(self) -> str:
        """Without its secret, which is :attr:`password`."""
        return f"atol+http://{LOGIN}@127.0.0.1:{self.port}/possystem/v5/{GROUP}"

    @property
    def url(self) -> str:
        return self.address.replace("@", f":{PASSWORD}@")

    @property
    def password(self) -> str:
        return PASSWORD


@contextmanager
def running_till(data: Path) -> Iterator[RunningTill]:
    """A till for the length of a test."""
    journal = Journal.under(data)
    stands: list[RunningTill] = []
    till = AtolTill(_nothing, journal=journal, clock=lambda: stands[0].now)
    faulty = Faulty(till)
    server = HttpServer(host="127.0.0.1", port=0, application=faulty)
    stands.append(RunningTill(server.port, till, faulty.order, faulty.calm))
    server.start()
    atol.forget_tokens()
    wire.forget_silence()
    try:
        yield stands[0]
    finally:
        server.stop()
        journal.close()
        atol.forget_tokens()
        wire.forget_silence()


def _nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [])
    return []
