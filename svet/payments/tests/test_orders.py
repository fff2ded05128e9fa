from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.services import Service
from svet.limits.operations import LimitReached
from svet.notices.models import Notice
from svet.payments import operations, queries, texts
from svet.payments.models import Order, OrderLine
from svet.payments.queries import OrderNotFound
from svet.payments.queries.payees import SeveralPayees, payee_of
from svet.payments.rules import AmountReason, AmountRefused
from svet.payments.rules.refusals import OrderReason
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import BASE, NOW, Family, StubBank, make_order, provider_with_requisites
from svet.people.models import Person


def begin(person: Person, lines: list[tuple[str, Money]], **details: Any) -> Order:
    given: dict[str, Any] = {"key": uuid4(), "expected_total": None} | details
    begun = operations.begin_payment(
        by=Actor.person(person.pk),
        wanted=operations.OrderRequest(lines=lines, return_url_base=BASE, **given),
        now=NOW,
    )
    return Order.objects.get(public_id=begun.public_id)


def test_one_order_holds_many_accounts(family: Family) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    assert order.total == Money(335_38)
    assert order.state == OrderState.CREATED
    assert order.number.startswith("О-")
    assert order.receipt_email == "anna@example.ru"
    assert [line.kopecks for line in order.lines.order_by("position")] == [300_00, 35_38]
    assert order.return_url == f"{BASE}/payment/orders/{order.public_id}/"


def test_the_same_key_and_lines_give_the_same_order(family: Family) -> None:
    key = uuid4()
    one = make_order(person=family.anna, lines=[(family.first, 100), (family.second, 200)], key=key)
    two = make_order(person=family.anna, lines=[(family.second, 200), (family.first, 100)], key=key)
    assert one.pk == two.pk


def test_the_same_key_with_another_body_is_a_conflict_for_ever(family: Family) -> None:
    key = uuid4()
    make_order(person=family.anna, lines=[(family.first, 100)], key=key)
    for _ in range(2):
        with pytest.raises(operations.OrderConflict) as refused:
            make_order(person=family.anna, lines=[(family.first, 200)], key=key)
        assert refused.value.reason is OrderReason.KEY_REUSED
    assert Order.objects.count() == 1


def test_two_people_may_use_the_same_key(family: Family) -> None:
    key = uuid4()
    account = make_account(provider=family.first.provider)
    make_link(person=family.vera, account=account)
    make_order(person=family.anna, lines=[(family.first, 100)], key=key)
    make_order(person=family.vera, lines=[(account, 100)], key=key)
    assert Order.objects.count() == 2


def test_a_total_that_is_not_the_one_seen_changes_nothing(family: Family) -> None:
    with pytest.raises(operations.OrderConflict) as refused:
        make_order(
            person=family.anna,
            lines=[(family.first, 300_00), (family.second, 35_38)],
            expected_total=Money(1_00),
        )
    assert refused.value.reason is OrderReason.SUM_CHANGED
    assert "Сумма изменилась" in texts.explain(refused.value)
    assert not Order.objects.exists()


@pytest.mark.parametrize("who", ["boris", "vera"])
def test_one_foreign_account_refuses_the_whole_order(family: Family, who: str) -> None:
    person = getattr(family, who)
    own = make_account(provider=family.first.provider)
    make_link(person=person, account=own)
    with pytest.raises(operations.AccountNotPayable):
        make_order(person=person, lines=[(own, 100), (family.first, 100)])
    assert not Order.objects.exists()


@pytest.mark.parametrize("hostile", ["", "1 OR 1=1", "../1", "a\x00b", "x" * 5000, "й" * 16])
def test_hostile_account_ids_are_simply_not_found(family: Family, hostile: str) -> None:
    with pytest.raises(operations.AccountNotPayable):
        begin(family.anna, [(hostile, Money(100))])


def test_boris_pays_once_he_has_the_right(family: Family) -> None:
    family.boris.refresh_from_db()
    account = make_account(provider=family.first.provider)
    make_link(person=family.boris, account=account, can_pay=True)
    assert make_order(person=family.boris, lines=[(account, 100)]).total == Money(1_00)


LineMaker = Callable[[Family], list[tuple[str, Money]]]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (lambda family: [], OrderReason.NOTHING_CHOSEN),
        (lambda family: [(f"account{n:09d}", Money(100)) for n in range(51)], OrderReason.TOO_MANY_LINES),
        (lambda family: [(family.first.public_id, Money(100))] * 2, OrderReason.TWICE),
        (
            lambda family: [
                (family.first.public_id, Money(200_000_00)),
                (family.second.public_id, Money(50_000_01)),
            ],
            OrderReason.MAX_TOTAL,
        ),
    ],
)
def test_orders_out_of_bounds_are_refused(family: Family, lines: LineMaker, reason: OrderReason) -> None:
    with pytest.raises(operations.OrderRefused) as refused:
        begin(family.anna, lines(family))
    assert refused.value.reason is reason
    assert texts.explain(refused.value)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("kopecks", "reason"),
    [
        (0, AmountReason.MIN),
        (-1, AmountReason.NEGATIVE),
        (99, AmountReason.MIN),
        (250_000_01, AmountReason.MAX),
    ],
)
def test_lines_out_of_bounds_name_their_field(family: Family, kopecks: int, reason: AmountReason) -> None:
    with pytest.raises(AmountRefused) as refused:
        begin(family.anna, [(family.first.public_id, Money(kopecks))])
    assert refused.value.reason is reason
    assert refused.value.field == f"amount-{family.first.public_id}"


def test_ten_orders_an_hour_and_no_more(family: Family) -> None:
    for _ in range(10):
        make_order(person=family.anna, lines=[(family.first, 100)])
    with pytest.raises(LimitReached):
        make_order(person=family.anna, lines=[(family.first, 100)])


def test_the_bank_gives_its_page_once_per_order(family: Family, bank: StubBank) -> None:
    key = uuid4()
    lines = [(family.first.public_id, Money(300_00))]
    one, two = begin(family.anna, lines, key=key), begin(family.anna, lines, key=key)
    assert one.pk == two.pk
    assert one.bank_page_url == two.bank_page_url
    assert one.state == OrderState.WAITING
    assert len(bank.statuses) == 1


def test_an_unknown_answer_is_asked_for_again_with_the_same_key(family: Family, bank: StubBank) -> None:
    bank.failure = Temporary("no answer")
    order = begin(family.anna, [(family.first.public_id, Money(300_00))])
    assert order.state == OrderState.SENT
    assert order.next_look_at is not None
    bank.failure = None
    operations.look_at_due_orders(now=order.next_look_at)
    order.refresh_from_db()
    assert order.state == OrderState.WAITING
    assert list(bank.keys) == [f"order-{order.public_id}"]
    assert len(bank.statuses) == 1


def test_a_refusing_bank_ends_the_order_and_the_person_hears_of_it(family: Family, bank: StubBank) -> None:
    bank.failure = Permanent("no", code="invalid_request")
    order = begin(family.anna, [(family.first.public_id, Money(300_00))])
    assert order.state == OrderState.FAILED
    assert order.next_look_at is None
    assert Notice.objects.filter(recipient_id=family.anna.recipient_id, event="payment_failed").count() == 1


def test_a_refusal_after_an_unknown_answer_is_for_a_person(family: Family, bank: StubBank) -> None:
    bank.failure = Temporary("no answer")
    order = begin(family.anna, [(family.first.public_id, Money(300_00))])
    bank.failure = Permanent("the key came with another body", code="invalid_request")
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.next_look_at) == (OrderState.REVIEW, None)
    assert not Notice.objects.exists()


def test_only_the_payer_sees_an_order(family: Family) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 100)])
    assert queries.order_for(Actor.person(family.anna.pk), public_id=order.public_id).total == Money(100)
    for person in (family.boris, family.vera):
        with pytest.raises(OrderNotFound):
            queries.order_for(Actor.person(person.pk), public_id=order.public_id)
    with pytest.raises(OrderNotFound):
        queries.order_for(Actor.anonymous(), public_id=order.public_id)


def test_a_co_holder_sees_only_the_lines_of_the_shared_account(family: Family) -> None:
    make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    (seen,) = queries.orders(account_ids=[family.first.pk])
    assert [line.account_id for line in seen.lines] == [family.first.pk]
    assert seen.total == Money(300_00)


def two_payees(family: Family, code: str = "okskaya") -> Account:
    """One more account of Anna's, of another provider."""
    other = provider_with_requisites(
        code=code, name="Окская теплосеть", inn="6200000002", time_zone="Europe/Moscow"
    )
    far = make_account(provider=other)
    make_link(person=family.anna, account=far, confirmed=True)
    return far


def test_one_order_over_two_payees_is_refused_with_who_gets_what(family: Family, bank: StubBank) -> None:
    far = two_payees(family)
    lines = [(family.first, 300_00), (far, 2_50), (family.second, 35_38)]
    with pytest.raises(operations.SeveralPayeesRefused) as refused:
        make_order(person=family.anna, lines=lines)
    assert refused.value.reason is OrderReason.SEVERAL_PAYEES
    assert [(share.provider.name, share.total.kopecks) for share in refused.value.shares] == [
        ("Уралэнергосбыт", 335_38),
        ("Окская теплосеть", 2_50),
    ]
    assert "по очереди" in texts.explain(refused.value)
    assert not Order.objects.exists()
    assert bank.keys == {}


def test_payees_in_turn_make_one_order_each_with_its_own_requisites(family: Family, bank: StubBank) -> None:
    far = two_payees(family)
    lines = [(far, 2_50), (family.first, 300_00), (family.second, 35_38)]
    first = make_order(person=family.anna, lines=lines, in_turn=True)
    assert (first.step, first.steps, first.total) == (1, 2, Money(2_50))
    assert payee_of(first).provider_id == far.provider_id
    left = queries.remainder(person_id=family.anna.pk, public_id=first.public_id)
    assert left is not None
    assert (left.payee, left.total, left.ready) == ("Уралэнергосбыт", Money(335_38), False)
    second = make_order(
        person=family.anna, lines=lines[1:], after=first.public_id, expected_total=Money(335_38)
    )
    assert (second.step, second.steps) == (2, 2)
    assert queries.remainder(person_id=family.anna.pk, public_id=first.public_id) is None


def test_three_payees_hand_the_rest_on(family: Family, bank: StubBank) -> None:
    far, third = two_payees(family), two_payees(family, "third")
    lines = [(family.first, 300_00), (far, 2_50), (third, 1_00)]
    first = make_order(person=family.anna, lines=lines, in_turn=True)
    second = make_order(person=family.anna, lines=lines[1:2], after=first.public_id)
    assert (second.step, second.steps) == (2, 3)
    assert queries.remainder(person_id=family.anna.pk, public_id=first.public_id) is None
    left = queries.remainder(person_id=family.anna.pk, public_id=second.public_id)
    assert left is not None
    assert (left.step, left.steps, [account for account, _ in left.lines]) == (3, 3, [third.public_id])
    last = make_order(person=family.anna, lines=lines[2:], after=second.public_id)
    assert (last.step, last.steps) == (3, 3)
    assert queries.remainder(person_id=family.anna.pk, public_id=second.public_id) is None


def test_two_providers_of_one_legal_entity_are_two_payees_too(family: Family, bank: StubBank) -> None:
    heat = make_account(provider=provider_with_requisites(code="heat", service=Service.HEAT))
    make_link(person=family.anna, account=heat, confirmed=True)
    with pytest.raises(operations.SeveralPayeesRefused):
        make_order(person=family.anna, lines=[(family.first, 300_00), (heat, 1_00)])


def test_an_order_of_two_payees_goes_to_nobody(family: Family, bank: StubBank) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    sent = operations.send_to_bank(order_id=order.pk, now=NOW)
    # Before there was a guard such orders could be made.
    OrderLine.objects.filter(order=order, account=family.second).update(account=two_payees(family))
    with pytest.raises(SeveralPayees):
        payee_of(order)
    bank.pay(sent)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    order.refresh_from_db()
    assert order.state == OrderState.REVIEW
    assert "several payees" in queries.orders_in_review()[0].reason
    by = Actor.staff(family.vera.pk, name="Ольга")
    with pytest.raises(operations.OrderReviewRefused):
        operations.credit_reviewed(order_public_id=order.public_id, by=by, now=NOW, comment="x")
    operations.send_back(order_public_id=order.public_id, by=by, now=NOW, comment="двум получателям")
    order.refresh_from_db()
    assert order.state == OrderState.RETURNED
    assert queries.broken() == []
