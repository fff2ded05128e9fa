"""I-24 some accounts at a time: what is wrong beside the border of two portions is noticed on both sides."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills.models import Bill
from svet.bills.queries import streams
from svet.bills.tests.test_chain import charge, issue
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES
from svet.penalties.queries import standing
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.tests.test_showing import choose, known_law  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(known_law: None, monkeypatch: pytest.MonkeyPatch) -> list[Account]:  # noqa: F811
    """Four accounts with penalties on their bills, checked two at a time."""
    make_provider(**REQUISITES)
    load_chelyabinsk()
    accounts = []
    for _ in range(4):
        account, meter = make_metered_account(installed_on=date(2026, 8, 20))
        for value, on in ((1100, date(2026, 9, 20)), (1200, date(2026, 10, 20)), (1300, date(2026, 11, 20))):
            make_reading(meter, value, read_on=on)
        accounts.append(account)
    choose(PenaltyMode.SHOWN)
    for month in (NOVEMBER.plus(-2), NOVEMBER.plus(-1), NOVEMBER):
        charge(month)
        issue(month)
    monkeypatch.setattr(streams, "_AT_ONCE", 2)
    monkeypatch.setattr(standing, "_AT_ONCE", 2)
    assert streams.broken() == []
    return sorted(accounts, key=lambda account: int(account.pk))


def planted(statement: str, *params: int | str) -> None:
    """A corruption that no guard of the tables stops."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_bills_at_both_sides_of_a_border_are_held_against_the_books(four: list[Account]) -> None:
    bills = Bill.objects.filter(snapshot__has_key="streams").order_by("account_id")
    assert [bill.account_id for bill in bills] == [account.pk for account in four]
    for bill in (bills[1], bills[2]):
        snapshot = bill.snapshot
        snapshot["streams"]["penalty"] += 1
        planted("UPDATE bills_bill SET snapshot = %s::jsonb WHERE id = %s", _json(snapshot), bill.pk)
    assert [breach for breach in streams.broken() if bills[1].number in breach]
    assert [breach for breach in streams.broken() if bills[2].number in breach]
    assert len(streams.broken()) == 2
    # One that reaches the bound with the first portion asks for no second one.
    assert len(streams.broken(limit=1)) == 1


def test_balances_at_both_sides_of_a_border_are_held_against_the_streams(four: list[Account]) -> None:
    for account in (four[1], four[2]):
        planted(
            "UPDATE ledger_posting SET balance_before = balance_before + 1, balance_after = balance_after + 1"
            " WHERE account_id = %s AND seq = (SELECT max(seq) FROM ledger_posting WHERE account_id = %s)",
            account.pk, account.pk,
        )  # fmt: skip
    found = [breach for breach in streams.broken() if "потребление, работы и пени" in breach]
    assert len(found) == 2
    assert all(str(account.pk) in breach for account, breach in zip((four[1], four[2]), found, strict=True))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
