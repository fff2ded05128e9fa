"""«Чек коррекции»: in place of a receipt that was not made, once, whoever presses or comes late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt
from svet.fiscal.operations import sending, switch_off
from svet.fiscal.operations.deciding import ReceiptConflict, ReceiptNotFound
from svet.fiscal.rules.corrections import CorrectionBasis, CorrectionConflict
from svet.fiscal.rules.refusals import CorrectionReason, ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.tests.test_closing import close
from svet.fiscal.tests.test_frozen import second_till
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, only, pay, work
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.payments.models import Order
from svet.payments.tests.factories import NOW, Family, StubBank
from svet.people.tests.factories import make_person
from svet.sandbox.world.faults import BankFault
from tests.till import RunningTill

DAY = date(2026, 11, 22)
SELF, ORDERED = CorrectionBasis.SELF, CorrectionBasis.INSTRUCTION


@pytest.fixture
def order(ours: Family, bank: StubBank, till: RunningTill) -> Order:
    """Its receipt was taken by the till, which said that it failed."""
    till.till.order({"fail": "1", "type": "other"})
    made = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.FAILED)
    return made


def sale() -> Receipt:
    return Receipt.objects.get(kind=ReceiptKind.SELL.value)


def correct(till: RunningTill, by: Actor = SYSTEM, **changes: Any) -> bool:
    said = {"basis": SELF, "number": "СЗ-7", "day": DAY, "looked": True, **changes}
    return operations.correct_receipt(public_id=sale().public_id, by=by, now=till.now, **said)


def refused(till: RunningTill, **changes: Any) -> CorrectionReason:
    with pytest.raises(CorrectionConflict) as refusal:
        correct(till, **changes)
    assert isinstance(refusal.value.reason, CorrectionReason)
    return refusal.value.reason


def member() -> Actor:
    person = make_person()
    return Actor.staff(person.pk, name="Ольга")


def test_it_is_one_document_with_the_day_of_the_money(order: Order, till: RunningTill) -> None:
    assert not correct(till)
    work(till, 2)
    work(till, 3)
    assert (only().state, only().document_number) == (ReceiptState.DONE, "1002")
    failed, made = till.till.documents()
    assert (failed["verb"], made["verb"]) == ("sell", "sell_correction")
    assert made["correction"]["correction_info"] == {"type": "self", "base_date": "22.11.2026"}
    assert made["correction"]["items"] == failed["receipt"]["items"]
    assert made["external_id"] != failed["external_id"]
    view = queries.receipts_of([order.pk], seen_by=SYSTEM)[order.pk][0]
    assert (view.kind, view.corrects, view.may_correct) == (ReceiptKind.SELL, True, False)
    assert not queries.broken()
    assert not queries.late_receipt_count(now=till.now)
    entry = Entry.objects.get(action="fiscal.receipt.correction")
    assert entry.after is not None
    assert (entry.after["basis"], entry.after["ground"]) == ("self", "СЗ-7")


def test_an_order_of_the_tax_office_is_named_by_its_number(order: Order, till: RunningTill) -> None:
    correct(till, basis=ORDERED, number=" 12-34/ 5 ")
    work(till, 2)
    info = till.till.documents()[-1]["correction"]["correction_info"]
    assert info == {"type": "instruction", "base_date": "22.11.2026", "base_number": "12-34/ 5"}


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"number": "  "}, CorrectionReason.NUMBER, "number"),
        ({"number": "9" * 33}, CorrectionReason.NUMBER, "number"),
        ({"day": None}, CorrectionReason.DAY, "day"),
        ({"day": DAY + timedelta(days=1)}, CorrectionReason.TO_COME, "day"),
        ({"day": DAY - timedelta(days=1)}, CorrectionReason.BEFORE_MONEY, "day"),
        ({"looked": False}, CorrectionReason.LOOK, "looked"),
    ],
)
def test_without_a_ground_and_a_look_nothing_is_made(
    changes: dict[str, Any], reason: CorrectionReason, field: str, order: Order, till: RunningTill
) -> None:
    with pytest.raises(CorrectionConflict) as refusal:
        correct(till, **changes)
    assert (refusal.value.reason, refusal.value.field) == (reason, field)
    assert (only().state, only().correction) == (ReceiptState.FAILED, "")


def test_pressed_twice_it_is_one(order: Order, till: RunningTill) -> None:
    correct(till)
    assert refused(till) is CorrectionReason.NOT_HERE
    with pytest.raises(ReceiptConflict):
        close(till)
    work(till, 2)
    assert refused(till) is CorrectionReason.NOT_HERE
    work(till, 3)
    assert refused(till) is CorrectionReason.NOT_HERE
    assert len(till.till.documents()) == 2
    with pytest.raises(ReceiptNotFound):
        operations.sign_correction(public_id="nobody", shown="", by=SYSTEM, now=till.now)


def test_killed_between_or_unanswered_it_is_the_same_correction(order: Order, till: RunningTill) -> None:
    correct(till)
    till.fault(BankFault("lose", "/possystem/v5/svet-demo-1/sell_correction"))
    work(till, 2)
    assert (only().state, only().reason) == (ReceiptState.PENDING, ReceiptReason.SILENT)
    assert refused(till) is CorrectionReason.NOT_HERE
    work(till, 4)
    work(till, 5)
    assert only().state == ReceiptState.DONE
    assert len(till.till.documents()) == 2


def test_one_that_fails_at_the_till_goes_again_as_a_correction(order: Order, till: RunningTill) -> None:
    correct(till)
    till.till.order({"fail": "1", "type": "other"})
    work(till, 2)
    work(till, 3)
    assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.FAILED)
    operations.try_again(public_id=only().public_id, by=SYSTEM, now=till.now)
    work(till, 4)
    work(till, 5)
    assert only().state == ReceiptState.DONE
    assert [one["verb"] for one in till.till.documents()] == ["sell", "sell_correction", "sell_correction"]
    assert not queries.broken()


def test_what_the_till_may_have_printed_is_not_corrected(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"fail": "1", "type": "timeout", "printed": "600"})
    pay(ours, bank, (ours.first, 300_00))
    for minute in (0, 1, 2):
        work(till, minute)
        assert refused(till) is CorrectionReason.NOT_HERE
    assert only().reason == ReceiptReason.UNSURE
    work(till, 120)
    assert only().state == ReceiptState.DONE
    assert refused(till) is CorrectionReason.NOT_HERE
    assert len(till.till.documents()) == 1


def test_an_original_that_is_printed_after_all_is_not_taken_for_the_correction(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    """The till said that it failed, a person has looked, and it is printed days later."""
    till.till.order({"fail": "1", "type": "other", "printed": "86400"})
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    correct(till)
    for minute in (2, 3, 3000):
        work(till, minute)
    assert (only().state, only().document_number) == (ReceiptState.DONE, "1002")


def test_a_wrong_document_is_not_corrected_here(ours: Family, bank: StubBank, till: RunningTill) -> None:
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    Receipt.objects.update(kopecks=300_01)
    work(till, 1)
    assert only().reason == ReceiptReason.OTHER_SUM
    assert refused(till) is CorrectionReason.NOT_HERE
    close(till)
    assert refused(till) is CorrectionReason.NOT_HERE


def test_money_of_before_the_till_is_corrected_as_soon_as_there_is_one(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    switch_off(code="atol", now=NOW, by=SYSTEM)
    pay(ours, bank, (ours.first, 300_00))
    work(till)
    assert only().reason == ReceiptReason.NO_CASHBOX
    correct(till, looked=False)
    assert (only().state, only().reason) == (ReceiptState.PENDING, ReceiptReason.NO_CASHBOX)
    assert refused(till) is CorrectionReason.NOT_HERE
    second_till(ours, till)
    work(till, 5)
    work(till, 6)
    assert only().state == ReceiptState.DONE
    (document,) = till.till.documents()
    assert document["verb"] == "sell_correction"
    assert document["correction"]["items"][0]["vat"]["type"] == "vat22"


def test_one_that_is_on_its_way_as_it_was_is_no_correction(
    order: Order, till: RunningTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job has read the receipt; the accountant's word comes before it is handed over."""
    operations.try_again(public_id=only().public_id, by=SYSTEM, now=till.now)
    row = only()
    Receipt.objects.update(state=ReceiptState.FAILED.value, reason=ReceiptReason.REFUSED.value)
    correct(till)
    assert not sending._send(row, now=till.now)
    assert len(till.till.documents()) == 1


def test_a_payer_without_an_address_gets_a_correction(order: Order, till: RunningTill) -> None:
    correct(till)
    Receipt.objects.update(contact="")
    work(till, 2)
    work(till, 3)
    assert only().state == ReceiptState.DONE
    assert "client" not in till.till.documents()[-1]["correction"]


class TestClosed:
    def test_one_that_was_closed_and_is_corrected_is_settled_by_one_document(
        self, order: Order, bank: StubBank, till: RunningTill
    ) -> None:
        close(till)
        give_back(order, bank, 100_00)
        work(till, 2)
        back = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
        assert back.reason == ReceiptReason.SALE_CLOSED
        assert refused(till, looked=False) is CorrectionReason.LOOK
        correct(till)
        assert (sale().closing_document, sale().closed_at) == ("", None)
        entry = Entry.objects.get(action="fiscal.receipt.corrected")
        assert entry.after is not None
        assert entry.after["closing_document"] == "коррекция № 17"
        back.refresh_from_db()
        assert (back.state, back.reason) == (ReceiptState.PENDING, ReceiptReason.WAITS)
        for minute in (3, 4, 5, 6):
            work(till, minute)
        assert {one.state for one in Receipt.objects.all()} == {ReceiptState.DONE}
        verbs = [one["verb"] for one in till.till.documents()]
        assert verbs == ["sell", "sell_correction", "sell_refund"]
        assert not queries.broken()

    def test_two_documents_of_one_receipt_are_a_breach(self, order: Order, till: RunningTill) -> None:
        correct(till)
        work(till, 2)
        work(till, 3)
        Receipt.objects.update(closing_document="17", ground_number="")
        told = " ".join(queries.broken())
        assert "settled by two documents" in told
        assert "a correction without its ground" in told


def test_money_that_goes_back_after_a_correction_has_its_vat(
    order: Order, bank: StubBank, till: RunningTill
) -> None:
    correct(till)
    work(till, 2)
    work(till, 3)
    give_back(order, bank, 100_00)
    work(till, 4)
    work(till, 5)
    document = till.till.documents()[-1]
    assert document["verb"] == "sell_refund"
    assert document["receipt"]["items"][0]["vat"]["type"] == "vat22"
    assert not queries.broken()


def test_in_a_copy_that_does_not_know_of_it_the_same_document_is_found(
    order: Order, till: RunningTill
) -> None:
    before = Receipt.objects.filter(pk=only().pk).values().get()
    correct(till)
    work(till, 2)
    work(till, 3)
    number = only().document_number
    Receipt.objects.filter(pk=before["id"]).update(**before)
    operations.try_again(public_id=only().public_id, by=SYSTEM, now=till.now)
    work(till, 10)
    work(till, 11)
    assert (only().state, only().document_number) == (ReceiptState.DONE, number)
    assert len(till.till.documents()) == 2


class TestTwoHands:
    @pytest.fixture
    def large(self, ours: Family, bank: StubBank, till: RunningTill) -> Receipt:
        till.till.order({"fail": "1", "type": "other"})
        pay(ours, bank, (ours.first, 1_000_01))
        work(till)
        work(till, 1)
        return only()

    def test_above_the_limit_another_one_signs_what_they_saw(self, large: Receipt, till: RunningTill) -> None:
        olga, ivan = member(), member()
        assert correct(till, by=olga)
        assert (only().state, only().corrected_at) == (ReceiptState.FAILED, None)
        work(till, 2)
        assert len(till.till.documents()) == 1
        ground = only().ground
        assert ground is not None

        def unsigned(by: Actor, shown: str) -> CorrectionReason:
            with pytest.raises(CorrectionConflict) as refusal:
                operations.sign_correction(public_id=only().public_id, shown=shown, by=by, now=till.now)
            assert isinstance(refusal.value.reason, CorrectionReason)
            return refusal.value.reason

        assert unsigned(olga, ground.shown) is CorrectionReason.SAME_HAND
        correct(till, by=olga, number="СЗ-8")
        assert unsigned(ivan, ground.shown) is CorrectionReason.CHANGED
        anew = only().ground
        assert anew is not None
        operations.sign_correction(public_id=only().public_id, shown=anew.shown, by=ivan, now=till.now)
        assert unsigned(ivan, anew.shown) is CorrectionReason.NOT_HERE
        work(till, 3)
        work(till, 4)
        assert only().state == ReceiptState.DONE
        assert till.till.documents()[-1]["verb"] == "sell_correction"

    def test_one_nobody_signed_is_dropped_when_the_receipt_goes_another_way(
        self, large: Receipt, till: RunningTill
    ) -> None:
        correct(till, by=member())
        operations.try_again(public_id=large.public_id, by=SYSTEM, now=till.now)
        assert (only().correction, only().ground) == ("", None)
        work(till, 3)
        work(till, 4)
        assert [one["verb"] for one in till.till.documents()] == ["sell", "sell"]
        assert only().state == ReceiptState.DONE

    def test_one_of_a_closed_receipt_is_on_the_desk_until_it_is_signed(
        self, large: Receipt, till: RunningTill
    ) -> None:
        close(till)
        assert not queries.late_receipts(now=till.now, limit=9)
        correct(till, by=member())
        (view,) = queries.late_receipts(now=till.now, limit=9)
        assert (view.state, view.corrects) == (ReceiptState.CLOSED, False)
        assert not queries.broken()
