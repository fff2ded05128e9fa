"""Receipts that stand still: the desk lists them with the reason, a member sends one again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.journal.models import Entry
from svet.payments.models import BankReceiptTold, Order
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import Family, make_family, make_order
from svet.staff.money import receipts
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


ALL = "/staff/money/receipts/"


def url(receipt: Receipt) -> str:
    return f"/staff/money/receipts/{receipt.public_id}/"


def test_the_desk_lists_it_with_the_reason_and_sends_it_again(receipt: Receipt) -> None:
    olga = clerk()
    desk = olga.get("/staff/money/").content.decode()
    for words in ("Кассовые чеки задерживаются", "Касса отказалась принять чек", "ждёт 3"):
        assert words in desk
    page = olga.get(url(receipt)).content.decode()
    for words in ("the till refused: 32 inn", "300,00", "электроэнергия", "Отправить заново"):
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


def several(receipt: Receipt, count: int, **changes: Any) -> None:
    """More receipts as this one, each with a name of its own."""
    rows = Receipt.objects.filter(pk=receipt.pk).values()
    for position in range(count):
        own = {
            "external_id": f"more-{position}",
            "source": f"more:{position}",
            "public_id": f"more{position:012}",
        }
        Receipt.objects.create(**{**rows[0], "id": None, **own, **changes})


def test_all_that_stand_still_for_one_reason_are_sent_again_by_one_press(receipt: Receipt) -> None:
    several(receipt, 3)
    Receipt.objects.filter(source="more:2").update(reason=ReceiptReason.OTHER_SUM.value)
    olga = clerk()
    desk = olga.get("/staff/money/").content.decode()
    assert "Отправить заново все: 3" in desk
    assert desk.count("Отправить заново все") == 1
    page = olga.post(ALL, {"reason": "receipt_refused"}, follow=True).content.decode()
    assert "Уйдут в кассу заново 3 чека" in page
    states = Receipt.objects.order_by("pk").values_list("state", "reason")
    assert list(states) == [(ReceiptState.PENDING, "")] * 3 + [(ReceiptState.FAILED, ReceiptReason.OTHER_SUM)]
    assert Entry.objects.filter(action="fiscal.receipt.again").count() == 3
    # Pressed twice nothing happens twice.
    assert "уже нет" in olga.post(ALL, {"reason": "receipt_refused"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("reason", "words"),
    [("receipt_other_sum", "решает бухгалтер"), ("why", "Выберите причину"), ("", "Выберите")],
)
def test_what_is_for_the_accountant_or_no_reason_is_not_sent(
    receipt: Receipt, reason: str, words: str
) -> None:
    Receipt.objects.update(reason=ReceiptReason.OTHER_SUM.value)
    assert words in clerk().post(ALL, {"reason": reason}, follow=True).content.decode()
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED


def test_a_press_tries_so_many_and_the_next_one_the_others(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "MOST_AT_ONCE", 2)
    several(receipt, 2)
    olga = clerk()
    for left in (1, 0):
        olga.post(ALL, {"reason": "receipt_refused"})
        assert Receipt.objects.filter(state=ReceiptState.FAILED.value).count() == left


@pytest.mark.parametrize(
    ("asked", "found"), [("300", True), ("{number}", True), ("{account}", True), ("299", False)]
)
def test_a_late_receipt_is_found_by_its_sum_payment_and_account(
    receipt: Receipt, family: Family, asked: str, found: bool
) -> None:
    text = asked.format(number=receipt.order.number, account=family.first.number)
    page = clerk().post("/staff/money/", {"q": text}, follow=True).content.decode()
    assert (url(receipt) in page) is found


def test_a_credited_payment_names_its_receipt_or_who_makes_it(receipt: Receipt) -> None:
    now = timezone.now()
    Order.objects.update(state=OrderState.CREDITED, credited_at=now, paid_at=now)
    olga, address = clerk(), f"/staff/money/payments/{receipt.order.public_id}/"
    page = olga.get(address).content.decode()
    for words in (url(receipt), "не пробит", "Касса отказалась принять чек"):
        assert words in page
    receipt.lines.all().delete()
    receipt.delete()
    for maker, words in (
        (ReceiptMaker.BANK, "делает банк"),
        (ReceiptMaker.CASHBOX, "онлайн-касса ещё не получила"),
        (ReceiptMaker.NOBODY, "делаем не мы"),
    ):
        Order.objects.update(receipts=maker.value)
        assert words in olga.get(address).content.decode()


def test_what_the_bank_has_not_told_is_listed_and_the_bank_is_asked_again(family: Family) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    long_ago = timezone.now() - timedelta(hours=3)
    Order.objects.filter(pk=order.pk).update(
        state=OrderState.CREDITED.value, credited_at=long_ago, taken_kopecks=300_00, paid_at=long_ago
    )
    BankReceiptTold.objects.create(
        name=order.ledger_key, kind="paid", order=order, kopecks=300_00, at=long_ago, owed_at=long_ago
    )
    member = clerk()
    page = member.get("/staff/money/").content.decode()
    assert "Банк не сказал о чеке" in page
    assert f"/staff/money/payments/{order.public_id}/" in page
    said = member.post("/staff/money/receipts/", {"act": "bank"}, follow=True).content.decode()
    assert "Банк спросим заново" in said
    told = BankReceiptTold.objects.get()
    assert told.next_at is not None
    assert Entry.objects.filter(action="payments.receipts.asked").exists()
    told.word, told.document_number, told.document_attribute = "made", "1001", "3001"
    told.save()
    assert "Банк не сказал о чеке" not in member.get("/staff/money/").content.decode()
    payment = member.get(f"/staff/money/payments/{order.public_id}/").content.decode()
    assert "№\u00a01001" in payment
    assert "делает банк" not in payment
    said = member.post("/staff/money/receipts/", {"act": "bank"}, follow=True).content.decode()
    assert "Банк уже сказал обо всех чеках" in said


def test_a_late_receipt_of_the_banks_till_is_closed_by_the_accountant(family: Family) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    long_ago = timezone.now() - timedelta(days=3)
    Order.objects.filter(pk=order.pk).update(
        state=OrderState.CREDITED.value, credited_at=long_ago, taken_kopecks=300_00, paid_at=long_ago
    )
    BankReceiptTold.objects.create(
        name=order.ledger_key, kind="paid", order=order, kopecks=300_00, at=long_ago, owed_at=long_ago
    )
    olga, address = clerk(), f"/staff/money/payments/{order.public_id}/receipt/"
    assert address in olga.get("/staff/money/").content.decode()
    assert "банк молчит" in olga.get(address).content.decode()
    page = olga.post(address, {"document": "", "reason": "Пробит в кабинете банка"}).content.decode()
    assert "Назовите документ, который заменил чек банка" in page
    assert "Пробит в кабинете банка" in page
    said = {"document": "ФД 12", "reason": "Пробит в кабинете банка"}
    page = olga.post(address, said, follow=True).content.decode()
    for words in ("Чек закрыт", "закрыт другим документом", "ФД 12"):
        assert words in page
    assert "Банк не сказал о чеке" not in olga.get("/staff/money/").content.decode()
    assert Entry.objects.get(action="payments.receipt.closed").actor_kind == "staff"
    page = olga.post(address, said).content.decode()
    assert "Закрывать нечего" in page
    assert "закрывать нечего" in olga.get(address).content.decode()
    assert olga.get("/staff/money/payments/0000000000000000/receipt/").status_code == 404


CORRECTION = {"act": "correct", "basis": "self", "number": "СЗ-7"}


def test_a_correction_is_made_on_a_ground_that_is_judged_beside_its_field(receipt: Receipt) -> None:
    olga = clerk()
    today = timezone.localdate().isoformat()
    page = olga.get(url(receipt)).content.decode()
    assert "Пробить чек коррекции" in page
    assert "Чека этих денег нет ни в одной кассе" not in page
    for said, words in (
        ({"number": " ", "day": today}, "Номер документа-основания: от 1 до 32 знаков."),
        ({"day": ""}, "Введите дату документа-основания."),
        ({"day": "2026-02-30"}, "Такого дня нет в календаре."),
        ({"day": "2099-01-01"}, "Этот день ещё не наступил"),
        ({"day": today, "basis": "why"}, "why"),
    ):
        shown = olga.post(url(receipt), CORRECTION | said)
        assert shown.status_code == 422
        assert words in shown.content.decode()
        assert shown.context["correcting"].errors
        assert not shown.context["form"].errors
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED
    page = olga.post(url(receipt), CORRECTION | {"day": today}, follow=True).content.decode()
    for words in ("Чек коррекции уйдёт в кассу", "№\u00a0СЗ-7", "нашли сами", "ждёт отправки"):
        assert words in page
    assert "Пробить чек коррекции" not in page
    # Pressed twice, or by another who had the page open.
    page = clerk().post(url(receipt), CORRECTION | {"day": today}, follow=True).content.decode()
    assert "Чек коррекции здесь не сделать" in page
    assert Entry.objects.filter(action="fiscal.receipt.corrected").count() == 1


def test_a_large_correction_waits_for_another_one(receipt: Receipt) -> None:
    Receipt.objects.update(kopecks=1_000_01, asked_at=timezone.now())
    olga, ivan = clerk(), clerk()
    said = CORRECTION | {"day": timezone.localdate().isoformat()}
    assert "иначе чеков станет два" in olga.post(url(receipt), said).content.decode()
    page = olga.post(url(receipt), said | {"looked": "on"}, follow=True).content.decode()
    for words in ("ждёт второй подписи", "Его записали вы"):
        assert words in page
    assert "Чек коррекции записан и ждёт второй подписи" in ivan.get("/staff/money/").content.decode()
    shown = ivan.get(url(receipt)).context["row"]["receipt"].ground.shown
    assert (
        "другой сотрудник"
        in olga.post(url(receipt), {"act": "sign", "shown": shown}, follow=True).content.decode()
    )
    assert (
        "Основание изменили"
        in ivan.post(url(receipt), {"act": "sign", "shown": "x"}, follow=True).content.decode()
    )
    page = ivan.post(url(receipt), {"act": "sign", "shown": shown}, follow=True).content.decode()
    assert "Подписано: чек коррекции уйдёт в кассу" in page
    receipt.refresh_from_db()
    assert (receipt.state, receipt.corrected_at is None) == (ReceiptState.PENDING, False)


def test_an_undecided_refund_is_not_sent_with_all_and_may_be_needless(
    family: Family, receipt: Receipt
) -> None:
    Receipt.objects.update(reason=ReceiptReason.DECIDE.value, kind=ReceiptKind.REFUND.value)
    olga = clerk()
    assert "Отправить заново все" not in olga.get("/staff/money/").content.decode()
    page = olga.post(ALL, {"reason": ReceiptReason.DECIDE.value}, follow=True).content.decode()
    assert "решает бухгалтер" in page
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.FAILED
    assert "Чек не нужен" in olga.get(url(receipt)).content.decode()
    page = olga.post(url(receipt), {"act": "none", "none-reason": " "}).content.decode()
    assert "Напишите, почему чек закрыт" in page
    said = {"act": "none", "none-reason": "Спор выиграл банк"}
    assert "чек возврата не нужен" in olga.post(url(receipt), said, follow=True).content.decode()
    assert not Receipt.objects.exists()
    entry = Entry.objects.get(action="fiscal.receipt.none")
    assert entry.after is not None
    assert entry.after["why"] == "Спор выиграл банк"
    assert olga.get(url(receipt)).status_code == 404


def test_a_receipt_that_was_not_to_be_decided_is_not_needless(receipt: Receipt) -> None:
    olga = clerk()
    assert "Чек не нужен" not in olga.get(url(receipt)).content.decode()
    said = {"act": "none", "none-reason": "Не хочу"}
    assert "отправлять заново нечего" in olga.post(url(receipt), said, follow=True).content.decode()
    # Another has sent it meanwhile: who closes it is told, too.
    Receipt.objects.update(state=ReceiptState.SENT.value)
    said = {"act": "close", "document": "17", "reason": "Пробит иначе"}
    assert "отправлять заново нечего" in olga.post(url(receipt), said, follow=True).content.decode()
    assert Receipt.objects.exists()
