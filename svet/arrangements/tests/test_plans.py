"""Instalments from the person's word to the last part: late, twice, backwards, by somebody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Account, Link
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.operations import judging, promise_payment
from svet.arrangements.operations.judging import judge_plans
from svet.arrangements.operations.plans import (
    agree_on_plan,
    end_plans_of,
    refuse_plan,
    sign_plan,
    withdraw_plan,
)
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.queries.plans import (
    asked_by_plans,
    broken_plans,
    decided_by_rule,
    living_plans,
    paid_in_parts,
    plan_by_id,
    plans_by,
    plans_of,
    waiting_plan_count,
    waiting_plans,
)
from svet.arrangements.rules import PromiseReason, PromiseRefused
from svet.arrangements.rules.plans import (
    InstalmentConflict,
    InstalmentNotFound,
    InstalmentReason,
    InstalmentRefused,
    InstalmentState,
)
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.queries.unattended import left_to_charge
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import Family, make_family, make_order, owe
from svet.people.models import Person
from svet.staffing.rules import StaffRefused
from svet.staffing.tests.factories import make_member

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAYS = [date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15)]
_keys = count(1)


@pytest.fixture
def family(db: None) -> Family:
    """Anna's first account owes 3,000 roubles."""
    found = make_family()
    owe(found.first, 2_700_00)
    return found


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 23, tzinfo=UTC)


def agree(family: Family, months: int = 3, *, person: Person | None = None, now: datetime = NOW) -> bool:
    by, account = Actor.person((person or family.anna).pk), family.first.public_id
    shown = instalment_offer(by, account_public_id=account, now=now).shown
    return agree_on_plan(by=by, account_public_id=account, months=months, shown=shown, now=now)


def post(
    account: Account, kopecks: int, *, on: date, kind: TransactionKind = TransactionKind.PAYMENT
) -> None:
    """So much on the debt, which counts for a day whenever it becomes known."""
    book = Book.REVENUE if kind is TransactionKind.CHARGE else Book.BANK
    with transaction.atomic():
        ledger.post(
            key=f"test-plan:{next(_keys)}",
            kind=kind,
            legs=[Leg(book, None, Money(-kopecks)), Leg(Book.RECEIVABLE, account.pk, Money(kopecks))],
            occurred_at=at(on),
            effective_on=on,
            provider_id=account.provider_id,
        )


def state() -> str:
    return InstalmentPlan.objects.order_by("-pk").values_list("state", flat=True)[0]


def told(event: str) -> list[int]:
    return list(Notice.objects.filter(event=event).values_list("recipient_id", flat=True))


def give_up(family: Family, by: Actor) -> None:
    """The newest plan of the account, as it stands."""
    row = InstalmentPlan.objects.latest("pk")
    account = family.first.public_id
    withdraw_plan(by=by, account_public_id=account, plan_public_id=row.public_id, state=row.state, now=NOW)


def refusal(family: Family, **changes: Any) -> Any:
    before = InstalmentPlan.objects.count()
    with pytest.raises((InstalmentRefused, InstalmentConflict)) as refused:
        agree(family, **changes)
    assert InstalmentPlan.objects.count() == before
    return refused.value.reason


def days_pass(until: date, *, since: date = date(2026, 11, 20)) -> None:
    day = since
    while day <= until:
        judge_plans(now=at(day))
        day += timedelta(days=1)


def test_a_plan_is_agreed_on_followed_and_paid_off(family: Family) -> None:
    assert agree(family) is False
    (plan,) = living_plans([family.first.pk, family.second.pk], now=NOW).values()
    assert (plan.state, plan.money, [part.due_on for part in plan.parts]) == (
        InstalmentState.STANDING,
        Money(3_000_00),
        DAYS,
    )
    assert (plan.done, plan.ask, told("plan_agreed")) == (0, Money(1_000_00), [family.anna.recipient_id])
    assert paid_in_parts([family.first.pk, family.second.pk]) == {family.first.pk}
    post(family.first, 400_00, on=date(2026, 11, 30), kind=TransactionKind.CHARGE)
    days_pass(date(2026, 12, 14))
    assert told("plan_due") == [family.anna.recipient_id]
    assert "1 400,00" in Notice.objects.get(event="plan_due").text.replace("\xa0", " ")
    post(family.first, -1_400_00, on=DAYS[0])
    days_pass(date(2027, 1, 10), since=DAYS[0])
    (plan,) = living_plans([family.first.pk], now=at(date(2027, 1, 10))).values()
    assert (plan.done, plan.next and plan.next.no, plan.ask) == (1, 2, Money(1_000_00))
    post(family.first, -2_000_00, on=date(2027, 1, 11))
    days_pass(date(2027, 1, 20), since=date(2027, 1, 11))
    assert (state(), told("plan_paid")) == ("paid", [family.anna.recipient_id])
    assert (told("plan_late"), told("plan_broken"), broken_plans()) == ([], [], [])
    actions = Entry.objects.filter(subject="instalments").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["arrangements.plan", "arrangements.plan_paid"]
    # The next one needs no pause.
    owe(family.first, 2_000_00)
    agree(family, now=at(date(2027, 1, 21)))


def test_a_missed_part_is_told_then_breaks_it_and_there_is_no_plan_for_a_year(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 17))
    assert (told("plan_late"), state()) == ([], "standing")
    days_pass(date(2026, 12, 26), since=date(2026, 12, 18))
    assert (len(told("plan_late")), state()) == (1, "standing")
    days_pass(date(2026, 12, 28), since=date(2026, 12, 27))
    assert (state(), told("plan_broken")) == ("broken", [family.anna.recipient_id])
    assert paid_in_parts([family.first.pk]) == frozenset()
    assert refusal(family, now=at(date(2027, 12, 26))) is InstalmentReason.BROKEN_LATELY
    agree(family, now=at(date(2027, 12, 27)))


def test_what_was_paid_in_time_and_is_known_late_mends_it(family: Family) -> None:
    agree(family)
    days_pass(date(2026, 12, 28))
    assert state() == "broken"
    post(family.first, -1_000_00, on=date(2026, 12, 14))
    assert judge_plans(now=at(date(2027, 1, 5))) == 1
    assert (state(), len(told("plan_again"))) == ("standing", 1)
    assert judge_plans(now=at(date(2027, 1, 5))) == 0


def test_a_storno_after_it_was_paid_off_makes_it_stand_again_and_tells_before_it_breaks(
    family: Family,
) -> None:
    agree(family)
    post(family.first, -3_000_00, on=date(2026, 12, 1))
    days_pass(date(2026, 12, 2))
    assert state() == "paid"
    post(family.first, 3_000_00, on=date(2026, 12, 1))
    days_pass(date(2026, 12, 27), since=date(2026, 12, 20))
    assert (state(), len(told("plan_late"))) == ("standing", 1)
    days_pass(date(2026, 12, 30), since=date(2026, 12, 28))
    assert state() == "broken"


def test_a_job_that_was_away_for_months_tells_first(family: Family) -> None:
    agree(family)
    judge_plans(now=at(date(2027, 3, 1)))
    assert (state(), len(told("plan_late"))) == ("standing", 1)
    post(family.first, -3_000_00, on=date(2027, 3, 6))
    days_pass(date(2027, 3, 20), since=date(2027, 3, 2))
    assert state() == "paid"


def test_only_what_was_seen_is_agreed_on(family: Family) -> None:
    by = Actor.person(family.anna.pk)
    terms: dict[str, Any] = {"by": by, "account_public_id": family.first.public_id, "now": NOW}
    shown = instalment_offer(by, account_public_id=family.first.public_id, now=NOW).shown
    owe(family.first, 1)
    with pytest.raises(InstalmentConflict) as changed:
        agree_on_plan(**terms, months=3, shown=shown)
    assert changed.value.reason is InstalmentReason.CHANGED
    assert refusal(family, months=13) is InstalmentReason.MONTHS
    assert refusal(family, months=1) is InstalmentReason.MONTHS


def test_one_at_a_time_and_no_promise_beside_it(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    until = date(2026, 12, 1)
    terms: dict[str, Any] = {"account_public_id": family.first.public_id, "now": NOW, "until": until}
    agree(family, person=family.boris)
    assert refusal(family) is InstalmentReason.LIVING
    with pytest.raises(PromiseRefused) as refused:
        promise_payment(by=Actor.person(family.anna.pk), **terms)
    assert refused.value.reason is PromiseReason.PLAN
    row = InstalmentPlan.objects.get()
    row.pk, row.public_id = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    give_up(family, Actor.person(family.boris.pk))
    promise_payment(by=Actor.person(family.anna.pk), **terms)
    assert refusal(family) is InstalmentReason.PROMISED


@pytest.mark.parametrize("who", ["boris", "vera"])
def test_who_may_not_pay_may_not_agree_nor_withdraw(family: Family, who: str) -> None:
    agree(family)
    person = getattr(family, who)
    with pytest.raises(InstalmentNotFound):
        agree(family, person=person)
    with pytest.raises(InstalmentNotFound):
        give_up(family, Actor.person(person.pk))
    Link.objects.filter(person=family.boris).update(can_pay=True)
    if who == "boris":
        with pytest.raises(InstalmentConflict):
            give_up(family, Actor.person(person.pk))
    assert state() == "standing"


def test_who_gives_a_standing_plan_up_waits_as_if_it_had_been_broken(family: Family) -> None:
    agree(family)
    by = Actor.person(family.anna.pk)
    give_up(family, by)
    give_up(family, by)
    assert (state(), paid_in_parts([family.first.pk])) == ("withdrawn", frozenset())
    assert refusal(family) is InstalmentReason.BROKEN_LATELY


def test_above_the_limit_two_members_sign_and_neither_is_who_asked(family: Family, settings: Any) -> None:
    settings.INSTALMENT_ALONE = 2_999
    olga, pavel = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Павел"))
    assert agree(family) is True
    assert (waiting_plan_count(), told("plan_agreed"), decided_by_rule(since=NOW.date())) == (1, [], (1, 0))
    (waiting,) = waiting_plans(limit=5, now=NOW)
    terms: dict[str, Any] = {"plan_public_id": waiting.plan.public_id, "now": NOW}
    # Nothing is agreed on yet: the debt is asked as ever.
    assert paid_in_parts([family.first.pk]) == frozenset()
    with pytest.raises(InstalmentRefused) as own:
        sign_plan(by=Actor.staff(family.anna.pk, name="Анна"), **terms)
    assert own.value.reason is InstalmentReason.OWN
    assert sign_plan(by=olga, **terms) is False
    with pytest.raises(InstalmentRefused) as same:
        sign_plan(by=olga, **terms)
    assert same.value.reason is InstalmentReason.SAME_HAND
    assert sign_plan(by=pavel, **terms) is True
    with pytest.raises(InstalmentConflict):
        refuse_plan(by=olga, reason="жалоба № 1", **terms)
    seen = plan_by_id(waiting.plan.public_id, now=NOW)
    assert seen is not None
    assert (seen.first_by, seen.signed_by, state()) == ("Ольга", "Павел", "standing")
    assert (told("plan_agreed"), broken_plans()) == ([family.anna.recipient_id], [])
    InstalmentPart.objects.filter(no=1).update(kopecks=1)
    assert len(broken_plans()) == 1


def test_what_waits_is_refused_with_a_reason_called_back_or_over_on_its_first_day(
    family: Family, settings: Any
) -> None:
    settings.INSTALMENT_ALONE = 0
    olga, by = Actor.staff(make_member().person_id, name="Ольга"), Actor.person(family.anna.pk)
    agree(family)
    terms: dict[str, Any] = {"plan_public_id": InstalmentPlan.objects.get().public_id, "now": NOW}
    with pytest.raises(StaffRefused):
        refuse_plan(by=olga, reason="", **terms)
    refuse_plan(by=olga, reason="суд уже идёт", **terms)
    assert (state(), told("plan_refused")) == ("refused", [family.anna.recipient_id])
    # Nothing had begun, so there is no pause.
    agree(family)
    give_up(family, by)
    agree(family)
    with pytest.raises(InstalmentRefused) as passed:
        sign_plan(by=olga, plan_public_id=plans_of(family.first.pk, now=NOW)[0].public_id, now=at(DAYS[0]))
    assert passed.value.reason is InstalmentReason.DAYS_PASSED
    days_pass(DAYS[0])
    assert (state(), len(told("plan_refused"))) == ("refused", 2)


def test_a_plan_ends_with_the_right_to_pay_and_nobody_is_told(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    agree(family, person=family.boris)
    Link.objects.filter(person=family.boris).delete()
    assert paid_in_parts([family.first.pk]) == frozenset()
    agree(family)
    states = InstalmentPlan.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["ended", "standing"]
    Account.objects.filter(pk=family.first.pk).update(held_since=date(2026, 11, 25))
    days_pass(date(2026, 12, 30))
    assert (state(), told("plan_late"), told("plan_broken")) == ("ended", [], [])


def test_who_leaves_the_cabinet_has_no_plan(family: Family) -> None:
    agree(family)
    with transaction.atomic():
        end_plans_of(person_id=family.anna.pk, now=NOW)
    (row,) = plans_by(person_id=family.anna.pk, limit=5)
    assert (row["state"], row["kopecks"], row["months"]) == ("ended", 3_000_00, 3)


def test_autopay_is_asked_for_the_next_part_only(family: Family) -> None:
    agree(family)
    assert asked_by_plans([family.first.pk, family.second.pk], now=NOW) == {family.first.pk: Money(1_000_00)}
    post(family.first, -1_000_00, on=date(2026, 12, 1))
    # Whoever has paid this month's part is asked for the next one when its turn has come.
    for day, asked in ((date(2026, 12, 1), 0), (DAYS[0], 0), (date(2026, 12, 16), 1_000_00)):
        assert asked_by_plans([family.first.pk], now=at(day)) == {family.first.pk: Money(asked)}
        assert left_to_charge([family.first.pk], now=at(day)) == {family.first.pk: Money(asked)}
        (plan,) = living_plans([family.first.pk], now=at(day)).values()
        assert (plan.next and plan.next.no, plan.ask, plan.due) == (2, Money(1_000_00), Money(asked))


def test_everybody_who_may_pay_is_told_of_a_part_that_is_due_late_and_missed(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    agree(family, person=family.boris)
    # Whose request it was is told of that alone.
    assert told("plan_agreed") == [family.boris.recipient_id]
    both = sorted([family.anna.recipient_id, family.boris.recipient_id])
    days_pass(date(2026, 12, 30))
    assert [sorted(told(event)) for event in ("plan_due", "plan_late", "plan_broken")] == [both] * 3


def test_what_befalls_one_plan_is_no_matter_of_those_behind_it(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(family)
    first = InstalmentPlan.objects.get()
    other = make_family()
    owe(other.first, 2_700_00)
    agree(other)
    judge = judging._judge

    def spoilt(identity: int, *, now: datetime) -> bool:
        if identity == first.pk:
            raise RuntimeError("a row nobody can read")
        return judge(identity, now=now)

    monkeypatch.setattr(judging, "_judge", spoilt)
    days_pass(date(2026, 12, 20))
    assert told("plan_late") == [other.anna.recipient_id]


def test_no_more_is_asked_than_is_owed_also_by_what_is_posted_for_a_day_to_come(family: Family) -> None:
    agree(family)
    post(family.first, -2_700_00, on=date(2026, 12, 20))
    (plan,) = living_plans([family.first.pk], now=NOW).values()
    assert (plan.ask, plan.due) == (Money(300_00), Money(300_00))
    post(family.first, -300_00, on=date(2026, 12, 20))
    (plan,) = living_plans([family.first.pk], now=NOW).values()
    assert (plan.ask, plan.due, plan.next) == (Money(0), Money(0), None)
    days_pass(date(2026, 12, 18))
    assert (told("plan_due"), told("plan_late"), state()) == ([], [], "standing")
    days_pass(date(2026, 12, 25), since=date(2026, 12, 19))
    assert (told("plan_late"), state()) == ([], "paid")


def test_nobody_is_reminded_of_a_part_whose_money_is_on_its_way(family: Family) -> None:
    agree(family)
    order = make_order(person=family.anna, lines=[(family.first, 1_000_00)], now=NOW)
    Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW, taken_kopecks=1_000_00)
    near = date(2026, 12, 12)
    judge_plans(now=at(near))
    assert told("plan_due") == []
    # It went back instead: the next morning says what lacks.
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELED)
    judge_plans(now=at(near + timedelta(days=1)))
    judge_plans(now=at(near + timedelta(days=2)))
    assert told("plan_due") == [family.anna.recipient_id]


def test_a_part_whose_money_is_on_its_way_is_not_called_missed(family: Family) -> None:
    agree(family)
    order = make_order(person=family.anna, lines=[(family.first, 1_000_00)], now=NOW)
    Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW, taken_kopecks=1_000_00)
    days_pass(date(2026, 12, 26))
    assert (told("plan_late"), state()) == ([], "standing")
    # It went back instead: the next morning says so, and its days begin then.
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELED)
    days_pass(date(2026, 12, 28), since=date(2026, 12, 27))
    assert (told("plan_late"), state()) == ([family.anna.recipient_id], "standing")
