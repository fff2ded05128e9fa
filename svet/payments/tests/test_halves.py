"""What is above a limit does not pass in halves, nor by one's own hand; requests without money end."""

from __future__ import annotations

from typing import Any

import pytest

from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import MoneyAct, PaymentRefund
from svet.payments.operations import acts, giving_back
from svet.payments.rules.giving_back import NewRefund, RefundReason, RefundRefused
from svet.payments.rules.misdirected import MoveReason, MoveRefused
from svet.payments.rules.overpaid import BackReason
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, owe
from svet.payments.tests.test_asking_back import LATER, ask, offer, owes, pay, work
from svet.payments.tests.test_giving_back import sign, write
from svet.payments.tests.test_moving_over import move
from svet.people.tests.factories import make_person


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def test_the_accounts_of_one_payment_given_back_one_by_one_are_one_sum(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    made = make_order(person=family.anna, lines=[(family.first, 900_00), (family.second, 900_00)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    whole = {family.first.public_id: 600_00, family.second.public_id: 600_00}
    seen = giving_back.preview_refund(
        by=olga, order_public_id=made.public_id, new=NewRefund(whole, "Заявление № 7"), now=LATER
    )
    assert seen.by_two
    halves = [write(made, NewRefund({account: 600_00}, "Заявление № 7"), by=olga).waits for account in whole]
    assert halves == [False, True]


def test_a_large_debt_is_not_left_behind_in_halves(family: Family, bank: StubBank, olga: Actor) -> None:
    owe(family.first, 100_000_00)
    order = pay(bank, family.anna, family.first, 100_300_00)
    assert move(order, family.anna, family.first, family.second, 600_00) is True
    with pytest.raises(MoveRefused) as refused:
        move(order, family.anna, family.first, family.second, 600_00)
    assert (refused.value.reason, refused.value.details["most"]) == (MoveReason.TOO_MUCH, Money(400_00))
    act = MoneyAct.objects.get()
    shown = acts.preview_waiting(by=olga, act_public_id=act.public_id).shown
    acts.sign_act(by=olga, act_public_id=act.public_id, shown=shown, now=LATER)
    with pytest.raises(MoveRefused) as refused:
        move(order, family.anna, family.first, family.second, 600_00)
    assert refused.value.reason is MoveReason.TOO_MUCH
    assert move(order, family.anna, family.first, family.second, 400_00) is True


def test_nobody_gives_back_their_own_payment(family: Family, bank: StubBank, olga: Actor) -> None:
    order = pay(bank, family.anna, family.first, 2_000_00)
    herself = Actor.staff(family.anna.pk, name="Анна")
    small = NewRefund({family.first.public_id: 100_00}, "Заявление № 7")
    with pytest.raises(RefundRefused) as error:
        giving_back.preview_refund(by=herself, order_public_id=order.public_id, new=small, now=LATER)
    assert error.value.reason is RefundReason.OWN_PAYMENT
    with pytest.raises(RefundRefused) as error:
        giving_back.write_refund(
            by=herself,
            order_public_id=order.public_id,
            new=small,
            reason="ошибся счётом",
            shown="",
            now=LATER,
        )
    assert error.value.reason is RefundReason.OWN_PAYMENT
    large = write(order, NewRefund({family.first.public_id: 1_500_00}, "Заявление № 8"), by=olga)
    with pytest.raises(RefundRefused) as error:
        sign(large, by=herself)
    assert error.value.reason is RefundReason.OWN_PAYMENT


def test_a_request_ends_when_the_bank_has_given_the_money_back_by_itself(
    family: Family, bank: StubBank, settings: Any
) -> None:
    settings.REFUND_ALONE = 0
    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 500_00))
    bank.give_back(order, 200_00)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    # So much is still there: it waits on.
    assert PaymentRefund.objects.filter(state="to_sign").count() == 1
    bank.give_back(order, 400_00)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    assert list(PaymentRefund.objects.exclude(key="").values_list("state", flat=True)) == ["withdrawn"]
    assert offer(order, family.anna).reason is not BackReason.WAITS
    (said,) = Notice.objects.filter(event="refund_declined")
    assert "остались" not in said.text
    work()
    assert len(bank.returned) == 2
    assert owes(family.first) == 100_00
    assert queries.broken() + queries.broken_refunds() + queries.broken_books() == []
