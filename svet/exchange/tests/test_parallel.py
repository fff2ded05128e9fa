"""Registers taken at the same moment: each thing enters once, and the second one is told so in words."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.exchange.models import ImportFile
from svet.exchange.operations import FileReport
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.test_taking import (
    NUMBERS,
    SERIALS,
    account_lines,
    payment_lines,
    reading_lines,
    take,
)
from svet.exchange.texts import explain
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.metering.models import ReadingSet

pytestmark = pytest.mark.django_db(transaction=True)
READING = f"a;{NUMBERS[0]};{SERIALS[0]};2026-10-20;150;90;;"


def at_once(profile: str, *files: str | bytes) -> list[FileReport | Exception]:
    """Every file by a thread of its own, let go together."""
    barrier = threading.Barrier(len(files))
    done: list[FileReport | Exception] = []

    def taking(content: str | bytes) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            done.append(take(profile, content))
        except Exception as error:
            done.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=taking, args=(content,)) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.fixture(autouse=True)
def provider() -> None:
    add_provider(code="ues", name="Уралэнергосбыт")


def content_of(profile: str) -> str | bytes:
    if profile == "accounts":
        return account_lines()
    take("accounts", account_lines())
    if profile == "readings":
        return reading_lines(READING)
    return payment_lines(("S1", NUMBERS[0], "300,00"))


@pytest.mark.parametrize("profile", ["accounts", "readings", "payments"])
def test_the_same_file_twice_at_once_is_taken_once(profile: str) -> None:
    content = content_of(profile)
    done = at_once(profile, content, content, content)
    refused = [each for each in done if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [FileRefused, FileRefused]
    for each in refused:
        assert isinstance(each, FileRefused)
        assert each.reason == FileReason.ALREADY_TAKEN
        assert explain(each).startswith("Этот файл уже загружен: № Р-")
    assert ImportFile.objects.filter(profile=profile).count() == 1


@pytest.mark.parametrize("profile", ["accounts", "readings", "payments"])
def test_different_files_that_share_rows_repeat_them(profile: str) -> None:
    content = content_of(profile)
    ending = "\n" if isinstance(content, str) else b"\r\n"
    files = [content + ending * more for more in range(4)]  # type: ignore[operator]
    done = at_once(profile, *files)
    reports = [each for each in done if isinstance(each, FileReport)]
    assert len(reports) == 4, done
    total: Counter[str] = Counter()
    for report in reports:
        total.update(applied=report.applied, repeated=report.repeated)
    rows = reports[0].rows
    assert total == {"applied": rows, "repeated": 3 * rows}
    if profile == "payments":
        assert ledger.balance(Account.objects.get(number=NUMBERS[0]).pk) == Money(-300_00)
    if profile == "readings":
        assert ReadingSet.objects.filter(kind="customer").count() == 1
