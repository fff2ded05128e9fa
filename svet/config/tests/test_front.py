"""The front by itself: what it hands to a page, whom it lets wait, and what it says to whom it turns away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from svet.config.front import Front, bodies
from svet.config.front.bridge import Answer
from svet.config.front.desk import LONGEST_QUEUE, Crowded, Lane, RequestQueue


@dataclass
class Head:
    """A request's head as granian gives it."""

    path: str = "/"
    method: str = "GET"
    headers: Any = field(default_factory=dict)
    client: str = "[2001:db8::1]:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    http_version: str = "1.1"
    query_string: str = "a=1"


class Line:
    """A connection: pieces of a body with pauses before them, and the answer it got."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self.pieces = pieces
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause, piece in self.pieces:
            await asyncio.sleep(pause)
            yield piece

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", " a=b")])
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps(told).encode(), b"\n", environ["wsgi.input"].read()]


def front(application: Any = echo, *, threads: int = 1, patience: float = 0.2) -> Front:
    async def alive() -> Answer:
        return Answer(200, [], b"{}")

    return Front(application, threads=threads, patience=patience, direct={"/health/": alive})


def asked(one: Front, head: Head, *pieces: tuple[float, bytes]) -> Line:
    line = Line(*pieces)
    asyncio.run(one.__rsgi__(head, line))
    return line


def test_a_page_gets_the_whole_request_and_its_answer_goes_out_whole() -> None:
    headers = {"content-type": "text/x", "content-length": "4", "host": "h", "x_forwarded_proto": "https"}
    line = asked(front(), Head("/где", "POST", headers), (0, b"ab"), (0.01, b"cd"))
    told, body = line.body.split(b"\n")
    environ = json.loads(told)
    assert (line.status, line.headers["Set-Cookie"], body) == (200, "a=b", b"abcd")
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/где"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("2001:db8::1", "8000")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"], environ["HTTP_HOST"]) == ("text/x", "4", "h")
    assert "HTTP_X_FORWARDED_PROTO" not in environ


def test_a_body_is_cut_when_it_is_slower_than_the_least_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE", 0.1)
    one = front()
    head = Head("/", "POST", {"content-length": "60000"})
    line = asked(one, head, (0, b"{"), *[(0.04, b"a")] * 50)
    assert (line.status, line.headers["connection"]) == (408, "close")
    assert "Связь слишком медленная" in line.body.decode()
    # At more than the least pace it may take longer than that.
    head.headers["content-length"] = "1000"
    assert asked(one, head, *[(0.03, b"a" * 100)] * 10).status == 200
    assert one.purse.left == bodies.PURSE


def test_half_a_body_is_no_body() -> None:
    one = front()
    half = asked(one, Head("/", "POST", {"content-length": "4"}), (0, b"ab"), (0, b""), (0, b""))
    assert (half.status, half.headers["connection"]) == (400, "close")
    assert "пришло не целиком" in half.body.decode()
    program = asked(one, Head("/api/v1/x", "POST", {"content-length": "4"}), (0, b"abc"), (0, b""))
    assert program.headers["content-type"] == "application/problem+json"
    assert json.loads(program.body)["status"] == 400
    assert one.purse.left == bodies.PURSE


def raw_request(port: int, words: bytes, *, leaves: bool) -> bytes:
    """Say the words to a real server, perhaps never say more, and hear the first line of its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(words)
        if leaves:
            line.shutdown(socket.SHUT_WR)
        answer = line.recv(65536)
    return answer.partition(b"\r\n")[0]


@pytest.fixture(scope="module")
def granian() -> Iterator[int]:
    """The front before the echo, served as in production; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--interface", "rsgi", "--port", str(port), "--no-ws", "--loop", "asyncio"]
    target = "svet.config.tests.echoing:application"
    server = subprocess.Popen([sys.executable, "-m", "granian", *words, target])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", b"200 OK"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", b"400 Bad Request"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", b"400 Bad Request"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"400 Bad Request"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n", b"400 Bad Request"),
        (b"Content-Length: 10\r\n\r\nabcde", b"400 Bad Request"),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", b"200 OK"),
        (b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", b"400 Bad Request"),
    ],
    ids=[
        "whole",
        "without its end",
        "in a chunk",
        "before the first",
        "spoilt",
        "shorter than promised",
        "two ways of saying where it ends",
        "two lengths",
    ],
)
def test_a_body_cut_on_its_way_is_seen_by_the_real_server(granian: int, rest: bytes, status: bytes) -> None:
    words = b"POST /x HTTP/1.1\r\nHost: x\r\n" + rest
    assert raw_request(granian, words, leaves=b"400" in status) == b"HTTP/1.1 " + status


def test_a_body_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    one = front()
    assert asked(one, Head("/", "POST", {"content-length": str(bodies.LONGEST + 1)})).status == 413
    one.purse.left = 3
    crowded = asked(one, Head("/api/v1/x", "POST", {"transfer-encoding": "chunked"}), (0, b"1234"))
    assert (crowded.status, crowded.headers["retry-after"]) == (503, "30")
    assert json.loads(crowded.body)["status"] == 503
    assert one.purse.left == 3


def test_an_address_of_the_loop_is_answered_while_every_thread_is_busy() -> None:
    leave = threading.Event()

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        leave.wait(10)
        return echo(environ, start_response)

    async def story() -> None:
        one, first = front(busy), Line()
        begun = asyncio.create_task(one.__rsgi__(Head(), first))
        await asyncio.sleep(0.05)
        health, page = Line(), Line()
        await one.__rsgi__(Head("/health/"), health)
        assert health.status == 200
        began = time.monotonic()
        await one.__rsgi__(Head("/tariffs/", headers={"cookie": "svet-language=en"}), page)
        assert time.monotonic() - began < 1
        assert (page.status, page.headers["retry-after"]) == (503, "30")
        assert "visitors" in page.body.decode()
        leave.set()
        await begun
        assert first.status == 200
        assert one.desk.waiting == 0

    asyncio.run(story())


def test_a_begun_payment_goes_first_and_may_wait_longer() -> None:
    order: list[str] = []

    async def story() -> None:
        desk = RequestQueue(1, 0.2)

        def work(name: str, seconds: float) -> Callable[[], None]:
            def act() -> None:
                time.sleep(seconds)
                order.append(name)

            return act

        async def turned_away(waiting: Awaitable[None]) -> bool:
            try:
                await waiting
            except Crowded:
                return True
            return False

        tasks = [asyncio.create_task(turned_away(desk.run(work("busy", 0.4), lane=Lane.ORDINARY)))]
        await asyncio.sleep(0.02)
        for name, lane in (("late", Lane.ORDINARY), ("paying", Lane.BEGUN)):
            tasks.append(asyncio.create_task(turned_away(desk.run(work(name, 0), lane=lane))))
        await asyncio.sleep(0.25)
        tasks.append(asyncio.create_task(turned_away(desk.run(work("page", 0), lane=Lane.ORDINARY))))
        assert await asyncio.gather(*tasks) == [False, True, False, False]

    asyncio.run(story())
    assert order == ["busy", "paying", "page"]


async def crowd(desk: RequestQueue, *, lane: Lane, count: int, done: list[Lane]) -> list[asyncio.Task[bool]]:
    """So many requests at once on a busy desk; each task tells whether it was served."""

    async def ask() -> bool:
        try:
            await desk.run(lambda: done.append(lane), lane=lane)
        except Crowded:
            return False
        return True

    tasks = [asyncio.create_task(ask()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


def test_a_flood_of_begun_payments_leaves_every_fourth_turn_to_the_others() -> None:
    done: list[Lane] = []

    async def story() -> None:
        desk, leave = RequestQueue(1, 5), threading.Event()
        busy = asyncio.create_task(desk.run(lambda: leave.wait(10), lane=Lane.ORDINARY))
        await asyncio.sleep(0.02)
        tasks = await crowd(desk, lane=Lane.BEGUN, count=40, done=done)
        tasks += await crowd(desk, lane=Lane.ORDINARY, count=10, done=done)
        leave.set()
        assert all(await asyncio.gather(*tasks))
        await busy

    asyncio.run(story())
    assert done[:40] == [Lane.BEGUN, Lane.BEGUN, Lane.BEGUN, Lane.ORDINARY] * 10
    assert done[40:] == [Lane.BEGUN] * 10


@pytest.mark.parametrize(("flood", "other"), [(Lane.BEGUN, Lane.ORDINARY), (Lane.ORDINARY, Lane.BEGUN)])
def test_a_lane_that_is_full_takes_no_room_of_the_other(flood: Lane, other: Lane) -> None:
    done: list[Lane] = []

    async def story() -> None:
        desk, leave = RequestQueue(1, 5), threading.Event()
        busy = asyncio.create_task(desk.run(lambda: leave.wait(10), lane=Lane.ORDINARY))
        await asyncio.sleep(0.02)
        flooding = await crowd(desk, lane=flood, count=LONGEST_QUEUE[flood] + 7, done=done)
        await asyncio.sleep(0)
        assert sum(task.done() for task in flooding) == 7
        assert desk.waiting == LONGEST_QUEUE[flood]
        (waits,) = await crowd(desk, lane=other, count=1, done=done)
        leave.set()
        assert await waits
        assert sum(await asyncio.gather(*flooding)) == LONGEST_QUEUE[flood]
        await busy
        assert desk.waiting == 0

    asyncio.run(story())
    # The one of the other lane did not wait for the flood to end.
    assert done.index(other) <= 3


def test_a_page_that_breaks_outside_of_django_is_still_answered() -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("broken")

    one = front(broken)
    assert asked(one, Head()).status == 500
    assert asked(one, Head()).status == 500
