"""A backup is whole or not there, is restored only into nothing, and does nothing twice afterwards."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from psycopg import sql

from svet.cli.backup import making, restoring
from svet.cli.backup.making import Backup, backups, make_backup, newest
from svet.cli.backup.manifest import NAME, check_files, read_manifest
from svet.cli.backup.programs import Programs, programs, server_programs
from svet.cli.backup.restoring import LEAP
from svet.cli.backup.resuming import resume
from svet.config.checks import check_held
from svet.config.failures import Failure
from svet.launcher.postgres import PostgresFailed, Server
from svet.ledger.models import Posting
from svet.payments.tests.factories import make_family, owe
from svet.site import operations as site
from svet.site.queries import database_hold

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def url_of(name: str) -> str:
    given = psycopg.conninfo.conninfo_to_dict(os.environ["SVET_TEST_DATABASE_URL"])
    return psycopg.conninfo.make_conninfo("", **{**given, "dbname": name})


@pytest.fixture
def source() -> str:
    """The database of the tests."""
    return url_of(str(connection.settings_dict["NAME"]))


@pytest.fixture
def empty(source: str) -> Iterator[str]:
    """An empty database on the same server, thrown away afterwards."""
    name = f"svet_restored_{uuid4().hex[:8]}"
    with psycopg.connect(source, autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield url_of(name)
    with psycopg.connect(source, autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def living_in(url: str) -> Iterator[None]:
    """Have Django speak with another database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def backed_up(source: str, to: Path, *, now: datetime = NOW, keep: int = 14) -> Backup:
    return make_backup(url=source, to=to, keep=keep, jobs=1, now=now)


def test_what_is_restored_is_what_was_there_and_nothing_goes_out_of_it(
    source: str, empty: str, tmp_path: Path
) -> None:
    site.settle_here()
    family = make_family()
    owe(family.first, 300_00)
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=NOW + timedelta(days=9))
    made = backed_up(source, tmp_path)
    assert check_held() == []
    manifest = restoring.check_backup(newest(tmp_path))
    assert manifest == read_manifest(made.folder)
    restoring.check_target(empty, manifest)
    restoring.restore(made.folder, manifest, url=empty, jobs=1)
    with living_in(empty):
        # By the cluster's and the database's own numbers: nobody had to say that it is a copy.
        held = database_hold()
        assert held is not None
        assert held.held_at is None
        restoring.make_safe(copied_at=manifest.made_at, now=NOW)
        held = database_hold()
        assert held is not None
        assert held.copied_at == NOW
        assert [each.id for each in check_held()] == ["svet.E025"]
        assert Posting.objects.count() == manifest.rows["ledger_posting"] > 0
        assert not Session.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('ledger_posting_id_seq')")
            assert cursor.fetchone()[0] > LEAP
        site.let_go_here()
        assert database_hold() is None
        assert check_held() == []
    assert database_hold() is None
    with pytest.raises(Failure, match="не пуста"):
        restoring.check_target(empty, manifest)


@pytest.fixture
def extended(source: str) -> Iterator[str]:
    """The database of the tests with an extension of the operator's, such as operations.md advises."""
    with psycopg.connect(source, autocommit=True) as link:
        there = link.execute("SELECT name FROM pg_available_extensions WHERE installed_version IS NULL")
        # Only a superuser may create either of them; they make views and types of their own.
        name = next(each for (each,) in there if each in ("pg_stat_statements", "vector"))
        link.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        yield name
        link.execute(sql.SQL("DROP EXTENSION {}").format(sql.Identifier(name)))


@pytest.fixture
def lesser(source: str) -> Iterator[str]:
    """An empty database of a role that owns it and may nothing else, as operations.md makes it."""
    role = f"svet_lesser_{uuid4().hex[:8]}"
    with psycopg.connect(source, autocommit=True) as link:
        link.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        made = sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0").format(sql.Identifier(role))
        link.execute(made)
        yield psycopg.conninfo.make_conninfo(url_of(role), user=role)
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(role)))
        link.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_role_that_owns_one_database_restores_it_without_the_operators_extensions(
    source: str, extended: str, lesser: str, tmp_path: Path, jobs: int
) -> None:
    owe(make_family().first, 300_00)
    made = backed_up(source, tmp_path)
    restoring.check_target(lesser, made.manifest)
    restoring.restore(made.folder, made.manifest, url=lesser, jobs=jobs)
    with psycopg.connect(lesser) as link:
        assert link.execute("SELECT extname FROM pg_extension").fetchall() == [("plpgsql",)]
        assert link.execute("SELECT count(*) > 0 FROM ledger_posting").fetchone() == (True,)


def test_an_extension_alone_is_an_empty_database(
    source: str, extended: str, empty: str, tmp_path: Path
) -> None:
    made = backed_up(source, tmp_path)
    with psycopg.connect(empty, autocommit=True) as link:
        link.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extended)))
    restoring.check_target(empty, made.manifest)
    restoring.restore(made.folder, made.manifest, url=empty, jobs=1)
    with pytest.raises(Failure, match="не пуста"):
        restoring.check_target(empty, made.manifest)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_copy_that_nobody_made_safe_is_made_safe_before_it_goes_on(
    source: str, empty: str, tmp_path: Path, by_hand: bool
) -> None:
    site.settle_here()
    owe(make_family().first, 300_00)
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=NOW + timedelta(days=9))
    made = backed_up(source, tmp_path)
    # By `pg_restore`, or by a `svet restore` that was killed behind it.
    restoring.restore(made.folder, made.manifest, url=empty, jobs=1)
    with living_in(empty):
        if not by_hand:
            restoring.make_safe(copied_at=NOW, now=NOW)
        list(resume(drop=True, now=NOW))
        assert database_hold() is None
        assert not Session.objects.exists(), "a sign-in that was ended in the lost time lives again"
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('ledger_posting_id_seq'), nextval('metering_readingset_id_seq')")
            counters = cursor.fetchone()
        # Once, not twice.
        assert all(value == 1 or LEAP < value < 2 * LEAP for value in counters), counters
        assert any(value > LEAP for value in counters)


def test_a_copy_is_held_by_name_only_when_it_was_made_safe(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    site.settle_here()
    monkeypatch.setattr(restoring, "close_the_past", killed)
    with pytest.raises(KeyboardInterrupt):
        restoring.make_safe(copied_at=NOW, now=NOW)
    assert database_hold() is None


def test_a_damaged_backup_is_refused_before_anything_is_done(source: str, tmp_path: Path) -> None:
    folder = backed_up(source, tmp_path).folder
    manifest = read_manifest(folder)
    name = max(manifest.files, key=lambda each: manifest.files[each].size)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Failure, match="не тот"):
        check_files(folder, manifest)
    (folder / name).unlink()
    with pytest.raises(Failure, match="нет файла"):
        check_files(folder, manifest)
    (folder / name).write_bytes(whole)
    (folder / "more").write_bytes(b"")
    with pytest.raises(Failure, match="лишний"):
        check_files(folder, manifest)
    (folder / "more").unlink()
    check_files(folder, manifest)
    told = json.loads((folder / NAME).read_text("utf-8"))
    told["rows"]["ledger_posting"] += 1
    (folder / NAME).write_text(json.dumps(told), "utf-8")
    with pytest.raises(Failure, match="опись"):
        read_manifest(folder)
    with pytest.raises(Failure, match="нет резервной копии"):
        newest(tmp_path / "nowhere")


def test_a_backup_of_a_newer_version_is_refused(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backed_up(source, tmp_path)
    newer = replace(made.manifest, migrations=(*made.manifest.migrations, ("site", "0999_later")))
    (made.folder / NAME).write_text(newer.written(), "utf-8")
    with pytest.raises(Failure, match=r"site\.0999_later"):
        restoring.check_backup(made.folder)


def test_a_run_that_died_leaves_no_backup_and_the_next_one_sweeps_it(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Programs, "run", dies)
        with pytest.raises(KeyboardInterrupt):
            backed_up(source, tmp_path)
    assert backups(tmp_path) == []
    assert list(tmp_path.glob(".svet-*.part"))
    made = backed_up(source, tmp_path)
    assert backups(tmp_path) == [made.folder]
    assert not list(tmp_path.glob(".svet-*.part"))
    assert made.folder.stat().st_mode & 0o077 == 0


def test_a_batch_that_is_being_printed_costs_no_backup(
    source: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path / "data"
    place = tmp_path / "data" / "print"
    place.mkdir(parents=True)
    for name in ("a.pdf", "b.pdf", ".c.pdf.4711"):
        (place / name).write_bytes(name.encode())
    copy = shutil.copy2

    def meanwhile(given: str, target: str, **more: Any) -> Any:
        # The print finishes a batch, and somebody takes away what the print house has.
        for name in (".c.pdf.4711", "b.pdf"):
            (place / name).unlink(missing_ok=True)
        return copy(given, target, **more)

    monkeypatch.setattr(Programs, "run", lambda *_, **__: None)
    monkeypatch.setattr(shutil, "copy2", meanwhile)
    made = backed_up(source, tmp_path / "kept")
    check_files(made.folder, made.manifest)
    left = {name for name in made.manifest.files if name.startswith("files/")}
    assert left in ({"files/print/a.pdf"}, {"files/print/a.pdf", "files/print/b.pdf"})


def test_only_the_newest_are_kept_and_two_are_not_made_at_once(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Programs, "run", lambda *_, **__: None)
    (tmp_path / "svet-20200101T000000Z").mkdir()
    made = [backed_up(source, tmp_path, now=NOW + timedelta(days=day), keep=2) for day in range(4)]
    assert backups(tmp_path) == [made[2].folder, made[3].folder]
    # What is not a backup is not ours to delete.
    assert (tmp_path / "svet-20200101T000000Z").is_dir()
    with making._alone(tmp_path), pytest.raises(Failure, match="уже делается"):
        backed_up(source, tmp_path)
    with pytest.raises(Failure, match="уже есть"):
        backed_up(source, tmp_path, now=NOW + timedelta(days=3))


def test_a_restore_that_fails_leaves_the_database_empty(source: str, empty: str, tmp_path: Path) -> None:
    made = backed_up(source, tmp_path)
    torn = max((made.folder / "database").iterdir(), key=lambda path: path.stat().st_size)
    torn.write_bytes(torn.read_bytes()[:200])
    with pytest.raises(Failure):
        restoring.restore(made.folder, made.manifest, url=empty, jobs=1)
    restoring.check_target(empty, made.manifest)


def test_who_is_connected_to_the_target_keeps_it_from_being_filled(
    source: str, empty: str, tmp_path: Path
) -> None:
    made = backed_up(source, tmp_path)
    with psycopg.connect(empty), pytest.raises(Failure, match="подключены другие"):
        restoring.check_target(empty, made.manifest)


def test_programs_older_than_the_server_or_too_new_for_it_are_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "svet.cli.backup.programs._found", lambda: [Programs(Path("/x"), 15), Programs(Path("/y"), 18)]
    )
    assert programs(server=15, restoring=True).major == 15
    assert programs(server=16, restoring=False).major == 18
    with pytest.raises(Failure, match="postgresql-client-16"):
        # A newer pg_restore sets what an older server does not know.
        programs(server=16, restoring=True)
    with pytest.raises(Failure):
        programs(server=19, restoring=False)


def test_what_is_left_of_a_version_of_two_numbers_serves_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none() -> Path:
        raise PostgresFailed("not in the package")

    monkeypatch.setattr("svet.cli.backup.programs.binaries", none)
    monkeypatch.setattr("svet.cli.backup.programs._MACHINES", tmp_path)
    for version in ("9.6", "15", "common"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    assert server_programs() == (tmp_path / "15" / "bin", "15")


def test_a_package_without_a_server_of_its_own_takes_the_machines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert server_programs() is None

    def none() -> Path:
        raise PostgresFailed("not in the package")

    monkeypatch.setattr("svet.cli.backup.programs.binaries", none)
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        with pytest.raises(Failure, match="install the package"):
            server_programs()
        return
    found = server_programs()
    assert found is not None
    server = Server(tmp_path / "data", programs=found)
    tmp_path.chmod(0o755)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    server.start()
    try:
        with psycopg.connect(server.url()) as link:
            assert str(link.info.server_version // 10000) == found[1]
            # Letters of every language are letters there too.
            assert link.execute("SELECT lower('ЁЛКА'), 'ё' ~ '[[:alpha:]]'").fetchone() == ("ёлка", True)
    finally:
        server.stop()
