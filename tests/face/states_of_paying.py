"""The states of «Оплата» and of one order's page: what stands there, what was pressed, what became of it.

Their names are the rows of ``docs/pay-page.md``. A bank is never asked: what it said is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.autopay.tests.factories import make_bill
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.payments import operations
from svet.payments.models import (
    BankSilence,
    BoundCard,
    Order,
    PaymentSeries,
    ReserveShop,
    ServedProvider,
    Shop,
)
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.bindings import MeansKind
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import (
    StubBank,
    make_card,
    make_order,
    owe,
    provider_with_requisites,
)
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.face.states import Visit, signed_in

DAY = timedelta(days=1)
LAST_MONTH = Month.of(timezone.localdate()).plus(-1)


def household(*debts: int, payee: Provider | None = None) -> tuple[Person, list[Account], Client]:
    """Somebody with an account for each of these debts in kopecks."""
    person = make_person(email=f"{uuid4().hex[:12]}@example.ru")
    accounts = [make_account(provider=payee or provider_with_requisites()) for _ in debts]
    for account, kopecks in zip(accounts, debts, strict=True):
        make_link(person=person, account=account, confirmed=True)
        if kopecks:
            owe(account, kopecks)
    return person, accounts, signed_in(person)


def heat() -> Provider:
    """Another payee, as an order of its own."""
    return provider_with_requisites(code="okskaya", name="Окская теплосеть", inn="6200000002")


def sber(now: datetime, *, providers: Sequence[Provider] = ()) -> Shop:
    """A second contract, which takes the payments of these providers."""
    shop = Shop.objects.create(
        code="oka",
        name="Сбер",
        address="sber+https://shop-api@bank.example/payment/rest",
        secret="SVET_OKA_SHOP",
        added_at=now,
    )
    for provider in providers:
        ServedProvider.objects.create(provider=provider, shop=shop)
    return shop


def paid(bank: StubBank, person: Person, lines: Sequence[tuple[Account, int]]) -> Order:
    """An order whose money came, is in the books, and was looked at just now."""
    now = timezone.now()
    order = make_order(person=person, lines=lines, now=now)
    operations.send_to_bank(order_id=order.pk, now=now)
    bank.pay(order, paid_at=now)
    operations.settle(order_id=order.pk, now=now, by="test")
    return Order.objects.get(pk=order.pk)


def stands(order: Order, state: OrderState, **details: Any) -> str:
    """Let an order stand somewhere, looked at just now; the address of its page."""
    now = timezone.now()
    if state in (OrderState.CREDITED, OrderState.PAID):
        details |= {"paid_at": now, "credited_at": now}
    Order.objects.filter(pk=order.pk).update(state=state.value, looked_at=now, **details)
    return page_of(order)


def page_of(order: Order) -> str:
    return f"/payment/orders/{order.public_id}/"


def clerk() -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def dispute(order: Order, kopecks: int) -> str:
    """The bank withholds so much of a payment: the outer id of the dispute."""
    today = timezone.localdate()
    return keep_chargeback(
        by=clerk(),
        order_public_id=order.public_id,
        new=NewChargeback("CB-1", kopecks, today, today),
        reason="письмо банка",
        now=timezone.now(),
    )


def press(*accounts: Account, amount: str = "10,00", key: UUID | None = None, **sent: str) -> str:
    """«Оплатить» with these accounts ticked."""
    fields = "".join(f"&tick={one.public_id}&amount-{one.public_id}={amount}" for one in accounts)
    rest = "".join(f"&{name}={value}" for name, value in sent.items())
    return f"POST /payment/pay/?key={key or uuid4()}{fields}{rest}"


def what_is_owed(bank: StubBank) -> Iterator[Visit]:
    """Due, late, paid, overpaid, seen only."""
    now = timezone.now()
    person, (due, late, even), client = household(300_00, 35_38, 0)
    make_bill(due, month=LAST_MONTH, at=now - 3 * DAY, due_on=timezone.localdate(now) + 12 * DAY)
    make_bill(late, month=LAST_MONTH.plus(-1), at=now - 40 * DAY, due_on=timezone.localdate(now) - 13 * DAY)
    yield "due, late and paid", client, "/payment/"
    paid(bank, person, [(even, 500_00)])
    yield "overpaid by an own payment", client, "/payment/"
    _other, _accounts, settled = household(0)
    yield "nothing owed", settled, "/payment/"
    neighbour = make_person(first_name="Борис")
    make_link(person=neighbour, account=due, can_pay=False)
    yield "seen only", signed_in(neighbour), "/payment/"


def on_its_way(bank: StubBank) -> Iterator[Visit]:
    """Orders that are not at their end, beside the button."""
    person, (account, _second), client = household(300_00, 35_38)
    now = timezone.now()
    order = make_order(person=person, lines=[(account, 300_00)], now=now)
    stands(order, OrderState.SENT, calls=0)
    yield "it waits for a bank to answer", client, "/payment/"
    for state, name in (
        (OrderState.WAITING, "the bank has not said the last word"),
        (OrderState.PAID, "money is at the bank"),
        (OrderState.REVIEW, "a payment is looked into"),
    ):
        stands(order, state)
        yield name, client, "/payment/"


def banks_that_are_silent(bank: StubBank) -> Iterator[Visit]:
    """The first bank is down and another stands in; all are; two payees, one of them without a bank."""
    now = timezone.now()
    person, (account,), client = household(300_00)
    make_card(person=person)
    BankSilence.objects.create(shop=None, since=now, last_at=now)
    yield "the only bank is silent", client, "/payment/"
    shop = sber(now)
    ReserveShop.objects.create(provider=account.provider, shop=shop, place=1)
    make_card(person=person, shop=shop, last4="4444", reference="other", bound_at=now - 30 * DAY)
    yield "another bank stands in", client, "/payment/"
    other = make_account(provider=heat())
    make_link(person=person, account=other, confirmed=True)
    owe(other, 250_00)
    yield "one payee's bank is silent and the other's stands in", client, "/payment/"
    BankSilence.objects.create(shop=shop, since=now, last_at=now)
    yield "every bank is silent", client, "/payment/"
    BankSilence.objects.all().delete()
    ServedProvider.objects.create(provider=other.provider, shop=shop)
    Shop.objects.update(off_at=now)
    yield "one payee's bank is closed, before anything is pressed", client, "/payment/"
    yield "one payee's bank is closed", client, press(other)
    yield "two payees, one without a bank", client, press(account, other)


def means(bank: StubBank) -> Iterator[Visit]:
    """Bound cards by the button, the question before they are charged, and those that are gone."""
    now = timezone.now()
    person, accounts, client = household(300_00, 35_38)
    card = make_card(person=person, name="Зарплатная")
    account_of_sbp = make_card(
        person=person,
        kind=MeansKind.SBP.value,
        system="СБП",
        last4="",
        expires="",
        bank="Банк «Пример»",
        reference="sbp",
        bound_at=now - DAY,
    )
    yield "bound means by the button", client, "/payment/"
    yield "a card is about to be charged", client, press(*accounts, card=card.public_id)
    yield "an account of СБП is about to be charged", client, press(*accounts, card=account_of_sbp.public_id)
    other = make_account(provider=heat())
    make_link(person=person, account=other, confirmed=True)
    owe(other, 250_00)
    yield "one card for two payees", client, press(*accounts, other, card=card.public_id)
    BoundCard.objects.filter(pk=card.pk).update(unbound_at=now, reference="")
    yield "the card was unbound meanwhile", client, press(accounts[0], card=card.public_id)


def refused_presses(bank: StubBank) -> Iterator[Visit]:
    """What is wrong with what was typed, beside its field; nothing of it is lost."""
    person, (account,), client = household(300_00)
    Person.objects.filter(pk=person.pk).update(email="")
    yield "a sum too small for a bank", client, press(account, amount="0,50")
    yield "a sum too large for a bank", client, press(account, amount="250000,01")
    yield "no sum and no address", client, press(account, amount="", email="почта")
    yield "nothing ticked", client, press()
    yield "the sum on the button was another", client, press(account, total="300,00")
    key = uuid4()
    make_order(person=person, lines=[(account, 300_00)], now=timezone.now(), key=key)
    yield "pressed twice with other sums", client, press(account, key=key)


def orders(bank: StubBank) -> Iterator[Visit]:
    """One order's page: before a bank has it, at the bank, refused, charged by agreement, disputed."""
    now = timezone.now()
    person, (account,), client = household(300_00)
    card = make_card(person=person)
    order = make_order(person=person, lines=[(account, 300_00)], now=now)
    by_card = make_order(person=person, lines=[(account, 300_00)], now=now, card=card.public_id)
    yield "no worker has come for it", client, stands(order, OrderState.CREATED)
    yield "no worker has come for the card", client, stands(by_card, OrderState.CREATED)
    yield "no bank was reached", client, stands(order, OrderState.SENT, calls=0)
    yield "the bank has not answered", client, stands(order, OrderState.SENT, calls=1)
    page = {"bank_reference": "states", "bank_page_url": "https://bank.example/page"}
    yield "the bank's page is open", client, stands(order, OrderState.WAITING, **page)
    yield "the bank's page is over", client, stands(order, OrderState.WAITING, expires_at=now - DAY)
    for reason in ("insufficient_funds", "expired", "bank_refused"):
        yield f"refused: {reason}", client, stands(order, OrderState.CANCELED, bank_reason=reason)
    yield "charged as agreed", client, stands(by_card, OrderState.CREDITED, unattended=True)
    disputed = paid(bank, person, [(account, 300_00)])
    told = [dispute(disputed, 120_00)]
    yield "disputed at the bank", client, page_of(disputed)
    end_chargeback(
        by=clerk(),
        chargeback_public_id=told[0],
        won=False,
        on=timezone.localdate(now),
        reason="письмо",
        now=now,
    )
    yield "a dispute is lost", client, page_of(disputed)


def rows_of_payees(bank: StubBank) -> Iterator[Visit]:
    """One card for several payees: whatever the row waits for."""
    now = timezone.now()
    person, (first,), client = household(300_00)
    second = make_account(provider=heat())
    make_link(person=person, account=second, confirmed=True)
    owe(second, 250_00)
    make_order(person=person, lines=[(first, 300_00), (second, 250_00)], now=now, in_row=True)
    series = PaymentSeries.objects.get()
    one, two = Order.objects.filter(series=series).order_by("step")
    row = PaymentSeries.objects.filter(pk=series.pk)

    def shown(name: str, state: OrderState, then: OrderState | None = None, **details: Any) -> Visit:
        stands(two, then or OrderState.CREATED, **details)
        return name, client, stands(one, state)

    yield shown("the row has not begun", OrderState.CREATED)
    yield shown("the first of the row is at the bank", OrderState.SENT)
    yield shown("the first of the row was refused", OrderState.CANCELED)
    yield shown("the row has no card to go on with", OrderState.CREDITED)
    row.update(card_reference="kept")
    yield shown("the row goes on", OrderState.CREDITED)
    yield shown("the second of the row is at the bank", OrderState.CREDITED, OrderState.SENT)
    refused = {"bank_reason": "insufficient_funds"}
    yield shown("the second of the row was refused", OrderState.CREDITED, OrderState.CANCELED, **refused)
    owe(second, 1_00)
    yield shown("another sum is owed to the second of the row", OrderState.CREDITED)
    owe(second, -1_00)
    shop = sber(now, providers=[second.provider])
    Shop.objects.update(off_at=now)
    stands(two, OrderState.CREATED, shop=shop)
    yield "the bank of the second of the row is closed", client, page_of(one)
    row.update(stopped_at=now)
    yield "the row was stopped", client, page_of(one)
    yield shown("the whole row is paid", OrderState.CREDITED, OrderState.CREDITED)


def long_lists(bank: StubBank) -> Iterator[Visit]:
    """As rows: money on its way, an overpayment, a bank that does not answer, a wrong sum."""
    now = timezone.now()
    person, accounts, client = household(300_00, 35_38, 0, 12_00, 99_00)
    stands(make_order(person=person, lines=[(accounts[0], 100_00)], now=now), OrderState.PAID)
    paid(bank, person, [(accounts[2], 500_00)])
    make_card(person=person)
    BankSilence.objects.create(shop=None, since=now, last_at=now)
    yield "rows with money on its way and a silent bank", client, "/payment/"
    yield "rows with a wrong sum", client, press(accounts[3], amount="0,50")


STATES = (
    what_is_owed,
    on_its_way,
    banks_that_are_silent,
    means,
    refused_presses,
    orders,
    rows_of_payees,
    long_lists,
)
