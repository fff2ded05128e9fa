"""What a page asked for and nobody waits for any more: not done in the dark, and what is kept is told."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from svet.gateways.acquiring.port import HURRIED
from svet.gateways.failures import Temporary
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import BankErrand, Order
from svet.payments.operations import errands
from svet.payments.operations.errands import ERRAND, ask_errand
from svet.payments.operations.going import do_errand, place_of
from svet.payments.rules.errands import WAITS, ErrandKind
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import NOW, Family, StubBank, make_card, make_order
from svet.payments.tests.test_errands import OLGA, decide, press, signed_in
from tests.jobs import run_jobs

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


def test_a_job_learns_that_its_bank_hangs_before_its_page_has_given_up() -> None:
    """Else each look waits in vain anew, and the page never says that the bank is silent."""
    assert WAITS - 1 <= HURRIED <= WAITS - 0.5


def test_a_look_that_nobody_waits_for_any_more_asks_nobody(waiting: Order, bank: StubBank) -> None:
    errand_id, before = asked(ErrandKind.LOOK, waiting), bank.asked
    do_errand(errand_id=errand_id, now=NOW + timedelta(seconds=6))
    assert (bank.asked, BankErrand.objects.get().refused) == (before, {"late": True})


def test_presses_and_decisions_go_before_looks(family: Family, waiting: Order, monkeypatch: Any) -> None:
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)
    asked(ErrandKind.LOOK, waiting)
    press(family)
    asked(ErrandKind.CREDIT, waiting)
    kinds = [
        BankErrand.objects.get(pk=job.args["errand_id"]).kind
        for job in ProcrastinateJob.objects.filter(task_name=ERRAND).order_by("-priority", "id")
    ]
    assert kinds == [ErrandKind.PAGE, ErrandKind.CREDIT, ErrandKind.LOOK]


def test_one_shop_has_half_of_the_lane_and_all_together_leave_one(settings: Any) -> None:
    settings.HURRIED_JOBS = 8
    with ExitStack() as taken:
        assert [taken.enter_context(place_of(1)) for _ in range(5)] == [True] * 4 + [False]
        # Another shop goes at once; the last place is left.
        assert [taken.enter_context(place_of(2)) for _ in range(4)] == [True] * 3 + [False]
        assert taken.enter_context(place_of(None)) is False
    with place_of(1) as free:
        assert free


def test_an_errand_without_a_place_goes_again_in_a_second(
    family: Family, bank: StubBank, monkeypatch: Any, settings: Any
) -> None:
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)
    settings.HURRIED_JOBS = 2
    press(family)
    errand = BankErrand.objects.get()
    with place_of(None):
        do_errand(errand_id=errand.pk, now=NOW)
    errand.refresh_from_db()
    assert (bank.keys, errand.taken_at, errand.ended_at) == ({}, None, None)
    do_errand(errand_id=errand.pk, now=NOW)
    assert len(bank.keys) == 1


def test_a_press_on_an_errand_whose_worker_died_sends_another_job_and_waits_anew(
    family: Family, bank: StubBank, monkeypatch: Any
) -> None:
    waited: list[float] = []

    def linger(errand: BankErrand, *, patience: float, now: datetime) -> BankErrand:
        waited.append(patience)
        return errand

    monkeypatch.setattr(errands, "linger", linger)
    press(family)
    errand = BankErrand.objects.get()
    assert errands.take_errand(errand.pk, now=NOW) is not None
    ProcrastinateJob.objects.all().delete()
    key = Order.objects.get().key
    press(family, key=key, now=NOW + timedelta(seconds=9))
    assert not ProcrastinateJob.objects.exists()
    press(family, key=key, now=NOW + timedelta(seconds=11))
    assert waited == [4.0, 0.0, 4.0]
    do_errand(errand_id=errand.pk, now=NOW + timedelta(seconds=11))
    assert Order.objects.get().state == OrderState.WAITING


def test_a_payer_whose_worker_was_away_for_long_is_led_on_when_the_page_comes(
    family: Family, bank: StubBank, monkeypatch: Any
) -> None:
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)
    client, one = signed_in(family), family.first.public_id
    client.post("/payment/pay/", {"key": str(uuid4()), "tick": one, f"amount-{one}": "300,00"})
    order = Order.objects.get()
    place = f"/payment/orders/{order.public_id}/?go=1"
    Order.objects.update(created_at=order.created_at - timedelta(minutes=20))
    assert f'hx-get="{place}"' in client.get(place).content.decode()
    run_jobs(queue="hurried")
    Order.objects.update(looked_at=NOW)
    order.refresh_from_db()
    assert client.get(place).headers["location"] == order.bank_page_url


def test_the_page_of_a_bound_card_promises_no_way_to_the_bank(family: Family, monkeypatch: Any) -> None:
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)
    card = make_card(person=family.anna)
    order = make_order(person=family.anna, lines=[(family.first, 300_00)], card=card.public_id)
    said = signed_in(family).get(f"/payment/orders/{order.public_id}/").content.decode()
    assert "дорогу в" not in said
    assert "Карта ещё не списана" in said
