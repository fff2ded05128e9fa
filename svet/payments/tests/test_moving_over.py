"""Who paid a wrong account of their own moves the money: at once, or signed by a member; never another's."""

from __future__ import annotations

from typing import Any

import pytest

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.notices.models import Notice
from svet.payments import queries
from svet.payments.models import MoneyAct, Order
from svet.payments.operations import acts
from svet.payments.operations.moving_over import MoveOffer, move_over, offer_move
from svet.payments.queries import OrderNotFound
from svet.payments.rules.misdirected import MoveConflict, MoveReason, MoveRefused
from svet.payments.tests.factories import Family, StubBank, make_order, owe
from svet.payments.tests.test_asking_back import LATER, offer, owes, pay
from svet.people.models import Person
from svet.people.tests.factories import make_person


def seen(order: Order, person: Person) -> MoveOffer:
    return offer_move(by=Actor.person(person.pk), order_public_id=order.public_id)


def move(order: Order, person: Person, from_: Account, to: Account, kopecks: int, **changes: Any) -> bool:
    return move_over(
        by=Actor.person(person.pk),
        order_public_id=order.public_id,
        from_=from_.public_id,
        to=to.public_id,
        kopecks=kopecks,
        shown=changes.get("shown") or seen(order, person).shown,
        now=LATER,
    )


def refused(order: Order, person: Person, from_: Account, to: Account, kopecks: int) -> Any:
    before = Posting.objects.count(), MoneyAct.objects.count()
    with pytest.raises(MoveRefused) as error:
        move(order, person, from_, to, kopecks)
    assert (Posting.objects.count(), MoneyAct.objects.count()) == before
    return error.value.reason


def test_what_is_overpaid_is_moved_at_once(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    line = seen(order, family.anna).lines[0]
    assert (line.left, line.at_once) == (Money(335_38), Money(35_38))
    assert move(order, family.anna, family.first, family.second, 35_38) is False
    assert (owes(family.first), owes(family.second)) == (0, 0)
    assert queries.broken() == []
    assert queries.broken_books() == []
    told = Notice.objects.filter(event="money_moved", recipient_id=family.anna.recipient_id)
    assert sorted(notice.title for notice in told) == [
        "Деньги перенесены на другой счёт",
        "На счёт перенесены деньги",
    ]
    assert not Notice.objects.filter(event__in=["balance_changed", "move_signed"]).exists()
    # What was moved is neither moved nor given back a second time.
    owe(family.first, -1000_00)
    assert seen(order, family.anna).lines[0].left == Money(300_00)
    assert offer(order, family.anna).most == Money(300_00)


def test_what_would_leave_a_debt_waits_for_a_member(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    assert move(order, family.anna, family.first, family.second, 35_38) is True
    assert (owes(family.first), owes(family.second)) == (0, 35_38)
    # Asked for once: it is not left any more.
    assert refused(order, family.anna, family.first, family.second, 264_63) is MoveReason.ABOVE
    (act,) = MoneyAct.objects.all()
    olga = Actor.staff(make_person().pk, name="Ольга")
    shown = acts.preview_waiting(by=olga, act_public_id=act.public_id)
    assert (shown.after, shown.to_after) == (Money(35_38), Money(0))
    acts.sign_act(by=olga, act_public_id=act.public_id, shown=shown.shown, now=LATER)
    assert (owes(family.first), owes(family.second)) == (35_38, 0)
    assert queries.broken() == []
    told = Notice.objects.get(event="move_signed")
    assert (told.recipient_id, told.url) == (family.anna.recipient_id, f"/payment/orders/{order.public_id}/")


def test_a_request_that_is_turned_down_is_left_again(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    move(order, family.anna, family.first, family.second, 35_38)
    olga = Actor.staff(make_person().pk, name="Ольга")
    act = MoneyAct.objects.get()
    acts.refuse_act(by=olga, act_public_id=act.public_id, reason="не то", now=LATER)
    assert seen(order, family.anna).lines[0].left == Money(300_00)
    assert Notice.objects.get(event="move_refused").recipient_id == family.anna.recipient_id


def test_what_is_undone_is_left_again(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    move(order, family.anna, family.first, family.second, 35_38)
    olga = Actor.staff(make_person().pk, name="Ольга")
    act = MoneyAct.objects.get()
    shown = acts.preview_undo(by=olga, act_public_id=act.public_id, now=LATER).shown
    acts.undo_act(by=olga, act_public_id=act.public_id, reason="ошибка", shown=shown, now=LATER)
    assert (owes(family.first), seen(order, family.anna).lines[0].left) == (-35_38, Money(335_38))


def test_an_owner_moves_nothing_of_what_a_relative_overpaid(family: Family, bank: StubBank) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    annas = pay(bank, family.anna, family.first, 300_00)
    boriss = pay(bank, family.boris, family.first, 400_00)
    assert seen(annas, family.anna).lines[0].at_once == Money(0)
    with pytest.raises(OrderNotFound):
        seen(boriss, family.anna)
    # Boris may not pay for the other account.
    assert refused(boriss, family.boris, family.first, family.second, 1_00) is MoveReason.TO


def test_each_no_has_its_reason(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    far = make_account(provider=make_provider(code="okskaya", name="Окская теплосеть"))
    make_link(person=family.anna, account=far, confirmed=True)
    strange = make_account(provider=family.first.provider)
    for from_, to, kopecks, reason in (
        (family.first, family.first, 1_00, MoveReason.SAME),
        (family.first, far, 1_00, MoveReason.OTHER_PROVIDER),
        (family.first, strange, 1_00, MoveReason.TO),
        (strange, family.first, 1_00, MoveReason.FROM),
        (family.second, family.first, 1_00, MoveReason.FROM),
        (family.first, family.second, 0, MoveReason.SUM),
        (family.first, family.second, 335_39, MoveReason.ABOVE),
    ):
        assert refused(order, family.anna, from_, to, kopecks) is reason
    made = make_order(person=family.anna, lines=[(family.first, 1_00)])
    assert refused(made, family.anna, family.first, family.second, 1_00) is MoveReason.NOT_CREDITED
    with pytest.raises(OrderNotFound):
        seen(order, family.vera)


def test_a_large_debt_is_no_request_of_the_page(family: Family, bank: StubBank) -> None:
    owe(family.first, 100_000_00)
    order = pay(bank, family.anna, family.first, 100_300_00)
    reason = refused(order, family.anna, family.first, family.second, 50_000_00)
    assert reason is MoveReason.TOO_MUCH


def test_what_was_not_shown_is_not_moved(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 335_38)
    shown = seen(order, family.anna).shown
    move(order, family.anna, family.first, family.second, 10_00, shown=shown)
    with pytest.raises(MoveConflict):
        move(order, family.anna, family.first, family.second, 10_00, shown=shown)
    assert ledger.balance(family.second.pk).kopecks == 25_38
