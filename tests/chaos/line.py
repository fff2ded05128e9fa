"""The line to the bank: an HTTP proxy that loses, breaks and changes what goes through it when told to."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import httpx

_KEPT = ("authorization", "idempotence-key", "content-type")


class Fault(StrEnum):
    """What may happen to a question on its way, or to its answer."""

    LOST = "lost"  # the bank does what it is asked for, its answer never comes
    DEAF = "deaf"  # the bank is not reached at all
    HTML = "html"  # a page of some gateway with 200
    BROKEN = "broken"  # half of the answer
    INNER = "inner"  # 500 after the bank has done it


#: Changes the body of an answer, or returns nothing to let it pass.
Change = Callable[[str, str, bytes], bytes | None]


class Line(ThreadingHTTPServer):
    """Between us and the bank; faults are taken from ``faults`` one a question, then all goes well."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, bank: str) -> None:
        super().__init__(("127.0.0.1", 0), _Operator)
        self.bank = bank
        self.faults: list[tuple[Fault, str, str]] = []
        #: Called with method, path and answer before we hear it: the world goes on meanwhile.
        self.meanwhile: Callable[[str, str], None] | None = None
        self.change: Change | None = None
        #: Answers of the bank wait here until so many of them are on their way, then all go on.
        self.gathering: threading.Barrier | None = None
        self.client = httpx.Client(timeout=20, trust_env=False)
        self.guard = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def will(self, *faults: tuple[Fault, str, str]) -> None:
        """These befall the next questions of this method and beginning of a path, one each, in this order."""
        self.faults = list(faults)

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.client.close()

    def next_fault(self, method: str, path: str) -> Fault | None:
        with self.guard:
            if self.faults and method == self.faults[0][1] and path.startswith(self.faults[0][2]):
                return self.faults.pop(0)[0]
            return None

    def take_meanwhile(self) -> Callable[[str, str], None] | None:
        with self.guard:
            found, self.meanwhile = self.meanwhile, None
            return found

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever was killed has hung up."""


class _Operator(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Line

    def do_GET(self) -> None:
        self._carry(b"")

    def do_POST(self) -> None:
        self._carry(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _carry(self, body: bytes) -> None:
        fault = self.server.next_fault(self.command, self.path)
        if fault is Fault.DEAF:
            self.close_connection = True
            return
        headers = {name: self.headers[name] for name in _KEPT if name in self.headers}
        answer = self.server.client.request(
            self.command, self.server.bank + self.path, content=body, headers=headers
        )
        if self.server.gathering is not None:
            self.server.gathering.wait(30)
        meanwhile = self.server.take_meanwhile()
        if meanwhile is not None:
            meanwhile(self.command, self.path)
        if fault is Fault.LOST:
            self.close_connection = True
            return
        content = answer.content
        if self.server.change is not None:
            content = self.server.change(self.command, self.path, content) or content
        if fault is Fault.INNER:
            self._say(500, b"{}", "application/json")
        elif fault is Fault.HTML:
            self._say(200, b"<html><h1>Service is busy</h1></html>", "text/html")
        elif fault is Fault.BROKEN:
            self._say(answer.status_code, content[: len(content) // 2], "application/json")
        else:
            self._say(answer.status_code, content, "application/json")

    def _say(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Postbox(ThreadingHTTPServer):
    """Where the bank's messages arrive; they wait here until the plan delivers them."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Postman)
        self.messages: defaultdict[object, list[bytes]] = defaultdict(list)
        self.guard = threading.Condition()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def put(self, message: bytes) -> None:
        form = {} if message[:1] == b"{" else dict(parse_qsl(message.decode()))
        names = {form["mdOrder"]} if form else set(_named(json.loads(message)["object"]))
        with self.guard:
            for name in names:
                self.messages[name].append(message)
            self.guard.notify_all()

    def about(self, reference: str, *, count: int = 1, seconds: float = 10) -> list[bytes]:
        """The messages about a payment and its refunds, in their order; waits until there are so many."""
        with self.guard:
            assert self.guard.wait_for(lambda: len(self.messages[reference]) >= count, seconds), (
                f"the bank says nothing of {reference}"
            )
            return list(self.messages[reference])

    def close(self) -> None:
        self.shutdown()
        self.server_close()


def _named(thing: dict[str, object]) -> Iterable[object]:
    return (thing.get("id"), thing.get("payment_id"))


class _Postman(BaseHTTPRequestHandler):
    server: Postbox

    def do_POST(self) -> None:
        self.server.put(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""
