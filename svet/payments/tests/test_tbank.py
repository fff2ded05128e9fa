"""Orders through a bank without keys, lists and names of refunds: T-Bank of the sandbox, by real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways.acquiring import wire
from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations
from svet.payments.models import BoundCard, Callback, DayDifference, DayTotals, Order, PaymentRefund, Shop
from svet.payments.operations import listing
from svet.payments.operations.cards import FORGET_CARD, tell_to_forget
from svet.payments.operations.reconciling import reconcile_day
from svet.payments.rules.reconciling import DifferenceKind
from svet.payments.rules.states import CallbackOutcome, OrderState, RefundState
from svet.payments.tests.factories import (
    Family,
    credited,
    make_order,
    paid_back,
    provider_with_requisites,
)
from svet.people.models import Person
from svet.sandbox.world.faults import BankFault
from svet.sandbox.world.tbank_form import token
from tests.bank import BROWSER, RunningBank, running_bank

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POOR = "5555555555554626"
REVOKED = "2200000000000087"
STAFF = Actor.system("svet shop")


class World:
    """The bank and its clock, which the orders go by too."""

    def __init__(self) -> None:
        self.now = NOW
        self.bank: RunningBank

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        wire.forget_silence()
        return self.now


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World()
    with running_bank(tmp_path, clock=lambda: made.now) as bank:
        made.bank = bank
        monkeypatch.setenv("SVET_TBANK_PASSWORD", "test_tbank")
        yield made


@pytest.fixture
def account(family: Family, world: World) -> Account:
    """Anna's account at a supplier whose money the terminal takes."""
    provider = provider_with_requisites(
        code="heat", name="Окская теплосеть", inn="7450000002", settlement_account="40702810000000000002"
    )
    operations.add_shop(
        code="tb", name="Т-Банк", address=world.bank.tbank_shop, secret="SVET_TBANK_PASSWORD",
        providers=["heat"], now=NOW, by=STAFF,
    )  # fmt: skip
    account = make_account(provider=provider)
    make_link(person=family.anna, account=account, confirmed=True)
    return account


def begun(family: Family, account: Account, world: World, **details: Any) -> Order:
    order = make_order(person=family.anna, lines=[(account, 300_00)], now=world.now, **details)
    return operations.send_to_bank(order_id=order.pk, now=world.now)


def settled(order: Order, world: World) -> Order:
    operations.settle(order_id=order.pk, now=world.later(seconds=20), by="test")
    order.refresh_from_db()
    return order


def paid(family: Family, account: Account, world: World, **details: Any) -> Order:
    order = begun(family, account, world, **details)
    assert world.bank.type_card(order.bank_page_url).status_code == 303
    order = settled(order, world)
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))
    return order


def made(world: World) -> int:
    return world.bank.events().count("payment.created")


def test_an_order_is_paid_and_a_decline_on_its_page_is_no_end(
    family: Family, account: Account, world: World
) -> None:
    order = begun(family, account, world)
    assert order.state == OrderState.WAITING
    world.bank.type_card(order.bank_page_url, number=POOR)
    assert settled(order, world).state == OrderState.WAITING
    world.bank.type_card(order.bank_page_url)
    assert settled(order, world).state == OrderState.CREDITED
    assert (credited(order), order.bank_method) == (Money(300_00), "Банковская карта")


def test_a_decline_is_the_end_when_the_page_has_ended(family: Family, account: Account, world: World) -> None:
    order = begun(family, account, world)
    world.bank.type_card(order.bank_page_url, number=POOR)
    world.later(minutes=50)
    assert settled(order, world).state == OrderState.WAITING
    world.later(minutes=30)
    ended = settled(order, world)
    assert (ended.state, ended.bank_reason) == (OrderState.CANCELED, "insufficient_funds")


def test_a_lost_answer_makes_no_second_payment_that_can_be_paid(
    family: Family, account: Account, world: World
) -> None:
    order = make_order(person=family.anna, lines=[(account, 300_00)], now=world.now)
    world.bank.fault(BankFault("lose", "/tbank/v2/Init"))
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=world.now)
    order = settled(order, world)
    assert (order.state, made(world)) == (OrderState.WAITING, 2)
    assert world.bank.events().count("payment.canceled") == 1
    world.bank.type_card(order.bank_page_url)
    assert settled(order, world).state == OrderState.CREDITED


def test_in_a_hurry_nothing_is_looked_for(family: Family, account: Account, world: World) -> None:
    """A page has time for one question, and looking for what was made takes more."""
    order = make_order(person=family.anna, lines=[(account, 300_00)], now=world.now)
    world.bank.fault(BankFault("lose", "/tbank/v2/Init"))
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=world.now, patience=4.0)
    world.later(seconds=5)
    operations.settle(order_id=order.pk, now=world.now, by="page", wait=False)
    order.refresh_from_db()
    assert (order.state, made(world)) == (OrderState.SENT, 1)


def test_a_refund_whose_answer_is_lost_is_given_once(family: Family, account: Account, world: World) -> None:
    order = paid(family, account, world)
    refund = approved(order, 100_00, world)
    world.bank.fault(BankFault("lose", "/tbank/v2/Cancel"))
    with pytest.raises(operations.BankUnavailable):
        ask(refund, world)
    assert ask(refund, world).state == RefundState.DONE
    assert (paid_back(order), world.bank.events().count("refund.created")) == (Money(100_00), 1)


def approved(order: Order, kopecks: int, world: World) -> PaymentRefund:
    return PaymentRefund.objects.create(
        order=order, state=RefundState.APPROVED, key=f"refund-{order.public_id}-{order.refunds.count() + 1}",
        kopecks=kopecks, known_at=world.now, next_look_at=world.now, by="test",
    )  # fmt: skip


def ask(refund: PaymentRefund, world: World) -> PaymentRefund:
    from svet.payments.operations.returning import ask_refund

    return ask_refund(refund_id=refund.pk, now=world.later(minutes=1))


def test_a_refund_by_sbp_is_asked_once_and_then_only_looked_for(
    family: Family, account: Account, world: World
) -> None:
    order = begun(family, account, world)
    BROWSER.post(order.bank_page_url, data={"method": "sbp"})
    order = settled(order, world)
    assert order.bank_method == "СБП"
    lost = approved(order, 100_00, world)
    world.bank.fault(BankFault("lose", "/tbank/v2/Cancel"))
    with pytest.raises(operations.BankUnavailable):
        ask(lost, world)
    assert ask(lost, world).state == RefundState.DONE
    never = approved(order, 50_00, world)
    world.bank.fault(BankFault("fail", "/tbank/v2/Cancel"))
    with pytest.raises(operations.BankUnavailable):
        ask(never, world)
    for _ in range(3):
        doubted = ask(never, world)
        assert (doubted.state, doubted.next_look_at is not None) == (RefundState.UNKNOWN, True)
    assert world.bank.events().count("refund.created") == 1
    assert paid_back(order) == Money(100_00)


def test_refunds_made_at_the_bank_are_what_the_total_grew_by(
    family: Family, account: Account, world: World
) -> None:
    order = paid(family, account, world)
    for part, back in (("35.38", 35_38), ("64.62", 100_00), ("", 300_00)):
        assert world.bank.give_back(order.bank_reference, part) == ""
        settled(order, world)
        settled(order, world)
        assert paid_back(order) == Money(back)
    names = list(order.refunds.values_list("reference", flat=True))
    assert names == [f"{order.bank_reference}-{total}" for total in (3538, 10000, 30000)]


def test_a_refund_of_ours_beside_one_of_the_bank_is_told_apart_by_its_sum(
    family: Family, account: Account, world: World
) -> None:
    order = paid(family, account, world)
    refund = approved(order, 100_00, world)
    world.bank.fault(BankFault("lose", "/tbank/v2/Cancel"))
    with pytest.raises(operations.BankUnavailable):
        ask(refund, world)
    assert world.bank.give_back(order.bank_reference, "35.38") == ""
    settled(order, world)
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == (RefundState.DONE, refund.key)
    assert sorted(order.refunds.values_list("kopecks", flat=True)) == [3538, 100_00]
    assert paid_back(order) == Money(135_38)


def test_a_refund_above_the_rest_is_refused_and_nothing_moves(
    family: Family, account: Account, world: World
) -> None:
    order = paid(family, account, world)
    assert world.bank.give_back(order.bank_reference, "250.00") == ""
    refused = ask(approved(order, 100_00, world), world)
    assert (refused.state, paid_back(order)) == (RefundState.REFUSED, Money(250_00))


def news(order: Order, *, status: str = "CONFIRMED", password: str = "test_tbank", **other: Any) -> bytes:
    body: dict[str, Any] = {
        "TerminalKey": "SVETDEMO", "OrderId": order.public_id, "Success": True, "Status": status,
        "PaymentId": int(order.bank_reference), "ErrorCode": "0", "Amount": 300_00,
    }  # fmt: skip
    body["Token"] = token(body, password)
    return json.dumps(body | other).encode()


def knock(client: Client, raw: bytes, door: str = "/callbacks/tbank/tb/") -> tuple[int, bytes]:
    answer = client.post(door, data=raw, content_type="application/json")
    return answer.status_code, answer.content


def test_the_door_says_ok_to_its_bank_and_no_to_others(
    family: Family, account: Account, world: World, client: Client
) -> None:
    order = begun(family, account, world)
    for _ in range(3):
        assert knock(client, news(order)) == (200, b"OK")
    assert knock(client, news(order, Amount=1))[0] == 403
    assert knock(client, news(order, password="wrong"))[0] == 403
    assert knock(client, news(order, TerminalKey="SVETSECOND"))[0] == 403
    assert knock(client, b"{")[0] == 400
    outcomes = [CallbackOutcome.TAKEN] * 3 + [CallbackOutcome.REJECTED] * 3 + [CallbackOutcome.MALFORMED]
    assert list(Callback.objects.order_by("pk").values_list("outcome", flat=True)) == outcomes
    # Said to be paid it is not: the bank itself is asked.
    assert settled(order, world).state == OrderState.WAITING
    for door in ("/callbacks/yookassa/tb/", "/callbacks/tbank/", "/callbacks/tbank/nobody/"):
        assert knock(client, news(order), door)[0] == 404


def test_without_its_password_the_door_judges_nobody(
    family: Family, account: Account, world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = begun(family, account, world)
    monkeypatch.delenv("SVET_TBANK_PASSWORD")
    assert knock(client, news(order, password=""))[0] == 403


def test_a_card_is_kept_charged_by_a_job_and_dropped_when_it_was_revoked(
    family: Family, account: Account, world: World
) -> None:
    paid(family, account, world, keep_card=True)
    card = BoundCard.objects.get()
    assert (card.shop, card.last4, card.expires) == (Shop.objects.get(), "2987", "12/30")
    order = begun(family, account, world, card=card.public_id)
    assert (order.state, order.bank_page_url) == (OrderState.WAITING, "")
    # A page that looks has no time for it.
    operations.settle(order_id=order.pk, now=world.later(seconds=1), by="page", wait=False)
    assert Order.objects.get(pk=order.pk).state == OrderState.WAITING
    assert settled(order, world).state == OrderState.CREDITED


def test_an_unbound_card_is_forgotten_by_the_bank_too_through_a_job(
    family: Family, account: Account, world: World
) -> None:
    paid(family, account, world, keep_card=True)
    card = BoundCard.objects.get()
    kept = card.reference
    operations.unbind_card(by=Actor.person(family.anna.pk), card_public_id=card.public_id, now=world.now)
    job = ProcrastinateJob.objects.get(task_name=FORGET_CARD)
    assert kept not in json.dumps(job.args)
    world.bank.fault(BankFault("fail", "/tbank/v2/RemoveCard"))
    with pytest.raises(Temporary):
        tell_to_forget(**job.args)
    for _ in range(2):
        tell_to_forget(**job.args)
    assert world.bank.events().count("payment.card_removed") == 1
    Person.objects.filter(pk=family.anna.pk).update(journal_key="")
    tell_to_forget(**job.args)


def test_a_charge_whose_answer_is_lost_is_one_charge(family: Family, account: Account, world: World) -> None:
    paid(family, account, world, keep_card=True)
    order = begun(family, account, world, card=BoundCard.objects.get().public_id)
    world.bank.fault(BankFault("lose", "/tbank/v2/Charge"))
    with pytest.raises(operations.BankUnavailable):
        settled(order, world)
    assert settled(order, world).state == OrderState.CREDITED
    assert world.bank.events().count("payment.succeeded") == 2


def test_a_revoked_card_ends_the_order_and_is_forgotten(
    family: Family, account: Account, world: World
) -> None:
    first = begun(family, account, world, keep_card=True)
    world.bank.type_card(first.bank_page_url, number=REVOKED)
    settled(first, world)
    order = settled(begun(family, account, world, card=BoundCard.objects.get().public_id), world)
    assert (order.state, order.bank_reason) == (OrderState.CANCELED, "card_unbound")
    assert BoundCard.objects.get().unbound_at is not None


def test_payments_nobody_told_us_of_are_found_without_a_list(
    family: Family, account: Account, world: World
) -> None:
    order = begun(family, account, world)
    world.bank.type_card(order.bank_page_url)
    assert listing.look_for_payments(now=world.later(seconds=30)) == 1
    order.refresh_from_db()
    assert order.state == OrderState.CREDITED


def test_refunds_nobody_told_us_of_are_found_without_a_list_once_a_day(
    family: Family, account: Account, world: World
) -> None:
    order = paid(family, account, world)
    assert world.bank.give_back(order.bank_reference, "35.38") == ""
    shop = Shop.objects.get()
    since = world.now - timedelta(days=4)
    assert listing._look_at(shop, now=world.later(hours=1), since=since) == 0
    assert listing._look_at(shop, now=world.later(hours=24), since=since) == 1
    assert paid_back(order) == Money(35_38)


def test_an_answer_nobody_can_read_keeps_no_other_order_behind_it(
    family: Family, account: Account, world: World
) -> None:
    odd, order = paid(family, account, world), paid(family, account, world)
    assert world.bank.give_back(order.bank_reference, "35.38") == ""
    word = {"Success": True, "ErrorCode": "0", "Status": "PARTIAL_REVERSED", "PaymentId": odd.bank_reference}
    world.bank.fault(BankFault("say", "/tbank/v2/GetState", text=json.dumps(word)))
    shop, since = Shop.objects.get(), world.now - timedelta(days=4)
    now = world.later(hours=25)
    assert listing._look_at(shop, now=now, since=since) == 1
    assert paid_back(order) == Money(35_38)
    odd.refresh_from_db()
    assert (odd.looked_at, odd.state, paid_back(odd)) == (now, OrderState.CREDITED, Money(0))


def test_the_night_books_behind_an_answer_nobody_can_read_and_says_that_there_is_one(
    family: Family, account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, order = paid(family, account, world), paid(family, account, world)
    assert world.bank.give_back(order.bank_reference, "35.38") == ""
    monkeypatch.setattr("svet.payments.operations.reconciling.every_shop", lambda: [Shop.objects.get()])
    world.bank.fault(BankFault("say", "/tbank/v2/CheckOrder", text="[]"))
    reconcile_day(day=NOW.date(), now=world.later(hours=25))
    assert paid_back(order) == Money(35_38)
    difference = DayDifference.objects.get(gone_at=None)
    assert (difference.kind, difference.order_id) == (DifferenceKind.UNREADABLE, odd.pk)
    assert DayTotals.objects.get(provider__code="heat").taken_kopecks == 300_00


def test_the_night_asks_about_each_order_and_tells_what_was_paid_twice(
    family: Family, account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid(family, account, world)
    waiting = begun(family, account, world)
    world.bank.type_card(waiting.bank_page_url)
    assert world.bank.give_back(order.bank_reference, "35.38") == ""
    monkeypatch.setattr("svet.payments.operations.reconciling.every_shop", lambda: [Shop.objects.get()])
    reconcile_day(day=NOW.date(), now=world.later(hours=20))
    waiting.refresh_from_db()
    assert (waiting.state, paid_back(order)) == (OrderState.CREDITED, Money(35_38))
    reconcile_day(day=NOW.date(), now=world.later(hours=1))
    assert not DayDifference.objects.filter(gone_at__isnull=True, kind__contains="payment").exists()
    # The bank does not tell when it took money: the other one is of the day on which we learned of it.
    assert DayTotals.objects.get(provider__code="heat").taken_kopecks == 300_00
    assert world.bank.pay_twice(order.bank_reference) == ""
    reconcile_day(day=NOW.date(), now=world.later(hours=1))
    assert Callback.objects.filter(outcome=CallbackOutcome.NOTED, order=order).count() == 1
    assert DayDifference.objects.filter(gone_at__isnull=True).count() == 1


def test_an_order_that_never_learned_its_name_is_found_by_its_number(
    family: Family, account: Account, world: World
) -> None:
    order = begun(family, account, world)
    world.bank.type_card(order.bank_page_url)
    assert world.bank.pay_twice(order.bank_reference) == ""
    Order.objects.filter(pk=order.pk).update(bank_reference="", state=OrderState.SENT)
    found = settled(order, world)
    assert (found.state, found.bank_reference) == (OrderState.CREDITED, order.bank_reference)
    assert Callback.objects.get(outcome=CallbackOutcome.NOTED).order_id == order.pk
