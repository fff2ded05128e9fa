"""How plans end and stand again: by money that came late, was taken back, or by the people they are of."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account, Link, Provider
from svet.arrangements.models import InstalmentPlan, PaymentPromise
from svet.arrangements.operations import judge_promises, promise_payment
from svet.arrangements.operations.judging import judge_plans
from svet.arrangements.queries.plans import living_plans, paid_in_parts
from svet.arrangements.rules.plans import InstalmentReason
from svet.arrangements.tests.test_plans import agree, at, days_pass, post, refusal, state, told
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger.rules import TransactionKind
from svet.notices.models import Notice
from svet.payments.tests.factories import Family, make_family, owe
from svet.people.models import Person

CHARGE, REFUND = TransactionKind.CHARGE, TransactionKind.REFUND


@pytest.fixture
def family(db: None) -> Family:
    """Anna's first account owes 3,000 roubles."""
    found = make_family()
    owe(found.first, 2_700_00)
    return found


def asks(family: Family, day: date) -> tuple[int | None, Money]:
    """The number of the next part and what lacks of it."""
    plan = living_plans([family.first.pk], now=at(day))[family.first.pk]
    return None if plan.next is None else plan.next.no, plan.ask


def test_a_plan_whose_parts_have_come_is_over_and_later_bills_are_asked_as_ever(family: Family) -> None:
    agree(family, 2)
    post(family.first, -1_500_00, on=date(2026, 12, 1))
    post(family.first, -1_500_00, on=date(2027, 1, 14))
    days_pass(date(2027, 1, 14), since=date(2026, 12, 1))
    assert state() == "paid"
    # The bill of January stays unpaid; what paid the last part is taken back by its day, and is paid anew.
    post(family.first, 700_00, on=date(2027, 2, 1), kind=CHARGE)
    post(family.first, 1_500_00, on=date(2027, 1, 14), kind=REFUND)
    days_pass(date(2027, 2, 20), since=date(2027, 2, 20))
    assert (state(), asks(family, date(2027, 2, 20))) == ("standing", (2, Money(1_500_00)))
    post(family.first, -1_500_00, on=date(2027, 2, 22))
    judge_plans(now=at(date(2027, 2, 22)))
    assert (state(), len(told("plan_paid"))) == ("paid", 2)
    assert paid_in_parts([family.first.pk]) == frozenset()


def test_whoever_lacks_nothing_by_now_is_not_told_of_a_lack(family: Family) -> None:
    agree(family)
    post(family.first, -1_000_00, on=date(2026, 12, 14))
    days_pass(date(2026, 12, 23), since=date(2026, 12, 14))
    # The bank takes it back by its day, and the same news has the money anew, past the days to pay.
    post(family.first, 1_000_00, on=date(2026, 12, 14), kind=REFUND)
    post(family.first, -1_000_00, on=date(2026, 12, 22))
    days_pass(date(2027, 1, 10), since=date(2026, 12, 24))
    assert (told("plan_late"), state()) == ([], "standing")
    assert asks(family, date(2027, 1, 10)) == (2, Money(1_000_00))
    # What is given back on a day of its own is asked with the next part.
    post(family.first, 200_00, on=date(2027, 1, 11), kind=REFUND)
    days_pass(date(2027, 1, 12), since=date(2027, 1, 11))
    assert (told("plan_late"), asks(family, date(2027, 1, 12))) == ([], (2, Money(1_200_00)))


def test_a_job_that_was_away_while_the_money_came_late_tells_of_no_lack(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 14))
    post(family.first, -1_000_00, on=date(2027, 1, 4))
    judge_plans(now=at(date(2027, 1, 10)))
    assert (told("plan_late"), asks(family, date(2027, 1, 10))) == ([], (2, Money(1_000_00)))


def test_money_that_came_before_the_breaking_morning_keeps_the_plan(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 24))
    assert (state(), len(told("plan_late"))) == ("standing", 1)
    post(family.first, -1_000_00, on=date(2026, 12, 24))
    assert asks(family, date(2026, 12, 25)) == (2, Money(1_000_00))
    days_pass(date(2026, 12, 30), since=date(2026, 12, 25))
    assert state() == "standing"


def test_money_of_the_breaking_morning_is_too_late_and_nothing_is_asked_by_a_past_day(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 26))
    post(family.first, -1_000_00, on=date(2026, 12, 27))
    assert asks(family, date(2026, 12, 27)) == (2, Money(1_000_00))
    days_pass(date(2026, 12, 27), since=date(2026, 12, 27))
    assert state() == "broken"


@pytest.mark.parametrize("money", [1_000_00, 3_000_00])
def test_what_is_taken_back_from_a_part_that_was_late_is_told_anew(family: Family, money: int) -> None:
    """Whether one part had come, or the whole plan was paid off by it."""
    agree(family)
    days_pass(date(2026, 12, 18))
    assert len(told("plan_late")) == 1
    post(family.first, -money, on=date(2026, 12, 20))
    days_pass(date(2026, 12, 28), since=date(2026, 12, 19))
    post(family.first, money, on=date(2026, 12, 20), kind=REFUND)
    days_pass(date(2027, 1, 6), since=date(2026, 12, 29))
    assert (state(), len(told("plan_late")), told("plan_broken")) == ("standing", 2, [])
    days_pass(date(2027, 1, 7), since=date(2027, 1, 7))
    assert (state(), len(told("plan_broken"))) == ("broken", 1)


@pytest.mark.parametrize("judged", [True, False])
def test_who_leaves_a_missed_plan_and_comes_back_waits_as_if_it_had_been_broken(
    family: Family, judged: bool
) -> None:
    agree(family)
    days_pass(date(2026, 12, 24))
    link = Link.objects.filter(person=family.anna, account=family.first)
    row = link.get()
    link.delete()
    if judged:
        judge_plans(now=at(date(2026, 12, 25)))
        assert state() == "ended"
    # The pause is the account's: nobody else of the household begins it anew either.
    Link.objects.filter(person=family.boris).update(can_pay=True)
    day = at(date(2026, 12, 25))
    assert refusal(family, person=family.boris, now=day) is InstalmentReason.BROKEN_LATELY
    if judged:
        row.save(force_insert=True)
        assert refusal(family, now=day) is InstalmentReason.BROKEN_LATELY
    # The next holder is not asked for what the former one did.
    Account.objects.filter(pk=family.first.pk).update(held_since=date(2026, 12, 25))
    agree(family, person=family.boris, now=day)


def test_a_plan_that_stands_again_takes_the_place_of_a_promise(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 27))
    assert state() == "broken"
    by, until = Actor.person(family.anna.pk), date(2027, 1, 8)
    account = family.first.public_id
    promise_payment(by=by, account_public_id=account, until=until, now=at(date(2026, 12, 28)))
    post(family.first, -1_000_00, on=date(2026, 12, 15))
    judge_plans(now=at(date(2026, 12, 29)))
    assert (state(), PaymentPromise.objects.get().state) == ("standing", "dropped")
    judge_promises(now=at(date(2027, 1, 12)))
    assert told("promise_broken") == []


def test_another_day_of_bills_changes_nothing_of_what_was_judged(family: Family) -> None:
    agree(family)
    post(family.first, 500_00, on=date(2026, 12, 8), kind=CHARGE)
    post(family.first, -3_000_00, on=date(2026, 12, 20))
    days_pass(date(2026, 12, 21), since=date(2026, 12, 20))
    assert state() == "paid"
    Provider.objects.update(due_day=18)
    judge_plans(now=at(date(2026, 12, 22)))
    assert (state(), told("plan_again")) == ("paid", [])
    # A plan from before it was kept goes by the supplier's present one.
    InstalmentPlan.objects.update(due_day=None)
    judge_plans(now=at(date(2026, 12, 22)))
    assert state() == "standing"


def test_a_plan_of_somebody_who_was_blocked_ends_and_breaks_untold_never(family: Family) -> None:
    agree(family)
    Person.objects.filter(pk=family.anna.pk).update(is_active=False)
    days_pass(date(2026, 12, 30), since=date(2026, 12, 14))
    assert (state(), told("plan_late"), told("plan_broken")) == ("ended", [], [])
    assert paid_in_parts([family.first.pk]) == frozenset()


def test_whose_debt_was_corrected_away_is_not_thanked_for_paying_it(family: Family) -> None:
    agree(family)
    post(family.first, -3_000_00, on=date(2026, 11, 25), kind=TransactionKind.CORRECTION)
    days_pass(date(2026, 11, 25))
    notice = Notice.objects.get(event="plan_paid")
    assert state() == "paid"
    assert "больше ничего не должны" in notice.text
    assert "оплачен" not in notice.text
