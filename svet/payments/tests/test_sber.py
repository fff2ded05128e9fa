"""Orders through a bank that takes a number once, knows no keys and asks a kept card's CVC: Sber."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways.acquiring import wire
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations
from svet.payments.models import BoundCard, Callback, Order, PaymentRefund, Shop
from svet.payments.operations import listing
from svet.payments.operations.cards import tell_to_forget
from svet.payments.operations.returning import ask_refund
from svet.payments.rules.states import CallbackOutcome, OrderState, RefundState
from svet.payments.tests.factories import (
    Family,
    credited,
    make_order,
    paid_back,
    provider_with_requisites,
)
from svet.people.operations.sealing import sealed
from svet.sandbox.world.faults import BankFault
from svet.sandbox.world.sber_form import checksum
from tests.bank import BROWSER, RunningBank, running_bank

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POOR = "5555555555554626"
REVOKED = "2200000000000087"
STAFF = Actor.system("svet shop")


class Town:
    """The bank and its clock, which the orders go by too."""

    def __init__(self) -> None:
        self.now = NOW
        self.bank: RunningBank

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        wire.forget_silence()
        return self.now


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    made = Town()
    with running_bank(tmp_path, clock=lambda: made.now) as bank:
        made.bank = bank
        monkeypatch.setenv("SVET_SBER_SECRET", "test_sber test_callback")
        monkeypatch.setenv("SVET_SBER_CVC_SECRET", "test_cvc\ntest_cvc_callback\n")
        yield made


def account_at(family: Family, address: str, secret: str) -> Account:
    provider = provider_with_requisites(
        code="heat", name="Окская теплосеть", inn="7450000002", settlement_account="40702810000000000002"
    )
    operations.add_shop(
        code="sber", name="Сбер", address=address, secret=secret, providers=["heat"], now=NOW, by=STAFF
    )
    account = make_account(provider=provider)
    make_link(person=family.anna, account=account, confirmed=True)
    return account


@pytest.fixture
def account(family: Family, town: Town) -> Account:
    """Anna's account at a supplier whose contract lets kept cards be charged without a CVC."""
    return account_at(family, town.bank.sber_shop, "SVET_SBER_SECRET")


@pytest.fixture
def cvc_account(family: Family, town: Town) -> Account:
    """Anna's account at a supplier whose contract asks the CVC of a kept card."""
    return account_at(family, town.bank.sber_cvc_shop, "SVET_SBER_CVC_SECRET")


def begun(family: Family, account: Account, town: Town, **details: Any) -> Order:
    order = make_order(person=family.anna, lines=[(account, 300_00)], now=town.now, **details)
    return operations.send_to_bank(order_id=order.pk, now=town.now)


def settled(order: Order, town: Town) -> Order:
    operations.settle(order_id=order.pk, now=town.later(seconds=20), by="test")
    order.refresh_from_db()
    return order


def paid(family: Family, account: Account, town: Town, **details: Any) -> Order:
    order = begun(family, account, town, **details)
    assert town.bank.type_card(order.bank_page_url).status_code == 303
    order = settled(order, town)
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))
    return order


def test_an_order_is_paid_and_a_decline_on_its_page_is_no_end(
    family: Family, account: Account, town: Town
) -> None:
    order = begun(family, account, town)
    town.bank.type_card(order.bank_page_url, number=POOR)
    assert settled(order, town).state == OrderState.WAITING
    town.bank.type_card(order.bank_page_url)
    order = settled(order, town)
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))
    # The bank tells when it took the money.
    assert (order.bank_method, order.paid_at) == ("Банковская карта", NOW + timedelta(seconds=20))


def test_a_page_nobody_paid_ends_with_the_order(family: Family, account: Account, town: Town) -> None:
    order = begun(family, account, town)
    town.later(minutes=61)
    ended = settled(order, town)
    assert (ended.state, ended.bank_reason) == (OrderState.CANCELED, "expired")


def test_a_lost_answer_makes_no_second_order_that_can_be_paid(
    family: Family, account: Account, town: Town
) -> None:
    """The first is found by its number and taken back; the number is used up, so the next try has another."""
    order = make_order(person=family.anna, lines=[(account, 300_00)], now=town.now)
    town.bank.fault(BankFault("lose", "/payment/rest/register.do", times=2))
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=town.now)
    with pytest.raises(operations.BankUnavailable):
        settled(order, town)
    order = settled(order, town)
    assert town.bank.events().count("payment.created") == 2
    assert order.state == OrderState.WAITING
    assert town.bank.events().count("payment.canceled") == 1
    town.bank.type_card(order.bank_page_url)
    order = settled(order, town)
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))


def test_an_order_paid_on_a_page_whose_name_was_lost_is_found_by_its_number(
    family: Family, account: Account, town: Town
) -> None:
    order = begun(family, account, town)
    town.bank.type_card(order.bank_page_url)
    reference = order.bank_reference
    Order.objects.filter(pk=order.pk).update(bank_reference="", state=OrderState.SENT)
    found = settled(order, town)
    assert (found.state, found.bank_reference) == (OrderState.CREDITED, reference)


def approved(order: Order, kopecks: int, town: Town) -> PaymentRefund:
    return PaymentRefund.objects.create(
        order=order, state=RefundState.APPROVED, key=f"refund-{order.public_id}-{order.refunds.count() + 1}",
        kopecks=kopecks, known_at=town.now, next_look_at=town.now, by="test",
    )  # fmt: skip


def asked(refund: PaymentRefund, town: Town) -> PaymentRefund:
    return ask_refund(refund_id=refund.pk, now=town.later(minutes=1))


def test_a_refund_whose_answer_is_lost_is_asked_once_and_then_looked_for(
    family: Family, account: Account, town: Town
) -> None:
    order = paid(family, account, town)
    lost = approved(order, 100_00, town)
    town.bank.fault(BankFault("lose", "/payment/rest/refund.do"))
    with pytest.raises(operations.BankUnavailable):
        asked(lost, town)
    assert asked(lost, town).state == RefundState.DONE
    never = approved(order, 50_00, town)
    town.bank.fault(BankFault("fail", "/payment/rest/refund.do"))
    with pytest.raises(operations.BankUnavailable):
        asked(never, town)
    for _ in range(3):
        doubted = asked(never, town)
        assert (doubted.state, doubted.next_look_at is not None) == (RefundState.UNKNOWN, True)
    assert (town.bank.events().count("refund.created"), paid_back(order)) == (1, Money(100_00))


def test_refunds_made_at_the_bank_are_what_the_total_grew_by(
    family: Family, account: Account, town: Town
) -> None:
    order = paid(family, account, town)
    for part, back in (("35.38", 35_38), ("64.62", 100_00), ("", 300_00)):
        assert town.bank.give_back(order.bank_reference, part) == ""
        settled(order, town)
        settled(order, town)
        assert paid_back(order) == Money(back)


def test_a_refund_above_the_rest_is_refused_and_nothing_is_asked(
    family: Family, account: Account, town: Town
) -> None:
    order = paid(family, account, town)
    assert town.bank.give_back(order.bank_reference, "250.00") == ""
    refused = asked(approved(order, 100_00, town), town)
    assert (refused.state, paid_back(order)) == (RefundState.REFUSED, Money(250_00))
    assert town.bank.events().count("refund.created") == 1


def signed(order: Order, *, key: str = "test_callback", **other: str) -> dict[str, str]:
    fields = {
        "mdOrder": order.bank_reference, "orderNumber": order.public_id, "operation": "deposited",
        "status": "1",
    }  # fmt: skip
    return fields | {"checksum": checksum(fields, key)} | other


def knock(client: Client, fields: dict[str, str], door: str = "/callbacks/sber/sber/") -> list[int]:
    """By GET and by POST: a contract has one of them."""
    form = urlencode(fields)
    kind = "application/x-www-form-urlencoded"
    return [
        client.get(f"{door}?{form}").status_code,
        client.post(door, data=form, content_type=kind).status_code,
    ]


def test_the_door_takes_what_is_signed_with_our_key_and_believes_nothing(
    family: Family, account: Account, town: Town, client: Client
) -> None:
    order = begun(family, account, town)
    assert knock(client, signed(order)) == [200, 200]
    assert knock(client, signed(order) | {"status": "0"}) == [403, 403]
    assert knock(client, signed(order, key="wrong")) == [403, 403]
    assert knock(client, {"nothing": "known"}) == [400, 400]
    json = "application/json"
    assert client.post("/callbacks/sber/sber/", data=b"{}", content_type=json).status_code == 415
    assert client.get(f"/callbacks/sber/sber/?{'x' * 70_000}").status_code == 413
    outcomes = [CallbackOutcome.TAKEN] * 2 + [CallbackOutcome.REJECTED] * 4 + [CallbackOutcome.MALFORMED] * 2
    assert list(Callback.objects.order_by("pk").values_list("outcome", flat=True)) == outcomes
    # Said to be paid it is not: the bank itself is asked.
    assert settled(order, town).state == OrderState.WAITING
    assert client.post("/callbacks/tbank/sber/", data=b"{}", content_type=json).status_code == 404
    assert knock(client, signed(order), "/callbacks/sber/") == [404, 404]
    assert knock(client, signed(order), "/callbacks/sber/nobody/") == [404, 404]


def test_without_the_key_of_callbacks_nobody_is_believed(
    family: Family, account: Account, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = begun(family, account, town)
    monkeypatch.setenv("SVET_SBER_SECRET", "test_sber")
    assert knock(client, signed(order, key="")) == [403, 403]


def test_a_card_is_kept_charged_by_a_job_and_dropped_when_it_was_revoked(
    family: Family, account: Account, town: Town
) -> None:
    paid(family, account, town, keep_card=True)
    card = BoundCard.objects.get()
    assert (card.shop, card.last4, card.expires) == (Shop.objects.get(), "2987", "12/30")
    order = begun(family, account, town, card=card.public_id)
    assert (order.state, order.bank_page_url) == (OrderState.WAITING, "")
    assert settled(order, town).state == OrderState.CREDITED
    tell_to_forget(
        person_id=family.anna.pk, shop_id=card.shop_id,
        name=sealed({"card": card.reference}, person_id=family.anna.pk),
    )  # fmt: skip
    gone = settled(begun(family, account, town, card=card.public_id), town)
    assert (gone.state, gone.bank_reason) == (OrderState.CANCELED, "card_unbound")
    assert BoundCard.objects.get().unbound_at is not None
    assert town.bank.events().count("payment.canceled") == 1


def test_a_charge_whose_answer_is_lost_is_one_charge(family: Family, account: Account, town: Town) -> None:
    paid(family, account, town, keep_card=True)
    order = begun(family, account, town, card=BoundCard.objects.get().public_id)
    town.bank.fault(BankFault("lose", "/payment/rest/paymentOrderBinding.do"))
    with pytest.raises(operations.BankUnavailable):
        settled(order, town)
    assert settled(order, town).state == OrderState.CREDITED
    assert town.bank.events().count("payment.succeeded") == 2


def test_where_the_bank_asks_its_cvc_a_kept_card_leads_to_the_banks_page(
    family: Family, cvc_account: Account, town: Town
) -> None:
    """The page lives as any other does: neither a look nor a decline ends it."""
    paid(family, cvc_account, town, keep_card=True)
    card = BoundCard.objects.get()
    order = begun(family, cvc_account, town, card=card.public_id)
    assert order.bank_page_url
    assert settled(order, town).state == OrderState.WAITING
    page = BROWSER.get(order.bank_page_url).text
    assert "2202 4743 0132 2987" in page
    BROWSER.post(order.bank_page_url, data={"csc": "123"})
    assert settled(order, town).state == OrderState.CREDITED


def test_where_the_bank_asks_its_cvc_a_card_it_forgot_ends_the_order_at_once(
    family: Family, cvc_account: Account, town: Town
) -> None:
    first = begun(family, cvc_account, town, keep_card=True)
    town.bank.type_card(first.bank_page_url, number=REVOKED)
    settled(first, town)
    order = make_order(
        person=family.anna, lines=[(cvc_account, 300_00)], now=town.now,
        card=BoundCard.objects.get().public_id,
    )  # fmt: skip
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=town.now)
    order.refresh_from_db()
    assert (order.state, order.bank_reason) == (OrderState.FAILED, "card_unbound")
    assert BoundCard.objects.get().unbound_at is not None
    assert town.bank.events().count("payment.created") == 1


def test_payments_nobody_told_us_of_are_found_without_a_list(
    family: Family, account: Account, town: Town
) -> None:
    order = begun(family, account, town)
    town.bank.type_card(order.bank_page_url)
    assert listing.look_for_payments(now=town.later(seconds=30)) == 1
    order.refresh_from_db()
    assert order.state == OrderState.CREDITED
