"""When there may be a second document, when the till is asked under the old name, when another makes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.operations import switch_off
from svet.fiscal.operations.deciding import ReceiptConflict
from svet.fiscal.rules.again import AgainAs
from svet.fiscal.rules.refusals import CashboxReason, ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.rules.tills import CashboxRefused
from svet.fiscal.rules.vat import Taxation
from svet.fiscal.tests.test_frozen import SILENCE, second_till, vats
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, items, only, pay, work
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.tests.factories import NOW, Family, StubBank
from svet.sandbox.world.faults import BankFault
from tests.till import RunningTill


def again(till: RunningTill, *, absent: bool = False) -> AgainAs:
    return operations.try_again(public_id=only().public_id, by=SYSTEM, now=till.now, absent=absent)


class TestFaultOfTime:
    """ATOL's `timeout` and `agent`: the document may be printed after the till said that it failed."""

    @pytest.mark.parametrize("kind", ["timeout", "agent"])
    def test_one_that_is_printed_later_is_the_same_document(
        self, kind: str, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        till.till.order({"fail": "1", "type": kind, "printed": "600"})
        pay(ours, bank, (ours.first, 300_00))
        for minute in (0, 1, 2, 5):
            work(till, minute)
        assert (only().state, only().reason) == (ReceiptState.SENT, ReceiptReason.UNSURE)
        work(till, 120)
        assert only().state == ReceiptState.DONE
        assert len(till.till.documents()) == 1

    def test_after_half_a_day_a_person_looks_and_asks_again_or_says_there_is_none(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        till.till.order({"fail": "1", "type": "timeout"})
        pay(ours, bank, (ours.first, 300_00))
        for minute in (*range(6), *range(60, 1800, 61)):
            work(till, minute)
        assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.UNSURE)
        assert again(till) is AgainAs.SAME
        work(till, 2000)
        work(till, 2001)
        assert len(till.till.documents()) == 1
        for minute in range(2060, 4000, 61):
            work(till, minute)
        assert again(till, absent=True) is AgainAs.ANOTHER
        work(till, 4100)
        work(till, 4101)
        assert only().state == ReceiptState.DONE
        assert len({one["external_id"] for one in till.till.documents()}) == 2


def test_failed_documents_are_counted_and_unanswered_calls_are_not(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 300_00))
    till.fault(BankFault("fail", "/possystem/v5/", times=1000))
    for minute in range(0, 600, 60):
        work(till, minute)
    assert only().tries > 6
    till.calm()
    till.till.order({"fail": "1", "type": "driver"})
    for minute in (700, 701, 702, 703):
        work(till, minute)
    assert only().state == ReceiptState.DONE


class TestAnotherTill:
    def test_what_no_till_was_asked_for_goes_to_the_one_that_is_on(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 350_00))
        operations.make_due(now=NOW)
        switch_off(code="atol", now=NOW, by=SYSTEM)
        second_till(ours, till, taxation=Taxation.INCOME)
        work(till)
        assert only().cashbox == Cashbox.objects.get(code="second")
        (document,) = till.till.documents()
        assert document["receipt"]["company"]["sno"] == "usn_income"
        assert {word for word, _ in vats(document)} == {"none"}

    def test_one_that_was_refused_for_what_its_till_is_goes_to_the_mended_one(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        Cashbox.objects.update(email="no-dot@portal", taxation="usn_income")
        pay(ours, bank, (ours.first, 300_00))
        operations.make_due(now=NOW)
        Receipt.objects.update(inn="1")
        work(till)
        assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.REFUSED)
        switch_off(code="atol", now=NOW, by=SYSTEM)
        second_till(ours, till)
        assert again(till) is AgainAs.SAME
        work(till, 1)
        (document,) = till.till.documents()
        company = document["receipt"]["company"]
        assert (company["email"], company["sno"], company["inn"]) == (
            "second@portal.example",
            "osn",
            "7450000001",
        )
        assert vats(document)[0][0] == "vat22"

    def test_what_a_silent_till_may_have_stays_with_it_until_a_person_has_looked(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 300_00))
        till.fault(BankFault("fail", SILENCE, times=1))
        work(till)
        switch_off(code="atol", now=NOW, by=SYSTEM)
        second_till(ours, till)
        again(till)
        assert only().cashbox == Cashbox.objects.get(code="atol")
        name = only().external_id
        assert again(till, absent=True) is AgainAs.ANOTHER
        assert only().cashbox == Cashbox.objects.get(code="second")
        assert only().external_id != name

    def test_nobody_says_there_is_no_document_where_the_till_has_shown_one(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 300_00))
        work(till)
        Receipt.objects.update(kopecks=300_01)
        work(till, 1)
        with pytest.raises(ReceiptConflict):
            again(till, absent=True)

    def test_a_receipt_made_beside_the_entry_of_the_till_is_taken_up(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        """Its transaction had looked for a till before the other's was there."""
        pay(ours, bank, (ours.first, 300_00))
        operations.make_due(now=NOW)
        Receipt.objects.update(cashbox=None, next_at=None, reason="receipt_no_cashbox", taxation="")
        work(till)
        assert only().state == ReceiptState.SENT

    def test_a_till_that_comes_later_gets_what_waits(
        self, family: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SVET_TEST_TILL", till.password)
        choose_maker(code="-", maker=ReceiptMaker.CASHBOX, now=NOW, by=SYSTEM)
        pay(family, bank, (family.first, 350_00))
        work(till)
        assert (only().reason, only().taxation) == (ReceiptReason.NO_CASHBOX, "")
        second_till(family, till)
        work(till, 1)
        assert [word for word, _ in vats(till.till.documents()[0])] == ["vat22", "vat122"]

    def test_two_who_enter_a_till_at_once_hear_that_there_is_one(
        self, ours: Family, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other's row came between the look and the write."""
        from django.db.models import QuerySet

        monkeypatch.setattr(QuerySet, "exists", lambda self: False)
        with pytest.raises(CashboxRefused) as refusal:
            second_till(ours, till)
        assert refusal.value.reason is CashboxReason.SERVED


def test_what_waits_for_the_receipt_of_its_sale_says_so(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"slow": "6000"})
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    give_back(order, bank, 100_00)
    work(till, 1)
    back = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
    assert (back.state, back.reason) == (ReceiptState.PENDING, ReceiptReason.WAITS)
    how = operations.try_again(public_id=back.public_id, by=SYSTEM, now=till.now)
    assert how is AgainAs.WAITING
    back.refresh_from_db()
    assert back.reason == ReceiptReason.WAITS
    assert queries.late_receipts(now=till.now + timedelta(hours=3), limit=9)
    work(till, 500)
    work(till, 501)
    work(till, 900)
    assert {one.state for one in Receipt.objects.all()} == {ReceiptState.DONE}
    assert len(items(till.till.documents()[-1])) == 1
