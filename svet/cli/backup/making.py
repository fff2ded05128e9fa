"""Making a backup: one picture of the database and the files beside it, named only when it is whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.utils.translation import gettext as _
from psycopg import sql

from svet import __version__
from svet.cli.backup.manifest import NAME, Manifest, files_of, fingerprint, read_manifest
from svet.cli.backup.programs import programs
from svet.config.failures import Failure

PREFIX = "svet-"
#: What lies beside the database and cannot be made anew: printed batches, rows of law added by hand.
BESIDE = ("print",)


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup and where it lies."""

    folder: Path
    manifest: Manifest


def make_backup(*, url: str, to: Path, keep: int, jobs: int, now: datetime) -> Backup:
    """Write a backup into a new folder of ``to``, then delete all but the newest ``keep``.

    Only owners may read it. A run that dies leaves a hidden folder that the next one deletes, never half a
    backup under a backup's name.

    :raises Failure: the folder cannot be written, another backup runs, PostgreSQL's programs are missing
    """
    try:
        with _alone(to):
            _sweep(to)
            backup = _make(url=url, to=to, jobs=jobs, now=now)
            _forget_old(to, keep=keep)
            return backup
    except OSError as error:
        raise Failure(_("{folder}: {fault}").format(folder=to, fault=error.strerror or error)) from None


def backups(to: Path) -> list[Path]:
    """The folders of whole backups, the newest last."""
    return sorted(path for path in to.glob(f"{PREFIX}*") if (path / NAME).is_file())


def newest(to: Path) -> Path:
    """The newest backup of a folder, or the folder itself when it is one. :raises Failure: there is none"""
    if (to / NAME).is_file():
        return to
    found = backups(to)
    if not found:
        raise Failure(_("{folder}: здесь нет резервной копии").format(folder=to))
    return found[-1]


def _make(*, url: str, to: Path, jobs: int, now: datetime) -> Backup:
    name = f"{PREFIX}{now:%Y%m%dT%H%M%SZ}"
    if (to / name).exists():
        raise Failure(_("{folder}: такая копия уже есть").format(folder=to / name))
    draft = to / f".{name}.part"
    draft.mkdir(mode=0o700)
    with _picture(url) as (link, snapshot):
        server = link.info.server_version // 10000
        tools = programs(server=server, restoring=False)
        words = ["--format=directory", f"--file={draft / 'database'}", f"--jobs={jobs}", "--compress=1"]
        tools.run("pg_dump", *words, f"--snapshot={snapshot}", "--no-owner", "--no-privileges", url=url)
        rows, migrations, size = rows_of(link), _migrations(link), _size_of(link)
    _copy_beside(draft)
    manifest = Manifest(
        made_at=now,
        svet=__version__,
        postgresql=server,
        migrations=migrations,
        rows=rows,
        keys={"secret": fingerprint(settings.SECRET_KEY), "push": fingerprint(settings.PUSH_KEY)},
        files=files_of(draft),
        database=size,
    )
    (draft / NAME).write_text(manifest.written(), "utf-8")
    _make_lasting(draft)
    draft.rename(to / name)
    _sync(to)
    return Backup(to / name, manifest)


@contextlib.contextmanager
def _picture(url: str) -> Iterator[tuple[psycopg.Connection[tuple[object, ...]], str]]:
    """A connection that sees one moment of the database, and the name by which others see the same."""
    with psycopg.connect(url, connect_timeout=5) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        link.read_only = True
        row = link.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield link, str(row[0])


def rows_of(link: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """How many rows each table has in this picture."""
    counted = {}
    names = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    for (name,) in names:
        row = link.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(name)))).fetchone()
        counted[str(name)] = int(str(row[0])) if row else 0
    return counted


def _size_of(link: psycopg.Connection[tuple[object, ...]]) -> int:
    row = link.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(str(row[0])) if row else 0


def _migrations(link: psycopg.Connection[tuple[object, ...]]) -> tuple[tuple[str, str], ...]:
    try:
        made = link.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    except psycopg.errors.UndefinedTable:
        raise Failure(_("В базе нет таблиц Света: svet migrate")) from None
    return tuple((str(app), str(name)) for app, name in made)


def _copy_beside(draft: Path) -> None:
    for name in BESIDE:
        source = Path(settings.DATA) / name
        if source.is_dir():
            # Hidden is what is being written; what is finished may be taken away while it is copied.
            hidden = shutil.ignore_patterns(".*")
            shutil.copytree(source, draft / "files" / name, ignore=hidden, copy_function=_copy_if_there)
    if settings.LAW_FOLDER:
        shutil.copytree(settings.LAW_FOLDER, draft / "law")


def _copy_if_there(source: str, target: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


@contextlib.contextmanager
def _alone(to: Path) -> Iterator[None]:
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(to / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    mask = os.umask(0o077)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Failure(_("{folder}: здесь уже делается копия").format(folder=to)) from None
    finally:
        os.umask(mask)
        os.close(lock)


def _sweep(to: Path) -> None:
    """What a killed run has left; under the lock it is nobody's."""
    for left in to.glob(f".{PREFIX}*.part"):
        shutil.rmtree(left)


def _forget_old(to: Path, *, keep: int) -> None:
    """Hidden first, so that a kill leaves no half of one; what cannot be read is not ours to judge."""
    for old in backups(to)[:-keep]:
        try:
            read_manifest(old)
        except Failure:
            continue
        hidden = old.with_name(f".{old.name}.part")
        old.rename(hidden)
        shutil.rmtree(hidden)


def _make_lasting(folder: Path) -> None:
    """Have the disk keep every file and folder before the name says that it is a backup."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
