"""The demo stops at any moment without leftovers, survives a kill, and refuses in one line.

That nothing outlives a killed one for long is proved by the one of the journeys (tests/journeys/conftest.py).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.leftovers import leftovers

ROOT = Path(__file__).resolve().parents[3]
DEMO = [sys.executable, "-m", "svet", "demo"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    ours = ("SVET_", "DJANGO_", "MAKE", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"SVET_TOWN_ACCOUNTS": "3", "PYTHONUNBUFFERED": "1"} | more


def refusal(*words: str, data: Path, **more: str) -> str:
    done = subprocess.run(
        [*DEMO, "--data", str(data), *words],
        cwd=ROOT, env=environment(**more), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert leftovers(data) == []
    return lines[0]


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*DEMO, "--port", str(port), "--data", str(folder)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        with process:
            yield process
    finally:
        if process.poll() is None:
            process.terminate()


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if line.startswith("Svet is ready: http://127.0.0.1:"):
            return
        said.append(line)
    raise AssertionError(f"the demo ended before it was ready: {''.join(said)}")


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("seconds", "sent"),
    [(0.3, signal.SIGTERM), (0.7, signal.SIGINT), (1.0, signal.SIGTERM), (3.0, signal.SIGINT)],
)
def test_a_stop_during_start_up_leaves_nothing_and_shows_no_traceback(
    tmp_path: Path, seconds: float, sent: signal.Signals
) -> None:
    folder = tmp_path / "свет дома"
    with running(folder, free_port()) as process:
        time.sleep(seconds)
        began = time.monotonic()
        process.send_signal(sent)
        said, _ = process.communicate(timeout=10)
        assert time.monotonic() - began < 5
        assert "Traceback" not in said
    assert leftovers(folder) == []


@pytest.mark.chaos
def test_a_killed_demo_starts_again_with_its_data_and_stops_cleanly(tmp_path: Path) -> None:
    folder, port = tmp_path / "свет дома", free_port()
    with running(folder, port) as process:
        wait_until_ready(process)
        url = (folder / "run" / "database.url").read_text("utf-8")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 41 + 1 AS answer")
        process.kill()
        process.wait(10)
    with running(folder, port) as process:
        wait_until_ready(process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=20) as answer:
            assert answer.status == 200
        url = (folder / "run" / "database.url").read_text("utf-8")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(10)
        assert time.monotonic() - began < 5
        assert process.returncode == 0
    assert leftovers(folder) == []


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} is taken" in refusal("--port", str(port), data=tmp_path / "data")


@pytest.mark.parametrize("port", ["0", "70000"])
def test_a_number_that_is_no_port_is_one_line(tmp_path: Path, port: str) -> None:
    assert "is not a port" in refusal("--port", port, data=tmp_path / "data")


def test_an_unwritable_folder_is_one_line() -> None:
    assert "cannot write to the folder /proc/svet" in refusal(data=Path("/proc/svet"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@localhost/svet", "must look like postgresql://"),
        ("postgresql://svet@localhost", "names no database"),
        ("postgresql://svet@127.0.0.1:1/svet", "Connection refused"),
        ("postgresql://svet@127.0.0.1:many/svet", "a port that is not a number"),
        ("postgresql://[svet@x/svet", "SVET_DATABASE_URL"),
    ],
)
def test_a_wrong_database_url_is_one_line(tmp_path: Path, url: str, words: str) -> None:
    line = refusal("--port", str(free_port()), data=tmp_path / "data", SVET_DATABASE_URL=url)
    assert words in line


def test_a_password_of_the_url_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql://svet:Tajna9@127.0.0.1:1/svet"
    assert "Tajna9" not in refusal("--port", str(free_port()), data=tmp_path / "data", SVET_DATABASE_URL=url)
