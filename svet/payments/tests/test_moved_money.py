"""What a payer has moved, or asked for, leaves once: not by a refund, dispute or late signature too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import Callback, Chargeback, MoneyAct, Order, RefundRequest
from svet.payments.operations import acts, giving_back
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.operations.restored import distrust
from svet.payments.queries.refunds import lines_of_payment
from svet.payments.rules.acts import (
    MoneyActKind,
    MoneyActReason,
    MoneyActRefused,
    MoneyActState,
    NewMoneyAct,
)
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.giving_back import NewRefund, RefundReason, RefundRefused
from svet.payments.rules.misdirected import MoveReason
from svet.payments.rules.overpaid import BackReason
from svet.payments.tests.factories import Family, StubBank, owe
from svet.payments.tests.test_asking_back import LATER, ask, offer, owes, pay, refused, told, work
from svet.payments.tests.test_moving_over import move, seen
from svet.payments.tests.test_moving_over import refused as move_refused
from svet.people.models import Person
from svet.people.tests.factories import make_person

DAY = date(2026, 11, 22)


@pytest.fixture
def boris(family: Family) -> Person:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    return family.boris


@pytest.fixture
def mine(family: Family, boris: Person) -> Account:
    """Boris's own account with the same supplier."""
    account = make_account(provider=family.first.provider)
    make_link(person=boris, account=account, confirmed=True)
    return account


@pytest.fixture
def olga(family: Family) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга")


@pytest.fixture
def moved(family: Family, bank: StubBank, boris: Person, mine: Account) -> Order:
    """Anna's debt is paid; Boris has paid 400 roubles more and moved them to his own account."""
    pay(bank, family.anna, family.first, 300_00)
    order = pay(bank, boris, family.first, 400_00)
    assert move(order, boris, family.first, mine, 400_00) is False
    return order


def dispute(order: Order, kopecks: int, *, by: Actor) -> str:
    new = NewChargeback("CB-1", kopecks, DAY, date(2026, 12, 10))
    return keep_chargeback(by=by, order_public_id=order.public_id, new=new, reason="письмо", now=LATER)


def lose(chargeback: str, *, by: Actor) -> None:
    end_chargeback(
        by=by, chargeback_public_id=chargeback, won=False, on=DAY, reason="письмо банка", now=LATER
    )


def undo(*, by: Actor) -> None:
    act = MoneyAct.objects.get()
    shown = acts.preview_undo(by=by, act_public_id=act.public_id, now=LATER).shown
    acts.undo_act(by=by, act_public_id=act.public_id, reason="ошибка", shown=shown, now=LATER)


def sign(*, by: Actor) -> None:
    act = MoneyAct.objects.get(of_order__isnull=False)
    shown = acts.preview_waiting(by=by, act_public_id=act.public_id).shown
    acts.sign_act(by=by, act_public_id=act.public_id, shown=shown, now=LATER)


def not_signed(*, by: Actor) -> Any:
    with pytest.raises(MoneyActRefused) as error:
        sign(by=by)
    return error.value.reason


def grant(account: Account, kind: MoneyActKind, kopecks: int, *, by: Actor) -> str:
    new = NewMoneyAct(kind, kopecks, "решение 1", DAY)
    shown = acts.preview_act(by=by, account_public_id=account.public_id, new=new, now=LATER).shown
    return acts.write_act(
        by=by, account_public_id=account.public_id, new=new, reason="решение", shown=shown, now=LATER
    ).public_id


def test_a_lost_dispute_about_moved_money_is_not_the_owners(
    family: Family, moved: Order, mine: Account, olga: Actor
) -> None:
    lose(dispute(moved, 400_00, by=olga), by=olga)
    assert (owes(family.first), owes(mine)) == (0, -400_00)
    # Nobody is charged for it by itself: a person has it before them.
    assert Callback.objects.filter(order=moved, event="svet.chargeback_above_payment").count() == 1
    assert queries.broken() + queries.broken_refunds() + queries.broken_books() == []


def test_an_open_dispute_takes_what_an_undone_move_brings_back(
    family: Family, moved: Order, mine: Account, olga: Actor
) -> None:
    chargeback = dispute(moved, 400_00, by=olga)
    undo(by=olga)
    assert Chargeback.objects.get().above_kopecks == 0
    lose(chargeback, by=olga)
    assert (owes(family.first), owes(mine)) == (0, 0)
    assert queries.broken() + queries.broken_refunds() + queries.broken_books() == []


def test_what_the_bank_gave_back_of_moved_money_is_not_the_owners(
    family: Family, moved: Order, mine: Account, bank: StubBank
) -> None:
    bank.give_back(moved, 400_00)
    operations.settle(order_id=moved.pk, now=LATER, by="test")
    assert (owes(family.first), owes(mine)) == (0, -400_00)
    assert Callback.objects.filter(order=moved, event="svet.refund_above_payment").count() == 1
    assert queries.broken() + queries.broken_refunds() + queries.broken_books() == []


def test_staff_give_no_moved_money_back(family: Family, moved: Order, olga: Actor) -> None:
    assert [line.left for line in lines_of_payment(moved.public_id)] == [Money(0)]
    new = NewRefund({family.first.public_id: 1_00}, "заявление 1")
    with pytest.raises(RefundRefused) as error:
        giving_back.preview_refund(by=olga, order_public_id=moved.public_id, new=new, now=LATER)
    assert error.value.reason is RefundReason.ABOVE_LEFT


def test_verify_tells_of_money_that_left_twice(moved: Order) -> None:
    assert queries.broken_refunds() == []
    MoneyAct.objects.update(kopecks=400_01)
    assert any(moved.number in one for one in queries.broken_refunds())


def test_what_the_bank_took_back_is_not_moved_by_a_late_signature(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    assert move(order, family.anna, family.first, family.second, 300_00) is True
    # Nor may the desk give back what is asked for elsewhere.
    assert [line.left for line in lines_of_payment(order.public_id)] == [Money(0)]
    bank.give_back(order, 1_00)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    assert MoneyAct.objects.get().state == MoneyActState.REFUSED
    assert (owes(family.first), owes(family.second)) == (1_00, 35_38)
    assert queries.broken() + queries.broken_refunds() == []


def test_a_dispute_ends_a_move_that_waits(family: Family, bank: StubBank, olga: Actor) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    move(order, family.anna, family.first, family.second, 200_00)
    dispute(order, 150_00, by=olga)
    assert MoneyAct.objects.get().state == MoneyActState.REFUSED
    assert Chargeback.objects.get().above_kopecks == 0


def test_beside_a_dispute_that_leaves_room_a_move_waits_on(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    move(order, family.anna, family.first, family.second, 100_00)
    dispute(order, 150_00, by=olga)
    assert not_signed(by=olga) is MoneyActReason.MOVE_DISPUTED


def test_a_move_is_signed_only_of_what_is_left_and_by_right(
    family: Family, bank: StubBank, boris: Person, mine: Account, olga: Actor
) -> None:
    order = pay(bank, boris, family.first, 300_00)
    assert move(order, boris, family.first, mine, 300_00) is True
    Account.objects.filter(pk=mine.pk).update(closed_on=DAY)
    assert not_signed(by=olga) is MoneyActReason.MOVE_CLOSED
    Account.objects.filter(pk=mine.pk).update(closed_on=None)
    Link.objects.filter(person=boris, account=family.first).update(can_pay=False)
    assert not_signed(by=olga) is MoneyActReason.MOVE_NO_RIGHT
    Link.objects.filter(person=boris, account=family.first).update(can_pay=True)
    MoneyAct.objects.update(kopecks=300_01)
    assert not_signed(by=olga) is MoneyActReason.MOVE_NOT_LEFT
    MoneyAct.objects.update(kopecks=300_00)
    sign(by=olga)
    assert (owes(family.first), owes(mine)) == (300_00, -300_00)


def test_two_signatures_give_nobody_anothers_overpayment(
    family: Family, bank: StubBank, boris: Person, olga: Actor, settings: Any
) -> None:
    settings.REFUND_ALONE = 0
    annas = pay(bank, family.anna, family.first, 800_00)
    ask(annas, family.anna, (family.first, 500_00))
    owe(family.first, 500_00)
    boriss = pay(bank, boris, family.first, 500_00)
    # Her request holds nothing of his.
    assert offer(boriss, boris).most == Money(500_00)
    request = RefundRequest.objects.get()
    with pytest.raises(RefundRefused) as error:
        giving_back.preview_waiting_refund(by=olga, refund_public_id=request.public_id, now=LATER)
    assert error.value.reason is RefundReason.NOT_OVERPAID
    assert ask(boriss, boris, (family.first, 500_00)) is True
    second = RefundRequest.objects.latest("pk").public_id
    for name in ("Иван", "Пётр"):
        by = Actor.staff(make_person(first_name=name).pk, name=name)
        shown = giving_back.preview_waiting_refund(by=by, refund_public_id=second, now=LATER).shown
        giving_back.sign_refund(by=by, refund_public_id=second, shown=shown, now=LATER)
    work()
    assert [one.payment for one in bank.returned] == [f"ref-{boriss.public_id}"]
    assert queries.broken() + queries.broken_refunds() == []


def test_an_undone_move_may_be_moved_and_asked_back_again(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    move(order, family.anna, family.first, family.second, 35_38)
    undo(by=olga)
    line = seen(order, family.anna).lines[0]
    assert (line.left, line.at_once) == (Money(335_38), Money(35_38))
    assert offer(order, family.anna).most == Money(35_38)


def test_a_later_payment_that_was_moved_away_is_later_no_more(family: Family, bank: StubBank) -> None:
    first = pay(bank, family.anna, family.first, 300_00)
    second = pay(bank, family.anna, family.first, 400_00)
    move(second, family.anna, family.first, family.second, 400_00)
    owe(family.first, -100_00)
    assert offer(first, family.anna).most == Money(100_00)
    assert offer(second, family.anna).reason is BackReason.MOVED


def test_what_is_disputed_and_not_lost_is_still_the_later_payers(
    family: Family, bank: StubBank, boris: Person, olga: Actor
) -> None:
    annas = pay(bank, family.anna, family.first, 300_00)
    dispute(pay(bank, boris, family.first, 400_00), 400_00, by=olga)
    assert offer(annas, family.anna).reason is BackReason.LATER_PAYMENT


@pytest.mark.parametrize(
    ("kind", "kopecks"), [(MoneyActKind.BENEFIT, 200_00), (MoneyActKind.CORRECTION, -200_00)]
)
def test_what_was_granted_to_an_account_is_no_payers_by_rule(
    family: Family, bank: StubBank, boris: Person, olga: Actor, kind: MoneyActKind, kopecks: int
) -> None:
    annas = pay(bank, family.anna, family.first, 100_00)
    boriss = pay(bank, boris, family.first, 250_00)
    act = grant(family.first, kind, kopecks, by=olga)
    # 50 roubles too much are of his payment; of the other 200 nobody's.
    assert offer(boriss, boris).most == Money(50_00)
    ask(boriss, boris, (family.first, 50_00))
    work()
    assert refused(boriss, boris, (family.first, 1_00)) is BackReason.BY_STAFF
    assert refused(annas, family.anna, (family.first, 1_00)) is BackReason.LATER_PAYMENT
    # Nor is it moved at once.
    assert {line.at_once for line in seen(boriss, boris).lines} == {Money(0)}
    # Taken back, it is as if it had never been; whoever pays after it has their own.
    shown = acts.preview_undo(by=olga, act_public_id=act, now=LATER).shown
    acts.undo_act(by=olga, act_public_id=act, reason="ошибка", shown=shown, now=LATER)
    later = pay(bank, boris, family.first, 70_00, now=LATER + timedelta(minutes=5))
    now = LATER + timedelta(minutes=6)
    assert offer(later, boris, now=now).most == Money(70_00)


def test_nothing_is_moved_to_a_closed_account(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    Account.objects.filter(pk=family.second.pk).update(closed_on=date(2026, 10, 1))
    assert move_refused(order, family.anna, family.first, family.second, 10_00) is MoveReason.CLOSED


def test_a_request_that_only_waits_is_called_so(family: Family, bank: StubBank, settings: Any) -> None:
    settings.REFUND_ALONE = 0
    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 500_00))
    assert offer(order, family.anna).reason is BackReason.WAITS
    # After a restore it is taken down, though nobody declined it.
    distrust(now=LATER)
    assert told("refund_declined") == [family.anna.recipient_id]
    said = Notice.objects.get(event="refund_declined")
    assert "одобрен" not in f"{said.title} {said.text}"
