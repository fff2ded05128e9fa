"""The accountant closes a receipt that no till will make right, by the document that stands for it."""

from __future__ import annotations

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt
from svet.fiscal.operations.deciding import ReceiptConflict
from svet.fiscal.rules.again import AgainAs
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, only, pay, work
from svet.journal.models import Entry
from svet.payments.models import Order
from svet.payments.tests.factories import Family, StubBank
from tests.till import RunningTill


@pytest.fixture
def order(ours: Family, bank: StubBank, till: RunningTill) -> Order:
    """Its receipt was printed with another sum."""
    made = pay(ours, bank, (ours.first, 300_00))
    work(till)
    Receipt.objects.update(kopecks=300_01)
    work(till, 1)
    return made


def close(till: RunningTill, **changes: str) -> None:
    said = {"document": "коррекция № 17", "why": "Пробит на другую сумму", **changes}
    sale = Receipt.objects.get(kind=ReceiptKind.SELL.value)
    operations.close_receipt(public_id=sale.public_id, by=SYSTEM, now=till.now, **said)


def test_it_is_at_its_end_with_the_document_and_the_reason(order: Order, till: RunningTill) -> None:
    close(till)
    assert (only().state, only().next_at) == (ReceiptState.CLOSED, None)
    view = queries.receipt_by_id(only().public_id)
    assert view is not None
    assert (view.closing_document, view.closing_reason) == ("коррекция № 17", "Пробит на другую сумму")
    assert not queries.late_receipt_count(now=till.now)
    assert not queries.cashboxes()[0].waiting
    assert queries.receipt_counts(now=till.now)["failed"] == 0
    assert Entry.objects.filter(action="fiscal.receipt.closed").count() == 1
    work(till, 3000)
    assert len(till.till.documents()) == 1
    with pytest.raises(ReceiptConflict):
        close(till)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"document": " "}, ReceiptReason.CLOSING_DOCUMENT),
        ({"document": "9" * 41}, ReceiptReason.CLOSING_DOCUMENT),
        ({"why": ""}, ReceiptReason.CLOSING_REASON),
        ({"why": "x" * 301}, ReceiptReason.CLOSING_REASON),
    ],
)
def test_without_a_document_and_a_reason_nothing_is_closed(
    changes: dict[str, str], reason: ReceiptReason, order: Order, till: RunningTill
) -> None:
    with pytest.raises(ReceiptConflict) as refusal:
        close(till, **changes)
    assert refusal.value.reason is reason
    assert only().state == ReceiptState.FAILED


def test_one_that_is_on_its_way_is_not_closed(ours: Family, bank: StubBank, till: RunningTill) -> None:
    pay(ours, bank, (ours.first, 300_00))
    operations.make_due(now=till.now)
    for _ in range(3):
        with pytest.raises(ReceiptConflict):
            close(till)
        work(till)
        work(till, 1)
    assert only().state == ReceiptState.DONE


def test_what_hangs_on_it_comes_to_the_desk_and_goes_when_a_person_says_so(
    order: Order, bank: StubBank, till: RunningTill
) -> None:
    give_back(order, bank, 100_00)
    work(till, 2)
    back = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
    assert (back.state, back.reason) == (ReceiptState.PENDING, ReceiptReason.WAITS)
    close(till)
    back.refresh_from_db()
    assert (back.state, back.reason) == (ReceiptState.FAILED, ReceiptReason.SALE_CLOSED)
    how = operations.try_again(public_id=back.public_id, by=SYSTEM, now=till.now)
    assert how is AgainAs.SAME
    work(till, 3)
    work(till, 4)
    back.refresh_from_db()
    assert back.state == ReceiptState.DONE


def test_money_that_goes_back_after_it_comes_to_the_desk_at_once(
    order: Order, bank: StubBank, till: RunningTill
) -> None:
    close(till)
    give_back(order, bank, 100_00)
    work(till, 2)
    back = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
    assert (back.state, back.reason) == (ReceiptState.FAILED, ReceiptReason.SALE_CLOSED)
    assert len(till.till.documents()) == 1
