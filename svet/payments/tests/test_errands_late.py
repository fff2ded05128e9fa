"""What a page asked for and nobody waits for any more: it is not done in the dark, and what is kept is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from svet.gateways.failures import Temporary
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import BankErrand, Order
from svet.payments.operations import errands
from svet.payments.operations.errands import ask_errand
from svet.payments.operations.going import do_errand
from svet.payments.rules.errands import ErrandKind
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import NOW, Family, StubBank, make_order
from svet.payments.tests.test_errands import OLGA, decide

DECIDED = [ErrandKind.CREDIT, ErrandKind.SEND_BACK, ErrandKind.CANCEL]


@pytest.fixture
def waiting(family: Family, bank: StubBank) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    return operations.send_to_bank(order_id=order.pk, now=NOW)


@pytest.fixture
def in_review(waiting: Order, bank: StubBank) -> Order:
    bank.pay(waiting)
    waiting.lines.update(kopecks=299_00)
    Order.objects.filter(pk=waiting.pk).update(total_kopecks=299_00)
    operations.settle(order_id=waiting.pk, now=NOW, by="test")
    waiting.refresh_from_db()
    assert waiting.state == OrderState.REVIEW
    return waiting


def asked(kind: ErrandKind, order: Order) -> int:
    """An errand whose page was killed: nobody waits, and nobody ended it."""
    said: dict[str, Any] = {"by": OLGA, "comment": "сверено"} if kind in DECIDED else {}
    with use_case():
        return ask_errand(kind, order_id=order.pk, now=NOW, **said)


@pytest.mark.parametrize("kind", DECIDED)
@pytest.mark.parametrize("late", [timedelta(seconds=15), timedelta(hours=5)])
def test_a_decision_whose_page_died_is_not_made_later(
    in_review: Order, kind: ErrandKind, late: timedelta
) -> None:
    """Also in a database that was restored from a backup of that moment, after `svet resume`."""
    errand_id = asked(kind, in_review)
    do_errand(errand_id=errand_id, now=NOW + late)
    in_review.refresh_from_db()
    assert (in_review.state, in_review.refunds.count()) == (OrderState.REVIEW, 0)
    errand = BankErrand.objects.get()
    assert (errand.ended_at, errand.refused) == (NOW + late, {"late": True})


def test_a_desk_that_breaks_while_it_waits_ends_its_errand(
    in_review: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(errand: BankErrand, **_: Any) -> BankErrand:
        raise ZeroDivisionError

    monkeypatch.setattr(errands, "linger", breaks)
    with pytest.raises(ZeroDivisionError):
        decide(in_review)
    do_errand(errand_id=BankErrand.objects.get().pk, now=NOW)
    in_review.refresh_from_db()
    assert in_review.state == OrderState.REVIEW


def test_a_refund_that_is_kept_is_told_as_on_its_way_when_the_bank_is_slow(
    in_review: Order, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk gives up while the job has the refund at the bank, and has not ended yet."""

    def linger(errand: BankErrand, *, patience: float, now: datetime) -> BankErrand:
        do_errand(errand_id=errand.pk, now=now)
        return errand

    monkeypatch.setattr("svet.payments.operations.going.end_errand", lambda *_, **__: False)
    monkeypatch.setattr(errands, "linger", linger)
    decide(in_review, ErrandKind.SEND_BACK)
    in_review.refresh_from_db()
    assert (in_review.state, len(bank.given)) == (OrderState.RETURNED, 1)


def test_so_is_one_that_the_bank_has_not_answered_yet(
    in_review: Order, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = bank.refund

    def lost(**named: Any) -> Any:
        raise Temporary("no answer", code="timeout")

    monkeypatch.setattr(bank, "refund", lost)
    decide(in_review, ErrandKind.SEND_BACK)
    # Pressed again, it is on its way still, and one refund.
    decide(in_review, ErrandKind.SEND_BACK)
    monkeypatch.setattr(bank, "refund", really)
    operations.look_at_asked_refunds(now=NOW + timedelta(minutes=2))
    assert [refund.state for refund in in_review.refunds.all()] == [RefundState.DONE]
    in_review.refresh_from_db()
    assert in_review.state == OrderState.RETURNED
