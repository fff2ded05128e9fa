"""``svet drill``: the newest backup restored into a cluster that is thrown away, and proved there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.launcher.embedded import django_ready, take_url

_DRILL = "svet-drill-"
#: Bytes for what PostgreSQL keeps beside tables (its WAL above all), and for whoever else shares the disk.
_BESIDE = 1 << 30


@click.command("drill")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def drill_command(folder: Path) -> None:
    """Restore the newest backup of FOLDER into a cluster that is thrown away, prove it, say how long it took.

    Neither the installation's database nor anybody outside is touched; its keys must be in the environment.
    The cluster lies in TMPDIR and wants as much room as the database: with less nothing is begun. Its
    PostgreSQL is Svet's own, or, as packages have none, the newest of this machine.
    """
    began = time.monotonic()
    take_url()
    with _stoppable():
        try:
            code = _rehearse(folder.absolute())
            minutes = (time.monotonic() - began) / 60
            if code:
                raise Failure(f"the drill failed after {minutes:.1f} min")
        except BaseException as fault:
            # One that could not even begin is noted as well; what went wrong first is what is told.
            with contextlib.suppress(Exception):
                _note_drill(well=False, words=str(fault) or type(fault).__name__)
            raise
        _note_drill(well=True, words=f"{minutes:.1f} min")
    click.echo(f"OK: {minutes:.1f} min")


def _rehearse(folder: Path) -> int:
    """Restore and prove in a cluster of its own; the code that ``svet restore`` ended with."""
    from svet.cli.backup.programs import server_programs
    from svet.launcher.postgres import Server

    root = Path(tempfile.gettempdir())
    _sweep_drills(root)
    _check_room(folder, root)
    with tempfile.TemporaryDirectory(prefix=_DRILL) as place:
        # Whoever the server runs as has to come through.
        Path(place).chmod(0o755)
        # Compiled statements want memory that is written and run, which the unit forbids.
        settings = {"fsync": "off", "full_page_writes": "off", "jit": "off"}
        server = Server(Path(place) / "data", settings=settings, programs=server_programs())
        server.start()
        try:
            surroundings = {**os.environ, "SVET_DATABASE_URL": server.url(), "SVET_DATA": str(server.folder)}
            words = [sys.executable, "-m", "svet", "restore", "--yes", str(folder)]
            return subprocess.run(words, env=surroundings, check=False).returncode
        finally:
            # What is cleared away now is not left half there.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            server.stop()


def _check_room(folder: Path, place: Path) -> None:
    """A cluster that fills the disk may stop whoever shares it. :raises Failure: there is too little room"""
    django_ready()
    from svet.cli.backup.making import newest
    from svet.cli.backup.manifest import read_manifest

    wanted, free = read_manifest(newest(folder)).unpacked + _BESIDE, shutil.disk_usage(place).free
    if free < wanted:
        raise Failure(
            f"{place} has {free >> 20} MB of room and the drill wants {wanted >> 20}:"
            " nothing was begun; TMPDIR names another place"
        )


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Have a drill that is stopped clear its copy of everybody's data away, as one that fails does."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Failure("the drill was stopped")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sweep_drills(folder: Path) -> None:
    """Throw clusters away whose drill was killed: they are as large as the database."""
    for lock in folder.glob(f"{_DRILL}*/data/postgres.lock"):
        with contextlib.suppress(OSError), lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent.parent, ignore_errors=True)


def _note_drill(*, well: bool, words: str) -> None:
    """Where the installation's database is known, its page says when the last drill was."""
    if not os.environ.get("SVET_DATABASE_URL"):
        return
    django_ready()
    from svet.site.operations import note_care
    from svet.site.rules import Care

    note_care(care=Care.DRILL, well=well, words=words, now=datetime.now(UTC))
