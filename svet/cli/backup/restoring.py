"""Restoring a backup: into nothing only, whole, looked over afterwards, and held until somebody resumes."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from svet.cli.backup.making import BESIDE, rows_of
from svet.cli.backup.manifest import Manifest, check_files, fingerprint, read_manifest
from svet.cli.backup.programs import programs
from svet.config.failures import Failure
from svet.site.operations import hold_here

#: How far each counter is moved ahead: further than it went in the time that is lost. A receipt's number that
#: somebody holds is never given to another.
LEAP = 1_000_000

# The views of an extension are nobody's rows.
_ANYTHING = """
SELECT count(*) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
)
"""
#: «5; 3079 16389 EXTENSION - name», «3550; 0 0 COMMENT - EXTENSION name».
_EXTENSION = re.compile(r"\d+; \d+ \d+ (?:EXTENSION|COMMENT - EXTENSION) ", re.ASCII)
_OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_COUNTERS = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = 'public' AND data_type = 'bigint'::regtype AND last_value IS NOT NULL
"""


def check_backup(folder: Path) -> Manifest:
    """Read and prove a backup. :raises Failure: it is damaged, or a newer Svet has made it"""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    # The pages of a sandbox that is not installed here have no tables that anybody would miss.
    rooms = {each.label for each in apps.get_app_configs()}
    newer = [name for name in manifest.migrations if name not in known and name[0] in rooms]
    if newer:
        raise Failure(
            _("Копию сделал Свет {version}, этот старее: обновите его ({app}.{name})").format(
                version=manifest.svet, app=newer[0][0], name=newer[0][1]
            )
        )
    return manifest


def check_target(url: str, manifest: Manifest) -> None:
    """A backup goes into an empty database that nobody uses. :raises Failure: it is another"""
    with psycopg.connect(url, connect_timeout=5) as link:
        if _number(link, _ANYTHING):
            raise Failure(
                _("База {name} не пуста: копия восстанавливается только в пустую").format(
                    name=link.info.dbname
                )
            )
        if _number(link, _OTHERS):
            raise Failure(_("К базе {name} подключены другие: остановите их").format(name=link.info.dbname))
        version = link.info.server_version // 10000
        if version < manifest.postgresql:
            raise Failure(
                _("Копия сделана с PostgreSQL {made}, а здесь {here}").format(
                    made=manifest.postgresql, here=version
                )
            )


def changed_keys(manifest: Manifest) -> Iterator[str]:
    """What the keys of this installation cannot open of what was kept under others."""
    known = {fingerprint(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
    if manifest.keys.get("secret") not in known:
        yield _("SVET_SECRET_KEY не тот, с которым жила база: вторые шаги входа не прочитать")
    if manifest.keys.get("push") and manifest.keys["push"] != fingerprint(settings.PUSH_KEY):
        yield _("SVET_PUSH_KEY не тот: браузеры подпишутся заново")


def restore(folder: Path, manifest: Manifest, *, url: str, jobs: int) -> None:
    """Fill the empty database: whole or not at all with one job, else to be made anew when it fails.

    :raises Failure: PostgreSQL's programs said so, or what came of it is not what was dumped
    """
    with psycopg.connect(url, connect_timeout=5) as link:
        server = link.info.server_version // 10000
    tools = programs(server=server, restoring=True)
    how = ["--single-transaction"] if jobs == 1 else [f"--jobs={jobs}"]
    words = ["--exit-on-error", "--no-owner", "--no-privileges", *how]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as chosen:
        chosen.writelines(_without_extensions(tools.listed(folder / "database")))
        chosen.flush()
        tools.run("pg_restore", *words, f"--use-list={chosen.name}", str(folder / "database"), url=url)
    with psycopg.connect(url, connect_timeout=5) as link:
        found = rows_of(link)
    for table, count in manifest.rows.items():
        if found.get(table) != count:
            raise Failure(
                _("Таблица {table}: восстановлено строк {found}, в копии {count}").format(
                    table=table, found=found.get(table, 0), count=count
                )
            )


def _without_extensions(listed: str) -> Iterator[str]:
    """A dump's list without extensions: Svet has none, and an operator's want a superuser and their files."""
    for line in listed.splitlines(keepends=True):
        if not _EXTENSION.match(line):
            yield line


def make_safe(*, copied_at: datetime, now: datetime) -> None:
    """Let no number be given twice, no sign-in that had ended live again, and nothing go out.

    Held by name last: a copy that is not was never made safe, and ``svet resume`` does it.
    """
    close_the_past()
    hold_here(copied_at=copied_at, now=now)


def close_the_past() -> None:
    """Put counters beyond what they gave in the time that is lost, and end every session."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS)
        for name, value in cursor.fetchall():
            cursor.execute("SELECT setval(%s::regclass, %s)", [f'public."{name}"', value + LEAP])
    Session.objects.all().delete()


def bring_files(folder: Path) -> Iterator[str]:
    """Lay the files beside the database where they were; what stands there stays, and is said."""
    for name in BESIDE:
        source, place = folder / "files" / name, Path(settings.DATA) / name
        if source.is_dir() and not place.exists():
            shutil.copytree(source, place)
        elif source.is_dir():
            yield _("{place} уже есть: файлы копии остались в {source}").format(place=place, source=source)
    if (folder / "law").is_dir() and not settings.LAW_FOLDER:
        yield _("Строки права лежат в {source}: назовите их в SVET_LAW_FOLDER").format(source=folder / "law")


def _number(link: psycopg.Connection[tuple[object, ...]], query: str) -> int:
    row = link.execute(query).fetchone()
    return int(str(row[0])) if row else 0
