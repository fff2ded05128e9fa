"""An installation with rows becomes today's: from the recorded migrations to the newest, the sample's too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import NotSupportedError, OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from psycopg import sql

from svet.config.management.commands.migrate import WholeExecutor
from svet.kernel.migration_steps import AddIndexConcurrently
from tests.upgrade.recorded import counts, fill, recorded

ROOT = Path(__file__).resolve().parents[2]
UNPROVED = "SELECT conname FROM pg_constraint WHERE NOT convalidated ORDER BY 1"
HALF_BUILT = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


@pytest.fixture
def installation(django_db_setup: None) -> Iterator[str]:
    """The address of an empty database beside the tests' own."""
    name = f"{connection.settings_dict['NAME']}_upgrade"
    parts = urlsplit(os.environ["SVET_TEST_DATABASE_URL"])
    here = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(here, autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield urlunsplit(parts._replace(path=f"/{name}"))
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Bringer:
    """Somebody who brings an installation where he is told to; ``said`` is what he said of it last."""

    process: subprocess.Popen[str]
    log: Path
    said: str = ""

    def brings(self, where: str) -> bool:
        """Whether it came there."""
        before = self.log.stat().st_size
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{where}\n")
        self.process.stdin.flush()
        code = self.process.stdout.readline().strip()
        self.said = self.log.read_bytes()[before:].decode("utf-8", "replace")
        return code == "0"


@pytest.fixture
def bringer(installation: str, tmp_path: Path) -> Iterator[Bringer]:
    log = tmp_path / "bring.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "tests.upgrade.bring"],
            cwd=ROOT, env=os.environ | {"SVET_DATABASE_URL": installation},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
        ) as process,
    ):  # fmt: skip
        yield Bringer(process, log)


def names(link: psycopg.Connection, question: str) -> list[str]:
    return [str(name) for (name,) in link.execute(question).fetchall()]


def test_an_installation_with_rows_becomes_todays(installation: str, bringer: Bringer) -> None:
    """On its way an old row breaks a new rule: that stops the proof and not the rule, and may be mended."""
    assert bringer.brings("recorded"), bringer.said
    with psycopg.connect(installation) as link:
        fill(link)
        link.execute(
            "INSERT INTO sample_lamp (watts, provider) SELECT 60, id FROM accounts_provider"
            " UNION ALL SELECT -1, NULL FROM generate_series(1, 100)"
        )
        link.commit()
        before = counts(link)
        assert sum(rows > 0 for rows in before.values()) > 50, before
    assert not bringer.brings("newest")
    assert 'check constraint "sample_lamp_watts"' in bringer.said
    with psycopg.connect(installation) as link:
        assert names(link, UNPROVED) == ["sample_lamp_provider", "sample_lamp_watts"]
        link.execute("UPDATE sample_lamp SET watts = 40 WHERE watts < 0")
    assert bringer.brings("newest"), bringer.said
    with psycopg.connect(installation) as link:
        after = counts(link)
        assert {table: rows for table, rows in before.items() if after.get(table, rows) < rows} == {}
        assert names(link, UNPROVED) == []
        assert names(link, HALF_BUILT) == []
        assert "sample_lamp_by_watts" in names(link, "SELECT indexname FROM pg_indexes")
        applied = link.execute("SELECT app, name FROM django_migrations").fetchall()
        assert set(MigrationLoader(None).disk_migrations) <= set(applied)
        for watts, provider, constraint in ((0, None, "sample_lamp_watts"), (60, -1, "sample_lamp_provider")):
            link.rollback()
            link.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(psycopg.errors.IntegrityError, match=constraint):
                link.execute("INSERT INTO sample_lamp (watts, provider) VALUES (%s, %s)", [watts, provider])


def test_every_recorded_migration_is_still_there() -> None:
    """What is recorded may not be renamed or squashed away: some installation stands there."""
    assert set(recorded()) - set(MigrationLoader(None).disk_migrations) == set()


class Probe(migrations.Migration):
    operations = [migrations.RunSQL("ALTER TABLE upgrade_probe ADD COLUMN watts integer")]


class Half(migrations.Migration):
    atomic = False
    operations = [migrations.RunSQL("SELECT 1")]


class Indexed(migrations.Migration):
    atomic = False
    operations = [AddIndexConcurrently("probe", models.Index(fields=["n"], name="upgrade_probe_by_n"))]


@pytest.fixture
def probe(transactional_db: None) -> Iterator[str]:
    """A table of its own, and the address of its database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE upgrade_probe (id bigint PRIMARY KEY, n integer)")
    parts = urlsplit(os.environ["SVET_TEST_DATABASE_URL"])
    yield urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE upgrade_probe")


def probed() -> ProjectState:
    state = ProjectState()
    made = migrations.CreateModel(
        "Probe", [("id", models.BigIntegerField(primary_key=True)), ("n", models.IntegerField())]
    )
    made.state_forwards("upgrade", state)
    return state


def test_a_migration_gives_up_a_lock_that_it_does_not_get(
    probe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.config.management.commands.migrate.LOCK_TIMEOUT", "200ms")
    migration = Probe("0002_probe", "upgrade")
    with psycopg.connect(probe) as reader:
        reader.execute("SELECT count(*) FROM upgrade_probe")
        with pytest.raises(OperationalError, match="lock timeout"):
            WholeExecutor(connection).apply_migration(probed(), migration)
        reader.rollback()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
    WholeExecutor(connection).apply_migration(probed(), migration)
    with connection.cursor() as cursor:
        cursor.execute("SELECT watts FROM upgrade_probe")
    WholeExecutor(connection).recorder.record_unapplied("upgrade", "0002_probe")


def test_an_index_that_was_half_built_is_built_anew(probe: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO upgrade_probe VALUES (1, 7), (2, 7)")
    with psycopg.connect(probe, autocommit=True) as killed, pytest.raises(psycopg.errors.UniqueViolation):
        killed.execute("CREATE UNIQUE INDEX CONCURRENTLY upgrade_probe_by_n ON upgrade_probe (n)")
    with psycopg.connect(probe) as link:
        assert names(link, HALF_BUILT) == ["upgrade_probe_by_n"]
    WholeExecutor(connection).apply_migration(probed(), Indexed("0003_indexed", "upgrade"))
    with psycopg.connect(probe) as link:
        assert names(link, HALF_BUILT) == []
        assert "upgrade_probe_by_n" in names(link, "SELECT indexname FROM pg_indexes")
    WholeExecutor(connection).recorder.record_unapplied("upgrade", "0003_indexed")


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_only_what_can_be_run_again_is_run() -> None:
    with pytest.raises(NotSupportedError, match="RunSQL needs a transaction"):
        WholeExecutor(connection).apply_migration(ProjectState(), Half("0002_half", "upgrade"))
