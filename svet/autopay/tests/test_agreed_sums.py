"""What is said of a charge is what is charged: a plan that waits, other terms, a payment beside a refusal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from svet.arrangements.models import InstalmentPlan
from svet.arrangements.operations.plans import agree_on_plan, refuse_plan, sign_plan
from svet.arrangements.queries import held_until
from svet.arrangements.queries.offering import instalment_offer
from svet.autopay import operations, queries
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.rules import AutopayTerms, TurnState, planned_day
from svet.autopay.tests.factories import NOW, AutopayCast, agree, at, charge, make_bill, pay_by_hand
from svet.autopay.tests.test_promised import promise
from svet.autopay.texts import next_words, turn_line
from svet.gateways.acquiring.port import BankReason
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.operations import settle
from svet.payments.tests.factories import StubBank
from svet.people.models import Person
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


def run(now: datetime) -> None:
    operations.tidy(now=now)
    operations.hold_promised(now=now)
    operations.tell_due(now=now)
    operations.follow_charges(now=now)
    operations.charge_due(now=now)


def following(row: AutopayAgreement, now: datetime) -> tuple[date, int] | None:
    said = queries.agreement(person_id=row.person_id, public_id=row.public_id, now=now).next
    return None if said is None else (said.on, said.left.kopecks)


def ask_for_plan(cast: AutopayCast, person: Person, now: datetime) -> InstalmentPlan:
    """A plan of a debt so large that two members have to sign it."""
    by, account = Actor.person(person.pk), cast.account.public_id
    shown = instalment_offer(by, account_public_id=account, now=now).shown
    assert agree_on_plan(by=by, account_public_id=account, months=6, shown=shown, now=now)
    return InstalmentPlan.objects.get()


def sign(plan: InstalmentPlan, now: datetime) -> None:
    for name in ("Ольга", "Пётр"):
        member = make_member()
        sign_plan(by=Actor.staff(member.person_id, name=name), plan_public_id=plan.public_id, now=now)


def large(cast: AutopayCast) -> None:
    charge(cast.account, 90_000_00)
    make_bill(cast.account)


def said(event: str) -> list[str]:
    return list(Notice.objects.filter(event=event).order_by("pk").values_list("text", flat=True))


def test_autopay_takes_nothing_while_its_person_waits_for_a_plan_to_be_signed(cast: AutopayCast) -> None:
    large(cast)
    row = agree(cast.anna, cast.account, cast.card)
    run(at(3, 10))
    assert len(said("autopay_told")) == 1
    plan = ask_for_plan(cast, cast.anna, at(3, 18))
    first = plan.parts.get(no=1).due_on
    # Seen at once, whether or not the job has run.
    seen = queries.agreement(person_id=cast.anna.pk, public_id=row.public_id, now=at(3, 18))
    assert seen.next is not None
    assert (seen.next.on, seen.next.turn) == (first, None)
    assert "попросили рассрочку" in turn_line(seen.turns[0])
    for hour in (12, 13, 18):
        operations.charge_due(now=at(4, hour))
        run(at(4, hour))
    assert not Order.objects.exists()
    assert Entry.objects.filter(action="autopay.waits").count() == 1
    sign(plan, at(5, 9))
    run(at(5, 10))
    run(at(6, 12))
    part = plan.parts.get(no=1)
    assert Order.objects.get().total_kopecks == part.kopecks


def test_a_plan_that_was_refused_holds_nothing_any_more(cast: AutopayCast) -> None:
    large(cast)
    agree(cast.anna, cast.account, cast.card)
    plan = ask_for_plan(cast, cast.anna, at(2, 18))
    run(at(3, 10))
    assert not said("autopay_told")
    member = make_member()
    refuse_plan(
        by=Actor.staff(member.person_id, name="Ольга"),
        plan_public_id=plan.public_id,
        reason="жалоба № 1",
        now=at(3, 11),
    )
    run(at(3, 12))
    assert len(said("autopay_told")) == 1


def test_what_another_of_the_household_asked_for_holds_nobodys_agreement(cast: AutopayCast) -> None:
    large(cast)
    plan = ask_for_plan(cast, cast.anna, NOW)
    first = plan.parts.get(no=1).due_on
    assert held_until([cast.account.pk]) == {(cast.account.pk, cast.anna.pk): first}


def test_no_page_names_a_charge_of_a_bill_that_older_terms_have_charged(
    cast: AutopayCast, bank: StubBank
) -> None:
    agree(cast.anna, cast.account, cast.card, ceiling=Money(500_00))
    run(at(3, 10))
    run(at(4, 12))
    bank.pay(Order.objects.get())
    settle(order_id=Order.objects.get().pk, now=at(4, 13), by="test")
    run(at(4, 13))
    newer = agree(cast.anna, cast.account, cast.card, now=at(4, 14))
    assert following(newer, at(4, 14)) is None
    for day in (5, 6, 7):
        run(at(day, 12))
    assert (len(said("autopay_told")), Order.objects.count()) == (1, 1)
    charge(cast.account, 100_00, at=at(28, 9))
    make_bill(cast.account, month=Month(2026, 12), at=at(28, 9))
    assert following(newer, at(28, 10)) == (date(2026, 12, 31), 420_00)


@pytest.mark.parametrize(
    ("now", "on"),
    [
        (at(4, 11, 49), date(2026, 12, 5)),
        (at(4, 11, 55), date(2026, 12, 6)),  # the job tells at 12:03, and noon is less than a day away
        (at(4, 21, 30), date(2026, 12, 6)),
    ],
)
def test_the_day_that_is_named_is_none_that_the_job_would_miss(
    cast: AutopayCast, now: datetime, on: date
) -> None:
    row = agree(cast.anna, cast.account, cast.card, now=now)
    assert following(row, now) == (on, 820_00)


def declined(cast: AutopayCast, bank: StubBank, *, reason: BankReason, by_hand: int) -> AutopayTurn:
    """So much came by hand while the bank was asked for 20 roubles of the 820 told, and said no."""
    agree(cast.anna, cast.account, cast.card)
    run(at(3, 10))
    pay_by_hand(cast.account, 800_00, at=at(3, 18))
    run(at(4, 12))
    order = Order.objects.get()
    assert order.total_kopecks == 20_00
    if by_hand:
        pay_by_hand(cast.account, by_hand, at=at(4, 12))
    bank.refuse(order, reason)
    settle(order_id=order.pk, now=at(4, 12, 30), by="test")
    run(at(4, 12, 30))
    return AutopayTurn.objects.get()


def test_nobody_is_asked_for_what_was_paid_while_the_bank_refused(cast: AutopayCast, bank: StubBank) -> None:
    turn = declined(cast, bank, reason=BankReason.INSUFFICIENT_FUNDS, by_hand=20_00)
    assert (turn.state, turn.reason, turn.charged_kopecks) == (TurnState.NOTHING, "", 0)
    assert not said("autopay_again")
    assert not said("autopay_failed")


def test_what_failed_is_told_by_the_sum_that_was_tried(cast: AutopayCast, bank: StubBank) -> None:
    turn = declined(cast, bank, reason=BankReason.DECLINED, by_hand=0)
    assert turn.state == TurnState.AGAIN
    run(at(6, 15))
    again = Order.objects.latest("pk")
    bank.refuse(again, BankReason.DECLINED)
    settle(order_id=again.pk, now=at(6, 15, 30), by="test")
    run(at(6, 15, 30))
    (text,) = said("autopay_failed")
    assert "20,00" in text
    assert "820,00" not in text


def test_what_is_owed_above_the_limit_is_told_to_be_paid_by_hand(cast: AutopayCast) -> None:
    agree(cast.anna, cast.account, cast.card, ceiling=Money(500_00))
    run(at(3, 10))
    (text,) = said("autopay_told")
    assert "не больше 500,00" in text
    assert "Ещё 320,00" in text


def test_what_is_left_of_a_told_sum_stands_beside_it() -> None:
    told: dict[str, Any] = {"money": Money(820_00), "told": True}
    assert next_words(left=Money(820_00), **told) == "не больше 820,00\xa0₽"
    assert next_words(left=Money(520_00), **told) == "сейчас это 520,00\xa0₽, не больше 820,00\xa0₽"
    assert "платить нечего" in next_words(left=ZERO, **told)


def test_what_was_stopped_is_said_as_it_is_today(cast: AutopayCast) -> None:
    row = agree(cast.anna, cast.account, cast.card)
    run(at(3, 10))
    promise(cast, cast.anna, now=at(3, 18))
    run(at(4, 12))

    def line(now: datetime) -> str:
        seen = queries.agreement(person_id=cast.anna.pk, public_id=row.public_id, now=now)
        return turn_line(seen.turns[0])

    assert "обещали заплатить" in line(at(5, 12))
    pay_by_hand(cast.account, 820_00, at=at(6, 9))
    # Paid: there is nothing to wait for, and nothing to be told of.
    assert "обещали" not in line(at(12, 12))
    assert "предупредим" not in line(at(12, 12))
    charge(cast.account, 50_00, at=at(28, 9))
    make_bill(cast.account, month=Month(2026, 12), at=at(28, 9))
    assert "предупредим" not in line(at(29, 9))


@pytest.mark.parametrize(
    ("day", "issued_on", "on"),
    [
        (28, date(2028, 2, 28), date(2028, 2, 28)),
        (28, date(2028, 2, 29), date(2028, 3, 28)),
        (1, date(2028, 2, 29), date(2028, 3, 1)),
        (5, date(2026, 12, 31), date(2027, 1, 5)),
    ],
)
def test_a_leap_day_and_the_turn_of_a_year(day: int, issued_on: date, on: date) -> None:
    terms = AutopayTerms(None, day_of_month=day, days_after_bill=None)
    assert planned_day(terms, issued_on=issued_on, since=date(2026, 1, 1)) == on
    after = AutopayTerms(None, day_of_month=None, days_after_bill=1)
    assert planned_day(after, issued_on=date(2028, 2, 28), since=date(2026, 1, 1)) == date(2028, 2, 29)
