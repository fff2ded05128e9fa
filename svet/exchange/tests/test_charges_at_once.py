"""Registers of charges of one supplier at once, overlapping, beside its opening balances: each row once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from svet.accounts.models import Account, Provider
from svet.accounts.operations import add_provider
from svet.accounts.tests.factories import make_account
from svet.exchange import queries
from svet.exchange.operations import FileReport
from svet.exchange.tests.test_charges import lines
from svet.exchange.tests.test_taking import take
from svet.kernel.services import Service
from svet.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 40


@pytest.fixture
def accounts() -> list[Account]:
    add_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    provider = Provider.objects.get(code="voda")
    return [
        make_account(provider=provider, number=f"74{index:08}", tariff_group="") for index in range(COUNT)
    ]


def register(accounts: list[Account], sum_: int = 100) -> str:
    rows = [f"voda;{each.number};2026-10;{sum_},00;" for each in accounts]
    return lines(*rows, control=f"итого;voda;{len(rows)};{sum_ * len(rows)},00")


def openings(accounts: list[Account]) -> str:
    rows = [f"voda;{each.number};50,00;01.10.2026" for each in accounts]
    return "\n".join(["provider;account;sum;date", *rows, f"итого;voda;{len(rows)};{50 * len(rows)},00"])


def together(*jobs: Callable[[], FileReport]) -> list[FileReport]:
    barrier, reports, failures = threading.Barrier(len(jobs)), list[FileReport](), list[Exception]()

    def run(job: Callable[[], FileReport]) -> None:
        barrier.wait()
        try:
            reports.append(job())
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return reports


def owed(accounts: list[Account]) -> set[int]:
    return {ledger.balance(each.pk).kopecks for each in accounts}


def test_the_same_rows_at_once_are_charged_once(accounts: list[Account]) -> None:
    backwards = register(accounts[::-1])
    reports = together(
        lambda: take("charges", register(accounts)),
        lambda: take("charges", backwards),
        lambda: take("charges", register(accounts[: COUNT // 2])),
    )
    assert sum(each.applied for each in reports) == COUNT
    assert sum(each.repeated for each in reports) == COUNT + COUNT // 2
    assert owed(accounts) == {100_00}
    assert queries.broken() == ledger.broken() == []


def test_overlapping_registers_one_after_the_other_charge_what_is_new(accounts: list[Account]) -> None:
    first = take("charges", register(accounts[:30]))
    second = take("charges", register(accounts[10:]))
    assert (first.applied, second.applied, second.repeated) == (30, 10, 20)
    other = take("charges", register(accounts[20:], 120))
    assert (other.applied, other.changed) == (0, 20)
    assert owed(accounts) == {100_00}
    assert queries.broken() == []


def test_charges_and_opening_balances_at_once_leave_each_account_whole(accounts: list[Account]) -> None:
    charged, brought = sorted(
        together(lambda: take("charges", register(accounts)), lambda: take("openings", openings(accounts))),
        key=lambda each: -each.sum_kopecks,
    )
    assert charged.applied == COUNT
    assert {fault.reason for fault in brought.faults} <= {"already_moved"}
    assert (
        sum(ledger.balance(each.pk).kopecks for each in accounts) == 100_00 * COUNT + 50_00 * brought.applied
    )
    assert queries.broken() == ledger.broken() == []
