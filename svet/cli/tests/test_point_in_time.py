"""Two real servers: a cluster brought back to a moment by the document, and a primary with its standby."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import psycopg
import pytest

from svet.billing.tests.factories import charge_november
from svet.cli.backup.programs import Programs
from svet.cli.tests.test_backup import source
from svet.config.environment import parse_database_url
from svet.launcher.postgres import DATABASE, Server, binaries
from svet.site import operations as site

__all__ = ["source"]

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text("utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def told(name: str, wal: Path) -> str:
    """A command of the document's chapter «To a point in time», over a folder of this test."""
    found = re.search(rf"(?m)^{name} = '(.*)'$", DOCUMENT)
    assert found is not None
    return found[1].replace("/mnt/wal", str(wal))


class Listening(Server):
    """A server of ours with a port of its own, at which others reach it too."""

    def url(self, database: str = DATABASE) -> str:
        return f"{super().url(database)}&port={self.settings['port']}"


@dataclass
class Clusters:
    """The cluster that lives, its archive, and a base backup of it with a server of its own."""

    living: Server
    wal: Path
    copy: Server
    ports: tuple[int, int]

    def url(self, place: int) -> str:
        return f"postgresql://svet@127.0.0.1:{self.ports[place]}/svet"

    def start_copy(self, signal: str, **recovery: str) -> None:
        """Start the copy in recovery, with these lines in its postgresql.auto.conf."""
        cluster = self.copy.cluster
        lines = {"restore_command": told("restore_command", self.wal)} | recovery
        with (cluster / "postgresql.auto.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in lines.items())
        (cluster / signal).touch()
        self._give(cluster)
        self.copy.start()

    def run(self, *words: str, place: int) -> subprocess.CompletedProcess[str]:
        """A command of ours on one of the two."""
        return subprocess.run(
            [sys.executable, "-m", "svet", *words],
            env={**os.environ, "SVET_DATABASE_URL": self.url(place)},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def _give(self, folder: Path) -> None:
        owner = self.living.cluster.stat()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


@pytest.fixture
def clusters(source: str, tmp_path: Path) -> Iterator[Clusters]:
    """A cluster that archives, with a charged month in it; the copy is taken and not yet started."""
    charge_november()
    site.settle_here()
    wal, ports = tmp_path / "wal", (free_port(), free_port())
    wal.mkdir()
    wal.chmod(0o777)
    quick = {"shared_buffers": "16MB", "listen_addresses": "127.0.0.1", "fsync": "off"}
    archiving = {"archive_mode": "on", "archive_command": told("archive_command", wal)}
    living = Listening(tmp_path / "living", settings=quick | archiving | {"port": str(ports[0])})
    copy = Listening(tmp_path / "copy", settings=quick | {"port": str(ports[1])})
    made = Clusters(living, wal, copy, ports)
    try:
        living.start()
        tools = Programs(binaries(), 18)
        dump = tmp_path / "dump"
        tools.run("pg_dump", "--format=custom", "--compress=none", "--file", str(dump), url=source)
        tools.run("pg_restore", "--no-owner", str(dump), url=made.url(0))
        base = ["pg_basebackup", "-D", str(copy.cluster), "-X", "none", "-c", "fast", "-d", made.url(0)]
        copy.folder.mkdir()
        subprocess.run([str(binaries() / base[0]), *base[1:]], capture_output=True, check=True)
        yield made
    finally:
        copy.stop()
        living.stop()
        shutil.rmtree(tmp_path, ignore_errors=True)


def asked(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as link:
        return link.execute(query).fetchall()


def waited(url: str, query: str, wanted: object) -> None:
    """Until a server says what is wanted, for some seconds."""
    until = time.monotonic() + 20
    while (said := asked(url, query)) != [(wanted,)]:
        assert time.monotonic() < until, said
        time.sleep(0.05)


def test_a_cluster_comes_back_to_the_moment_before_the_accident_and_proves_itself(
    clusters: Clusters,
) -> None:
    text = "INSERT INTO notices_incomingsms (phone, text, received_at) VALUES ('', '{}', now())"
    with psycopg.connect(clusters.url(0), autocommit=True) as living:
        living.execute(text.format("before"))
        postings = living.execute("SELECT count(*), sum(kopecks) FROM ledger_posting").fetchall()
        bills = living.execute("SELECT count(*) FROM billing_charge").fetchall()
        time.sleep(0.02)
        (moment,) = living.execute("SELECT now()").fetchone() or ()
        time.sleep(0.02)
        # The accident, and what people did before anybody noticed.
        living.execute(text.format("after"))
        living.execute("DROP TABLE metering_textanswer, billing_chargeline CASCADE")
        living.execute("SELECT pg_switch_wal()")
    until = time.monotonic() + 20
    while asked(clusters.url(0), "SELECT count(*) FROM pg_stat_archiver WHERE archived_count > 1") == [(0,)]:
        assert time.monotonic() < until
        time.sleep(0.05)
    clusters.start_copy(
        "recovery.signal",
        recovery_target_time=moment.isoformat(),
        recovery_target_action="promote",
    )
    back = clusters.url(1)
    waited(back, "SELECT pg_is_in_recovery()", False)
    assert asked(back, "SELECT text FROM notices_incomingsms") == [("before",)]
    assert asked(back, "SELECT count(*), sum(kopecks) FROM ledger_posting") == postings
    assert asked(back, "SELECT count(*) FROM billing_charge") == bills
    assert asked(back, "SELECT count(*) > 0 FROM billing_chargeline") == [(True,)]
    # It has the number of the old one: who set it back says so before anything else starts.
    held = clusters.run("resume", "--hold", f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", place=1)
    assert held.returncode == 0, held.stderr
    assert asked(back, "SELECT copied_at <= now() FROM site_databasehome") == [(True,)]
    proved = clusters.run("verify", place=1)
    assert proved.returncode == 0, proved.stdout + proved.stderr


def test_of_two_servers_of_an_address_the_one_that_takes_is_found(
    clusters: Clusters, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked(clusters.url(0), "SELECT pg_switch_wal()")
    clusters.start_copy("standby.signal")
    first, second = (f"127.0.0.1:{port}" for port in clusters.ports)
    for servers in (f"{first},{second}", f"{second},{first}"):
        url = f"postgresql://svet@{servers}/svet?target_session_attrs=read-write"
        given = parse_database_url(url)
        named = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"]}
        with psycopg.connect(dbname=given["NAME"], **named, **given["OPTIONS"]) as link:
            assert link.info.port == clusters.ports[0]
        # PostgreSQL's programs are given the address as it stands.
        Programs(binaries(), 18).run("pg_dump", "--schema-only", "--file", str(tmp_path / "schema"), url=url)
    # The standby first: our commands find the other one too, and the doctor says nothing of it.
    monkeypatch.setattr(clusters, "url", lambda place: url)
    done = clusters.run("doctor", "--json", place=0)
    assert "Отвечает, таблицы этой версии." in done.stdout, done.stdout + done.stderr
    assert "она только для чтения" not in done.stdout
    # The first is gone, the second was promoted: each new connection finds it.
    clusters.living.stop()
    with psycopg.connect(f"postgresql://svet@{second}/svet", autocommit=True) as link:
        link.execute("SELECT pg_promote()")
    with psycopg.connect(url) as link:
        assert link.info.port == clusters.ports[1]
