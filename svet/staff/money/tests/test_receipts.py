"""Receipts that stand still: the desk lists them with the reason, a member sends one again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.journal.models import Entry
from svet.payments.tests.factories import Family, make_family, make_order
from svet.staff.money.tests.test_corrections import clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def receipt(family: Family) -> Receipt:
    now = timezone.now()
    order = make_order(person=family.anna, lines=[(family.first, 300_00)], now=now)
    cashbox = Cashbox.objects.create(
        code="kassa",
        provider=family.first.provider,
        address="atol+https://login@online.atol.ru/possystem/v5/group",
        secret="SVET_TEST_TILL",
        payment_address="https://portal.example",
        email="kassa@portal.example",
        taxation="osn",
        added_at=now,
    )
    made = Receipt.objects.create(
        external_id=order.public_id,
        source=order.ledger_key,
        kind=ReceiptKind.SELL.value,
        order=order,
        provider=family.first.provider,
        cashbox=cashbox,
        state=ReceiptState.FAILED.value,
        reason=ReceiptReason.REFUSED.value,
        note="the till refused: 32 inn",
        kopecks=300_00,
        at=now,
        made_at=now - timedelta(hours=3),
    )
    made.lines.create(account=family.first, kind=ReceiptLineKind.SETTLEMENT.value, kopecks=300_00)
    return made


def url(receipt: Receipt) -> str:
    return f"/staff/money/receipts/{receipt.public_id}/"


def test_the_desk_lists_it_with_the_reason_and_sends_it_again(receipt: Receipt) -> None:
    olga = clerk()
    desk = olga.get("/staff/money/").content.decode()
    for words in ("Кассовые чеки задерживаются", "Касса отказалась принять чек", "ждёт 3"):
        assert words in desk
    page = olga.get(url(receipt)).content.decode()
    for words in ("the till refused: 32 inn", "300,00", "расчёт", "Отправить заново"):
        assert words in page
    assert olga.post(url(receipt)).status_code == 302
    receipt.refresh_from_db()
    assert (receipt.state, receipt.reason, receipt.tries) == (ReceiptState.PENDING, "", 0)
    entry = Entry.objects.filter(action="fiscal.receipt.again").get()
    assert entry.actor_kind == "staff"


def test_one_that_is_done_is_not_sent_again_and_says_so(receipt: Receipt) -> None:
    Receipt.objects.update(
        state=ReceiptState.DONE.value,
        reason="",
        document_number="1001",
        document_attribute="3001",
        name="n",
        done_at=timezone.now(),
    )
    olga = clerk()
    assert "Отправить заново" not in olga.get(url(receipt)).content.decode()
    page = olga.post(url(receipt), follow=True).content.decode()
    assert "отправлять заново нечего" in page
    assert "Кассовые чеки задерживаются" not in olga.get("/staff/money/").content.decode()


def test_one_of_another_sum_is_for_the_accountant(receipt: Receipt) -> None:
    Receipt.objects.update(reason=ReceiptReason.OTHER_SUM.value)
    olga = clerk()
    assert "Отправить заново" not in olga.get(url(receipt)).content.decode()
    assert "решает бухгалтер" in olga.post(url(receipt), follow=True).content.decode()
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED
