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


def test_one_of_another_sum_is_for_the_accountant_who_closes_it(receipt: Receipt) -> None:
    Receipt.objects.update(reason=ReceiptReason.OTHER_SUM.value)
    olga = clerk()
    page = olga.get(url(receipt)).content.decode()
    assert "Отправить заново" not in page
    assert "Закрыть чек" in page
    assert "решает бухгалтер" in olga.post(url(receipt), follow=True).content.decode()
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED
    page = olga.post(url(receipt), {"act": "close", "reason": "Другая сумма"}).content.decode()
    assert "Назовите документ вместо чека" in page
    assert "Другая сумма" in page
    said = {"act": "close", "document": "коррекция № 17", "reason": "Другая сумма"}
    page = olga.post(url(receipt), said, follow=True).content.decode()
    for words in ("Чек закрыт", "закрыт другим документом", "коррекция № 17", "Другая сумма"):
        assert words in page
    assert "Закрыть чек" not in page
    assert "Кассовые чеки задерживаются" not in olga.get("/staff/money/").content.decode()


@pytest.mark.parametrize(
    ("reason", "says", "done"),
    [
        (ReceiptReason.REFUSED, "под прежним номером", "под прежним номером"),
        (ReceiptReason.FAILED, "новым документом", "новым документом"),
    ],
)
def test_the_desk_says_whether_there_may_be_a_second_document(
    reason: ReceiptReason, says: str, done: str, receipt: Receipt
) -> None:
    Receipt.objects.update(reason=reason.value)
    olga = clerk()
    page = olga.get(url(receipt)).content.decode()
    assert says in page
    assert "В кабинете кассы этого чека нет" not in page
    assert done in olga.post(url(receipt), follow=True).content.decode()


def test_another_document_is_made_only_by_who_says_that_there_is_none(receipt: Receipt) -> None:
    now = timezone.now()
    Receipt.objects.update(reason=ReceiptReason.UNSURE.value, asked_at=now)
    olga = clerk()
    assert "В кабинете кассы этого чека нет" in olga.get(url(receipt)).content.decode()
    page = olga.post(url(receipt), {"act": "absent"}, follow=True).content.decode()
    assert "Отметьте, что чека в кабинете кассы нет" in page
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED
    name = receipt.external_id
    page = olga.post(url(receipt), {"act": "absent", "looked": "on"}, follow=True).content.decode()
    assert "новым документом" in page
    receipt.refresh_from_db()
    assert (receipt.state, receipt.asked_at) == (ReceiptState.PENDING, None)
    assert receipt.external_id != name
