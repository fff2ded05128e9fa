"""A receipt from the payment to its number: once, whatever is lost, late, twice, killed, in another order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.models import Account
from svet.fiscal import operations, queries
from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.operations import sending
from svet.fiscal.operations.deciding import ReceiptConflict
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.kernel.actors import Actor
from svet.payments import operations as payments
from svet.payments.models import Order, ReceiptDue
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, owe
from svet.sandbox.world.faults import BankFault
from tests.till import RunningTill

SYSTEM = Actor.system("test")


def pay(family: Family, bank: StubBank, *lines: tuple[Account, int]) -> Order:
    made = make_order(person=family.anna, lines=list(lines))
    payments.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    payments.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


def give_back(order: Order, bank: StubBank, kopecks: int) -> None:
    bank.give_back(order, kopecks)
    payments.settle(order_id=order.pk, now=NOW, by="test")


def work(till: RunningTill, minutes: float = 0) -> None:
    """The job, so many minutes later; the clock of the till is the same one."""
    till.now = NOW + timedelta(minutes=minutes)
    operations.make_due(now=till.now)
    operations.follow_sent(now=till.now)
    operations.send_due(now=till.now)


def only() -> Receipt:
    return Receipt.objects.get()


def test_a_payment_of_a_debt_becomes_one_document_with_a_number(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 300_00), (ours.second, 35_38))
    work(till)
    assert only().state == ReceiptState.SENT
    work(till, 1)
    receipt = only()
    assert (receipt.state, receipt.kopecks, receipt.document_number) == (ReceiptState.DONE, 335_38, "1001")
    assert receipt.url == f"http://127.0.0.1:{till.port}/rec/{receipt.storage_number}/1001"
    (document,) = till.till.documents()
    assert document["verb"] == "sell"
    assert document["receipt"]["client"] == {"email": "anna@example.ru"}
    assert document["receipt"]["company"] == {
        "email": "kassa@portal.example",
        "sno": "osn",
        "inn": "7450000001",
        "payment_address": "https://portal.example",
    }
    assert [
        (item["payment_method"], item["payment_object"], item["vat"]["type"]) for item in items(document)
    ] == [
        ("full_payment", 4, "vat22"),
        ("full_payment", 4, "vat22"),
    ]
    assert [Decimal(item["sum"]) for item in items(document)] == [Decimal("300.00"), Decimal("35.38")]
    assert Decimal(items(document)[0]["vat"]["sum"]) == Decimal("54.10")
    view = queries.receipts_of([order.pk], seen_by=SYSTEM)[order.pk][0]
    assert (view.kind, view.state, view.money.kopecks) == (ReceiptKind.SELL, ReceiptState.DONE, 335_38)
    assert not queries.broken()


def test_what_is_above_the_debt_is_an_advance_in_the_same_document(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 350_00))
    work(till)
    (document,) = till.till.documents()
    assert [
        (item["payment_method"], item["payment_object"], item["vat"]["type"]) for item in items(document)
    ] == [
        ("full_payment", 4, "vat22"),
        ("advance", 10, "vat122"),
    ]
    assert document["receipt"]["payments"] == [{"type": 1, "sum": "350.00"}]


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_document(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 300_00))
    till.fault(BankFault("lose", "/possystem/v5/svet-demo-1/sell"))
    work(till)
    assert (only().state, only().reason) == (ReceiptState.PENDING, ReceiptReason.SILENT)
    assert Cashbox.objects.get().silent_since is not None
    work(till, 1)
    assert only().state == ReceiptState.SENT
    work(till, 2)
    assert only().state == ReceiptState.DONE
    assert len(till.till.documents()) == 1
    assert Cashbox.objects.get().silent_since is None


def test_killed_between_the_question_and_its_answer_it_is_one_document(
    ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(ours, bank, (ours.first, 300_00))

    class Killed(BaseException):
        pass

    def die(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "move_receipt", die)
        with pytest.raises(Killed):
            work(till)
    assert (only().state, only().tries, only().name) == (ReceiptState.PENDING, 1, "")
    work(till, 1)
    work(till, 2)
    assert only().state == ReceiptState.DONE
    assert len(till.till.documents()) == 1


def test_killed_after_the_receipt_is_made_the_note_is_taken_with_it(
    ours: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(ours, bank, (ours.first, 300_00))
    operations.make_due(now=NOW)
    operations.make_due(now=NOW)
    ReceiptDue.objects.update(taken_at=None)
    operations.make_due(now=NOW)
    assert Receipt.objects.count() == 1


def test_a_token_whose_time_is_over_is_renewed(ours: Family, bank: StubBank, till: RunningTill) -> None:
    pay(ours, bank, (ours.first, 100_00))
    work(till)
    till.till.order({"expire": "1"})
    pay(ours, bank, (ours.second, 35_38))
    work(till, 1)
    work(till, 2)
    assert set(Receipt.objects.values_list("state", flat=True)) == {ReceiptState.DONE}


def test_a_slow_till_is_asked_less_and_less_until_it_has_the_number(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"slow": "600"})
    pay(ours, bank, (ours.first, 300_00))
    for minute in range(9):
        work(till, minute)
    assert (only().state, only().looks) == (ReceiptState.SENT, 4)
    work(till, 60)
    assert only().state == ReceiptState.DONE
    assert len(till.till.documents()) == 1


def test_a_fault_of_the_till_is_another_document_and_only_after_it_said_so(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"fail": "1", "type": "driver"})
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    first = only().external_id
    work(till, 1)
    assert (only().state, only().attempt) == (ReceiptState.PENDING, 1)
    assert only().external_id != first
    work(till, 2)
    work(till, 3)
    assert only().state == ReceiptState.DONE
    assert [one["external_id"] for one in till.till.documents()] == [first, only().external_id]


def test_what_the_till_will_never_take_stands_on_the_desk_and_is_tried_by_a_member(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"fail": "1", "type": "unknown"})
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    (late,) = queries.late_receipts(now=till.now, limit=10)
    assert (late.state, late.reason) == (ReceiptState.FAILED, ReceiptReason.FAILED)
    operations.try_again(public_id=late.public_id, by=Actor.staff(ours.boris.pk, name="Ольга"), now=till.now)
    work(till, 2)
    work(till, 3)
    assert only().state == ReceiptState.DONE
    with pytest.raises(ReceiptConflict):
        operations.try_again(public_id=late.public_id, by=SYSTEM, now=till.now)
    assert not queries.late_receipt_count(now=till.now)


def test_a_document_of_another_sum_is_never_done_nor_tried_again(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    Receipt.objects.update(kopecks=300_01)
    work(till, 1)
    assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.OTHER_SUM)
    with pytest.raises(ReceiptConflict) as refusal:
        operations.try_again(public_id=only().public_id, by=SYSTEM, now=till.now)
    assert refusal.value.reason is ReceiptReason.OTHER_SUM


def test_a_silent_till_is_asked_once_a_run_and_later_ones_wait(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 100_00))
    pay(ours, bank, (ours.second, 35_38))
    till.fault(BankFault("fail", "/possystem/v5/", times=1))
    work(till)
    assert sorted(Receipt.objects.values_list("tries", flat=True)) == [0, 1]
    work(till, 1)
    work(till, 2)
    assert set(Receipt.objects.values_list("state", flat=True)) == {ReceiptState.DONE}


def test_no_till_yet_the_receipt_waits_for_one_and_is_late(family: Family, bank: StubBank) -> None:
    choose_maker(code="-", maker=ReceiptMaker.CASHBOX, now=NOW, by=SYSTEM)
    pay(family, bank, (family.first, 300_00))
    operations.make_due(now=NOW)
    operations.send_due(now=NOW)
    assert (only().state, only().reason) == (ReceiptState.PENDING, ReceiptReason.NO_CASHBOX)
    assert queries.late_receipt_count(now=NOW + timedelta(hours=2)) == 1


@pytest.mark.parametrize("maker", [ReceiptMaker.BANK, ReceiptMaker.NOBODY])
def test_where_another_makes_the_receipt_the_till_makes_none(
    maker: ReceiptMaker, ours: Family, bank: StubBank, till: RunningTill
) -> None:
    choose_maker(code="-", maker=maker, now=NOW, by=SYSTEM)
    order = pay(ours, bank, (ours.first, 300_00))
    give_back(order, bank, 100_00)
    work(till)
    assert order.receipts == maker
    assert not Receipt.objects.exists()
    assert not till.till.documents()


def test_a_day_without_a_known_rate_is_refused_loudly(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 350_00))
    Order.objects.update(paid_at=NOW + timedelta(days=800))
    operations.make_due(now=NOW)
    operations.send_due(now=NOW)
    assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.VAT)
    assert not till.till.documents()


class TestMoneyThatGoesBack:
    def test_it_is_a_document_of_its_own_by_the_lines_of_before(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        order = pay(ours, bank, (ours.first, 350_00))
        work(till)
        work(till, 1)
        give_back(order, bank, 60_00)
        work(till, 2)
        work(till, 3)
        sold, back = till.till.documents()
        assert (sold["verb"], back["verb"]) == ("sell", "sell_refund")
        assert [(item["payment_method"], Decimal(item["sum"])) for item in items(back)] == [
            ("advance", Decimal(50)),
            ("full_payment", Decimal(10)),
        ]
        assert not queries.broken()

    def test_before_the_receipt_is_done_it_waits_for_it(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        till.till.order({"slow": "600"})
        order = pay(ours, bank, (ours.first, 300_00))
        give_back(order, bank, 300_00)
        for minute in range(5):
            work(till, minute)
        assert [one["verb"] for one in till.till.documents()] == ["sell"]
        work(till, 60)
        assert [one["verb"] for one in till.till.documents()] == ["sell", "sell_refund"]

    def test_told_twice_it_is_one_document(self, ours: Family, bank: StubBank, till: RunningTill) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        give_back(order, bank, 100_00)
        payments.settle(order_id=order.pk, now=NOW, by="test")
        work(till)
        assert Receipt.objects.filter(kind=ReceiptKind.REFUND.value).count() == 1


class TestAdvanceThatIsUsed:
    def test_the_night_after_the_charge_there_is_one_document_paid_by_the_advance(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 400_00))
        work(till)
        work(till, 1)
        operations.offset_advances(now=NOW)
        assert Receipt.objects.count() == 1
        owe(ours.first, 70_00)
        for _ in range(2):
            operations.offset_advances(now=NOW + timedelta(days=1))
        work(till, 2000)
        work(till, 2001)
        offset = Receipt.objects.get(kind=ReceiptKind.OFFSET.value)
        assert (offset.kopecks, offset.state) == (70_00, ReceiptState.DONE)
        document = till.till.documents()[-1]
        assert document["receipt"]["payments"] == [{"type": 2, "sum": "70.00"}]
        assert [(item["payment_method"], item["vat"]["type"]) for item in items(document)] == [
            ("full_payment", "vat22")
        ]

    def test_what_is_used_later_in_the_month_waits_for_the_next(self, ours: Family, bank: StubBank) -> None:
        pay(ours, bank, (ours.first, 400_00))
        operations.make_due(now=NOW)
        for day, kopecks in ((0, 30_00), (1, 40_00)):
            owe(ours.first, kopecks)
            operations.offset_advances(now=NOW + timedelta(days=day))
        assert [one.kopecks for one in offsets()] == [30_00]
        operations.offset_advances(now=NOW + timedelta(days=20))
        assert [one.kopecks for one in offsets()] == [30_00, 40_00]

    def test_an_advance_on_its_way_back_is_not_used(self, ours: Family, bank: StubBank) -> None:
        order = pay(ours, bank, (ours.first, 400_00))
        operations.make_due(now=NOW)
        give_back(order, bank, 100_00)
        operations.offset_advances(now=NOW)
        assert not offsets()
        operations.make_due(now=NOW)
        operations.offset_advances(now=NOW)
        assert not offsets()

    def test_what_goes_back_after_it_was_used_is_no_advance(self, ours: Family, bank: StubBank) -> None:
        order = pay(ours, bank, (ours.first, 400_00))
        operations.make_due(now=NOW)
        owe(ours.first, 70_00)
        operations.offset_advances(now=NOW)
        give_back(order, bank, 50_00)
        operations.make_due(now=NOW)
        lines = Receipt.objects.get(kind=ReceiptKind.REFUND.value).lines.all()
        assert [(line.kind, line.kopecks) for line in lines] == [
            (ReceiptLineKind.ADVANCE, 30_00),
            (ReceiptLineKind.SETTLEMENT, 20_00),
        ]


def offsets() -> list[Receipt]:
    return list(Receipt.objects.filter(kind=ReceiptKind.OFFSET.value).order_by("id"))


def items(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["receipt"]["items"]
    return found


def test_a_payment_whose_receipts_do_not_come_to_it_is_a_breach(ours: Family, bank: StubBank) -> None:
    pay(ours, bank, (ours.first, 300_00))
    assert not queries.broken()
    operations.make_due(now=NOW)
    Receipt.objects.get().lines.update(kopecks=299_99)
    assert "29999" in queries.broken()[0]
