"""A person's own limit: the rule alone, keeping it, and one telling a month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.models import Account, Link
from svet.accounts.operations import unlink
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.billing.operations import run
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.bills.operations import issue
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading
from svet.notices.models import Notice, Recipient
from svet.payments.tests.factories import provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.usage import operations
from svet.usage.models import UsageBudget
from svet.usage.queries import budget_of, budgets_of, month_forecast
from svet.usage.rules import (
    Budget,
    BudgetKind,
    BudgetReason,
    BudgetRefused,
    BudgetStanding,
    budget_standing,
    checked_budget,
)

MONEY, ENERGY = BudgetKind.MONEY, BudgetKind.ENERGY


@pytest.mark.parametrize(
    ("low", "high", "standing"),
    [
        (90, 100, BudgetStanding.WITHIN),
        (90, 101, BudgetStanding.CLOSE),
        (90, 110, BudgetStanding.CLOSE),
        (90, 111, BudgetStanding.BEYOND),
        (101, 120, BudgetStanding.BEYOND),
        (-10, 0, BudgetStanding.WITHIN),
    ],
)
def test_how_a_range_stands_to_a_limit(low: int, high: int, standing: BudgetStanding) -> None:
    assert budget_standing(Budget(ENERGY, 100), low=Decimal(low), high=Decimal(high)) is standing


@pytest.mark.parametrize(
    ("kind", "limit", "reason"),
    [
        ("money", 0, BudgetReason.AMOUNT),
        ("money", -5, BudgetReason.AMOUNT),
        ("money", 100_000_001, BudgetReason.AMOUNT),
        ("energy", 100_001, BudgetReason.AMOUNT),
        ("water", 5, BudgetReason.KIND),
    ],
)
def test_no_odd_limit_is_kept(kind: str, limit: int, reason: BudgetReason) -> None:
    with pytest.raises(BudgetRefused) as refused:
        checked_budget(kind=kind, limit=limit)
    assert refused.value.reason is reason


DAY = datetime(2026, 12, 10, 7, 0, tzinfo=UTC)
BILLED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
by = Actor.person


@pytest.fixture
def anna() -> Person:
    return make_person()


@pytest.fixture
def account(anna: Person) -> Account:
    """Three months of about 300 kWh, all read."""
    provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 8, 20), initial=0)
    make_link(person=anna, account=account, confirmed=True)
    for month, value in {9: 300, 10: 600, 11: 900}.items():
        make_reading(meter, value, read_on=date(2026, month, 20))
        run(provider_id=make_provider().pk, period=Month(2026, month), now=BILLED)
        issue(provider_id=make_provider().pk, period=Month(2026, month), now=BILLED)
    return account


def put(person: Person, account: Account, limit: int, kind: str = "energy") -> None:
    operations.set_budget(
        by=by(person.pk), account_public_id=account.public_id, kind=kind, limit=limit, now=DAY
    )


def told(person: Person) -> list[Any]:
    return list(Notice.objects.filter(recipient=person.recipient, event="budget_passed").order_by("pk"))


@pytest.mark.django_db
def test_a_limit_that_will_be_passed_is_told_once_a_month(anna: Person, account: Account) -> None:
    put(anna, account, 100)
    assert operations.warn_of_budgets(now=datetime(2026, 12, 9, 21, 0, tzinfo=UTC)) == 0
    assert operations.warn_of_budgets(now=DAY) == 1
    assert operations.warn_of_budgets(now=DAY) == 0
    assert operations.warn_of_budgets(now=DAY + timedelta(days=1)) == 0
    put(anna, account, 90)
    assert operations.warn_of_budgets(now=DAY + timedelta(days=2)) == 0
    (notice,) = told(anna)
    assert notice.url == f"/accounts/{account.public_id}/usage/"
    assert "100\u00a0кВт·ч" in notice.text
    assert "Иванова" not in notice.text


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "limit"), [("energy", 5_000), ("money", 10_000_000)])
def test_a_limit_that_holds_says_nothing(anna: Person, account: Account, kind: str, limit: int) -> None:
    put(anna, account, limit, kind)
    assert operations.warn_of_budgets(now=DAY) == 0
    assert told(anna) == []


@pytest.mark.django_db
def test_money_is_held_against_the_bill(anna: Person, account: Account) -> None:
    put(anna, account, 100_00, "money")
    assert operations.warn_of_budgets(now=DAY) == 1
    assert "₽" in told(anna)[0].text


@pytest.mark.django_db
def test_it_is_ones_own_and_ends_with_the_right(anna: Person, account: Account) -> None:
    boris = make_person()
    make_link(person=boris, account=account)
    put(boris, account, 100)
    assert budget_of(by(anna.pk), account_id=account.pk) is None
    Link.objects.filter(person=boris).update(suspended_at=DAY)
    assert operations.warn_of_budgets(now=DAY) == 0
    assert not UsageBudget.objects.exists()
    with pytest.raises(AccountNotFound):
        put(make_person(), account, 100)


@pytest.mark.django_db
def test_set_again_dropped_twice_and_forgotten(anna: Person, account: Account) -> None:
    for limit in (100, 100, 200):
        put(anna, account, limit)
    assert budgets_of(person_id=anna.pk) == [(account.number, Budget(ENERGY, 200))]
    for _again in range(2):
        operations.drop_budget(by=by(anna.pk), account_public_id=account.public_id, now=DAY)
    assert budget_of(by(anna.pk), account_id=account.pk) is None
    kept = Entry.objects.filter(action__startswith="usage.budget").order_by("pk")
    assert list(kept.values_list("action", flat=True)) == [
        "usage.budget_set",
        "usage.budget_set",
        "usage.budget_dropped",
    ]


@pytest.mark.django_db
def test_an_account_without_bills_is_waited_for(anna: Person) -> None:
    fresh = make_account()
    make_link(person=anna, account=fresh, confirmed=True)
    put(anna, fresh, 100)
    assert operations.warn_of_budgets(now=DAY) == 0
    assert UsageBudget.objects.count() == 1


@pytest.mark.django_db
def test_units_are_in_the_readers_language(anna: Person, account: Account) -> None:
    Recipient.objects.filter(pk=anna.recipient_id).update(language="en")
    put(anna, account, 100)
    assert operations.warn_of_budgets(now=DAY) == 1
    (notice,) = told(anna)
    assert "100\u00a0kWh" in notice.text
    assert "кВт" not in notice.text


@pytest.mark.django_db
def test_a_new_holder_is_not_warned_by_the_former_ones_months(anna: Person, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 12, 5))
    put(anna, account, 50)
    assert operations.warn_of_budgets(now=DAY) == 0
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 9, 1))
    assert operations.warn_of_budgets(now=DAY + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_what_befalls_one_account_holds_up_nobody_else(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    boris, other = make_person(), make_account(number="3560670999", flat="9")
    make_link(person=boris, account=other, confirmed=True)
    put(boris, other, 100)
    put(anna, account, 100)
    sound = month_forecast

    def broken(*, account_id: int, **given: Any) -> Any:
        if account_id == other.pk:
            raise RuntimeError("a month that cannot be")
        return sound(account_id=account_id, **given)

    monkeypatch.setattr("svet.usage.operations.month_forecast", broken)
    assert operations.warn_of_budgets(now=DAY) == 1
    assert len(told(anna)) == 1


@pytest.mark.django_db
def test_what_a_blocked_person_was_not_told_is_told_when_they_are_back(
    anna: Person, account: Account
) -> None:
    put(anna, account, 100)
    Person.objects.filter(pk=anna.pk).update(is_active=False)
    assert operations.warn_of_budgets(now=DAY) == 0
    Person.objects.filter(pk=anna.pk).update(is_active=True)
    assert operations.warn_of_budgets(now=DAY + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_a_limit_ends_with_the_access_and_does_not_come_back(anna: Person, account: Account) -> None:
    put(anna, account, 100)
    link = Link.objects.get(person=anna)
    unlink(by=by(anna.pk), account_public_id=account.public_id, now=DAY)
    assert budgets_of(person_id=anna.pk) == []
    Link.objects.filter(pk=link.pk).update(removed_at=None)
    assert operations.warn_of_budgets(now=DAY) == 0
    assert not UsageBudget.objects.exists()
