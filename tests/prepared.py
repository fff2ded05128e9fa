"""A database and an installation at this version, made once per run: whoever needs one takes a copy.

A migration from nothing takes ten seconds of a processor, and a dozen of tests needed one only to begin.
What tests the migration itself still begins with nothing: ``svet/launcher/tests/test_demo.py``,
``tests/upgrade``.
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

from django.conf import settings

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


def copy_installation(folder: Path) -> None:
    """Put into ``folder`` what building and migrating a demo leaves: cluster, static files, secrets."""
    with _alone("installation") as run:
        made = run / "installation"
        if not made.is_dir():
            draft = run / "installation.draft"
            ours = ("SVET_", "DJANGO_")
            environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
            for command in ("build", "migrate"):
                done = subprocess.run(
                    [sys.executable, "-m", "svet", command],
                    env=environment | {"SVET_DATA": str(draft)},
                    cwd=ROOT, capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert done.returncode == 0, done.stderr
            draft.rename(made)
    folder.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{made}/.", str(folder)], check=True)


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
