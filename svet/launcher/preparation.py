"""Everything a start needs and a later start can skip: catalogues, migrations, static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import psycopg

from svet.config.failures import Failure
from svet.launcher.catalogues import compile_catalogues

PACKAGE = Path(__file__).resolve().parent.parent
#: Two notes, since either half is done without the other: on another machine, by a restore, into an image.
BUILT = "run/built"
MIGRATED = "run/migrated"


def is_prepared(*, folder: Path, url: str) -> bool:
    """Whether ``build`` and ``migrate`` have nothing to do for this code, this folder and this database."""
    try:
        built, migrated = ((folder / note).read_text("ascii") for note in (BUILT, MIGRATED))
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    except (OSError, psycopg.Error):
        return False
    here = _fingerprint()
    return row is not None and built == here and migrated == f"{here} {row[0]}"


def build(*, say: Callable[[str], object]) -> None:
    """Compile catalogues and collect static files, and note it where there is a folder; asks no database.

    :raises Failure: the catalogues or the files cannot be written or found
    """
    from svet.launcher.embedded import django_ready

    compile_catalogues(say=say)
    django_ready()
    from django.conf import settings
    from django.core.management import CommandError, call_command

    if settings.ENV == "test":
        return
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DATA.is_dir():
            (settings.DATA / BUILT).parent.mkdir(exist_ok=True)
            (settings.DATA / BUILT).write_text(_fingerprint(), "ascii")
    except (CommandError, ValueError) as error:
        raise Failure(f"the static files cannot be collected: {str(error).splitlines()[0]}") from error
    except OSError as error:
        raise Failure(f"cannot write the static files: {error.strerror}") from error


def migrate(*, folder: Path) -> None:
    """Bring the database to this version, and note in the folder that it is. :raises Failure:"""
    from svet.launcher.embedded import django_ready

    django_ready()
    from django.core.management import call_command
    from django.db import DatabaseError, connection

    try:
        call_command("migrate", interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
            count = cursor.fetchone()[0]
    except DatabaseError as error:
        raise Failure(
            f"the database cannot be brought to this version: {str(error).strip().splitlines()[0]}"
        ) from error
    from svet.site.operations import settle_here

    settle_here()
    (folder / MIGRATED).write_text(f"{_fingerprint()} {count}", "ascii")


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{version('Django')} {version('procrastinate')}\n".encode())
    for path in _sources():
        state = path.stat()
        digest.update(f"{path.relative_to(PACKAGE)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterable[Path]:
    for pattern in ("*/migrations/*.py", "*/static/**/*", "locale/**/*.po"):
        yield from sorted(path for path in PACKAGE.glob(pattern) if path.is_file())
