"""Two registers taken at the same moment: real connections, real locks."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta

import pytest
from django.db import connection

from svet.accounts.models import Account, Premises
from svet.accounts.tests.factories import make_provider
from svet.billing.operations.turnstile import together_with_others
from svet.exchange.models import ImportFile
from svet.exchange.operations import FileReport, take_file
from svet.exchange.tests.test_taking import NOW, NUMBERS, OLGA, account_lines, payment_lines, reading_lines
from svet.exchange.tests.test_terms_register import lines as terms_lines
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.payments import queries as payments

pytestmark = pytest.mark.django_db(transaction=True)


def test_registers_that_share_numbers_are_taken_one_after_the_other() -> None:
    provider = make_provider(code="ues", name="Уралэнергосбыт")
    account = Account.objects.create(
        provider=provider, number=NUMBERS[0], premises=Premises.objects.create(city="Светлореченск"),
        opened_on=date(2020, 1, 1),
    )  # fmt: skip
    shared = [(f"S{n}", NUMBERS[0], "1,00") for n in range(300)]
    files = [payment_lines(*shared, (f"own-{n}", NUMBERS[0], "5,00")) for n in range(4)]
    barrier, reports, failures = threading.Barrier(4), list[FileReport](), list[Exception]()

    def take(content: bytes) -> None:
        barrier.wait()
        try:
            reports.append(take_file(profile="payments", name="r.txt", content=content, by=OLGA, now=NOW))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(content,)) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted((report.applied, report.repeated) for report in reports) == [(1, 300)] * 3 + [(301, 0)]
    assert ledger.balance(account.pk) == Money(-320_00)
    assert payments.broken_books() == []


@pytest.mark.parametrize("profile", ["accounts", "readings", "terms"])
def test_what_decides_charges_is_not_brought_while_somebody_charges(profile: str) -> None:
    """The register began first: its moment is behind the batch that it waited for."""
    provider, charging, brought = make_provider(code="ues"), threading.Event(), threading.Event()
    began: list[float] = []

    def charge() -> None:
        try:
            with use_case():
                together_with_others(provider.pk)
                charging.set()
                began.append(time.monotonic())
                assert not brought.wait(1.2)
        finally:
            connection.close()

    other = threading.Thread(target=charge)
    other.start()
    assert charging.wait(10)
    texts = {"accounts": account_lines(), "readings": reading_lines(), "terms": terms_lines()}
    report = take_file(profile=profile, name="r.csv", content=texts[profile].encode(), by=OLGA, now=NOW)
    brought.set()
    other.join()
    assert ImportFile.objects.get(number=report.number).taken_at >= NOW + timedelta(seconds=1)
