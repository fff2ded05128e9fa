"""A drill proves the newest backup elsewhere, leaves nothing behind, and is noted whatever becomes of it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from svet.billing.tests.factories import charge_november
from svet.cli.backup.manifest import NAME
from svet.cli.main import svet
from svet.cli.tests.test_backup import NOW, backed_up, source
from svet.config.failures import Failure
from svet.site import operations as site
from svet.site.queries import CareView, last_care
from svet.site.rules import Care

__all__ = ["source"]

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where drills lay their clusters."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def drilled(folder: Path) -> BaseException | None:
    """Drill in this process, with the database of the tests as the installation's; what it ended with."""
    return CliRunner().invoke(svet, ["drill", str(folder)]).exception


def noted() -> CareView:
    """What «Состояние» and the metrics are told of the drill."""
    return last_care()[Care.DRILL]


def test_the_drill_restores_the_newest_backup_elsewhere_and_proves_it(source: str, tmp_path: Path) -> None:
    charge_november()  # its sums have a source, which the drill proves too
    backed_up(source, tmp_path / "all")
    surroundings = {name: value for name, value in os.environ.items() if name != "SVET_DATABASE_URL"}
    killed, living = (tmp_path / "tmp" / f"svet-drill-{name}" / "data" for name in ("killed", "living"))
    for place in (killed, living):
        place.mkdir(parents=True)
        (place / "postgres.lock").touch()
    with (living / "postgres.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "svet", "drill", str(tmp_path / "all")],
            env=surroundings | {"SVET_DATA": str(tmp_path / "data"), "TMPDIR": str(tmp_path / "tmp")},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert not killed.exists()
    assert living.exists()
    assert "OK:" in done.stdout
    assert "I-14" in done.stdout
    (torn,) = (tmp_path / "all").glob("svet-*/database/toc.dat")
    torn.write_bytes(b"")
    again = subprocess.run(
        [sys.executable, "-m", "svet", "restore", "--check", str(tmp_path / "all")],
        env=dict(os.environ), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 1
    assert "toc.dat" in again.stderr


def test_a_disk_that_is_too_small_is_left_alone_and_that_is_noted(
    source: str, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVET_DATABASE_URL", source)
    site.note_care(care=Care.DRILL, well=True, words="", now=NOW)
    made = backed_up(source, tmp_path / "all")
    assert made.manifest.unpacked == made.manifest.database > made.manifest.size
    # A backup of a version that did not say how large its database was.
    older = replace(made.manifest, database=0)
    (made.folder / NAME).write_text(older.written(), "utf-8")
    assert older.unpacked == 10 * older.size
    free = older.unpacked + (1 << 30) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: _Usage(2 * free, free, free))
    fault = drilled(tmp_path / "all")
    assert isinstance(fault, Failure)
    assert "room" in str(fault)
    assert list(place.iterdir()) == []
    assert (noted().well, noted().well_at) == (False, NOW)
    assert "room" in noted().words


def test_a_drill_that_cannot_begin_is_noted(
    source: str, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVET_DATABASE_URL", source)
    assert isinstance(drilled(tmp_path / "nowhere"), Failure)
    assert "nowhere" in noted().words
    backed_up(source, tmp_path / "all")

    def none() -> None:
        raise Failure("there is no PostgreSQL server on this machine")

    monkeypatch.setattr("svet.cli.backup.programs.server_programs", none)
    assert isinstance(drilled(tmp_path / "all"), Failure)
    assert (noted().well, noted().words) == (False, "there is no PostgreSQL server on this machine")
    assert noted().well_at is None
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_drill_that_is_stopped_leaves_no_copy_of_anybodys_data(
    source: str, tmp_path: Path, place: Path
) -> None:
    site.note_care(care=Care.DRILL, well=True, words="", now=NOW - timedelta(days=7))
    backed_up(source, tmp_path / "all")
    told = psycopg.conninfo.conninfo_to_dict(source)
    url = f"postgresql://{told['user']}@/{told['dbname']}?host={told['host']}"
    surroundings = os.environ | {"SVET_DATABASE_URL": url, "SVET_DATA": str(tmp_path / "data")}
    drill = subprocess.Popen(
        [sys.executable, "-m", "svet", "drill", str(tmp_path / "all")],
        env=surroundings | {"TMPDIR": str(place)}, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not list(place.glob("svet-drill-*/data/pgdata/postmaster.pid")):
            assert drill.poll() is None, drill.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        drill.send_signal(signal.SIGTERM)
        said = drill.communicate(timeout=60)[0]
    finally:
        drill.kill()
    assert drill.returncode == 1
    assert "the drill was stopped" in said
    assert not list(place.glob("svet-drill-*"))
    assert (noted().well, noted().words) == (False, "the drill was stopped")
