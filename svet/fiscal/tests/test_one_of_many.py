"""What befalls one receipt, one till or one payment stops no other; I-27 finds what does not come out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.accounts.models import Link
from svet.fiscal import operations, queries
from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.operations import documents, making, sending
from svet.fiscal.operations.deciding import ReceiptConflict
from svet.fiscal.rules.lines import ReceiptPart, not_covered
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.fiscal.rules.tills import NewCashbox
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, pay, work
from svet.kernel.actors import Actor
from svet.ledger.queries import owed_before
from svet.payments.models import ReceiptDue
from svet.payments.tests.factories import NOW, Family, StubBank, owe
from tests.till import RunningTill


def another_till(family: Family, till: RunningTill) -> None:
    """A second till, for what is made from now on; the first one is not to be reached any more."""
    operations.switch_off(code="atol", now=NOW, by=SYSTEM)
    Cashbox.objects.update(address=till.address.replace(str(till.port), "1"))
    new = NewCashbox(
        "second",
        family.first.provider.code,
        till.address,
        "SVET_TEST_TILL",
        "https://portal.example",
        "k@portal.example",
    )
    operations.add_cashbox(new, now=NOW, by=SYSTEM)


class TestTurns:
    def test_thousands_that_wait_for_a_silent_till_take_no_turn_from_another(
        self, ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "A_RUN", 2)
        for kopecks in (10_00, 11_00, 12_00, 13_00):
            pay(ours, bank, (ours.first, kopecks))
        operations.make_due(now=NOW)
        # The first till may have them, so they stay with it.
        Receipt.objects.update(asked_at=NOW)
        another_till(ours, till)
        pay(ours, bank, (ours.second, 35_38))
        work(till)
        assert Receipt.objects.get(cashbox__code="second").state == ReceiptState.SENT

    def test_offsets_of_the_night_come_after_who_pays_now(
        self, ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for kopecks in (400_00, 10_00, 11_00):
            pay(ours, bank, (ours.first, kopecks))
        work(till)
        work(till, 1)
        owe(ours.first, 121_00)
        operations.offset_advances(now=NOW + timedelta(minutes=2))
        assert Receipt.objects.filter(kind=ReceiptKind.OFFSET.value).count() == 3
        monkeypatch.setattr(sending, "A_RUN", 1)
        monkeypatch.setattr(sending, "OFFSETS_A_RUN", 1)
        pay(ours, bank, (ours.second, 35_38))
        work(till, 3)
        sent = Receipt.objects.filter(state=ReceiptState.SENT.value).order_by("pk")
        assert [one.kind for one in sent] == [ReceiptKind.OFFSET, ReceiptKind.SELL]
        assert sent[1].order.lines.get().account_id == ours.second.pk


class TestOneBadAnswer:
    def test_a_number_of_another_receipt_goes_before_a_person_and_the_others_go_on(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 100_00))
        work(till)
        work(till, 1)
        Receipt.objects.update(document_number="1002")
        for kopecks in (20_00, 15_38):
            pay(ours, bank, (ours.second, kopecks))
        work(till, 2)
        work(till, 3)
        states = list(Receipt.objects.order_by("pk").values_list("state", "reason"))
        assert states == [
            (ReceiptState.DONE, ""),
            (ReceiptState.FAILED, ReceiptReason.NUMBER_TAKEN),
            (ReceiptState.DONE, ""),
        ]
        bad = Receipt.objects.get(reason=ReceiptReason.NUMBER_TAKEN.value)
        assert bad.note == "1002"
        with pytest.raises(ReceiptConflict):
            operations.try_again(public_id=bad.public_id, by=SYSTEM, now=till.now)

    def test_a_receipt_that_cannot_be_written_stops_no_other(
        self, ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = pay(ours, bank, (ours.first, 100_00))
        pay(ours, bank, (ours.second, 35_38))
        real = documents.document_of

        def document(receipt: Receipt):  # type: ignore[no-untyped-def]
            if receipt.order_id == bad.pk:
                raise KeyError("bad")
            return real(receipt)

        monkeypatch.setattr(sending, "document_of", document)
        work(till)
        work(till, 1)
        states = list(Receipt.objects.order_by("pk").values_list("state", "reason"))
        assert states == [(ReceiptState.FAILED, ReceiptReason.FAULT), (ReceiptState.DONE, "")]

    def test_a_note_of_which_none_can_be_made_stops_no_other_and_is_seen(
        self, ours: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = pay(ours, bank, (ours.first, 100_00))
        give_back(bad, bank, 50_00)
        pay(ours, bank, (ours.second, 35_38))
        real = owed_before

        def owed(*, key: str):  # type: ignore[no-untyped-def]
            if key == bad.ledger_key:
                raise KeyError("bad")
            return real(key=key)

        monkeypatch.setattr(making, "owed_before", owed)
        assert operations.make_due(now=NOW) == 1
        # Its refund waits for it: alone it would find nothing to take back.
        assert ReceiptDue.objects.filter(taken_at__isnull=True).count() == 2
        later = NOW + timedelta(hours=2)
        assert (queries.unmade_count(now=later), queries.receipt_counts(now=later)["late"]) == (2, 3)
        monkeypatch.undo()
        assert operations.make_due(now=later) == 2


class TestWhatDoesNotComeOut:
    def test_what_goes_back_and_no_receipt_has_is_a_case_never_handed_over(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        work(till)
        work(till, 1)
        ReceiptLine.objects.update(kopecks=40_00)
        give_back(order, bank, 100_00)
        work(till, 2)
        back, rest = Receipt.objects.filter(kind=ReceiptKind.REFUND.value).order_by("pk")
        assert (back.kopecks, back.state) == (40_00, ReceiptState.SENT)
        assert (rest.kopecks, rest.state, rest.reason) == (
            60_00,
            ReceiptState.FAILED,
            ReceiptReason.NOTHING_LEFT,
        )
        with pytest.raises(ReceiptConflict):
            operations.try_again(public_id=rest.public_id, by=SYSTEM, now=till.now)

    def test_a_note_taken_twice_finds_its_receipts_and_makes_no_case(
        self, ours: Family, bank: StubBank
    ) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        give_back(order, bank, 300_00)
        operations.make_due(now=NOW)
        ReceiptDue.objects.update(taken_at=None)
        operations.make_due(now=NOW)
        assert Receipt.objects.count() == 2
        assert queries.broken() == []

    def test_a_refund_without_a_receipt_is_a_breach(self, ours: Family, bank: StubBank) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        operations.make_due(now=NOW)
        give_back(order, bank, 100_00)
        assert queries.broken() == []
        ReceiptDue.objects.filter(refund__isnull=False).update(taken_at=NOW)
        assert any("given back 10000" in one for one in queries.broken())
        ReceiptDue.objects.filter(refund__isnull=False).delete()
        assert any("no receipt is owed" in one for one in queries.broken())

    def test_a_line_taken_twice_and_sums_that_differ_are_breaches(self, ours: Family, bank: StubBank) -> None:
        order = pay(ours, bank, (ours.first, 400_00))
        operations.make_due(now=NOW)
        owe(ours.first, 70_00)
        operations.offset_advances(now=NOW)
        give_back(order, bank, 50_00)
        operations.make_due(now=NOW)
        assert queries.broken() == []
        offset = ReceiptLine.objects.get(receipt__kind=ReceiptKind.OFFSET.value)
        ReceiptLine.objects.filter(pk=offset.pk).update(kopecks=90_00)
        found = queries.broken()
        assert any("more is taken" in one for one in found)
        assert any("do not come to it" in one for one in found)
        ReceiptLine.objects.filter(pk=offset.pk).update(of=None)
        assert any("takes nothing" in one for one in queries.broken())
        ReceiptLine.objects.filter(pk=offset.pk).update(of=offset.of_id, account=ours.second)
        assert any("another account" in one for one in queries.broken())

    def test_what_is_not_covered_is_a_rule(self) -> None:
        money = ReceiptPart(1, ReceiptLineKind.ADVANCE, Receipt(kopecks=30_00).money, 7)
        whole = Receipt(kopecks=100_00).money
        assert not not_covered([(1, money.money)], [money])
        assert [
            (one.account_id, one.money.kopecks, one.of) for one in not_covered([(1, whole)], [money])
        ] == [(1, 70_00, None)]


def test_the_offset_of_an_account_its_payer_sees_no_more_is_neither_sent_nor_shown_to_them(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 400_00))
    work(till)
    work(till, 1)
    owe(ours.first, 70_00)
    links = Link.objects.filter(person=ours.anna, account=ours.first)
    links.update(can_view=False)
    operations.offset_advances(now=NOW + timedelta(minutes=2))
    work(till, 3)
    clients = [one["receipt"]["client"] for one in till.till.documents()]
    assert clients == [{"email": "anna@example.ru"}, {"email": "kassa@portal.example"}]
    anna = Actor.person(ours.anna.pk)
    # What they paid themselves they keep.
    assert [one.kind for one in queries.receipts_of([order.pk], seen_by=anna)[order.pk]] == [ReceiptKind.SELL]
    links.update(can_view=True)
    kinds = [one.kind for one in queries.receipts_of([order.pk], seen_by=anna)[order.pk]]
    assert kinds == [ReceiptKind.SELL, ReceiptKind.OFFSET]
