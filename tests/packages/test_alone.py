"""A killed ``make document`` or ``make trial`` leaves nothing running, in its short form."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "svet-alone-test"
# A world whose child has left its parent and its session, as a machine's systemd and a server do.
_WORLD = """
import sys
from tests.alone import alone
inside = 'setsid sleep {mark} & touch "$SVET_ALONE_PLACE/kept"; echo "$SVET_ALONE_PLACE" > {note}; wait'
sys.exit(alone(["sh", "-c", inside], prefix="svet-alone-test"))
"""


def sleepers(mark: str) -> list[int]:
    """Who sleeps for so many seconds."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = told.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", mark.encode()]:
            found.append(int(told.parent.name))
    return found


def soon(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def begun(folder: Path) -> tuple[subprocess.Popen[bytes], str, Path]:
    """A ``make`` that runs a world, what its sleeper is known by, and the world's folder."""
    mark, note, script = str(10**6 + secrets.randbelow(10**6)), folder / "note", folder / "world.py"
    script.write_text(_WORLD.format(mark=mark, note=note))
    (folder / "Makefile").write_text(f"world:\n\t@exec {sys.executable} {script}\n")
    make = subprocess.Popen(
        ["make", "--no-print-directory", "-C", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert soon(lambda: note.exists() and bool(note.read_text()) and bool(sleepers(mark)))
    return make, mark, Path(note.read_text().strip())


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root, as what is tried here does")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_a_killed_make_has_started_ends_with_it(tmp_path: Path, sent: signal.Signals) -> None:
    make, mark, place = begun(tmp_path)
    if sent is signal.SIGINT:
        os.killpg(make.pid, sent)  # as a terminal does
    else:
        make.send_signal(sent)
    make.wait(20)
    assert soon(lambda: not sleepers(mark))
    assert soon(lambda: not place.exists())


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root, as what is tried here does")
def test_the_next_start_takes_away_what_a_killed_one_left_and_nothing_of_a_living_one(tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    first, _, left = begun(tmp_path / "first")
    # Nobody is there to tidy: the one that holds the folder and `make` are cut off together.
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(20)
    assert (left / "kept").exists()
    second, _, living = begun(tmp_path / "second")
    assert not left.exists()
    third, *_ = begun(tmp_path / "third")
    assert (living / "kept").exists()
    for make in (second, third):
        make.terminate()
        make.wait(20)


def test_the_commands_themselves_are_what_make_starts() -> None:
    """A shell between the two would live on."""
    made = (ROOT / "Makefile").read_text("utf-8")
    for name in ("document", "trial"):
        assert re.search(rf"^{name}:.*\n\t@exec \$\(PYTHON\) -m tests\.", made, re.MULTILINE), name
