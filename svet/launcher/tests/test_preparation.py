"""What a start may skip: what was done for this code, folder and database; each half speaks for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from svet.config.variables import SECRETS
from svet.launcher.preparation import build, is_prepared, migrate

ROOT = Path(__file__).resolve().parents[3]


def url() -> str:
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return make_conninfo(**{name: str(given[name]) for name in names if given.get(name)})


@pytest.mark.django_db
@pytest.mark.parametrize("first", [True, False], ids=["built first", "migrated first"])
def test_neither_half_of_the_preparation_speaks_for_the_other(
    tmp_path: Path, settings: Settings, *, first: bool
) -> None:
    settings.ENV, settings.DATA, settings.STATIC_ROOT = "demo", tmp_path, tmp_path / "static"
    (tmp_path / "run").mkdir()
    steps: list[Callable[[], None]] = [lambda: build(say=str), lambda: migrate(folder=tmp_path)]
    for step in steps if first else steps[::-1]:
        assert not is_prepared(folder=tmp_path, url=url())
        step()
    assert is_prepared(folder=tmp_path, url=url())
    assert any((tmp_path / "static").iterdir())


def test_what_is_built_for_a_package_leaves_no_note_on_the_machine_that_builds(
    tmp_path: Path, settings: Settings
) -> None:
    settings.ENV, settings.DATA, settings.STATIC_ROOT = "demo", tmp_path / "nowhere", tmp_path / "static"
    build(say=str)
    assert [path.name for path in tmp_path.iterdir()] == ["static"]


def test_building_asks_for_none_of_the_secrets(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SVET_", "DJANGO_"))}
    # As settings name them on the machine that will run it: nothing of this lies where an image is built.
    missing = {f"{name}_FILE": str(tmp_path / "nowhere") for name in SECRETS}
    given = {"SVET_ENV": "production", "SVET_TIME_ZONE": "UTC", "SVET_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "svet", "build"],
        cwd=ROOT, env=kept | missing | given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert any((tmp_path / "static").iterdir())
