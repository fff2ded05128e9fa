"""Slow clients, a frozen database, dead workers: the site stands, and says how it stands."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from svet.config.front.bodies import GRACE
from tests.standing.installation import HOST, Installation, children, wait_ready

pytestmark = pytest.mark.chaos

SLOW, HALF = 24, 400
#: What freezes, freezes for as long as the attacker likes.
AT_ONCE = 1.0
PATHS = ("/health/", "/entrance/", "/static/look/svet.css")
HEAD = (
    f"POST /callbacks/yookassa/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    'Content-Length: 60000\r\n\r\n{"a":"'
)


def took(there: Installation, path: str) -> float:
    """Seconds until the page was there."""
    asked = time.monotonic()
    assert there.get(path).status_code == 200
    return time.monotonic() - asked


def connected(there: Installation, sent: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", there.port), 10)
    line.sendall(sent.encode())
    return line


@contextlib.contextmanager
def dripping(lines: list[socket.socket]) -> Iterator[None]:
    """One byte on each line every four seconds."""
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(4):
            for line in lines:
                with contextlib.suppress(OSError):
                    line.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def answer_of(line: socket.socket, seconds: float) -> bytes:
    """What came before the other side closed; nothing counts as closed too."""
    line.settimeout(seconds)
    found = b""
    with contextlib.suppress(ConnectionError):
        while part := line.recv(65536):
            found += part
    return found


def test_slow_bodies_and_half_open_heads_freeze_nobody_and_are_cut(there: Installation) -> None:
    asked_alone = max(took(there, path) for path in PATHS * 5)
    began = time.monotonic()
    times: list[float] = []
    with contextlib.ExitStack() as tidy:
        slow = [tidy.enter_context(connected(there, HEAD)) for _ in range(SLOW)]
        for _ in range(HALF):
            tidy.enter_context(connected(there, "GET / HTTP/1.1\r\nHost: "))
        tidy.enter_context(dripping(slow))
        while time.monotonic() - began < GRACE + 5:
            times += [took(there, path) for path in PATHS]
            time.sleep(0.2)
        answers = [answer_of(line, 10) for line in slow]
    assert {answer.split(b" ")[1] for answer in answers if answer} <= {b"408"}
    # On a machine that is slow without any attack, a second is not to be had.
    assert max(times) < max(AT_ONCE, 3 * asked_alone), (asked_alone, sorted(times)[-5:])
    assert max(times) < GRACE / 2


def test_a_photo_over_an_honest_slow_network_is_taken(there: Installation) -> None:
    page = there.get("/entrance/")
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    cookie = page.headers["set-cookie"].split(";")[0]
    photo = b"\xff\xd8" + os.urandom(900_000)
    edge = "photo-edge"
    parts = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = parts.encode() + photo + f"\r\n--{edge}--\r\n".encode()
    head = (
        f"POST /entrance/register/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
        f"Origin: https://{HOST}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={edge}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    began = time.monotonic()
    line = connected(there, head)
    for start in range(0, len(body), 16_000):  # 64 kB a second
        line.sendall(body[start : start + 16_000])
        time.sleep(0.25)
    answer = answer_of(line, 30)
    line.close()
    assert time.monotonic() - began > GRACE
    assert answer.split(b" ")[1] in (b"200", b"422"), answer[:300]


@contextlib.contextmanager
def frozen(there: Installation) -> Iterator[None]:
    """The database neither answers nor goes away."""
    assert there.database.process is not None
    note = Path(there.database.cluster / "postmaster.pid").read_text("ascii").splitlines()
    postmaster = int(note[0])
    all_of_it = [postmaster, *children(postmaster)]
    for pid in all_of_it:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(all_of_it):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_with_a_frozen_database_health_lives_ready_says_so_and_the_queue_is_told(
    there: Installation,
) -> None:
    found: list[httpx.Response] = []

    def ask() -> None:
        with contextlib.suppress(httpx.HTTPError):
            found.append(there.get("/tariffs/", seconds=90))

    askers = [threading.Thread(target=ask) for _ in range(40)]
    with frozen(there):
        for asker in askers:
            asker.start()
        time.sleep(8)
        times = []
        for path, status in (("/health/", 200), ("/ready/", 503)) * 4:
            asked = time.monotonic()
            assert there.get(path).status_code == status
            times.append(time.monotonic() - asked)
        assert max(times[::2]) < 2 * AT_ONCE
        assert max(times[1::2]) < 4
        turned_away = [answer for answer in found if answer.status_code == 503]
        assert len(turned_away) >= 20
        assert all(answer.headers["retry-after"] == "30" for answer in turned_away)
    for asker in askers:
        asker.join()
    wait_ready(there)
    assert there.get("/tariffs/").status_code == 200


def test_workers_that_are_killed_again_and_again_do_not_end_the_server(there: Installation) -> None:
    for turn in range(3):
        wait_ready(there)
        victim = there.workers()[0]
        os.kill(victim, signal.SIGKILL)
        time.sleep(3)
        assert there.web.poll() is None, turn
    deadline = time.monotonic() + 30
    while len(there.workers()) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(there.workers()) == 2
    wait_ready(there)
