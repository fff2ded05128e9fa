"""Money that the bank gave back in a lost dispute: sent, decided by a person or nobody's, and I-27 holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.jobs import offsets
from svet.fiscal.models import Receipt
from svet.fiscal.operations import again
from svet.fiscal.operations.deciding import ReceiptConflict, ReceiptNotFound
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.tests.conftest import SYSTEM
from svet.fiscal.tests.test_closing import close
from svet.fiscal.tests.test_corrections import correct
from svet.fiscal.tests.test_receipts import give_back, pay, work
from svet.kernel.actors import Actor
from svet.payments.models import Order, ReceiptDue
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.chargebacks import ChargebackConflict, NewChargeback
from svet.payments.rules.receipts import LostReceipts, ReceiptMaker
from svet.payments.tests.factories import NOW, Family, StubBank, owe
from svet.people.tests.factories import make_person
from tests.till import RunningTill

LATER = NOW + timedelta(hours=1)


def say(lost: LostReceipts) -> None:
    choose_maker(code="-", maker=ReceiptMaker.CASHBOX, lost=lost, now=NOW, by=SYSTEM)


def dispute(order: Order, kopecks: int, *, won: bool = False, reference: str = "cb-1") -> str:
    staff = Actor.staff(make_person().pk, name="Ольга")
    new = NewChargeback(reference, kopecks, NOW.date(), NOW.date() + timedelta(days=10), no=1)
    found = keep_chargeback(by=staff, order_public_id=order.public_id, new=new, reason="письмо", now=NOW)
    end_chargeback(by=staff, chargeback_public_id=found, won=won, on=NOW.date(), reason="письмо", now=LATER)
    return found


def back() -> list[Receipt]:
    return list(Receipt.objects.filter(kind=ReceiptKind.REFUND.value).order_by("pk"))


def test_where_nothing_is_said_a_person_decides_and_the_payer_reads_nothing_yet(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    work(till, 61)
    work(till, 62)
    (one,) = back()
    assert (one.state, one.reason, one.kopecks) == (ReceiptState.FAILED, ReceiptReason.DECIDE, 120_00)
    assert len(till.till.documents()) == 1
    assert [each.public_id for each in queries.late_receipts(now=LATER, limit=9)] == [one.public_id]
    payer = Actor.person(ours.anna.pk)
    assert [each.kind for each in queries.receipts_of([order.pk], seen_by=payer)[order.pk]] == [
        ReceiptKind.SELL
    ]
    assert queries.broken() == []
    operations.try_again(public_id=one.public_id, by=SYSTEM, now=LATER)
    work(till, 63)
    work(till, 64)
    assert back()[0].state == ReceiptState.DONE
    assert [each["verb"] for each in till.till.documents()] == ["sell", "sell_refund"]
    with pytest.raises(ReceiptConflict):
        operations.try_again(public_id=one.public_id, by=SYSTEM, now=LATER)
    assert len(queries.receipts_of([order.pk], seen_by=payer)[order.pk]) == 2
    assert queries.broken() == []


def test_a_correction_of_the_sale_does_not_send_what_a_person_has_not_decided(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    till.till.order({"fail": "1", "type": "other"})
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    close(till)
    dispute(order, 120_00)
    work(till, 61)
    (one,) = back()
    assert (one.state, one.reason) == (ReceiptState.FAILED, ReceiptReason.DECIDE)
    payer = Actor.person(ours.anna.pk)
    shown = queries.receipts_of([order.pk], seen_by=payer)[order.pk]
    assert [each.kind for each in shown] == [ReceiptKind.SELL]
    correct(till)
    for minutes in (62, 63, 64):
        work(till, minutes)
    assert [each["verb"] for each in till.till.documents()] == ["sell", "sell_correction"]
    assert back()[0].reason == ReceiptReason.DECIDE
    operations.try_again(public_id=one.public_id, by=SYSTEM, now=till.now)
    work(till, 65)
    work(till, 66)
    assert [each["verb"] for each in till.till.documents()] == ["sell", "sell_correction", "sell_refund"]
    assert queries.broken() == []


def test_the_accountant_may_say_that_there_is_none(ours: Family, bank: StubBank, till: RunningTill) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    dispute(order, 300_00)
    work(till, 1)
    (one,) = back()
    operations.close_receipt(
        public_id=one.public_id, document="Чек 7", why="пробит на другой кассе", by=SYSTEM, now=LATER
    )
    assert back()[0].state == ReceiptState.CLOSED
    assert queries.broken() == []


@pytest.mark.parametrize("beforehand", [True, False])
def test_nobodys_takes_no_line_whether_it_was_said_before_or_after(
    beforehand: bool, ours: Family, bank: StubBank, till: RunningTill
) -> None:
    say(LostReceipts.NOBODY if beforehand else LostReceipts.ASK)
    order = pay(ours, bank, (ours.first, 350_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    work(till, 61)
    if not beforehand:
        (one,) = back()
        with pytest.raises(ReceiptConflict):
            operations.need_none(public_id=one.public_id, why=" ", by=SYSTEM, now=LATER)
        operations.need_none(public_id=one.public_id, why="спор выиграл банк", by=SYSTEM, now=LATER)
        with pytest.raises(ReceiptNotFound):
            operations.need_none(public_id=one.public_id, why="ещё раз", by=SYSTEM, now=LATER)
    assert not back()
    assert queries.broken() == []
    assert ReceiptDue.objects.get(kind="lost").lost == LostReceipts.NOBODY
    # What goes back later is an advance first: the receipts of the payment know of no dispute.
    give_back(order, bank, 230_00)
    work(till, 62)
    assert [(line.kind, line.kopecks) for line in back()[0].lines.order_by("id")] == [
        ("advance", 50_00),
        ("settlement", 180_00),
    ]
    assert queries.broken() == []


def test_what_was_sent_needs_one(ours: Family, bank: StubBank, till: RunningTill) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    work(till, 61)
    (one,) = back()
    operations.try_again(public_id=one.public_id, by=SYSTEM, now=LATER)
    with pytest.raises(ReceiptConflict):
        operations.need_none(public_id=one.public_id, why="передумали", by=SYSTEM, now=LATER)
    assert back()[0].state == ReceiptState.PENDING


@pytest.mark.parametrize("reason", [ReceiptReason.DECIDE, ReceiptReason.SALE_CLOSED])
def test_what_is_decided_one_by_one_is_never_sent_with_all(
    reason: ReceiptReason, ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    work(till, 61)
    Receipt.objects.filter(pk=back()[0].pk).update(reason=reason.value)
    assert [each.may_send for each in queries.reasons_standing(now=LATER)] == [False]
    with pytest.raises(ReceiptConflict) as refusal:
        operations.try_all_again(reason=reason, by=SYSTEM, now=LATER)
    assert refusal.value.reason is reason
    assert back()[0].state == ReceiptState.FAILED


def test_one_that_stands_for_another_reason_by_now_is_left(
    ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    work(till, 61)
    # The list was read before somebody closed the sale of one of them.
    monkeypatch.setattr(again, "standing_still", lambda *args, **more: [back()[0].public_id])
    done = operations.try_all_again(reason=ReceiptReason.REFUSED, by=SYSTEM, now=LATER)
    assert (done.tried, done.refused) == (0, 1)
    assert back()[0].reason == ReceiptReason.DECIDE


def test_what_an_old_version_booked_without_a_note_is_noted_at_night(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 350_00))
    give_back(order, bank, 30_00)
    say(LostReceipts.CASHBOX)
    dispute(order, 120_00)
    ReceiptDue.objects.all().delete()
    assert len(queries.broken()) == 4
    offsets(0)
    offsets(0)
    assert ReceiptDue.objects.count() == 3
    # Nobody knows what had been said by then.
    assert ReceiptDue.objects.get(kind="lost").lost == LostReceipts.ASK
    for minutes in (61, 62, 63):
        work(till, minutes)
    assert [(one.state, one.kopecks) for one in back()] == [
        (ReceiptState.DONE, 30_00),
        (ReceiptState.FAILED, 120_00),
    ]
    assert queries.broken() == []
    offsets(0)
    assert ReceiptDue.objects.count() == 3


def test_by_the_suppliers_word_it_goes_by_itself_once(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    say(LostReceipts.CASHBOX)
    order = pay(ours, bank, (ours.first, 350_00))
    work(till)
    work(till, 1)
    found = dispute(order, 120_00)
    # What the supplier says afterwards changes nothing of this one.
    say(LostReceipts.NOBODY)
    work(till, 61)
    work(till, 62)
    assert [(one.state, one.kopecks, one.source) for one in back()] == [
        (ReceiptState.DONE, 120_00, f"chargeback-lost:{found}")
    ]
    # The advance first, as with any money that goes back.
    assert [(line.kind, line.kopecks) for line in back()[0].lines.order_by("id")] == [
        ("advance", 50_00),
        ("settlement", 70_00),
    ]
    ReceiptDue.objects.filter(name=f"chargeback-lost:{found}").update(taken_at=None)
    work(till, 63)
    assert len(back()) == 1
    assert queries.broken() == []


def test_a_dispute_that_is_won_owes_nothing_and_cannot_be_lost_afterwards(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    say(LostReceipts.CASHBOX)
    order = pay(ours, bank, (ours.first, 300_00))
    found = dispute(order, 120_00, won=True)
    staff = Actor.staff(make_person().pk, name="Ольга")
    with pytest.raises(ChargebackConflict):
        end_chargeback(
            by=staff, chargeback_public_id=found, won=False, on=NOW.date(), reason="письмо", now=LATER
        )
    work(till)
    assert not back()
    assert not ReceiptDue.objects.exclude(dispute=None).exists()


def test_nobodys_is_noted_and_owes_nothing(ours: Family, bank: StubBank, till: RunningTill) -> None:
    say(LostReceipts.NOBODY)
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    dispute(order, 120_00)
    work(till, 1)
    assert not back()
    assert queries.broken() == []


def test_what_is_left_goes_back_after_a_lost_dispute_and_no_line_twice(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    say(LostReceipts.CASHBOX)
    order = pay(ours, bank, (ours.first, 350_00))
    work(till)
    work(till, 1)
    dispute(order, 120_00)
    give_back(order, bank, 230_00)
    work(till, 61)
    work(till, 62)
    assert sum(one.kopecks for one in back()) == 350_00
    assert {one.state for one in back()} == {ReceiptState.DONE}
    assert queries.broken() == []


def test_the_rest_of_an_advance_waits_no_more_for_a_dispute_that_has_its_receipt(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    say(LostReceipts.CASHBOX)
    order = pay(ours, bank, (ours.first, 400_00))
    work(till)
    dispute(order, 60_00)
    work(till, 1)
    owe(ours.first, 10_00)
    operations.offset_advances(now=LATER)
    offsets = Receipt.objects.filter(kind=ReceiptKind.OFFSET.value)
    assert [one.kopecks for one in offsets] == [10_00]
    assert queries.broken() == []


def test_verify_finds_a_lost_dispute_of_which_nothing_is_said(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    dispute(order, 120_00)
    ReceiptDue.objects.exclude(dispute=None).delete()
    said = f"payment {order.number}: lost in a dispute, and nothing is said of a receipt for it"
    assert queries.broken() == [said]
