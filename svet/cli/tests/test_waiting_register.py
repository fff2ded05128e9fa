"""`svet import` beside a month that is charged for an hour: it says that it waits, and may be killed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from svet.accounts.tests.factories import make_provider
from svet.billing.operations.turnstile import together_with_others
from svet.cli.main import svet
from svet.exchange.models import ImportFile
from svet.exchange.tests.test_taking import account_lines, reading_lines
from svet.exchange.tests.test_terms_register import lines as terms_lines
from svet.kernel.locks import Lock
from svet.kernel.transactions import use_case

pytestmark = pytest.mark.django_db(transaction=True)


def waiting() -> list[int]:
    """The processes of the database that wait for the end of the charge, in no order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s::oid AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [Lock.NEWS_OF_ACCOUNTS.value],
        )
        return [pid for (pid,) in cursor.fetchall()]


def test_registers_say_that_they_wait_and_are_taken_in_turn_also_behind_one_that_was_killed(
    tmp_path: Path,
) -> None:
    provider = make_provider(code="ues", name="Уралэнергосбыт")
    texts = {"readings": reading_lines(), "accounts": account_lines(), "terms": terms_lines()}
    results: dict[str, Result] = {}

    def take(profile: str) -> None:
        file = tmp_path / f"{profile}.csv"
        file.write_text(texts[profile], "utf-8")
        try:
            results[profile] = CliRunner().invoke(svet, ["import", profile, str(file)])
        finally:
            connection.close()

    threads, killed = {name: threading.Thread(target=take, args=(name,)) for name in texts}, 0
    with use_case():
        together_with_others(provider.pk)
        for place, thread in enumerate(threads.values(), 1):
            thread.start()
            while len(waiting()) < place:
                assert thread.is_alive()
            killed = killed or waiting()[0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [killed])
        threads["readings"].join()
        assert not ImportFile.objects.exists()
    for thread in threads.values():
        thread.join()
    assert list(ImportFile.objects.order_by("pk").values_list("profile", flat=True)) == ["accounts", "terms"]
    assert ["Реестр ждёт" in result.output for result in results.values()] == [True] * 3
    assert results["readings"].exit_code != 0
