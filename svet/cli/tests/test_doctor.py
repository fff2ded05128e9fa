"""``svet doctor`` names what is missing, says what mends it, and is silent about what is well."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from svet.accounts.models import Provider
from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import load_chelyabinsk
from svet.cli.doctor import machine, office
from svet.cli.doctor.components import look_at_components
from svet.cli.doctor.findings import Finding, Health
from svet.cli.doctor.looking import look, told
from svet.cli.main import svet
from svet.payments.tests.factories import provider_with_requisites
from svet.site import operations as site
from svet.site.rules import Care
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from svet.tariffs.models import TariffRow
from svet.tariffs.queries.law import law

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def ill(findings: Iterator[Finding] | list[Finding]) -> list[str]:
    return [f"{each.what}: {each.said}" for each in findings if each.health is Health.ILL]


def test_an_empty_installation_is_told_to_be_set_up() -> None:
    found = [*office.look_at_set_up(), *office.look_at_suppliers(now=NOW, production=True)]
    advice = {each.advice for each in found if each.health is Health.ILL}
    assert advice == {"svet setup", "svet staff add"}


def test_a_supplier_is_ill_without_requisites_without_prices_and_with_invented_ones() -> None:
    provider = provider_with_requisites()
    assert "Нет цен его региона" in "".join(ill(office.look_at_suppliers(now=NOW, production=True)))
    load_chelyabinsk()
    assert ill(office.look_at_suppliers(now=NOW, production=False)) == []
    TariffRow.objects.update(demonstration=True)
    assert ill(office.look_at_suppliers(now=NOW, production=False)) == []
    (invented,) = ill(office.look_at_suppliers(now=NOW, production=True))
    assert "придуманы для примера" in invented
    Provider.objects.filter(pk=provider.pk).update(bic="")
    assert "Реквизиты неполны" in "".join(ill(office.look_at_suppliers(now=NOW, production=False)))


def test_prices_that_end_this_month_are_told_before_they_do() -> None:
    provider_with_requisites()
    load_chelyabinsk()
    holding = TariffRow.objects.exclude(valid_to__lt=NOW.date())
    holding.filter(valid_from__lte=NOW.date()).update(valid_to=date(2026, 11, 30))
    TariffRow.objects.filter(valid_from__gt=NOW.date()).update(valid_from=date(2027, 1, 1))
    found = list(office.look_at_suppliers(now=NOW, production=False))
    (soon,) = [each for each in found if each.health is Health.SOON and "tariffs" in each.advice]
    assert "01.12.2026" in soon.said


def test_all_roles_are_looked_for_and_who_left_is_nobody() -> None:
    for role in Role:
        make_member(role=role)
    assert {each.health for each in office.look_at_set_up() if each.advice != "svet setup"} == {Health.WELL}


def test_law_that_ends_is_told_before_and_after(settings: Any, tmp_path: Path) -> None:
    before = {each.what: each for each in office.look_at_law(now=datetime(2026, 12, 1, tzinfo=UTC))}
    assert before["Рабочий календарь"].health is Health.SOON
    after = {each.what: each for each in office.look_at_law(now=datetime(2027, 1, 2, tzinfo=UTC))}
    assert after["Рабочий календарь"].health is Health.ILL
    assert "31.12.2026" in after["Рабочий календарь"].said
    heading = "valid_from,valid_to,act,source_url\n"
    (tmp_path / "working_years.csv").write_text(f"{heading}2027-01-01,2027-12-31,a,b\n", "utf-8")
    settings.LAW_FOLDER = str(tmp_path)
    law.cache_clear()
    try:
        mended = {each.what: each for each in office.look_at_law(now=datetime(2027, 1, 2, tzinfo=UTC))}
        assert mended["Рабочий календарь"].health is Health.WELL
    finally:
        law.cache_clear()


def test_a_folder_of_law_that_contradicts_is_a_fault_of_the_settings(settings: Any, tmp_path: Path) -> None:
    settings.LAW_FOLDER = str(tmp_path / "nowhere")
    law.cache_clear()
    try:
        assert any("SVET_LAW_FOLDER" in line for line in ill(machine.look_at_settings()))
    finally:
        law.cache_clear()


def test_a_database_that_only_reads_is_told() -> None:
    said = "База данных: Отвечает, но ничего не принимает: она только для чтения."
    assert said not in ill(machine.look_at_database(now=datetime.now(UTC)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        assert said in ill(machine.look_at_database(now=datetime.now(UTC)))


def test_jobs_that_nobody_does_are_told() -> None:
    assert "svet worker" in {each.advice for each in machine.look_at_worker(now=NOW)}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        assert ill(machine.look_at_worker(now=NOW)) == []
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
            " VALUES ('default', 'x', 'todo', now() - interval '1 hour'), ('default', 'x', 'failed', now())"
        )
    said = " ".join(each.said for each in machine.look_at_worker(now=NOW))
    assert "60 мин" in said
    assert "1 не удалась" in said


def test_payers_for_whom_no_job_goes_are_an_alarm_after_seconds() -> None:
    """A worker of other queues is there, and the lane of those who pay is not."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        put = (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, priority, scheduled_at)"
            " VALUES ('hurried', 'x', 'todo', %s, now() - %s * interval '1 second')"
        )
        cursor.execute(put, [100, 5])
        cursor.execute(put, [0, 300])
        assert ill(machine.look_at_worker(now=NOW)) == []
        cursor.execute(put, [110, 20])
    assert "20 с" in " ".join(ill(machine.look_at_worker(now=NOW)))


def test_servers_outside_are_reached_or_named(settings: Any) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.SMS_URL = f"smpp://a:b@127.0.0.1:{port}?sender=SVET"
        settings.SMS_FALLBACK_URL = ""
        settings.ACQUIRING_URL = f"yookassa+http://1:k@127.0.0.1:{port}/v3"
        settings.MESSENGER_URL = f"max+http://bot:token@127.0.0.1:{port}/max"
        assert {each.health for each in machine.look_outside()} == {Health.WELL}
    found = list(machine.look_outside())
    assert {each.health for each in found} == {Health.ILL}
    assert all(f"127.0.0.1:{port}" in each.said for each in found)


def test_the_worst_is_told_first_and_counted() -> None:
    make_provider()
    lines = list(told(look(now=NOW)))
    assert lines[0].startswith("✗")
    assert "неполад" in lines[-1]


def test_the_command_exits_badly_and_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    done = CliRunner().invoke(svet, ["doctor", "--json"])
    assert done.exit_code == 1
    rows = json.loads(done.output)
    assert {"health", "what", "said", "advice"} == set(rows[0])
    assert rows[0]["health"] == "ill"


def test_libraries_older_than_a_quarter_are_told() -> None:
    for days, health in ((92, Health.WELL), (93, Health.SOON)):
        (found,) = look_at_components(now=NOW, resolved=NOW.date() - timedelta(days=days))
        assert found.health is health


def test_only_what_resolves_everything_anew_says_so() -> None:
    rules = {
        name: subprocess.run(
            ["make", "-n", "--old-file=environment-dev", name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name in ("lock", "upgrade")
    }
    for name, rule in rules.items():
        assert "uv pip compile" in rule
        # Without it old pins stay, and a date would hide how old they are.
        assert ("--upgrade" in rule) == (name == "upgrade")
        assert ("RESOLVED" in rule) == (name == "upgrade")
    ((edit, place),) = re.findall(r"sed -i \"(.*)\" (\S+)", rules["upgrade"])
    assert edit.startswith("s/^RESOLVED = .*/RESOLVED = date(")
    assert re.search(r"^RESOLVED = date\(\d{4}, \d{1,2}, \d{1,2}\)$", (ROOT / place).read_text(), re.M)


def test_cares_that_were_never_taken_or_went_wrong_are_told() -> None:
    def healths() -> dict[str, Health]:
        return {each.what: each.health for each in machine.look_at_care(now=NOW)}

    assert set(healths().values()) == {Health.SOON}
    site.note_care(care=Care.BACKUP, well=True, words="", now=NOW - timedelta(hours=20))
    site.note_care(care=Care.VERIFY, well=False, words="I-1", now=NOW)
    site.note_care(care=Care.DRILL, well=True, words="", now=NOW - timedelta(days=15))
    assert list(healths().values()) == [Health.WELL, Health.ILL, Health.SOON]
    site.hold_here(copied_at=None, now=NOW)
    assert ill(machine.look_at_care(now=NOW))[0].startswith("База данных")
