"""A page asks no bank: a job goes. What becomes of a press when the job comes late, twice, or not at all."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from svet.gateways import acquiring
from svet.gateways.acquiring import VENDORS
from svet.gateways.acquiring.hurried import Hurried
from svet.gateways.acquiring.port import Acquiring
from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.serving import DoneWhileServing, require_not_serving, serving
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import BankErrand, Order
from svet.payments.operations import errands
from svet.payments.operations.beginning import BegunPayment
from svet.payments.operations.errands import ERRAND, ask_errand, end_errand, forget_errands
from svet.payments.operations.going import do_errand
from svet.payments.operations.shops import bank_of
from svet.payments.operations.truth import Truth, ask_bank
from svet.payments.rules.errands import DEAD_AFTER, ErrandKind, patience_left
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import BASE, NOW, Family, StubBank, make_order
from tests.jobs import run_jobs, waiting_jobs

OLGA = Actor.staff(1, name="Ольга")


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody does the jobs, and the four seconds are over at once."""
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)


def press(family: Family, *, key: UUID | None = None, now: datetime = NOW) -> BegunPayment:
    wanted = operations.OrderRequest(
        lines=[(family.first.public_id, Money(300_00))],
        key=key or uuid4(),
        expected_total=None,
        return_url_base=BASE,
    )
    return operations.begin_payment(by=Actor.person(family.anna.pk), wanted=wanted, now=now)


def signed_in(family: Family) -> Client:
    client = Client()
    client.force_login(family.anna, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_how_long_a_page_waits_for_an_errand_that_was_asked_for_before() -> None:
    assert patience_left(asked_at=NOW, now=NOW) == 4.0
    assert patience_left(asked_at=NOW, now=NOW + timedelta(seconds=3)) == 1.0
    assert patience_left(asked_at=NOW, now=NOW + timedelta(hours=1)) == 0.0
    # The clocks of two machines differ.
    assert patience_left(asked_at=NOW + timedelta(seconds=9), now=NOW) == 4.0


def test_without_a_worker_the_page_says_so_and_a_second_press_makes_no_second_order(
    family: Family, bank: StubBank, no_worker: None
) -> None:
    client = signed_in(family)
    one = family.first.public_id
    typed = {"key": str(uuid4()), "tick": one, f"amount-{one}": "300,00"}
    pressed = [client.post("/payment/pay/", typed) for _ in range(3)]
    order = Order.objects.get()
    place = f"/payment/orders/{order.public_id}/?go=1"
    assert [(answer.status_code, answer.headers["location"]) for answer in pressed] == [(303, place)] * 3
    assert (bank.keys, BankErrand.objects.count(), waiting_jobs(task=ERRAND)) == ({}, 1, 1)
    page = client.get(place)
    said = page.content.decode()
    assert "Платёж ещё нигде не начат, деньги не списаны" in said
    assert "http-equiv" in said
    assert f'hx-get="{place}"' in said
    # The worker is back: the page leads on by itself, with and without JavaScript.
    run_jobs(queue="hurried")
    order.refresh_from_db()
    assert order.state == OrderState.WAITING
    Order.objects.update(looked_at=NOW)
    on = client.get(place)
    assert (on.status_code, on.headers["location"]) == (303, order.bank_page_url)
    part = client.get(place, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == order.bank_page_url
    # Whoever comes back, or later, is not sent there again.
    assert client.get(f"/payment/orders/{order.public_id}/").status_code == 200
    order.changes.update(at=NOW - timedelta(minutes=3))
    assert client.get(place).status_code == 200


@pytest.mark.parametrize("lost", ["job", "worker", "fault"])
def test_a_press_whose_job_is_lost_is_begun_by_the_janitor_within_half_a_minute(
    family: Family, bank: StubBank, no_worker: None, lost: str
) -> None:
    press(family)
    if lost == "worker":
        assert errands.take_errand(BankErrand.objects.get().pk, now=NOW) is not None
    if lost == "fault":
        end_errand(BankErrand.objects.get().pk, now=NOW, refused={"fault": True})
    # Pressed again at once it goes on waiting for the same.
    press(family, key=Order.objects.get().key, now=NOW + timedelta(seconds=5))
    operations.look_at_due_orders(now=NOW + timedelta(seconds=30))
    order = Order.objects.get()
    assert (order.state, len(bank.keys), bool(order.bank_page_url)) == (OrderState.WAITING, 1, True)
    # Whoever comes back from the dead finds it begun.
    do_errand(errand_id=BankErrand.objects.earliest("pk").pk, now=NOW + DEAD_AFTER)
    assert len(bank.keys) == 1


def test_the_job_of_an_order_that_is_over_asks_nobody(
    family: Family, bank: StubBank, no_worker: None
) -> None:
    begun = press(family)
    order = Order.objects.get(public_id=begun.public_id)
    operations.look_at_due_orders(now=NOW + timedelta(hours=2))
    order.refresh_from_db()
    assert order.state == OrderState.CANCELED
    run_jobs(queue="hurried")
    assert bank.keys == {}
    # And whose errand was forgotten by then.
    assert forget_errands(now=NOW + timedelta(hours=2)) == 1
    do_errand(errand_id=1, now=NOW)


def test_a_page_that_dies_while_it_waits_leaves_an_order_that_gets_its_page(
    family: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(errand: BankErrand, **_: Any) -> BankErrand:
        raise KeyboardInterrupt

    monkeypatch.setattr(errands, "linger", dies)
    with pytest.raises(KeyboardInterrupt):
        press(family)
    run_jobs(queue="hurried")
    assert Order.objects.get().bank_page_url


def test_two_workers_take_one_errand_and_that_of_a_dead_one_is_taken_over(
    family: Family, bank: StubBank, no_worker: None
) -> None:
    press(family)
    errand = BankErrand.objects.get()
    assert errands.take_errand(errand.pk, now=NOW) is not None
    do_errand(errand_id=errand.pk, now=NOW + timedelta(seconds=5))
    assert bank.keys == {}
    # A press long after it has another job sent, for the first may be lost with its worker; only one.
    key = Order.objects.get().key
    for seconds in (10, 50, 60):
        press(family, key=key, now=NOW + timedelta(seconds=seconds))
    assert BankErrand.objects.count() == 1
    do_errand(errand_id=errand.pk, now=NOW + DEAD_AFTER)
    do_errand(errand_id=errand.pk, now=NOW + DEAD_AFTER)
    assert (len(bank.keys), Order.objects.get().state) == (1, OrderState.WAITING)


def test_a_job_that_breaks_ends_its_errand_so_that_the_next_press_has_another(
    family: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        press(family)
    assert BankErrand.objects.get().refused == {"fault": True}
    bank.failure = None
    assert press(family, key=Order.objects.get().key).bank_page_url


def test_enough_pages_wait_already_so_one_more_is_answered_at_once(
    family: Family, bank: StubBank, real_lane: None, settings: Any
) -> None:
    settings.WEB_THREADS = 2
    places = errands._places(1)
    places.acquire()
    try:
        began = datetime.now().astimezone()
        assert press(family).state is OrderState.CREATED
        assert datetime.now().astimezone() - began < timedelta(seconds=3)
    finally:
        places.release()


def test_looks_of_many_pages_at_a_silent_bank_are_one_errand(
    family: Family, bank: StubBank, no_worker: None
) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    assert [operations.look_at_order(order_id=order.pk, now=NOW) for _ in range(5)] == [False] * 5
    assert (BankErrand.objects.count(), waiting_jobs(task=ERRAND)) == (1, 1)


def test_a_look_tells_that_the_bank_is_silent(family: Family, bank: StubBank) -> None:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.failure = Temporary("no answer")
    assert operations.look_at_order(order_id=order.pk, now=NOW)
    bank.failure = None
    assert not operations.look_at_order(order_id=order.pk, now=NOW)


@pytest.fixture
def reviewed(family: Family, bank: StubBank) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    order.lines.update(kopecks=299_00)
    Order.objects.filter(pk=order.pk).update(total_kopecks=299_00)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    order.refresh_from_db()
    assert order.state == OrderState.REVIEW
    return order


def decide(order: Order, kind: ErrandKind = ErrandKind.CREDIT) -> None:
    operations.decide_order(kind, order_public_id=order.public_id, by=OLGA, now=NOW, comment="сверено")


@pytest.mark.parametrize("kind", [ErrandKind.CREDIT, ErrandKind.SEND_BACK, ErrandKind.CANCEL])
def test_what_a_member_was_told_is_not_done_is_not_done_by_a_late_job(
    reviewed: Order, no_worker: None, kind: ErrandKind
) -> None:
    with pytest.raises(operations.BankUnavailable):
        decide(reviewed, kind)
    run_jobs(queue="hurried")
    reviewed.refresh_from_db()
    assert (reviewed.state, reviewed.refunds.count()) == (OrderState.REVIEW, 0)


@pytest.mark.parametrize("kind", [ErrandKind.CREDIT, ErrandKind.SEND_BACK])
def test_nor_by_one_that_was_asking_the_bank_meanwhile(
    reviewed: Order, monkeypatch: pytest.MonkeyPatch, kind: ErrandKind
) -> None:
    """The desk gives up between the bank's answer and the transaction that decides."""

    def asked(order: Order, **named: Any) -> Truth:
        told = ask_bank(order, **named)
        assert end_errand(BankErrand.objects.get().pk, now=NOW)
        return told

    monkeypatch.setattr("svet.payments.operations.reviewing.ask_bank", asked)
    monkeypatch.setattr(errands, "linger", lambda errand, **_: errand)
    errand_id = _asked(reviewed, kind)
    do_errand(errand_id=errand_id, now=NOW)
    reviewed.refresh_from_db()
    assert (reviewed.state, reviewed.refunds.count()) == (OrderState.REVIEW, 0)


def _asked(order: Order, kind: ErrandKind) -> int:
    with use_case():
        return ask_errand(kind, order_id=order.pk, by=OLGA, comment="сверено", now=NOW)


def test_a_decision_that_is_kept_cannot_be_given_up_any_more(reviewed: Order) -> None:
    errand_id = _asked(reviewed, ErrandKind.CREDIT)
    do_errand(errand_id=errand_id, now=NOW)
    assert not end_errand(errand_id, now=NOW)
    reviewed.refresh_from_db()
    assert reviewed.state == OrderState.CREDITED


def test_a_refusal_of_the_job_is_told_to_the_desk_as_it_was(reviewed: Order, bank: StubBank) -> None:
    with pytest.raises(operations.OrderReviewRefused) as refused:
        decide(reviewed, ErrandKind.CANCEL)
    assert refused.value.reason is operations.OrderReviewReason.MONEY_TAKEN
    with pytest.raises(operations.OrderReviewRefused):
        operations.decide_order(
            ErrandKind.CREDIT, order_public_id=reviewed.public_id, by=OLGA, now=NOW, comment=" "
        )
    with pytest.raises(operations.ReviewNotFound):
        operations.decide_callback(callback_id=404, by=OLGA, now=NOW, comment="нет такого")


#: Every verb of the port that asks the outer world, with what it is called by.
VERBS: dict[str, dict[str, Any]] = {
    "create": {"order": None},
    "charge": {"reference": "r", "card": "c"},
    "found": {"order_id": "o"},
    "cancel": {"reference": "r"},
    "kept_card": {"order_id": "o"},
    "forget_card": {"card": "c"},
    "bind_sbp": {"binding": None},
    "bound_sbp": {"reference": "r"},
    "status": {"reference": "r"},
    "receipts": {"reference": "r"},
    "refund": {"key": "k", "reference": "r", "amount": Money(1)},
    "refunds": {},
    "payments": {"since": NOW, "until": NOW},
}


def test_every_verb_of_the_port_is_known_here() -> None:
    silent = {"capabilities", "read_callback"}
    assert {name for name in vars(Acquiring) if not name.startswith("_")} == VERBS.keys() | silent


@pytest.mark.parametrize("vendor", sorted(VENDORS))
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_no_bank_is_asked_by_a_thread_that_serves_a_page(vendor: str, verb: str) -> None:
    bank = Hurried(VENDORS[vendor](f"{vendor}+http://shop:secret@127.0.0.1:9/api"), places=1)
    for patience in ({}, {"patience": 1.0}) if verb not in ("refund", "forget_card") else ({},):
        with serving(), pytest.raises(DoneWhileServing):
            getattr(bank, verb)(**VERBS[verb], **patience)


def test_nor_by_a_thread_that_a_process_of_pages_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.kernel.serving._FOR_GOOD", [True])
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            require_not_serving("a bank")
        except DoneWhileServing as stopped:
            caught.append(stopped)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert caught


def asks(request: HttpRequest) -> HttpResponse:
    """A page as none may be written."""
    bank_of(None).status(reference="r")
    return HttpResponse()


urlpatterns = [path("asks/", asks)]


@pytest.fixture
def planted(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ACQUIRING_URL = "yookassa+http://100500:test_sandbox@127.0.0.1:9/v3"


def test_a_page_that_asks_a_bank_is_stopped_before_it_has(planted: None) -> None:
    with pytest.raises(DoneWhileServing):
        Client().get("/asks/")
    # A job may, and finds nobody there.
    with pytest.raises(Temporary):
        acquiring.gateway().status(reference="r", patience=1.0)
