"""One «Оплатить» over several payees: a part goes on by itself only after the one before is credited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways import acquiring
from svet.gateways.acquiring.port import (
    BankOrder,
    BankPage,
    BankReason,
    BankState,
    BankStatus,
    StoredCard,
)
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.limits.models import Bucket
from svet.payments import operations, queries, texts
from svet.payments.models import BoundCard, Order, PaymentSeries, Shop
from svet.payments.operations.requests import OrderRequest
from svet.payments.queries import SeriesView
from svet.payments.rules.parts import PartAct, SeriesNeed
from svet.payments.rules.refusals import OrderReason
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import (
    BASE,
    NOW,
    Family,
    StubBank,
    credited,
    make_card,
    owe,
    paid_back,
    provider_with_requisites,
)
from svet.payments.tests.test_shops import BY, add_oka
from svet.people.models import Person
from tests.jobs import run_jobs

LATER = NOW + timedelta(seconds=30)


@dataclass
class RowBank(StubBank):
    """A bank that charges the cards it keeps, and keeps one when it is asked to."""

    charges: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, BankOrder] = field(default_factory=dict)
    declines: BankReason | None = None
    slow: bool = False

    def create(self, *, order: BankOrder, patience: float = 10.0) -> BankPage:
        page = super().create(order=order, patience=patience)
        assert self.bodies.setdefault(order.key, order) == order, "the same key with another body"
        status = self.statuses[page.reference]
        if order.card and status.state is BankState.PENDING and not self.slow:
            if self.declines:
                self.statuses[page.reference] = replace(
                    status, state=BankState.CANCELED, reason=self.declines
                )
            else:
                self.charges[order.order_id] += 1
                self.statuses[page.reference] = replace(status, state=BankState.PAID, paid_at=NOW)
        return replace(page, url="") if order.card else page

    def pays(self, order: Order, *, saved: bool = True) -> None:
        """The person typed a card on the page."""
        order.refresh_from_db()
        kept = self.bodies[f"order-{order.public_id}"].keep_card and saved
        card = StoredCard(f"method-{order.public_id}", "Мир", "2987", "12/30") if kept else None
        self.pay(order, card=card)

    def charged(self, order: Order) -> None:
        """The bank makes up its mind about a charge."""
        self.pay(order)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> RowBank:
    stub = RowBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@dataclass
class House:
    """Anna owes light 300,00 ₽, heat 20,00 ₽ and water 30,00 ₽: three payees behind one shop."""

    family: Family
    light: Account
    heat: Account
    water: Account

    @property
    def by(self) -> Actor:
        return Actor.person(self.family.anna.pk)

    def wanted(self, *, payees: int = 3, **details: Any) -> OrderRequest:
        sums = [(self.light, 300_00), (self.heat, 20_00), (self.water, 30_00)][:payees]
        values: dict[str, Any] = {
            "lines": [(account.public_id, Money(kopecks)) for account, kopecks in sums],
            "key": uuid4(),
            "expected_total": None,
            "return_url_base": BASE,
            "in_row": True,
        }
        return OrderRequest(**(values | details))

    def press(self, *, now: datetime = NOW, **details: Any) -> Order:
        begun = operations.begin_payment(by=self.by, wanted=self.wanted(**details), now=now)
        return Order.objects.get(public_id=begun.public_id)

    def parts(self) -> list[Order]:
        """The last try of each part."""
        return list({order.step: order for order in Order.objects.order_by("step", "attempt")}.values())

    def states(self) -> list[str]:
        return [order.state for order in self.parts()]

    def view(self, *, now: datetime = LATER) -> SeriesView:
        found = queries.series_of(
            person_id=self.family.anna.pk, public_id=Order.objects.earliest("pk").public_id, now=now
        )
        assert found is not None
        return found

    def says(self, act: PartAct, *, now: datetime = LATER) -> Order | None:
        Bucket.objects.all().delete()
        first = Order.objects.earliest("pk").public_id
        begun = operations.decide_parts(by=self.by, public_id=first, act=act, now=now)
        return None if begun is None else Order.objects.get(public_id=begun.public_id)


@pytest.fixture
def house(family: Family) -> House:
    return House(family, family.first, *(payee(family, code, 20_00 + 10_00 * at) for at, code in
        enumerate(("heat", "water"))))  # fmt: skip


def payee(family: Family, code: str, kopecks: int) -> Account:
    account = make_account(provider=provider_with_requisites(code=code, name=f"Поставщик {code}"))
    make_link(person=family.anna, account=account, confirmed=True)
    owe(account, kopecks)
    return account


def settle(order: Order, *, now: datetime = LATER) -> None:
    operations.settle(order_id=order.pk, now=now, by="test")


def everybody_knocks(*, now: datetime = LATER) -> None:
    """Jobs and the janitor, until nothing moves any more."""
    for _ in range(8):
        with mock.patch("django.utils.timezone.now", return_value=now):
            run_jobs(queue="payments")
        Order.objects.exclude(next_look_at=None).update(next_look_at=now)
        operations.look_at_due_orders(now=now)


def test_a_card_is_asked_for_once_and_the_rest_is_charged(house: House, bank: RowBank) -> None:
    first = house.press()
    assert first.bank_page_url
    assert house.states() == ["waiting", "created", "created"]
    everybody_knocks()
    # Nothing is charged before the first is credited, whoever knocks.
    assert house.states() == ["waiting", "created", "created"]
    bank.pays(first)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert [credited(order) for order in house.parts()] == [Money(300_00), Money(20_00), Money(30_00)]
    assert set(bank.charges.values()) == {1}
    bodies = [bank.bodies[f"order-{order.public_id}"] for order in house.parts()]
    assert [body.keep_card for body in bodies] == [True, False, False]
    assert len({body.payee.name for body in bodies}) == 1  # the same requisites in this town
    assert [body.lines[0].account_number for body in bodies] == [
        house.light.number,
        house.heat.number,
        house.water.number,
    ]
    assert house.view().need is SeriesNeed.DONE
    assert queries.broken() == []


def test_a_card_that_was_not_to_be_remembered_is_thrown_away_at_the_end(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pays(first)
    settle(first)
    assert PaymentSeries.objects.get().card_reference == f"method-{first.public_id}"
    assert queries.cards(person_id=house.family.anna.pk) == []
    everybody_knocks()
    assert house.states() == ["credited", "credited"]
    assert PaymentSeries.objects.get().card_reference == ""
    assert not Order.objects.exclude(card_reference="").exists()
    assert not BoundCard.objects.exists()


def test_a_card_to_be_remembered_is_bound_and_charged(house: House, bank: RowBank) -> None:
    first = house.press(keep_card=True)
    bank.pays(first)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    (card,) = queries.cards(person_id=house.family.anna.pk)
    assert card.last4 == "2987"
    assert PaymentSeries.objects.get().card_reference == ""


def test_a_bound_card_needs_no_further_press(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    first = house.press(card=card.public_id)
    assert first.bank_page_url == ""
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert sum(bank.charges.values()) == 3


def test_a_double_press_is_one_series(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    wanted = house.wanted(card=card.public_id)
    begun = [operations.begin_payment(by=house.by, wanted=wanted, now=NOW).public_id for _ in range(3)]
    assert len(set(begun)) == 1
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert Order.objects.count() == 3
    assert set(bank.charges.values()) == {1}
    with pytest.raises(operations.OrderConflict):
        operations.begin_payment(by=house.by, wanted=replace(wanted, in_row=False, in_turn=True), now=NOW)


def test_a_first_part_that_was_never_sent_waits_for_the_person(house: House, bank: RowBank) -> None:
    """The page died between keeping the orders and asking the bank."""
    card = make_card(person=house.family.anna)
    wanted = house.wanted(card=card.public_id)
    operations.create_order(by=house.by, wanted=wanted, now=NOW)
    everybody_knocks()
    assert house.states() == ["created"] * 3
    assert not bank.charges
    assert (house.view().need, house.view().moves) == (SeriesNeed.START, False)
    # The same press again, or «Продолжить» on the order's page.
    house.says(PartAct.GO_ON)
    operations.begin_payment(by=house.by, wanted=wanted, now=LATER)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert set(bank.charges.values()) == {1}


def test_a_callback_a_hundred_times_charges_each_part_once(house: House, bank: RowBank) -> None:
    first = house.press()
    bank.pays(first)
    for _ in range(100):
        settle(first)
        with mock.patch("django.utils.timezone.now", return_value=LATER):
            run_jobs(queue="payments")
    everybody_knocks()
    assert set(bank.charges.values()) == {1}
    assert house.states() == ["credited"] * 3


def test_the_page_is_closed_after_part_1_and_the_rest_is_paid_all_the_same(
    house: House, bank: RowBank
) -> None:
    first = house.press()
    bank.pays(first)
    # Nobody comes back, no callback comes: only the janitor looks.
    for seconds in range(30, 600, 30):
        at = NOW + timedelta(seconds=seconds)
        operations.look_at_due_orders(now=at)
        with mock.patch("django.utils.timezone.now", return_value=at):
            run_jobs(queue="payments")
    assert house.states() == ["credited"] * 3


def test_a_worker_killed_after_credit_leaves_the_next_part_to_the_janitor(
    house: House, bank: RowBank
) -> None:
    first = house.press(payees=2)
    bank.pays(first)
    settle(first)
    # The job is lost with its worker: no job runs here. The row says when to look.
    second = house.parts()[1]
    assert second.next_look_at == LATER
    operations.look_at_due_orders(now=LATER)
    second.refresh_from_db()
    assert second.state == OrderState.WAITING
    settle(second)
    assert house.states() == ["credited", "credited"]
    everybody_knocks()
    assert set(bank.charges.values()) == {1}


def test_an_answer_lost_at_part_2_is_asked_again_under_the_same_key(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pays(first)
    settle(first)
    bank.failure = Temporary("lost", code="network")
    second = house.parts()[1]
    with pytest.raises(operations.BankUnavailable):
        settle(second)
    assert house.states() == ["credited", "sent"]
    assert house.view().need is SeriesNeed.WAIT
    bank.failure = None
    everybody_knocks()
    assert house.states() == ["credited", "credited"]
    assert bank.charges == {second.public_id: 1}


def test_a_decline_at_part_2_stops_and_says_what_may_be_done(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    bank.declines = None
    first = house.press(card=card.public_id)
    bank.declines = BankReason.INSUFFICIENT_FUNDS
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited", "canceled", "created"]
    view = house.view()
    assert (view.need, view.done, view.at, view.left) == (SeriesNeed.RETRY, 1, 1, Money(50_00))
    assert set(view.acts) == {PartAct.RETRY, PartAct.OTHER_CARD, PartAct.STOP}
    bank.declines = None
    again = house.says(PartAct.RETRY)
    assert again is not None
    assert (again.step, again.attempt) == (2, 2)
    # What the person agreed to again is what the accounts owe by now, as of the first try.
    owes = ledger.balances([line.account_id for line in again.lines.all()])
    kept = {line.account_id: line.owed_kopecks for line in again.lines.all()}
    assert kept == {account_id: money.kopecks for account_id, money in owes.items()}
    # Pressed twice: the same part.
    assert house.says(PartAct.RETRY) == again
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert sum(bank.charges.values()) == 3
    assert queries.broken() == []


def test_another_card_is_asked_for_once_too(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    first = house.press(card=card.public_id)
    bank.declines = BankReason.DECLINED
    settle(first)
    everybody_knocks()
    bank.declines = None
    again = house.says(PartAct.OTHER_CARD)
    assert again is not None
    assert (again.card, bool(again.bank_page_url), again.keeps_card) == (None, True, True)
    bank.pays(again)
    settle(again)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    # The other card was for this payment only; the bound one stays.
    assert [each.public_id for each in queries.cards(person_id=house.family.anna.pk)] == [card.public_id]
    assert PaymentSeries.objects.get().card_reference == ""


def test_stopping_closes_what_was_never_sent_and_keeps_what_is_paid(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    first = house.press(card=card.public_id)
    bank.declines = BankReason.DECLINED
    settle(first)
    everybody_knocks()
    assert house.says(PartAct.STOP) is None
    assert house.says(PartAct.STOP) is None
    assert house.states() == ["credited", "canceled", "canceled"]
    assert house.view().need is SeriesNeed.OVER
    bank.declines = None
    everybody_knocks()
    assert sum(bank.charges.values()) == 1
    with pytest.raises(operations.PartsConflict):
        house.says(PartAct.RETRY)
    assert Entry.objects.filter(action="payments.series.decided").count() == 1


def test_the_card_unbound_between_parts_is_charged_no_more(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    first = house.press(card=card.public_id)
    settle(first)
    operations.unbind_card(by=house.by, card_public_id=card.public_id, now=LATER)
    everybody_knocks()
    assert house.states() == ["credited", "created", "created"]
    assert house.view().need is SeriesNeed.CARD
    assert set(house.view().acts) == {PartAct.OTHER_CARD, PartAct.STOP}
    second = house.says(PartAct.OTHER_CARD)
    assert second is not None
    bank.pays(second)
    settle(second)
    everybody_knocks()
    assert house.states() == ["credited"] * 3


def test_a_bank_that_keeps_no_card_gives_a_page_for_each_part(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pays(first, saved=False)
    settle(first)
    everybody_knocks()
    assert house.view().need is SeriesNeed.CARD
    second = house.says(PartAct.OTHER_CARD)
    assert second is not None
    assert second.bank_page_url
    assert not second.keeps_card
    bank.pays(second)
    settle(second)
    assert house.states() == ["credited", "credited"]


def test_a_recovery_by_sms_between_parts_stops_the_charging(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    first = house.press(card=card.public_id)
    settle(first)
    Person.objects.filter(pk=house.family.anna.pk).update(recovered_at=NOW)
    everybody_knocks()
    assert house.states() == ["credited", "created", "created"]
    assert house.view().need is SeriesNeed.CARD


def test_a_relative_who_paid_meanwhile_or_another_sum_stops_and_asks(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    owe(house.heat, -5_00)
    bank.pays(first)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited", "created"]
    view = house.view()
    assert (view.need, set(view.acts)) == (SeriesNeed.CHANGED, {PartAct.GO_ON, PartAct.STOP})
    second = house.says(PartAct.GO_ON)
    assert second is not None
    everybody_knocks()
    assert house.states() == ["credited", "credited"]
    assert credited(house.parts()[1]) == Money(20_00)


def test_a_relatives_money_on_its_way_stops_too(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    Order.objects.create(
        number="О-1",
        person=house.family.boris,
        state=OrderState.PAID,
        total_kopecks=20_00,
        key=uuid4(),
        body_hash="",
        created_at=NOW,
        expires_at=NOW,
    ).lines.create(account=house.heat, position=0, kopecks=20_00)
    bank.pays(first)
    settle(first)
    run_jobs(queue="payments")
    assert house.parts()[1].state == OrderState.CREATED
    assert house.view().need is SeriesNeed.CHANGED


def test_a_charge_in_doubt_for_a_minute_makes_the_next_ask(house: House, bank: RowBank) -> None:
    card = make_card(person=house.family.anna)
    bank.slow = True
    first = house.press(card=card.public_id)
    assert house.view(now=NOW + timedelta(seconds=61)).need is SeriesNeed.WAIT
    bank.charged(first)
    bank.slow = False
    settle(first, now=NOW + timedelta(seconds=61))
    late = NOW + timedelta(seconds=65)
    everybody_knocks(now=late)
    assert house.states() == ["credited", "created", "created"]
    assert house.view(now=late).need is SeriesNeed.SLOW
    house.says(PartAct.GO_ON, now=late)
    everybody_knocks(now=late)
    assert house.states() == ["credited"] * 3


def test_after_an_hour_nothing_goes_on_by_itself(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pays(first)
    late = NOW + timedelta(minutes=61)
    settle(first, now=late)
    everybody_knocks(now=late)
    assert house.states() == ["credited", "canceled"]
    assert house.view(now=late).need is SeriesNeed.OVER
    assert not bank.charges
    assert PaymentSeries.objects.get().card_reference == ""


def test_a_shop_switched_off_between_parts_charges_nothing(house: House, bank: RowBank) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVET_OKA_SHOP", "key")
        patch.setattr(acquiring, "gateway_at", lambda address, *, secret: bank)
        add_oka("heat", "water")
        wanted = house.wanted()
        wanted = replace(wanted, lines=wanted.lines[1:])
        begun = operations.begin_payment(by=house.by, wanted=wanted, now=NOW)
        first = Order.objects.get(public_id=begun.public_id)
        assert first.shop == Shop.objects.get()
        bank.pays(first)
        operations.switch(code="oka", on=False, now=NOW, by=BY)
        settle(first)
        everybody_knocks()
        assert house.states() == ["credited", "created"]
        assert house.view().need is SeriesNeed.OFF
        operations.switch(code="oka", on=True, now=NOW, by=BY)
        everybody_knocks()
        assert house.states() == ["credited", "credited"]


def test_payees_of_another_shop_wait_for_their_own_page(house: House, bank: RowBank) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVET_OKA_SHOP", "key")
        add_oka("water")
        with pytest.raises(operations.SeveralPayeesRefused):
            house.press()
        first = house.press(in_turn=True)
        assert [order.step for order in house.parts()] == [1, 2]
        assert {order.steps for order in house.parts()} == {3}
        bank.pays(first)
        settle(first)
        everybody_knocks()
        assert house.states() == ["credited", "credited"]
        (left,) = queries.remainders(person_id=house.family.anna.pk, now=LATER)
        assert (left.step, left.steps, left.total) == (3, 3, Money(30_00))


def test_each_part_is_refunded_by_itself(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pays(first)
    settle(first)
    everybody_knocks()
    second = house.parts()[1]
    bank.give_back(second, 20_00, at=LATER)
    operations.look_for_refunds(now=LATER)
    assert (paid_back(first), paid_back(second)) == (Money(0), Money(20_00))
    assert queries.broken() == []


def test_a_part_in_review_holds_the_rest(house: House, bank: RowBank) -> None:
    first = house.press(payees=2)
    bank.pay(first, amount=Money(299_00))
    settle(first)
    everybody_knocks()
    assert house.states() == ["review", "created"]
    assert house.view().need is SeriesNeed.WAIT
    assert not bank.charges


def test_a_late_yes_for_a_declined_try_never_makes_the_part_be_charged_twice_unseen(
    house: House, bank: RowBank
) -> None:
    card = make_card(person=house.family.anna)
    bank.declines = BankReason.DECLINED
    first = house.press(payees=2, card=card.public_id)
    settle(first)
    assert house.view().need is SeriesNeed.RETRY
    # The bank changes its mind before the person presses «Повторить».
    bank.declines = None
    bank.statuses[first.bank_reference] = replace(
        bank.statuses[first.bank_reference], state=BankState.PAID, paid_at=NOW
    )
    settle(first)
    assert house.view().need in (SeriesNeed.GO, SeriesNeed.WAIT)
    again = house.says(PartAct.RETRY)
    assert again is None or again.attempt == 1
    everybody_knocks()
    assert house.states() == ["credited", "credited"]
    assert Order.objects.count() == 2


def test_strangers_say_nothing_about_annas_parts(house: House, bank: RowBank) -> None:
    first = house.press()
    for person in (house.family.boris, house.family.vera):
        with pytest.raises(operations.PartsNotFound):
            operations.decide_parts(
                by=Actor.person(person.pk), public_id=first.public_id, act=PartAct.STOP, now=NOW
            )
        found = queries.series_of(person_id=person.pk, public_id=first.public_id, now=NOW)
        assert found is None
    assert house.says(PartAct.STOP, now=NOW) is None
    # What the bank has is told by the bank alone: the page of part 1 may still be paid, the rest not.
    bank.pays(first)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited", "canceled", "canceled"]
    assert isinstance(bank.statuses[f"ref-{first.public_id}"], BankStatus)


def test_a_right_that_ended_between_parts_charges_nothing(house: House, bank: RowBank) -> None:
    first = house.press()
    bank.pays(first)
    Link.objects.filter(account=house.heat).update(can_pay=False)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited", "created", "created"]
    assert house.view().need is SeriesNeed.OVER
    assert house.view().acts == ()
    everybody_knocks(now=LATER + timedelta(hours=2))
    assert house.states() == ["credited", "canceled", "canceled"]
    assert list(bank.charges) == []


@pytest.mark.parametrize("act", [PartAct.RETRY, PartAct.OTHER_CARD, PartAct.GO_ON])
def test_nothing_is_tried_again_for_an_account_that_may_not_be_paid_any_more(
    house: House, bank: RowBank, act: PartAct
) -> None:
    bank.declines = BankReason.INSUFFICIENT_FUNDS
    first = house.press()
    bank.pays(first)
    settle(first)
    everybody_knocks()
    bank.declines = None
    Link.objects.filter(account=house.heat).update(can_pay=False)
    with pytest.raises(operations.PartsConflict):
        house.says(act)
    assert house.states() == ["credited", "canceled", "created"]
    assert house.says(PartAct.STOP) is None


def many(house: House, count: int) -> list[Account]:
    """So many payees more behind the same shop."""
    return [payee(house.family, f"more{at}", 10_00) for at in range(count)]


def test_who_is_due_first_is_paid_first_and_the_rest_as_given(house: House, bank: RowBank) -> None:
    due = {house.water.public_id: date(2026, 11, 10), house.heat.public_id: date(2026, 12, 10)}
    first = house.press(due=due)
    paid = [order.lines.get().account for order in house.parts()]
    assert paid == [house.water, house.heat, house.light]
    bank.pays(first)
    settle(first)
    everybody_knocks()
    assert house.states() == ["credited"] * 3
    assert [credited(order).kopecks for order in house.parts()] == [30_00, 20_00, 300_00]


def test_a_payee_is_due_with_the_first_of_its_accounts(house: House, bank: RowBank) -> None:
    lines = [(account.public_id, Money(10_00)) for account in (house.heat, house.light, house.family.second)]
    due = {
        house.heat.public_id: date(2026, 12, 1),
        house.light.public_id: date(2026, 12, 10),
        house.family.second.public_id: date(2026, 11, 10),
    }
    house.press(lines=lines, due=due)
    first, second = house.parts()
    assert [line.account for line in first.lines.all()] == [house.light, house.family.second]
    assert second.lines.get().account == house.heat


def test_more_than_five_in_a_row_are_refused_with_every_payee_named(house: House, bank: RowBank) -> None:
    accounts = [house.light, house.heat, house.water, *many(house, 3)]
    lines = [(account.public_id, Money(10_00)) for account in accounts]
    with pytest.raises(operations.SeveralPayeesRefused) as caught:
        house.press(lines=lines)
    assert caught.value.reason is OrderReason.TOO_MANY_PAYEES
    assert caught.value.details == {"payees": 6, "max": 5}
    assert len(caught.value.shares) == 6
    assert "не больше 5" in texts.explain(caught.value)
    assert not Order.objects.exists()
    assert not Bucket.objects.exists()


def test_the_sixth_payee_is_remembered_for_another_press(house: House, bank: RowBank) -> None:
    accounts = [house.light, house.heat, house.water, *many(house, 3)]
    lines = [(account.public_id, Money(10_00)) for account in accounts]
    first = house.press(lines=lines, in_turn=True, due={accounts[-1].public_id: date(2026, 11, 1)})
    assert [(order.step, order.steps) for order in house.parts()] == [(at, 6) for at in range(1, 6)]
    assert house.parts()[0].lines.get().account == accounts[-1]
    bank.pays(first)
    settle(first)
    everybody_knocks()
    last = house.parts()[-1]
    assert house.states() == ["credited"] * 5
    left = queries.remainder(person_id=house.family.anna.pk, public_id=last.public_id)
    assert left is not None
    assert (left.step, left.steps, left.lines) == (6, 6, ((accounts[-2].public_id, Money(10_00)),))
