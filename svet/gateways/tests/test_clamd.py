"""The scanner of files, by ClamAV's own daemon: what it finds, what it does not take or does not say."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings

from svet.files.tests.pictures import photo
from svet.gateways import scanning
from svet.gateways.failures import Permanent, Temporary, Unreached
from svet.gateways.scanning.address import ClamdAddress
from svet.gateways.scanning.clamd import Clamd, seconds_for
from svet.gateways.scanning.port import TOO_LONG, Scanner
from tests import clamd
from tests.clamd import EICAR, NAME, RunningClamd


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def daemon() -> Iterator[RunningClamd]:
    with clamd.running(port=free_port()) as running:
        yield running


@pytest.fixture(params=["socket", "port"])
def scanner(request: pytest.FixtureRequest, daemon: RunningClamd, settings: LazySettings) -> Scanner:
    settings.CLAMD_URL = daemon.by_socket if request.param == "socket" else daemon.by_port
    found = scanning.gateway()
    assert found is not None
    return found


@pytest.mark.parametrize("clean", [b"", b"date;sum\n", photo(), b"\0" * 200_000])
def test_what_is_clean_is_called_so(scanner: Scanner, clean: bytes) -> None:
    assert scanner.look(BytesIO(clean)) == ""


@pytest.mark.parametrize("infected", [EICAR, photo() + EICAR, b"date;sum\n" * 30_000 + EICAR])
def test_what_is_infected_is_named(scanner: Scanner, infected: bytes) -> None:
    assert scanner.look(BytesIO(infected)).startswith(NAME)


def test_debians_own_client_says_the_same(daemon: RunningClamd, tmp_path: Path) -> None:
    client = clamd.program(*clamd.CLIENT)
    assert client is not None
    for raw, exit_code in ((EICAR, 1), (photo(), 0)):
        (tmp_path / "file").write_bytes(raw)
        done = subprocess.run(
            [client, f"--config-file={daemon.configuration}", "--stream", str(tmp_path / "file")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout
        found = Clamd(ClamdAddress(path=str(daemon.socket))).question(patience=30).look(BytesIO(raw))
        assert (found in done.stdout) is True


def test_what_is_longer_than_it_takes_is_said_to_be(scanner: Scanner) -> None:
    """It answers and closes while most of the file is still to come."""
    for _ in range(5):
        with pytest.raises(Permanent) as failure:
            scanner.look(BytesIO(b"\1" * (clamd.LONGEST * 3)))
        assert failure.value.code == TOO_LONG


def test_a_scanner_of_our_own_signature_names_no_day(scanner: Scanner) -> None:
    assert scanner.signed_on() is None


def test_nobody_there_is_told_at_once(tmp_path: Path) -> None:
    for address in (
        ClamdAddress(path=str(tmp_path / "none")),
        ClamdAddress(host="127.0.0.1", port=free_port()),
    ):
        with pytest.raises(Unreached):
            Clamd(address).question(patience=5).look(BytesIO(b"x"))


@contextmanager
def peer(answer: bytes | None, *, closes: bool = False) -> Iterator[ClamdAddress]:
    """Somebody who takes a connection and says this, or nothing at all; ``closes``: takes no more then."""
    ends = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            wire, _ = server.accept()
            with wire:
                if answer is not None:
                    wire.recv(1024)
                    wire.sendall(answer)
                    wire.shutdown(socket.SHUT_RDWR if closes else socket.SHUT_WR)
                ends.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield ClamdAddress(host="127.0.0.1", port=server.getsockname()[1])
        finally:
            ends.set()
            thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"stream: OK", b"\0", b"stream: \0", b"OK\0", b"stream: OK FOUND OK\0", b"x" * 9_000,
        b"stream: Can't allocate memory ERROR\0", b"COMMAND UNAVAILABLE\0",
    ],
)  # fmt: skip
def test_what_nobody_understands_is_not_clean(answer: bytes) -> None:
    with peer(answer) as address, pytest.raises(Temporary):
        Clamd(address).question(patience=10).look(BytesIO(b"x"))


def test_who_has_not_taken_the_whole_file_does_not_know_that_it_is_clean() -> None:
    """A bridge that looks at a beginning and closes; what it found there is found all the same."""
    for answer, found in ((b"stream: OK\0", None), (b"stream: Eicar-Test FOUND\0", "Eicar-Test")):
        with peer(answer, closes=True) as address:
            question = Clamd(address).question(patience=10)
            if found:
                assert question.look(BytesIO(b"x" * 50_000_000)) == found
            else:
                with pytest.raises(Temporary):
                    question.look(BytesIO(b"x" * 50_000_000))


def test_a_silent_one_is_given_up_in_its_time() -> None:
    """Also while it takes nothing of what is sent."""
    for raw in (b"x", b"x" * 50_000_000):
        with peer(None) as address, pytest.raises(Temporary):
            Clamd(address).question(patience=0.3).look(BytesIO(raw))


def test_a_question_that_is_cut_ends() -> None:
    with peer(None) as address:
        question = Clamd(address).question(patience=600)
        failed: list[Exception] = []

        def ask() -> None:
            try:
                question.look(BytesIO(b"x"))
            except Temporary as failure:
                failed.append(failure)

        thread = threading.Thread(target=ask)
        thread.start()
        question.cut()
        thread.join(30)
        assert len(failed) == 1


def test_the_day_of_signatures_is_read() -> None:
    for said, on in (
        (b"ClamAV 1.4.6/27823/Sat Nov  8 08:31:12 2025\0", date(2025, 11, 8)),
        (b"ClamAV 1.4.6\0", None),
    ):
        with peer(said) as address:
            assert Clamd(address).question(patience=10).signed_on() == on
    for strange in (b"PONG\0", b"ClamAV 1.4.6/27823/yesterday\0", b"SSH-2.0-OpenSSH\r\n\0"):
        with peer(strange) as address, pytest.raises(Temporary):
            Clamd(address).question(patience=10).signed_on()


def test_a_larger_file_may_take_longer() -> None:
    stream = BytesIO(b"x" * (10 * 1024 * 1024))
    stream.seek(3)
    assert (round(seconds_for(stream), 2), stream.tell()) == (12, 3)


def test_addresses() -> None:
    assert ClamdAddress.parse("unix:///run/clamav/clamd.ctl") == ClamdAddress(path="/run/clamav/clamd.ctl")
    assert ClamdAddress.parse("tcp://av.internal") == ClamdAddress(host="av.internal", port=3310)
    assert ClamdAddress.parse("tcp://[::1]:3311/") == ClamdAddress(host="::1", port=3311)
    for strange in (
        "",
        "/run/clamd.ctl",
        "unix://clamd.ctl",
        "tcp:///x",
        "https://av",
        "tcp://u:p@av",
        "tcp://av/x",
    ):
        with pytest.raises(ValueError, match="SVET_CLAMD_URL"):
            ClamdAddress.parse(strange)
