"""A bank that answers in 3.5 s, below every patience, and six people who pay: others notice nothing.

The pages only wait: a lane of hurried jobs beside them asks, in a process of its own, as `svet worker` is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client

from svet.config.front import Front
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import Family, make_family
from svet.sandbox.world.bank import make_application
from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal
from tests.hurried import lane_beside

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

SLOW = 3.5
PAYERS = 6


@pytest.fixture
def slow_bank(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The sandbox's bank behind a line that holds every answer back."""
    journal = Journal(tmp_path / "journal.jsonl")
    quick = make_application(journal=journal, webhook_url="")

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(SLOW)
        return quick(environ, start_response)

    server = HttpServer(host="127.0.0.1", port=0, application=slow)
    server.start()
    settings.ACQUIRING_URL = f"yookassa+http://100500:test_sandbox@127.0.0.1:{server.port}/v3"
    yield
    server.stop()
    journal.close()


@dataclass
class Head:
    """A request's head as granian gives it."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    client: str = "127.0.0.1:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    http_version: str = "1.1"
    query_string: str = ""


class Line:
    """A connection with a whole body, and how its answer came."""

    def __init__(self, body: bytes = b"") -> None:
        self.sent = body
        self.status = 0
        self.headers: dict[str, str] = {}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.sent

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers = status, {name.lower(): value for name, value in headers}

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


def paying(family: Family) -> tuple[Head, Line]:
    """What Anna's browser sends from «Оплата»."""
    client = Client()
    client.force_login(family.anna, backend="django.contrib.auth.backends.ModelBackend")
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    one = family.first.public_id
    typed = {"key": str(uuid4()), "tick": one, f"amount-{one}": "1,00", "csrfmiddlewaretoken": "a" * 32}
    body = urlencode(typed).encode()
    headers = {
        "host": "127.0.0.1",
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    return Head("/payment/pay/", "POST", headers), Line(body)


def test_others_pages_stay_quick_and_every_payer_gets_an_answer(slow_bank: None, real_lane: None) -> None:
    family = make_family()
    requests = [paying(family) for _ in range(PAYERS)]
    times: list[float] = []
    alone = 0.0

    class Handler(WSGIHandler):
        """Django as it is served, leaving no connection to the threads behind."""

        def __call__(self, environ: Any, start_response: Any) -> Any:
            answer: Any = super().__call__(environ, start_response)
            answer._resource_closers.append(connections.close_all)
            return answer

    async def story() -> None:
        front = Front(Handler(), threads=4, patience=5, direct={})
        page = Head("/tariffs/", headers={"host": "127.0.0.1"})
        for _ in range(10):
            asked = time.monotonic()
            await front.__rsgi__(page, Line())
            # The first one of all reads the templates.
            nonlocal alone
            alone = max(alone, time.monotonic() - asked) if alone else 0.001
        began = time.monotonic()
        payers = [asyncio.create_task(front.__rsgi__(head, line)) for head, line in requests]
        while time.monotonic() - began < 2 * SLOW:
            asked, line = time.monotonic(), Line()
            await front.__rsgi__(page, line)
            times.append(time.monotonic() - asked)
            assert line.status == 200
            await asyncio.sleep(0.1)
        await asyncio.gather(*payers)

    with lane_beside():
        asyncio.run(story())
        ends = time.monotonic() + 3 * SLOW
        while Order.objects.exclude(state=OrderState.WAITING).exists() and time.monotonic() < ends:
            time.sleep(0.1)
    slowest = sorted(times)[int(len(times) * 0.95)]
    # Without the bulkhead they wait for all six calls, one after another: twenty seconds.
    assert slowest < max(1.0, 3 * alone), (alone, sorted(times)[-5:])
    # At most two wait for the bank's page; the others are led to their order, which leads there by itself.
    assert {line.status for _, line in requests} == {303}
    led = [line.headers["location"].endswith("/?go=1") for _, line in requests]
    assert len(led) == PAYERS
    assert led.count(True) >= PAYERS - 2, led
    # One shop has half of the lane: the bank was asked for four at once, then for the others.
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.WAITING}
