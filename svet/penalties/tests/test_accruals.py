"""Penalties of accounts that were really billed: by command, on the desk, whatever became known late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from svet.accounts.models import Account
from svet.accounts.queries.registry import accounts_by_id
from svet.billing.tests.factories import NOVEMBER
from svet.bills.models import Bill
from svet.bills.queries.dues import accrual
from svet.bills.tests.test_chain import charge, issue, live, post
from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.ledger.rules import TransactionKind
from svet.penalties.rules.counting import Accrual
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member
from svet.tariffs.queries.law import law

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER = NOVEMBER.plus(-2), NOVEMBER.plus(-1)
RATES = "valid_from,valid_to,percent,act,source_url\n2026-03-23,,14,решение,https://example.org\n"
CAPS = "valid_from,valid_to,percent,act,source_url\n2027-01-01,2027-03-31,9.5,решение,https://example.org\n"


@pytest.fixture(autouse=True)
def known_law(settings: Any, tmp_path: Path) -> Iterator[None]:
    """An installation that has added the rows its days need."""
    (tmp_path / "key_rates.csv").write_text(RATES, "utf-8")
    (tmp_path / "penalty_caps.csv").write_text(CAPS, "utf-8")
    settings.LAW_FOLDER = str(tmp_path)
    law.cache_clear()
    yield
    law.cache_clear()


def billed() -> tuple[Account, Bill, Bill]:
    """An account with the bills of September and October, nothing paid."""
    account, _ = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    first, second = Bill.objects.filter(account=account).order_by("no")
    return account, first, second


def told(account: Account, until: date) -> Accrual:
    (view,) = accounts_by_id([account.pk])
    return accrual(account_id=AccountId(account.pk), provider=view.provider, until=until)


def test_bills_that_nobody_pays_cost_from_the_thirty_first_day_each_by_itself() -> None:
    account, first, second = billed()
    assert told(account, first.due_on + timedelta(days=30)).segments == ()
    # The bill of October was due on a Sunday: the Monday after it counts.
    due_on = law().next_working_day(second.due_on)
    assert due_on == second.due_on + timedelta(days=1)
    found = told(account, due_on + timedelta(days=31))
    assert [(each.part.debt.bill, each.first_number) for each in found.segments] == [
        (first.number, 31),
        (second.number, 31),
    ]
    assert found.overdue == Money(second.payable_kopecks)
    own = second.payable_kopecks - first.payable_kopecks
    late = (due_on - first.due_on).days + 31 - 30
    days = {first.number: (first.payable_kopecks, late), second.number: (own, 1)}
    for each in found.segments:
        debt, count = days[each.part.debt.bill]
        assert (each.part.money, each.days) == (Money(debt), count)
        assert each.money.kopecks == (2 * debt * count * 95 + 300_000) // 600_000


def test_a_payment_in_time_that_a_late_register_brings_takes_the_penalty_back() -> None:
    account, first, _ = billed()
    until = first.due_on + timedelta(days=60)
    assert told(account, until).money > Money(0)
    post(account, -first.payable_kopecks, on=first.due_on)
    assert [each for each in told(account, until).segments if each.part.debt.bill == first.number] == []


def test_a_payment_given_back_is_owed_again_by_the_day_of_the_bill_that_says_so() -> None:
    account, _, second = billed()
    post(account, -second.payable_kopecks, on=date(2026, 11, 5))
    post(account, 40_000, on=date(2026, 11, 20), kind=TransactionKind.REFUND)
    until = second.due_on + timedelta(days=100)
    assert told(account, until).segments == ()
    charge(NOVEMBER)
    issue(NOVEMBER)
    third = Bill.objects.filter(account=account).latest("no")
    found = told(account, third.due_on + timedelta(days=31))
    assert {each.part.debt.due_on for each in found.segments} == {third.due_on}


def test_the_desk_shows_each_run_of_days_and_refuses_a_day_without_law() -> None:
    account, first, _ = billed()
    browser = working(make_member())
    address = f"/staff/accounts/{account.public_id}/penalties/"
    shown = browser.get(address, {"until": (first.due_on + timedelta(days=40)).isoformat()})
    assert shown.status_code == 200
    page = shown.content.decode()
    assert first.number.replace("-", "\u2011") in page or first.number in page
    assert "дни просрочки 31–40" in page
    beyond = browser.get(address, {"until": "2027-06-01"}).content.decode()
    assert "2027" in beyond
    assert "Начислено пеней" not in beyond
    wrong = browser.get(address, {"until": "вчера"})
    assert wrong.status_code == 422
    assert "Введите день так: 31.12.2026." in wrong.content.decode()
    assert browser.get("/staff/accounts/0000000000000000/penalties/").status_code == 404
