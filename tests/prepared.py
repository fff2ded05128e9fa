"""A database and an installation at this version, made once per run: whoever needs one takes a copy.

A migration from nothing takes ten seconds of a processor, and a dozen of tests needed one only to begin.
What tests the migration itself still begins with nothing: ``svet/launcher/tests/test_demo.py``,
``tests/upgrade``, and the tests' own database, from which an installation takes its tables.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from psycopg import connect

from svet.launcher.postgres import Server, binaries

ROOT = Path(__file__).resolve().parents[1]
#: The folder of this run, which all its workers share.
FOLDER = "SVET_TEST_FOLDER"
TEMPLATE = "svet_template"


@contextmanager
def _alone(name: str) -> Iterator[Path]:
    """The folder of this run, while no other worker makes the thing of this name."""
    folder = Path(os.environ[FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


#: What `svet build` and `svet migrate` do, by one start of Python.
_PREPARE = """
from svet.launcher.embedded import database
from svet.launcher.preparation import build, migrate
with database() as folder:
    build(say=print)
    migrate(folder=folder)
"""


def copy_installation(folder: Path) -> None:
    """Put into ``folder`` what building and migrating a demo leaves: cluster, static files, secrets.

    A fixture that asks for ``django_db_setup`` first spares it a migration of its own.
    """
    with _alone("installation") as run:
        made = run / "installation"
        if not made.is_dir():
            draft = run / "installation.draft"
            if is_shared():
                _copy_tables(draft)
            ours = ("SVET_", "DJANGO_")
            environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
            done = subprocess.run(
                [sys.executable, "-c", _PREPARE],
                env=environment | {"SVET_DATA": str(draft)},
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            draft.rename(made)
    folder.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{made}/.", str(folder)], check=True)


def _copy_tables(folder: Path) -> None:
    """Fill a new cluster with what the run's template holds, where some worker has made it."""
    # Alone with it: a database that somebody reads is nobody's template.
    with _alone("template"), connect(os.environ["SVET_TEST_DATABASE_URL"]) as link:
        asked = "SELECT 1 FROM pg_database WHERE datname = %s"
        if link.execute(asked, [TEMPLATE]).fetchone() is None:
            return
        server = Server(folder, settings={"fsync": "off"})
        server.start()
        try:
            where = urlsplit(os.environ["SVET_TEST_DATABASE_URL"])._replace(path=f"/{TEMPLATE}").geturl()
            dumped = subprocess.run([binaries() / "pg_dump", where], capture_output=True, check=True).stdout
            words = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-o", os.devnull, "-d", server.url()]
            subprocess.run([binaries() / "psql", *words], input=dumped, capture_output=True, check=True)
        finally:
            server.stop()


def is_shared() -> bool:
    """Whether several workers of one run share the embedded server."""
    return "PYTEST_XDIST_WORKER" in os.environ and (Path(os.environ[FOLDER]) / "pgdata").is_dir()


def copy_database(creation: Any, made_anew: Callable[..., str], **options: Any) -> str:
    """Django's ``create_test_db``, except that one worker migrates and all copy what came of it."""
    connection: Any = creation.connection
    name: str = creation._get_test_db_name()
    with _alone("template"):
        with creation._nodb_cursor() as cursor:
            there = creation._database_exists(cursor, TEMPLATE)
        if not there:
            connection.settings_dict["TEST"]["NAME"] = TEMPLATE
            made_anew(creation, **options)
            connection.close()
            connection.settings_dict["TEST"]["NAME"] = name
        with creation._nodb_cursor() as cursor:
            quoted = creation._quote_name
            cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(TEMPLATE)}")
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    return name
