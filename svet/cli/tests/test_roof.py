"""Health, checks, settings and the command line say what they should."""

from __future__ import annotations

import asyncio
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client, override_settings

from svet.cli.main import COMMANDS, svet
from svet.cli.verification import workers
from svet.cli.verification.promises import PROMISES, verify
from svet.config.checks import check_production
from svet.config.environment import WrongEnvironment, integer, mail_port, parse_database_url, time_zone
from svet.config.health import Observer
from svet.config.variables import VARIABLES, document
from svet.launcher.processes import pause_after

ROOT = Path(__file__).resolve().parents[3]
# These hand --help to the program behind them.
PASSING_ON = {"manage", "sandbox"}
INTERNAL = {"SVET_RUN", "SVET_CHROMIUM", "SVET_DRAINING"}


def test_health_tells_that_the_process_answers(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"web": "ok"})
    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])


@pytest.mark.django_db
def test_ready_tells_of_database_schema_statics_and_queue(client: Client) -> None:
    answer = client.get("/ready/")
    assert answer.status_code == 200
    assert answer.json() == {
        "web": "ok", "database": "ok", "schema": "ok", "statics": "ok", "disk": "ok",
        "queue_age_seconds": 0.0,
    }  # fmt: skip


@pytest.mark.django_db
def test_ready_refuses_an_older_schema_and_missing_statics() -> None:
    observer = Observer()
    observer.leaves = [*observer.leaves, ("billing", "9999_of_tomorrow")]
    older = asyncio.run(observer.look())
    assert (older.ready, older.told()["schema"]) == (False, "old")
    observer = Observer()
    observer.statics = False
    bare = asyncio.run(observer.look())
    assert (bare.ready, bare.told()["statics"], bare.told()["schema"]) == (False, "missing", "ok")


@pytest.mark.django_db
def test_ready_refuses_a_database_that_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    # One that became a copy of another, or whose disk is nearly full.
    options = {**connection.settings_dict["OPTIONS"], "options": "-c default_transaction_read_only=on"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    found = asyncio.run(Observer().look())
    assert (found.ready, found.told()["database"], found.told()["schema"]) == (False, "read-only", "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["silent", "closed"])
def test_ready_asks_the_next_of_several_servers_while_the_first_is_silent(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that vanished: nobody refuses a connection there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if first == "closed":
            server.close()
        known = connection.settings_dict
        monkeypatch.setitem(known, "PORT", f"{port},{known['PORT'] or 5432}")
        monkeypatch.setitem(known, "HOST", f"127.0.0.1,{known['HOST']}")
        found = asyncio.run(Observer().look())
        assert (found.ready, found.told()["database"]) == (True, "ok")
        # Of servers none of which answers it is told as of one.
        monkeypatch.setitem(known, "HOST", "127.0.0.1,127.0.0.1")
        monkeypatch.setitem(known, "PORT", f"{port},{port}")
        assert asyncio.run(Observer().look()).told()["database"] == "down"


@pytest.mark.parametrize(("falls", "seconds"), [(1, 0.5), (2, 1.0), (4, 4.0), (9, 10.0)])
def test_a_child_is_started_again_soon(falls: int, seconds: float) -> None:
    assert pause_after(falls) == seconds


@pytest.mark.django_db
def test_a_given_request_number_is_kept_and_a_hostile_one_is_not(client: Client) -> None:
    assert client.get("/health/", headers={"x-request-id": "proxy-0001"})["X-Request-ID"] == "proxy-0001"
    assert client.get("/health/", headers={"x-request-id": "a b<script>"})["X-Request-ID"] != "a b<script>"


@override_settings(ENV="production", SECRET_KEY="short", ALLOWED_HOSTS=["*"], LIMITS_FACTOR=100)
def test_production_refuses_the_demo_settings() -> None:
    found = {message.id for message in check_production(None)}
    assert found == {f"svet.E0{n:02}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 21, 22, 24, 28)}


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("", False),
        ("max://bot:token@platform-api2.max.ru", False),
        ("max+http://bot:token@platform-api2.max.ru", True),
        ("max://bot:token@127.0.0.1:8780/max", True),
    ],
)
def test_production_refuses_a_bot_that_is_asked_in_the_open(url: str, refused: bool) -> None:
    with override_settings(ENV="production", MESSENGER_URL=url):
        assert ("svet.E028" in {message.id for message in check_production(None)}) is refused


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("", False),
        ("unix:///run/clamav/clamd.ctl", False),
        ("tcp://10.0.0.9:3310", False),
        ("tcp://scanner.internal:3310", False),
        ("tcp://scanner.example.com:3310", True),
        ("https://scanner.internal", True),
    ],
)
def test_production_refuses_a_scanner_to_which_files_travel_in_the_open(url: str, refused: bool) -> None:
    with override_settings(ENV="production", CLAMD_URL=url):
        assert ("svet.E029" in {message.id for message in check_production(None)}) is refused


@override_settings(ENV="demo")
def test_other_environments_are_not_judged() -> None:
    assert check_production(None) == []


def test_every_variable_of_the_code_is_described() -> None:
    sources = [path for path in (ROOT / "svet").rglob("*.py") if "tests" not in path.parts]
    used = {name for path in sources for name in re.findall(r'"(SVET_[A-Z_]+)"', path.read_text("utf-8"))}
    assert used - INTERNAL - {variable.name for variable in VARIABLES} == set()


def test_the_settings_page_is_written_from_the_code() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == document()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in PASSING_ON])
def test_every_command_explains_itself(name: str) -> None:
    done = CliRunner().invoke(svet, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert "Usage:" in done.output


@pytest.mark.django_db(transaction=True)
def test_an_empty_installation_keeps_every_promise() -> None:
    now = datetime.now(UTC)
    for verdicts in (verify(now=now), verify(now=now, since=True), verify(now=now, jobs=2)):
        assert {verdict.promise.number: verdict.breaches for verdict in verdicts} == {
            p.number: () for p in PROMISES
        }


@pytest.mark.django_db
def test_a_promise_whose_check_cannot_be_made_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = workers.look_whole("svet.kernel.money:no_such_check")
    assert "проверить не удалось: AttributeError" in broken[0]


@pytest.mark.parametrize("given", ["1e3", "٣", "-1", "9" * 10, "0x10"])
def test_a_number_of_the_environment_is_ascii_digits(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SVET_SMTP_PORT", given)
    with pytest.raises(WrongEnvironment, match="SVET_SMTP_PORT must be a whole number"):
        integer("SVET_SMTP_PORT", 25)


def test_a_database_url_may_name_a_socket_folder() -> None:
    settings = parse_database_url("postgresql://svet@/town?host=/tmp/socket")
    assert (settings["NAME"], settings["HOST"], settings["USER"]) == ("town", "/tmp/socket", "svet")


def test_a_database_url_may_name_two_servers_and_ask_for_the_one_that_takes() -> None:
    settings = parse_database_url(
        "postgresql://svet@10.0.0.10,10.0.0.11/svet?target_session_attrs=read-write"
    )
    assert settings["HOST"] == "10.0.0.10,10.0.0.11"
    assert settings["OPTIONS"] == {"target_session_attrs": "read-write"}


@pytest.mark.parametrize(
    ("servers", "hosts", "ports"),
    [
        ("10.0.0.10:5432,10.0.0.11:5433", "10.0.0.10,10.0.0.11", "5432,5433"),
        ("one,two:5433", "one,two", ",5433"),
        ("[fd00::1]:5432,[fd00::2]", "fd00::1,fd00::2", "5432,"),
        ("[fd00::1]", "fd00::1", ""),
        ("one:5432", "one", "5432"),
        ("%2Ftmp%2Fsocket,two", "/tmp/socket,two", ""),
    ],
)
def test_each_server_of_a_database_url_may_have_its_port(servers: str, hosts: str, ports: str) -> None:
    url = f"postgresql://svet:p%40ss@{servers}/svet?target_session_attrs=read-write"
    settings = parse_database_url(url)
    assert (settings["HOST"], settings["PORT"], settings["PASSWORD"]) == (hosts, ports, "p@ss")
    # As PostgreSQL's own programs read it, to which the address is given as it stands.
    known = psycopg.conninfo.conninfo_to_dict(url)
    assert (known["host"], str(known.get("port", "")).strip(",")) == (hosts, ports.strip(","))


@pytest.mark.parametrize(
    "servers", ["one:x,two", "one:,two:99999", "one,", ",two", "one:0", "[::1]x:5432", "one:٣"]
)
def test_a_server_without_a_name_or_a_port_that_is_none_is_refused(servers: str) -> None:
    with pytest.raises(WrongEnvironment):
        parse_database_url(f"postgresql://svet@{servers}/svet")


@pytest.mark.parametrize(("tls", "port"), [("0", 25), ("1", 587), ("ssl", 465)])
def test_mail_goes_to_the_port_of_its_encryption(
    monkeypatch: pytest.MonkeyPatch, tls: str, port: int
) -> None:
    monkeypatch.delenv("SVET_SMTP_PORT", raising=False)
    assert mail_port(env="production", encryption=tls) == port
    assert mail_port(env="demo", encryption=tls) == 8025
    monkeypatch.setenv("SVET_SMTP_PORT", "2525")
    assert mail_port(env="production", encryption=tls) == 2525


def test_a_zone_that_is_none_stops_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVET_TIME_ZONE", "Самара")
    with pytest.raises(WrongEnvironment, match="SVET_TIME_ZONE is no time zone"):
        time_zone("production")
    monkeypatch.delenv("SVET_TIME_ZONE")
    assert time_zone("production") == "UTC"
