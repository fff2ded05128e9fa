"""Whoever has promised to pay by a day is not charged by their own autopay before it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from svet.accounts.models import Link
from svet.arrangements.models import PaymentPromise
from svet.arrangements.operations import promise_payment, recall_promise
from svet.autopay import operations, queries
from svet.autopay.models import AutopayTurn
from svet.autopay.operations import charging
from svet.autopay.rules import PROMISED, TurnState, is_held, not_before
from svet.autopay.tests.factories import NOW, AutopayCast, agree, at, charge, make_cast
from svet.autopay.texts import turn_line
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.operations import settle
from svet.payments.tests.factories import StubBank
from svet.people.models import Person

UNTIL = date(2026, 12, 10)


def promise(cast: AutopayCast, person: Person, *, until: date = UNTIL, now: datetime = NOW) -> str:
    return promise_payment(
        by=Actor.person(person.pk), account_public_id=cast.account.public_id, until=until, now=now
    )


def run(day: int, hour: int) -> None:
    """The jobs of an hour, charging first: it may not rely on what telling does."""
    operations.charge_due(now=at(day, hour))
    operations.hold_promised(now=at(day, hour))
    operations.tell_due(now=at(day, hour))


def told() -> int:
    return Notice.objects.filter(event="autopay_told").count()


def test_the_planned_day_is_never_before_the_promised_one() -> None:
    assert not_before(date(2026, 12, 4), promised=UNTIL) == UNTIL
    assert not_before(date(2026, 12, 15), promised=UNTIL) == date(2026, 12, 15)
    assert not_before(date(2026, 12, 4), promised=None) == date(2026, 12, 4)
    today = date(2026, 12, 3)
    assert is_held(date(2026, 12, 4), promised=UNTIL, today=today)
    assert not is_held(UNTIL, promised=UNTIL, today=today)
    assert not is_held(date(2026, 12, 4), promised=UNTIL, today=UNTIL)
    assert not is_held(date(2026, 12, 4), promised=None, today=today)


@pytest.mark.django_db
def test_autopay_waits_for_the_promised_day_and_charges_on_it(bank: StubBank) -> None:
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    promise(cast, cast.anna)
    (coming,) = queries.coming(person_id=cast.anna.pk, now=NOW)
    assert coming.next is not None
    assert coming.next.on == UNTIL
    for day in range(2, 9):
        run(day, 12)
    assert (told(), Order.objects.count()) == (0, 0)
    run(9, 10)
    assert told() == 1
    run(10, 12)
    assert Order.objects.filter(unattended=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("job_first", [True, False])
def test_what_was_told_before_the_promise_is_taken_back_and_told_again(
    bank: StubBank, job_first: bool
) -> None:
    cast = make_cast()
    row = agree(cast.anna, cast.account, cast.card)
    operations.tell_due(now=at(3, 10))
    assert told() == 1
    promise(cast, cast.anna, now=at(3, 18))
    # Seen at once, whether or not the job has run.
    seen = queries.agreement(person_id=cast.anna.pk, public_id=row.public_id, now=at(3, 18))
    assert seen.next is not None
    assert (seen.next.on, seen.next.turn, seen.turns[0].may_skip) == (UNTIL, None, False)
    assert "обещали заплатить" in turn_line(seen.turns[0])
    if job_first:
        assert operations.hold_promised(now=at(3, 18)) == 1
        assert operations.hold_promised(now=at(3, 18)) == 0
    run(4, 12)
    run(4, 13)
    turn = AutopayTurn.objects.get()
    assert (turn.state, turn.reason, Order.objects.count()) == (TurnState.STOPPED, PROMISED, 0)
    assert Entry.objects.filter(action="autopay.waits", subject_id=row.public_id).count() == 1
    run(9, 10)
    run(10, 12)
    assert (told(), Order.objects.filter(unattended=True).count()) == (2, 1)


@pytest.mark.django_db
def test_another_persons_promise_holds_nobodys_agreement(bank: StubBank) -> None:
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    Link.objects.filter(person=cast.boris).update(can_pay=True)
    promise(cast, cast.boris)
    run(3, 10)
    run(4, 12)
    assert Order.objects.filter(unattended=True).count() == 1


@pytest.mark.django_db
def test_a_promise_between_keeping_and_sending_withdraws_the_charge(
    bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    run(3, 10)
    with monkeypatch.context() as killed:
        killed.setattr(charging, "_send", lambda *_a, **_k: False)
        run(4, 12)
    assert Order.objects.get().state == "created"
    promise(cast, cast.anna, now=at(4, 13))
    for hour in (13, 14, 15):
        operations.follow_charges(now=at(4, hour))
        run(4, hour)
    assert not Order.objects.exclude(state="canceled").exists()
    assert AutopayTurn.objects.get().reason == PROMISED


@pytest.mark.django_db
def test_taken_back_it_holds_nothing_and_kept_neither(bank: StubBank) -> None:
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    made = promise(cast, cast.anna)
    by = Actor.person(cast.anna.pk)
    recall_promise(by=by, account_public_id=cast.account.public_id, promise_public_id=made, now=at(2, 9))
    assert PaymentPromise.objects.get().state == "recalled"
    run(3, 10)
    assert told() == 1
    charge(cast.account, 10_00)
    run(4, 12)
    assert Order.objects.filter(unattended=True).count() == 1


@pytest.mark.django_db
def test_the_day_that_is_said_leaves_a_whole_day_after_it_is_told_anew(bank: StubBank) -> None:
    cast = make_cast()
    row = agree(cast.anna, cast.account, cast.card)
    operations.tell_due(now=at(3, 10))
    late = at(4, 11, 55)
    promise(cast, cast.anna, until=date(2026, 12, 5), now=late)
    said = queries.agreement(person_id=cast.anna.pk, public_id=row.public_id, now=late).next
    operations.hold_promised(now=at(4, 12, 3))
    operations.tell_due(now=at(4, 12, 3))
    done = queries.agreement(person_id=cast.anna.pk, public_id=row.public_id, now=at(4, 12, 3)).next
    assert said is not None
    assert done is not None
    assert (said.on, done.on) == (date(2026, 12, 6), date(2026, 12, 6))


@pytest.mark.django_db
def test_the_next_try_that_is_told_of_is_not_before_the_promised_day(bank: StubBank) -> None:
    """Declined after the promise: the message names a day on which it will be tried, not one that is held."""
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    run(3, 10)
    operations.charge_due(now=at(4, 12))
    order = Order.objects.get(unattended=True)
    promise(cast, cast.anna, now=at(4, 12, 1))
    bank.refuse(order)
    settle(order_id=order.pk, now=at(4, 12, 5), by="test")
    operations.follow_charges(now=at(4, 12, 5))
    turn = AutopayTurn.objects.get()
    assert turn.state == TurnState.AGAIN
    said = Notice.objects.get(event="autopay_again").text
    assert "10.12.2026" in said
    assert operations.hold_promised(now=at(4, 13)) == 0
