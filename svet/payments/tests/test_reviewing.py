"""A person ends what settling could not decide: credit, send back, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from svet.gateways.acquiring.port import BankState
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.ledger import queries as ledger
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries, texts
from svet.payments.models import Callback, Order, PaymentRefund
from svet.payments.operations import OrderReviewRefused, ReviewConflict, ReviewNotFound, reviewing
from svet.payments.operations.truth import Truth
from svet.payments.rules.refusals import OrderReviewReason
from svet.payments.rules.states import ON_ITS_WAY, CallbackOutcome, OrderState, RefundState
from svet.payments.tests.factories import NOW, Family, StubBank, credited, make_order, paid_back
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


@pytest.fixture
def order(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    return operations.send_to_bank(order_id=made.pk, now=NOW)


def settle(order: Order) -> Order:
    operations.settle(order_id=order.pk, now=LATER, by="test")
    return Order.objects.get(pk=order.pk)


def in_review(bank: StubBank, order: Order, **odd: Any) -> Order:
    """The bank took another sum than ordered."""
    bank.pay(order, **({"amount": Money(450_00)} | odd))
    done = settle(order)
    assert done.state == OrderState.REVIEW
    return done


def act(verb: Callable[..., Any], order: Order, by: Actor, comment: str = "сверено с выпиской") -> Order:
    verb(order_public_id=order.public_id, by=by, now=LATER, comment=comment)
    return Order.objects.get(pk=order.pk)


def balances(family: Family) -> tuple[int, int]:
    found = ledger.balances([family.first.pk, family.second.pk])
    return found[family.first.pk].kopecks, found[family.second.pk].kopecks


def test_the_desk_sees_what_why_and_since_when(family: Family, bank: StubBank, order: Order) -> None:
    in_review(bank, order)
    view = queries.orders_in_review()[0]
    assert (view.number, view.total, view.taken) == (order.number, Money(335_38), Money(450_00))
    assert view.accounts == (family.first.number, family.second.number)
    assert "45000 kopecks" in view.reason
    assert view.bank_reference == f"ref-{order.public_id}"
    assert view.age(LATER + timedelta(days=2)) == timedelta(days=2)
    assert queries.order_in_review(order.public_id) == view
    assert queries.waiting_for_a_person() == (1, 0)


def test_what_the_bank_took_is_credited_minus_what_it_gave_back(
    family: Family, bank: StubBank, order: Order, olga: Actor
) -> None:
    in_review(bank, order)
    bank.give_back(order, 50_00)
    done = act(operations.credit_reviewed, order, olga)
    assert (done.state, done.taken_kopecks, done.refunded_kopecks) == (OrderState.CREDITED, 450_00, 50_00)
    assert credited(order) - paid_back(order) == Money(400_00)
    assert sum(balances(family)) == 335_38 - 400_00
    assert queries.orders_in_review() == []
    assert queries.broken() == []
    receipt = Delivery.objects.get(event="receipt").body.replace("\u00a0", " ")
    assert "450,00" in receipt
    entry = Entry.objects.get(action="payments.order.credit")
    assert (entry.actor_name, entry.reason) == ("Ольга С.", "сверено с выпиской")
    assert queries.orders(account_ids=[family.first.pk, family.second.pk])[0].total == Money(450_00)


def test_less_than_ordered_fills_the_first_lines(
    family: Family, bank: StubBank, order: Order, olga: Actor
) -> None:
    in_review(bank, order, amount=Money(299_00))
    act(operations.credit_reviewed, order, olga)
    assert balances(family) == (1_00, 35_38)
    assert queries.broken() == []


def test_an_order_nobody_told_of_is_credited_when_the_bank_confirms_it(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    with pytest.raises(OrderReviewRefused) as refused:
        act(operations.credit_reviewed, order, olga)
    assert refused.value.reason is OrderReviewReason.NOTHING_TAKEN
    bank.pay(order)
    assert act(operations.credit_reviewed, order, olga).state == OrderState.CREDITED


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"currency": "USD"}, OrderReviewReason.OTHER_CURRENCY),
        ({"order_id": "somebodyelses000"}, OrderReviewReason.OTHER_ORDER),
        ({"refunded": Money(1)}, OrderReviewReason.BANK_UNCLEAR),
        ({"state": BankState.PENDING}, OrderReviewReason.NOTHING_TAKEN),
    ],
)
def test_what_the_bank_does_not_confirm_is_not_credited(
    bank: StubBank, order: Order, olga: Actor, odd: dict[str, Any], reason: OrderReviewReason
) -> None:
    in_review(bank, order)
    bank.pay(order, **odd)
    with pytest.raises(OrderReviewRefused) as refused:
        act(operations.credit_reviewed, order, olga)
    assert refused.value.reason is reason
    assert texts.explain(refused.value)
    assert credited(order) == Money(0)
    assert Order.objects.get().state == OrderState.REVIEW


def test_a_silent_bank_credits_and_returns_nothing(bank: StubBank, order: Order, olga: Actor) -> None:
    in_review(bank, order)
    bank.failure = Temporary("no answer")
    for verb in (operations.credit_reviewed, operations.send_back, operations.cancel_reviewed):
        with pytest.raises(operations.BankUnavailable):
            act(verb, order, olga)
    assert not PaymentRefund.objects.exists()
    assert Order.objects.get().state == OrderState.REVIEW


def test_what_is_left_is_sent_back_once(family: Family, bank: StubBank, order: Order, olga: Actor) -> None:
    in_review(bank, order)
    bank.give_back(order, 50_00)
    done = act(operations.send_back, order, olga)
    assert (done.state, done.refunded_kopecks) == (OrderState.RETURNED, 450_00)
    assert [refund.amount for refund in bank.returned] == [Money(50_00), Money(400_00)]
    assert balances(family) == (300_00, 35_38)
    assert Notice.objects.filter(event="payment_refunded").count() == 1
    assert queries.broken() == []
    assert queries.in_transit([family.first.pk]) == {}
    with pytest.raises(ReviewConflict):
        act(operations.send_back, order, olga)
    assert len(bank.returned) == 2


@pytest.mark.parametrize("verb", [operations.credit_reviewed, operations.send_back])
def test_a_refund_made_between_the_banks_answer_and_the_lock_decides(
    verb: Callable[..., Any], bank: StubBank, order: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague's refund that the answer did not know yet: no second one, and no credit beside it."""
    in_review(bank, order)
    left = reviewing._left

    def colleague_meanwhile(asked: Order, truth: Truth) -> Money:
        rest = left(asked, truth)
        PaymentRefund.objects.create(
            order=asked,
            state=RefundState.DONE,
            reference=bank.give_back(order, 450_00).reference,
            kopecks=450_00,
            known_at=LATER,
            by="staff: Пётр",
        )
        return rest

    monkeypatch.setattr(reviewing, "_left", colleague_meanwhile)
    with pytest.raises(ReviewConflict) as refused:
        act(verb, order, olga)
    assert refused.value.reason == OrderReviewReason.DECIDED
    assert (len(bank.returned), credited(order)) == (1, Money(0))
    assert PaymentRefund.objects.filter(state__in=[*ON_ITS_WAY, RefundState.REFUSED]).count() == 0


def test_only_money_that_was_taken_is_on_its_way_while_a_person_decides(
    family: Family, bank: StubBank, order: Order
) -> None:
    accounts = [family.first.pk, family.second.pk]
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    order.refresh_from_db()
    assert (order.state, order.taken_kopecks) == (OrderState.REVIEW, None)
    assert queries.in_transit(accounts) == {}
    other = make_order(person=family.anna, lines=[(family.first, 1_00)])
    operations.send_to_bank(order_id=other.pk, now=NOW)
    other.refresh_from_db()
    in_review(bank, other, amount=Money(2_00))
    assert queries.in_transit(accounts) == {family.first.pk: Money(1_00)}


def test_a_lost_answer_is_asked_for_again_and_never_gives_twice(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    in_review(bank, order)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "status", StatusOnly(bank))
        with pytest.raises(operations.BankUnavailable):
            act(operations.send_back, order, olga)
    assert PaymentRefund.objects.get().state == RefundState.UNKNOWN
    assert queries.orders_in_review()[0].refund_asked
    bank.failure = None
    with pytest.raises(ReviewConflict) as refused:
        act(operations.credit_reviewed, order, olga)
    assert refused.value.reason in (OrderReviewReason.REFUND_ASKED, OrderReviewReason.DECIDED)
    operations.look_at_asked_refunds(now=LATER + timedelta(minutes=2))
    assert Order.objects.get().state == OrderState.RETURNED
    assert len(bank.returned) == 1
    assert credited(order) == Money(0)


class StatusOnly:
    """Tells the state of payments whatever else fails."""

    def __init__(self, bank: StubBank) -> None:
        self.bank = bank

    def __call__(self, *, reference: str, patience: float = 0) -> Any:
        return self.bank.statuses[reference]


def ask_and_lose(bank: StubBank, order: Order, olga: Actor, *, made: bool) -> None:
    """Send back; the answer is lost, whether or not the bank did it."""
    bank.failure, bank.loses_answers = Temporary("lost"), made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "status", StatusOnly(bank))
        with pytest.raises(operations.BankUnavailable):
            act(operations.send_back, order, olga)
    bank.failure = None


@pytest.mark.parametrize("made", [True, False])
def test_after_a_day_the_list_of_the_bank_decides(
    bank: StubBank, order: Order, olga: Actor, made: bool
) -> None:
    in_review(bank, order)
    ask_and_lose(bank, order, olga, made=made)
    operations.look_at_asked_refunds(now=LATER + timedelta(days=2))
    refund = PaymentRefund.objects.get()
    assert refund.state == (RefundState.DONE if made else RefundState.REFUSED)
    assert Order.objects.get().state == (OrderState.RETURNED if made else OrderState.REVIEW)
    assert len(bank.returned) == int(made)
    if not made:
        # It may be tried again, by a refund of its own.
        assert act(operations.send_back, order, olga).state == OrderState.RETURNED
        assert len(bank.returned) == 1


def test_a_callback_that_comes_before_the_banks_answer_finds_our_refund(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    in_review(bank, order)
    ask_and_lose(bank, order, olga, made=True)
    assert settle(order).state == OrderState.RETURNED
    assert PaymentRefund.objects.get().state == RefundState.DONE


def test_what_is_being_sent_back_is_not_credited_by_a_callback(
    bank: StubBank, order: Order, olga: Actor
) -> None:
    in_review(bank, order)
    ask_and_lose(bank, order, olga, made=False)
    bank.pay(order, amount=Money(335_38))
    assert settle(order).state == OrderState.REVIEW
    assert credited(order) == Money(0)


def test_a_refusing_bank_leaves_the_order_in_review(
    bank: StubBank, order: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_review(bank, order)
    from svet.gateways.failures import Permanent

    def refuse(**asked: Any) -> Any:
        raise Permanent("no", code="forbidden")

    monkeypatch.setattr(bank, "refund", refuse)
    with pytest.raises(OrderReviewRefused) as refused:
        act(operations.send_back, order, olga)
    assert refused.value.reason is OrderReviewReason.BANK_REFUSED
    assert "forbidden" in texts.explain(refused.value)
    assert Order.objects.get().state == OrderState.REVIEW


def test_all_of_it_given_back_at_the_bank_ends_the_review_by_itself(bank: StubBank, order: Order) -> None:
    in_review(bank, order)
    bank.give_back(order, 450_00)
    assert settle(order).state == OrderState.RETURNED
    assert queries.broken() == []


def test_an_order_without_money_is_closed_and_one_with_money_is_not(
    family: Family, bank: StubBank, order: Order, olga: Actor
) -> None:
    operations.look_at_due_orders(now=NOW + timedelta(days=9))
    with pytest.raises(OrderReviewRefused):
        act(operations.cancel_reviewed, order, olga)
    bank.refuse(order)
    assert act(operations.cancel_reviewed, order, olga).state == OrderState.CANCELED
    lost = make_order(person=family.anna, lines=[(family.first, 1_00)])
    bank.failure = Temporary("no answer")
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=lost.pk, now=NOW)
    operations.look_at_due_orders(now=NOW + timedelta(days=2))
    # The bank never gave it a name: the person has looked by hand.
    assert act(operations.cancel_reviewed, lost, olga).state == OrderState.CANCELED


@pytest.mark.parametrize("verb", ["credit_reviewed", "send_back", "cancel_reviewed"])
def test_only_staff_with_a_reason_and_only_what_is_in_review(
    family: Family, bank: StubBank, order: Order, olga: Actor, verb: str
) -> None:
    do = getattr(operations, verb)
    with pytest.raises(ReviewConflict):
        act(do, order, olga)
    in_review(bank, order)
    for by, comment in ((Actor.person(family.anna.pk), "x"), (olga, "  "), (olga, "x" * 301)):
        with pytest.raises(OrderReviewRefused) as refused:
            act(do, order, by, comment)
        assert texts.explain(refused.value)
    for strange in ("", "\0" * 16, "0" * 16):
        with pytest.raises(ReviewNotFound):
            do(order_public_id=strange, by=olga, now=LATER, comment="x")
    assert not bank.returned


def test_a_callback_is_closed_once_with_who_and_why(olga: Actor, family: Family, bank: StubBank) -> None:
    row = Callback.objects.create(
        raw=b'{"object":{"amount":{"value":"12.50","currency":"RUB"}}}',
        received_at=NOW,
        outcome=CallbackOutcome.UNKNOWN,
        event="payment.odd",
        reference="r",
    )
    view = queries.open_callback(row.pk)
    assert view is not None
    assert (view.kind, view.money, view.bank_reference) == (CallbackOutcome.UNKNOWN, Money(12_50), "r")
    operations.close_callback(callback_id=row.pk, by=olga, now=LATER, comment="спросили банк")
    assert queries.open_callbacks() == []
    row.refresh_from_db()
    assert (row.closed_by, row.closed_comment, row.closed_at) == ("Ольга С.", "спросили банк", LATER)
    with pytest.raises(Refused):
        operations.close_callback(callback_id=row.pk, by=olga, now=LATER, comment="снова")
    with pytest.raises(ReviewNotFound):
        operations.close_callback(callback_id=row.pk + 1, by=olga, now=LATER, comment="нет такого")
