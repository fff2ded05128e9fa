"""PostgreSQL's own programs: those that fit the server, found without asking; no password on a line."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from psycopg import conninfo

from svet.config.failures import Failure
from svet.launcher.postgres import PostgresFailed, binaries

#: From this version on a dump sets a parameter that older servers do not know.
_SETS_MORE = 17
#: Where Debian lays the programs of each version.
_MACHINES = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with ``pg_dump``, ``pg_restore`` and others of one version of PostgreSQL."""

    folder: Path
    major: int

    def run(self, name: str, *words: str, url: str) -> None:
        """Run one of them on a database. :raises Failure: with the first thing it said"""
        told = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items() if value is not None}
        password = told.pop("password", None)
        secret = {"PGPASSWORD": password} if password else {}
        self._said(name, "--dbname", conninfo.make_conninfo("", **told), *words, beside=secret)

    def listed(self, dump: Path) -> str:
        """What is in a dump, a line each. :raises Failure: with the first thing that was said"""
        return self._said("pg_restore", "--list", str(dump))

    def _said(self, name: str, *words: str, beside: Mapping[str, str] | None = None) -> str:
        # Their words are read by us when they fail, and English there is what manuals are searched by.
        done = subprocess.run(
            [str(self.folder / name), *words],
            env={**os.environ, **(beside or {}), "LC_ALL": "C"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines()
            raise Failure(_("{name}: {said}").format(name=name, said=(said or ["-"])[0][:300]))
        return done.stdout


def programs(*, server: int, restoring: bool) -> Programs:
    """Programs that fit a server of this major version, the closest first. :raises Failure: there are none"""
    fitting = [each for each in _found() if _fits(each.major, server=server, restoring=restoring)]
    if not fitting:
        raise Failure(
            _(
                "Нет программ PostgreSQL {version}: установите пакет postgresql-client-{version}"
                " или назовите их папку в SVET_POSTGRES_PROGRAMS"
            ).format(version=server)
        )
    return min(fitting, key=lambda each: each.major)


def server_programs() -> tuple[Path, str] | None:
    """Programs for a server of our own: None where the wheel is, else the machine's newest and its version.

    :raises Failure: there is no server on this machine
    """
    with contextlib.suppress(PostgresFailed):
        binaries()
        return None
    # Before the tenth a version had two numbers; what is left of one serves nobody.
    found = [path.parent for path in _MACHINES.glob("*/bin/postgres") if path.parts[-3].isdigit()]
    if not found:
        raise Failure("there is no PostgreSQL server on this machine: install the package postgresql")
    newest = max(found, key=lambda folder: int(folder.parent.name))
    return newest, newest.parent.name


def _fits(major: int, *, server: int, restoring: bool) -> bool:
    if restoring and server < _SETS_MORE <= major:
        return False
    return major >= server


def _found() -> Iterator[Programs]:
    named = os.environ.get("SVET_POSTGRES_PROGRAMS", "")
    places = [Path(named)] if named else sorted(_MACHINES.glob("*/bin"))
    if not named:
        on_path = shutil.which("pg_dump")
        places += [Path(on_path).parent] if on_path else []
        with contextlib.suppress(PostgresFailed):
            places.append(binaries())
    for place in places:
        major = _major(place / "pg_dump")
        if major and (place / "pg_restore").exists():
            yield Programs(place, major)


def _major(program: Path) -> int:
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    digits = said.rpartition(") ")[2].partition(".")[0].strip()
    return int(digits) if digits.isdigit() else 0
