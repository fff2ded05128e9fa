"""Receipts that the bank's own till makes: asked for by a job, told twice, late, wrong, another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from svet.cli.doctor.findings import Health
from svet.cli.doctor.office import look_at_receipts
from svet.fiscal.queries import receipts_of
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.gateways.acquiring.bank_receipts import BankReceipt, BankReceiptState, ReceiptsTold
from svet.gateways.acquiring.port import CallbackRefused, News
from svet.gateways.failures import Permanent, Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import BankReceiptTold, Order
from svet.payments.operations.bank_receipts import (
    BankReceiptConflict,
    ask_for_receipts,
    ask_late_again,
    close_bank_receipt,
    keep_told,
)
from svet.payments.operations.receipts import choose_maker
from svet.payments.queries.bank_receipts import late_bank_receipt_count, late_bank_receipts
from svet.payments.rules.receipts import LOOKS, BankReceiptReason, ReceiptMaker, next_look
from svet.payments.tests.factories import NOW, Family, StubBank, make_order

SYSTEM = Actor.system("test")
MADE = BankReceipt(
    BankReceiptState.MADE,
    amount=Money(300_00),
    document_number="12",
    document_attribute="34",
    storage_number="56",
)


def pay(family: Family, bank: StubBank, kopecks: int = 300_00) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, kopecks)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


def told() -> BankReceiptTold:
    return BankReceiptTold.objects.get()


def test_the_bank_is_asked_until_it_tells_and_never_after(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    assert ask_for_receipts(now=NOW) == 0
    assert bank.receipts_asked == 0
    bank.told[order.bank_reference] = [replace(MADE, state=BankReceiptState.PENDING, document_number="")]
    assert ask_for_receipts(now=NOW + timedelta(minutes=1)) == 0
    (shown,) = receipts_of([order.pk], seen_by=SYSTEM)[order.pk]
    assert (shown.kind, shown.state, shown.by_bank) == (ReceiptKind.SELL, ReceiptState.SENT, True)
    bank.told[order.bank_reference] = [MADE]
    assert ask_for_receipts(now=NOW + timedelta(minutes=10)) == 1
    (shown,) = receipts_of([order.pk], seen_by=SYSTEM)[order.pk]
    assert (shown.state, shown.document_number, shown.document_attribute) == (ReceiptState.DONE, "12", "34")
    asked = bank.receipts_asked
    assert ask_for_receipts(now=NOW + timedelta(days=3)) == 0
    assert bank.receipts_asked == asked
    assert late_bank_receipt_count(now=NOW + timedelta(days=3)) == 0


def test_who_is_silent_is_asked_for_a_day_and_then_a_person_sees_it(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    bank.failure = Temporary("no answer", code="network")
    now = NOW + timedelta(days=1)
    while (wait := next_look(told().looks)) is not None:
        now += wait
        ask_for_receipts(now=now)
    assert (bank.receipts_asked, told().next_at) == (len(LOOKS), None)
    assert [one.order_public_id for one in late_bank_receipts(now=now, limit=5)] == [order.public_id]
    assert [one.health for one in look_at_receipts(now=now)] == [Health.SOON]
    bank.failure = None
    bank.told[order.bank_reference] = [MADE]
    assert ask_late_again(now=now, by=SYSTEM) == 1
    assert ask_for_receipts(now=now) == 1
    assert ask_late_again(now=now, by=SYSTEM) == 0
    assert late_bank_receipt_count(now=now) == 0


def test_one_bank_that_is_silent_is_asked_once_a_run(family: Family, bank: StubBank) -> None:
    pay(family, bank)
    pay(family, bank)
    bank.failure = Temporary("no answer", code="network")
    ask_for_receipts(now=NOW + timedelta(minutes=1))
    assert bank.receipts_asked == 1
    # Nothing was looked at, so no look is spent: the bank that is back is asked at once.
    assert set(BankReceiptTold.objects.values_list("looks", flat=True)) == {0}


@pytest.mark.parametrize("failure", [Temporary("?", code="shape"), Permanent("no such payment")])
def test_an_answer_about_one_receipt_does_not_silence_the_bank(
    family: Family, bank: StubBank, failure: Exception
) -> None:
    pay(family, bank)
    pay(family, bank)
    bank.failure = failure
    ask_for_receipts(now=NOW + timedelta(minutes=1))
    assert bank.receipts_asked == 2
    assert set(BankReceiptTold.objects.values_list("looks", flat=True)) == {1}


@pytest.mark.parametrize("how", [ReceiptsTold.PUSHED, ReceiptsTold.NEVER])
def test_what_a_bank_that_cannot_be_asked_told_stays_told(
    family: Family, bank: StubBank, how: ReceiptsTold
) -> None:
    order = pay(family, bank)
    with use_case():
        keep_told(order, replace(MADE, amount=Money(200_00)), now=NOW)
    bank.capabilities = replace(bank.capabilities, receipts_told=how)
    later = NOW + timedelta(hours=2)
    assert ask_late_again(now=later, by=SYSTEM) == 0
    assert (told().word, told().next_at) == (BankReceiptState.FAILED, None)
    assert [one.order_public_id for one in late_bank_receipts(now=later, limit=5)] == [order.public_id]


@pytest.mark.parametrize("maker", [ReceiptMaker.CASHBOX, ReceiptMaker.NOBODY])
def test_of_receipts_of_others_the_bank_is_not_asked(
    family: Family, bank: StubBank, maker: ReceiptMaker
) -> None:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    Order.objects.update(receipts=maker.value)
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    assert not BankReceiptTold.objects.exists()


def test_a_bank_that_cannot_be_asked_is_not_and_owes_no_word(family: Family, bank: StubBank) -> None:
    """What it pushes may be switched off at the bank: that nothing came is nobody's fault."""
    bank.capabilities = replace(bank.capabilities, receipts_told=ReceiptsTold.PUSHED)
    pay(family, bank)
    assert not BankReceiptTold.objects.exists()


def test_a_receipt_of_another_sum_is_for_a_person(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    bank.told[order.bank_reference] = [replace(MADE, amount=Money(299_99))]
    ask_for_receipts(now=NOW + timedelta(minutes=1))
    assert (told().word, told().document_number) == (BankReceiptState.FAILED, "")
    assert late_bank_receipt_count(now=NOW + timedelta(hours=2)) == 1
    # The bank has made it right since.
    bank.told[order.bank_reference] = [MADE]
    ask_late_again(now=NOW + timedelta(hours=2), by=SYSTEM)
    ask_for_receipts(now=NOW + timedelta(hours=2))
    assert told().word == BankReceiptState.MADE


def test_the_number_of_another_payment_is_not_taken(family: Family, bank: StubBank) -> None:
    first, second = pay(family, bank), pay(family, bank)
    for order in (first, second):
        bank.told[order.bank_reference] = [MADE]
    ask_for_receipts(now=NOW + timedelta(minutes=1))
    states = dict(BankReceiptTold.objects.values_list("order_id", "word"))
    assert states == {first.pk: BankReceiptState.MADE, second.pk: BankReceiptState.FAILED}


class Pushing(StubBank):
    """A bank whose door tells of receipts and that cannot be asked."""

    news: News | None = None

    def read_callback(self, *, raw: bytes, address: str) -> News:
        if self.news is None:
            raise CallbackRefused("not signed")
        return self.news


def test_a_pushed_receipt_is_kept_once_before_the_money_or_after_and_twice(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    from svet.gateways import acquiring

    bank = Pushing()
    bank.capabilities = replace(bank.capabilities, receipts_told=ReceiptsTold.PUSHED)
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    order.refresh_from_db()
    receipt = replace(MADE, url="https://ofd.example/56/12")
    bank.news = News("payment.RECEIPT", order.bank_reference, order.public_id, receipt=receipt)

    def push(**changes: Any) -> None:
        operations.take_callback(raw=b"{}", address="127.0.0.1", now=NOW, **changes)

    push()
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    push()
    (shown,) = receipts_of([order.pk], seen_by=SYSTEM)[order.pk]
    assert (shown.state, shown.url) == (ReceiptState.DONE, "https://ofd.example/56/12")
    # Of what went back each document is one of its own, told as often as it likes.
    back = replace(receipt, back=True, amount=Money(100_00), document_number="13", url="")
    bank.news = replace(bank.news, receipt=back)
    push()
    push()
    shown = receipts_of([order.pk], seen_by=SYSTEM)[order.pk][1]
    assert (shown.kind, shown.money, shown.document_number) == (ReceiptKind.REFUND, Money(100_00), "13")
    assert BankReceiptTold.objects.count() == 2


def test_what_a_shop_with_a_till_of_ours_is_told_by_its_bank_is_not_kept(
    family: Family, bank: StubBank
) -> None:
    order = pay(family, bank)
    BankReceiptTold.objects.all().delete()
    pending = replace(MADE, state=BankReceiptState.PENDING)
    with use_case():
        assert not keep_told(order, replace(pending, back=True), now=NOW)
    assert not BankReceiptTold.objects.exists()


def close(order: Order, *, later: timedelta, document: str = "БО-7", why: str = "пробит в банке") -> None:
    close_bank_receipt(
        order_public_id=order.public_id, document=document, why=why, by=SYSTEM, now=NOW + later
    )


def test_a_late_one_is_closed_once_by_a_document_and_counted_no_more(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    day = timedelta(days=1)
    for said, reason in (
        ({"later": timedelta(minutes=5)}, BankReceiptReason.OVER),
        ({"later": day, "document": " "}, BankReceiptReason.DOCUMENT),
        ({"later": day, "document": "х" * 41}, BankReceiptReason.DOCUMENT),
        ({"later": day, "why": ""}, BankReceiptReason.WHY),
    ):
        with pytest.raises(BankReceiptConflict) as refused:
            close(order, **said)
        assert refused.value.reason is reason
    # Whoever makes the receipts of the shop by now, the old one is closed alike.
    choose_maker(code="-", maker=ReceiptMaker.NOBODY, now=NOW + day, by=SYSTEM)
    assert late_bank_receipt_count(now=NOW + day) == 1
    close(order, later=day)
    assert (told().word, told().next_at, told().closing_document) == ("closed", None, "БО-7")
    assert late_bank_receipt_count(now=NOW + 400 * day) == 0
    assert list(look_at_receipts(now=NOW + 2 * day)) == []
    (shown,) = receipts_of([order.pk], seen_by=SYSTEM)[order.pk]
    assert (shown.state, shown.closing_document) == (ReceiptState.CLOSED, "БО-7")
    entry = Entry.objects.get(action="payments.receipt.closed")
    assert entry.after is not None
    assert (entry.after["document"], entry.after["reason"]) == ("БО-7", "пробит в банке")
    # Twice, or asked anew: it stays closed.
    with pytest.raises(BankReceiptConflict):
        close(order, later=2 * day)
    assert ask_late_again(now=NOW + 2 * day, by=SYSTEM) == 0
    assert ask_for_receipts(now=NOW + 3 * day) == 0


def test_a_bank_that_tells_of_a_closed_one_afterwards_is_heard_when_it_was_made(
    family: Family, bank: StubBank
) -> None:
    order = pay(family, bank)
    close(order, later=timedelta(hours=2))
    with use_case():
        assert not keep_told(order, replace(MADE, state=BankReceiptState.FAILED), now=NOW)
    assert told().word == "closed"
    with use_case():
        assert keep_told(order, MADE, now=NOW + timedelta(hours=3))
    # There are two documents now, and the desk reads of both.
    assert (told().word, told().document_number, told().closing_document) == ("made", "12", "БО-7")


def test_one_closed_while_the_bank_is_being_asked_stays_closed(
    family: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = pay(family, bank)
    later = NOW + timedelta(hours=2)
    answered = bank.receipts

    def closes(**asked: Any) -> Any:
        close(order, later=timedelta(hours=2))
        return answered(**asked)

    monkeypatch.setattr(bank, "receipts", closes)
    ask_for_receipts(now=later)
    assert (told().word, told().next_at) == ("closed", None)
