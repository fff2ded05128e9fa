"""A sign-in service that hangs: few pages wait for it, none longer than was said, and their threads end."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, repeat

import pytest

from svet.gateways.failures import Temporary
from svet.gateways.failures.bulkhead import Bulkhead
from svet.gateways.identity import hurried
from svet.gateways.identity.hurried import HurriedProvider
from svet.gateways.identity.openid import OpenIdProvider

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
BACK = "http://127.0.0.1:8000/back/"


@contextmanager
def slow_service(words: Sequence[bytes], *, drip: bytes = b"") -> Iterator[str]:
    """A real socket that says its words and then drips a byte in a while, or nothing; gives its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.recv(65536)
                for word in chain(words, repeat(drip)):
                    if word:
                        line.sendall(word)
                    if over.wait(0.05):
                        return

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _address = server.accept()
                    threading.Thread(target=talk, args=(line,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)


def provider(issuer: str, places: Bulkhead) -> HurriedProvider:
    return HurriedProvider(
        lambda wire: OpenIdProvider(issuer=issuer, client_id="svet", client_secret="s", wire=wire),
        places=places,
    )


def refused(made: HurriedProvider) -> tuple[str, float]:
    began = time.monotonic()
    with pytest.raises(Temporary) as found:
        made.begin(back=BACK)
    return found.value.code, time.monotonic() - began


@pytest.mark.parametrize(
    ("words", "drip"),
    [([], b""), ([b"HTTP/1.1 200 OK\r\nX: "], b"a"), ([HEAD], b" ")],
    ids=["silent", "dripping head", "dripping body"],
)
def test_a_call_ends_in_its_time_and_soon_gives_its_place_back(
    words: list[bytes], drip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hurried, "PATIENCE", 0.4)
    places = Bulkhead("hung", places=1, queue=1)
    with slow_service(words, drip=drip) as issuer:
        for _ in range(3):
            code, seconds = refused(provider(issuer, places))
            # Not «crowded»: the call before has been cut and its thread has ended.
            assert code == "slow"
            assert seconds < 1
            time.sleep(0.2)


def test_while_a_call_hangs_the_others_are_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hurried, "PATIENCE", 1.5)
    places = Bulkhead("hung", places=1, queue=0.2)
    found: list[tuple[str, float]] = []
    with slow_service([]) as issuer:
        first = threading.Thread(target=lambda: found.append(refused(provider(issuer, places))))
        first.start()
        time.sleep(0.1)
        code, seconds = refused(provider(issuer, places))
        assert (code, seconds < 0.5) == ("crowded", True)
        first.join()
    assert found[0][0] == "slow"


def test_a_forked_process_opens_callers_of_its_own() -> None:
    places = Bulkhead("forked", places=1)
    assert places.within(lambda: 1, patience=5) == 1
    child = os.fork()
    if child == 0:
        try:
            os._exit(places.within(lambda: 7, patience=5))
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
