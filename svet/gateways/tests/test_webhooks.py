"""Where a customer's address may lead, after its name was resolved too, and how long an answer may take."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import pytest

from svet.gateways import webhooks as hooks_gateway
from svet.gateways.failures import GatewayFailure, Permanent, Temporary
from svet.gateways.webhooks import caller
from svet.gateways.webhooks.addresses import is_public, may_be_called
from svet.gateways.webhooks.caller import FORBIDDEN, WebhookCaller

INNER = "http://127.0.0.1:9009"


@pytest.mark.parametrize(
    "url",
    ["https://example.org/svet?a=1", "https://example.org:8443/", "https://EXAMPLE.org", "https://1.1.1.1/x"],
)
def test_public_addresses_by_https_are_taken(url: str) -> None:
    assert may_be_called(url, origins=[])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org/",
        "ftp://example.org/",
        "https://example.org:22/",
        "https://example.org:80/",
        "https://user:word@example.org/",
        "https://example.org@127.0.0.1/",
        "https://example.org/#part",
        "https://example.org\\@127.0.0.1/",
        "https://exa mple.org/",
        "https://пример.рф/",
        "https://localhost/",
        "https://localhost./",
        "https://db.internal/",
        "https://printer.local/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://example.org:99999/",
        "https://" + "a" * 600 + ".org/",
        "https://a..example.org/",
        "https://.example.org/",
        "https://example.org../",
        "https://" + "a" * 64 + ".org/",
        "https://" + "a." * 127 + "org/",
        "https://-a.example.org/",
        "https://a%2e.example.org/",
        INNER,
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert not may_be_called(url, origins=["http://127.0.0.1:9010"])
    with pytest.raises(Permanent) as refused:
        WebhookCaller().call(url=url, headers={}, body=b"{}")
    assert refused.value.code == FORBIDDEN


def test_an_origin_that_the_operator_named_is_taken_and_its_neighbour_is_not() -> None:
    assert may_be_called(INNER + "/x", origins=[INNER])
    for url in ("http://127.0.0.1:9010/", "https://127.0.0.1:9009/", "http://127.0.0.1/"):
        assert not may_be_called(url, origins=[INNER])


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives another answer each time; says which names it was asked for."""
    asked: list[str] = []

    def answer(host: str, port: int, *args: Any, **how: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["169.254.169.254"], ["1.1.1.1", "10.0.0.1"], ["::ffff:10.0.0.1"], ["fd00::1"]],
)
def test_a_name_that_leads_inside_is_not_called(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolves(monkeypatch, addresses)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *args: pytest.fail("connected"))
    with pytest.raises(Permanent) as refused:
        WebhookCaller().call(url="https://rebind.example/", headers={}, body=b"{}")
    assert refused.value.code == FORBIDDEN


def test_a_name_is_resolved_once_and_that_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolves(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    reached: list[str] = []

    def connect(self: object, host: str, *args: Any) -> Any:
        reached.append(host)
        raise httpcore.ConnectError("no network here")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(Temporary):
        WebhookCaller().call(url="https://rebind.example/", headers={}, body=b"{}")
    assert (asked, reached) == (["rebind.example"], ["1.1.1.1"])


class Program(BaseHTTPRequestHandler):
    """What a customer may put at their address."""

    def do_POST(self) -> None:
        server: Any = self.server
        server.heard.append(
            (self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
        )
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/inside")
        elif self.path == "/busy":
            self.send_response(503)
            self.send_header("Retry-After", "120")
        elif self.path == "/silent":
            server.released.wait(20)
            return
        elif self.path == "/headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
            while not server.released.wait(0.05):
                self.wfile.write(b"a")
            return
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            while not server.released.wait(0.1):
                self.wfile.write(b".")
            return
        elif self.path == "/flood":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 1_000_000)
            return
        else:
            self.send_response(204)
        self.end_headers()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def program() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    server.heard, server.released, server.daemon_threads = [], threading.Event(), True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.origin = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def test_what_it_answers_is_told_and_no_redirect_is_followed(program: Any) -> None:
    inside = WebhookCaller(origins=[program.origin])

    def call(path: str) -> Any:
        return inside.call(url=program.origin + path, headers={"webhook-id": "msg_1"}, body=b"{}")

    assert call("/ok").status == 204
    assert call("/moved").status == 302
    assert (call("/busy").status, call("/busy").retry_after) == (503, 120)
    assert call("/flood").status == 200
    assert [path for path, _, _ in program.heard] == ["/ok", "/moved", "/busy", "/busy", "/flood"]
    headers = {name.lower(): value for name, value in program.heard[0][1].items()}
    assert (headers["content-type"], headers["webhook-id"]) == ("application/json", "msg_1")


@pytest.mark.parametrize("path", ["/silent", "/drip"])
def test_whoever_answers_for_ever_is_cut_off_and_others_are_not_waited_for(
    program: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(caller, "PATIENCE", 0.3)
    monkeypatch.setattr(caller, "MOST_BYTES", 10**9)
    began = time.monotonic()
    with pytest.raises(GatewayFailure):
        WebhookCaller(origins=[program.origin]).call(url=program.origin + path, headers={}, body=b"{}")
    assert time.monotonic() - began < 3


def test_a_slow_name_is_not_called_after_all_and_holds_no_place(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, answered = socket.getaddrinfo, threading.Event()

    def slow(host: str, *args: Any, **how: Any) -> Any:
        if host == "localhost":
            answered.wait(20)
        return ask(host, *args, **how)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(caller, "PATIENCE", 0.3)
    lame = f"http://localhost:{program.server_port}"
    inside = WebhookCaller(origins=[program.origin, lame])
    for _ in range(caller.PLACES):
        with pytest.raises(Temporary):
            inside.call(url=lame + "/ok", headers={}, body=b"{}")
    time.sleep(0.2)
    monkeypatch.setattr(caller, "PATIENCE", 5)
    for _ in range(caller.PLACES):
        assert inside.call(url=program.origin + "/ok", headers={}, body=b"{}").status == 204
    answered.set()
    time.sleep(0.2)
    assert len(program.heard) == caller.PLACES


def test_headers_that_drip_end_with_the_time_of_the_call_and_free_the_place(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "PATIENCE", 0.4)
    # As if nobody could cut it from outside: the call itself looks at its time.
    monkeypatch.setattr(caller._JudgedBackend, "cut", lambda self: None)
    inside = WebhookCaller(origins=[program.origin])
    for _ in range(caller.PLACES):
        with pytest.raises(GatewayFailure):
            inside.call(url=program.origin + "/headers", headers={}, body=b"{}")
    time.sleep(0.3)
    monkeypatch.setattr(caller, "PATIENCE", 5)
    assert inside.call(url=program.origin + "/ok", headers={}, body=b"{}").status == 204


def test_the_gateway_is_one_for_the_origins_of_the_installation(settings: Any) -> None:
    settings.WEBHOOK_ORIGINS = [INNER]
    assert hooks_gateway.gateway() is hooks_gateway.gateway()
    assert hooks_gateway.gateway().takes(INNER)
    settings.WEBHOOK_ORIGINS = []
    assert not hooks_gateway.gateway().takes(INNER)


def test_addresses_of_the_open_network_are_public() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")
    assert not is_public("nonsense")


@pytest.mark.parametrize(
    "address",
    ["fec0::1", "168.63.129.16", "::ffff:168.63.129.16", "192.88.99.1", "192.0.0.192", "::ffff:192.0.0.192"],
)
def test_addresses_of_machines_and_relays_are_not(address: str) -> None:
    assert not is_public(address)
