"""The embedded database starts anywhere, survives kills, and says in one line why it cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from svet.launcher.postgres import PostgresFailed, Server

LEAVE_BEHIND = """
import os, sys
from pathlib import Path
from svet.config import privileges
from svet.launcher import postgres
def without_death_signal(runner):
    words = tuple(word for word in runner.prefix if "pdeathsig" not in word)
    return privileges.Runner(runner.uid, runner.gid, words if len(words) > 2 else ())
ours, other = privileges.current_user, privileges.unprivileged_user
postgres.current_user = lambda **k: without_death_signal(ours(**k))
postgres.unprivileged_user = lambda **k: without_death_signal(other(**k))
server = postgres.Server(Path(sys.argv[1]))
server.start()
print(server.process.pid, flush=True)
os._exit(0)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "мой свет")
    yield server
    server.stop()


def remembered(server: Server) -> int:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_a_folder_with_spaces_and_cyrillic_keeps_its_data(server: Server) -> None:
    server.start()
    assert remembered(server) == 1
    server.stop()
    assert not server.alive()
    server.start()
    assert remembered(server) == 2


@pytest.mark.chaos
def test_data_survive_a_kill_of_the_server(server: Server) -> None:
    server.start()
    assert remembered(server) == 1
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(5)
    server.start()
    assert remembered(server) == 2


@pytest.mark.chaos
def test_an_orphan_is_stopped_and_its_place_taken(server: Server) -> None:
    left = subprocess.run(
        [sys.executable, "-c", LEAVE_BEHIND, str(server.folder)], capture_output=True, text=True, check=True
    )
    orphan = int(left.stdout)
    os.kill(orphan, 0)
    server.start()
    assert remembered(server) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(orphan, 0)


def test_a_stranger_with_the_old_number_is_left_alone(server: Server) -> None:
    server.start()
    server.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (server.cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{server.cluster}\n1\n")
        server.start()
        assert remembered(server) == 1
        assert stranger.poll() is None
        stranger.kill()


def test_two_supervisors_do_not_share_a_folder(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.launcher.postgres.LEAVING_SECONDS", 0.2)
    server.start()
    with pytest.raises(PostgresFailed, match="already runs over"):
        Server(server.folder).start()
    assert remembered(server) == 1


def test_an_unwritable_folder_is_one_clear_line() -> None:
    with pytest.raises(PostgresFailed, match="cannot use the folder"):
        Server(Path("/proc/svet")).start()


def test_files_that_are_no_database_are_not_touched(server: Server) -> None:
    server.cluster.mkdir(parents=True)
    (server.cluster / "letter.txt").write_text("мама")
    with pytest.raises(PostgresFailed, match="holds files but no database"):
        server.start()
    assert (server.cluster / "letter.txt").read_text() == "мама"


def test_a_cluster_of_another_version_is_refused(server: Server) -> None:
    server.cluster.mkdir(parents=True)
    (server.cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresFailed, match="made by PostgreSQL 14"):
        server.start()


def test_a_broken_cluster_says_why(server: Server) -> None:
    server.start()
    server.stop()
    (server.cluster / "global" / "pg_control").unlink()
    # What a connection was told when the server was last stopped is not why it does not start now.
    with (server.folder / "postgres.log").open("a") as log:
        log.write("FATAL:  terminating connection due to administrator command\n")
    with pytest.raises(PostgresFailed, match=r"does not start: .*pg_control"):
        server.start()


def test_half_a_cluster_of_a_killed_start_is_made_anew(server: Server) -> None:
    draft = server.folder / "pgdata.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    server.start()
    assert remembered(server) == 1
