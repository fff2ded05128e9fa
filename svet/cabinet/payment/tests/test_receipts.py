"""The fiscal receipt on the page of a payment, in «История» and in the API: for who paid, nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.cabinet.payment.tests.test_payment import signed_in
from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.payments.models import BankReceiptTold, Order
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import OrderState
from svet.payments.tests.conftest import bank, family
from svet.payments.tests.factories import NOW, Family, make_order

__all__ = ["bank", "family"]
URL = "https://ofd.example/rec/1/1001"


@pytest.fixture
def order(family: Family) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    made.lines.update(credited_kopecks=300_00)
    Order.objects.filter(pk=made.pk).update(
        state=OrderState.CREDITED, credited_at=NOW, paid_at=NOW, receipts=ReceiptMaker.CASHBOX
    )
    return Order.objects.get(pk=made.pk)


def receipt_of(order: Order, state: ReceiptState) -> Receipt:
    done = {"document_number": "1001", "document_attribute": "3001", "name": "n", "url": URL, "done_at": NOW}
    return Receipt.objects.create(
        external_id=order.public_id,
        source=order.ledger_key,
        kind=ReceiptKind.SELL.value,
        order=order,
        provider=order.lines.get().account.provider,
        state=state.value,
        kopecks=300_00,
        at=NOW,
        made_at=NOW,
        **(done if state is ReceiptState.DONE else {}),
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReceiptState.PENDING, "Чек готовится"),
        (ReceiptState.SENT, "Чек готовится"),
        (ReceiptState.FAILED, "Чек задерживается"),
        (ReceiptState.DONE, "1001"),
    ],
)
def test_the_page_and_history_say_where_it_is(
    family: Family, order: Order, state: ReceiptState, words: str
) -> None:
    receipt_of(order, state)
    anna = signed_in(family.anna)
    for address in (f"/payment/orders/{order.public_id}/", "/history/?since=2026-11-01&until=2026-11-30"):
        page = anna.get(address).content.decode()
        assert words in page, address
        assert (URL in page) is (state is ReceiptState.DONE)


def test_a_correction_is_named_so(family: Family, order: Order) -> None:
    receipt_of(order, ReceiptState.DONE)
    anna = signed_in(family.anna)
    addresses = (f"/payment/orders/{order.public_id}/", "/history/?since=2026-11-01&until=2026-11-30")
    for corrected_at, shown in ((None, False), (NOW, True)):
        # One that waits for its second signature is none yet.
        Receipt.objects.update(
            correction="self", ground_number="7", ground_day=NOW.date(), corrected_at=corrected_at
        )
        for address in addresses:
            page = anna.get(address).content.decode()
            assert ("Чек коррекции" in page) is shown, address
            assert URL in page


def test_who_only_sees_the_account_gets_neither_number_nor_link(family: Family, order: Order) -> None:
    receipt_of(order, ReceiptState.DONE)
    boris = signed_in(family.boris)
    page = boris.get("/history/?since=2026-11-01&until=2026-11-30").content.decode()
    assert "300,00" in page
    assert URL not in page
    assert boris.get(f"/payment/orders/{order.public_id}/").status_code == 404


@pytest.mark.parametrize(
    ("maker", "words"),
    [
        (ReceiptMaker.BANK, "Чек отправлен на anna@example.ru"),
        (ReceiptMaker.CASHBOX, "онлайн-касса поставщика на anna@example.ru"),
        (ReceiptMaker.NOBODY, "делаем не мы"),
    ],
)
def test_the_page_says_who_makes_it(family: Family, order: Order, maker: ReceiptMaker, words: str) -> None:
    Order.objects.update(receipts=maker.value)
    page = signed_in(family.anna).get(f"/payment/orders/{order.public_id}/").content.decode()
    assert words in page


def test_the_page_looks_for_the_receipt_and_says_then_that_it_was_sent(family: Family, order: Order) -> None:
    anna, address = signed_in(family.anna), f"/payment/orders/{order.public_id}/"
    now = timezone.now()
    Order.objects.update(credited_at=now)
    page = anna.get(address).content.decode()
    assert 'hx-trigger="every 5s"' in page
    assert "чек пришлёт онлайн-касса" in page
    Order.objects.update(credited_at=now - timedelta(minutes=5))
    assert 'hx-trigger="every 20s"' in anna.get(address).content.decode()
    Order.objects.update(credited_at=now - timedelta(minutes=11))
    assert "hx-trigger" not in anna.get(address).content.decode()
    Order.objects.update(credited_at=now)
    receipt_of(order, ReceiptState.DONE)
    page = anna.get(address).content.decode()
    assert "hx-trigger" not in page
    assert "чек онлайн-касса поставщика отправила на anna@example.ru" in page
    assert "пришлёт" not in page


@pytest.mark.parametrize("url", ["https://ofd.example/56/12", ""])
def test_the_receipt_of_the_banks_till_is_shown_as_the_bank_told_it(
    family: Family, order: Order, url: str
) -> None:
    """With the link where the bank gives one, else with all by which the tax service shows it."""
    Order.objects.update(receipts=ReceiptMaker.BANK.value, credited_at=timezone.now())
    bank_receipt = BankReceiptTold.objects.create(
        name=order.ledger_key, kind="paid", order=order, kopecks=300_00, at=NOW, owed_at=NOW
    )
    anna, address = signed_in(family.anna), f"/payment/orders/{order.public_id}/"
    page = anna.get(address).content.decode()
    assert "Чек готовится" in page
    assert "чек банк пришлёт на anna@example.ru" in page
    assert "hx-trigger" not in page
    numbers = {"document_number": "1001", "document_attribute": "3001", "storage_number": "56789"}
    BankReceiptTold.objects.filter(pk=bank_receipt.pk).update(word="made", url=url, **numbers)
    page = anna.get(address).content.decode()
    assert "Чек отправлен на anna@example.ru" in page
    assert "3001" in page
    assert (url in page) is True
    assert ("56789" in page) is not bool(url)
    history = anna.get("/history/?since=2026-11-01&until=2026-11-30").content.decode()
    assert "1001" in history


@pytest.mark.parametrize(
    ("word", "words"),
    [("failed", "задерживается: с ним разбирается бухгалтерия"), ("closed", "Расчёт оформил бухгалтер")],
)
def test_of_a_receipt_the_bank_has_not_made_nobody_promises_that_it_sends_it(
    family: Family, order: Order, word: str, words: str
) -> None:
    Order.objects.update(receipts=ReceiptMaker.BANK.value)
    BankReceiptTold.objects.create(
        name=order.ledger_key,
        kind="paid",
        order=order,
        kopecks=300_00,
        at=NOW,
        owed_at=NOW,
        word=word,
        closing_document="БО-7",
        closing_reason="иначе",
    )
    page = signed_in(family.anna).get(f"/payment/orders/{order.public_id}/").content.decode()
    assert words in page
    assert "пришлёт" not in page
