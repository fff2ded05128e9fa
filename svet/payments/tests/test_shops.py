"""Several acquiring contracts: each order asks its own bank, and what a bank names is its shop's only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankOrder, BankPage, BankState, BankStatus
from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger.models import Transaction
from svet.payments import operations, queries
from svet.payments.models import BoundCard, Callback, DayDifference, DayTotals, Order, PaymentRefund, Shop
from svet.payments.queries.shops import shops
from svet.payments.rules.refusals import CardReason, OrderReason, ShopReason
from svet.payments.rules.states import CallbackOutcome, OrderState
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    credited,
    make_card,
    make_order,
    paid_back,
    provider_with_requisites,
)
from tests.bank import RunningBank, running_bank

BY = Actor.system("svet shop")
LATER = NOW + timedelta(minutes=1)
ADDRESS = "yookassa+http://100502@bank.example/v3"


class SameNames(StubBank):
    """A bank that numbers payments and refunds as another one does."""

    def create(self, *, order: BankOrder, patience: float = 10.0) -> BankPage:
        reference = f"ref-{len(self.statuses) + 1}"
        if order.key not in self.keys:
            self.keys[order.key] = reference
            self.statuses[reference] = BankStatus(
                reference, BankState.PENDING, order.total, "RUB", order.order_id
            )
        return BankPage(self.keys[order.key], f"https://bank.example/{reference}")


@pytest.fixture
def banks(monkeypatch: pytest.MonkeyPatch) -> tuple[SameNames, SameNames]:
    """The bank of SVET_ACQUIRING_URL and that of the shop ``oka``."""
    first, second = SameNames(), SameNames()

    def at(address: str, *, secret: str) -> StubBank:
        assert (address, secret) == (ADDRESS, "key of oka")
        return second

    monkeypatch.setattr(acquiring, "gateway", lambda: first)
    monkeypatch.setattr(acquiring, "gateway_at", at)
    monkeypatch.setenv("SVET_OKA_SHOP", "key of oka")
    return first, second


def add_oka(*providers: str, **details: Any) -> Shop:
    wanted = {"code": "oka", "name": "Окский банк", "address": ADDRESS, "secret": "SVET_OKA_SHOP"}
    operations.add_shop(**(wanted | details), providers=providers, now=NOW, by=BY)
    return Shop.objects.get(code=wanted["code"])


@pytest.fixture
def heat(family: Family, banks: tuple[SameNames, SameNames]) -> Account:
    """Anna's account at a supplier whose money the shop ``oka`` takes."""
    warmth = provider_with_requisites(
        code="heat", name="Окская теплосеть", inn="7450000002", settlement_account="40702810000000000002"
    )
    add_oka("heat")
    return anna_has(family, warmth)


def anna_has(family: Family, provider: Provider) -> Account:
    account = make_account(provider=provider)
    make_link(person=family.anna, account=account, confirmed=True)
    return account


def paid(family: Family, account: Account, bank: StubBank) -> Order:
    """An order that its own bank has taken the money of."""
    order = make_order(person=family.anna, lines=[(account, 100_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    status = bank.statuses[order.bank_reference]
    bank.statuses[order.bank_reference] = BankStatus(
        status.reference, BankState.PAID, status.amount, "RUB", status.order_id, paid_at=NOW
    )
    return order


def told(order: Order, *, shop_code: str = "", event: str = "payment.succeeded") -> None:
    body = {"event": event, "object": {"id": order.bank_reference, "metadata": {"order_id": order.public_id}}}
    operations.take_callback(
        raw=json.dumps(body).encode(), address="127.0.0.1", now=LATER, shop_code=shop_code
    )


def test_two_shops_use_one_reference_and_each_order_asks_its_own(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    light, warm = paid(family, family.first, banks[0]), paid(family, heat, banks[1])
    assert light.bank_reference == warm.bank_reference
    assert (light.shop, warm.shop) == (None, Shop.objects.get())
    for order in (light, warm):
        operations.settle(order_id=order.pk, now=LATER, by="test")
        assert credited(order) == Money(100_00)
    assert (banks[0].asked, banks[1].asked) == (1, 1)
    assert queries.broken() == []


def test_two_shops_give_back_under_one_name_and_both_are_posted(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    orders = [paid(family, family.first, banks[0]), paid(family, heat, banks[1])]
    for order, bank, kopecks in zip(orders, banks, (30_00, 40_00), strict=True):
        operations.settle(order_id=order.pk, now=LATER, by="test")
        bank._give(order.bank_reference, Money(kopecks), name="back-1", at=LATER)
    assert operations.look_for_refunds(now=LATER) == 2
    assert operations.look_for_refunds(now=LATER) == 0
    assert [paid_back(order) for order in orders] == [Money(30_00), Money(40_00)]
    names = set(PaymentRefund.objects.values_list("book_name", flat=True))
    assert names == {"back-1", f"{orders[1].shop_id}/back-1"}
    keys = {refund.ledger_key for refund in PaymentRefund.objects.all()}
    assert Transaction.objects.filter(key__in=keys).count() == 2
    assert queries.broken() == []


def test_a_silent_shop_keeps_no_other_from_being_listed(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    warm = paid(family, heat, banks[1])
    operations.settle(order_id=warm.pk, now=LATER, by="test")
    banks[1]._give(warm.bank_reference, Money(10_00), name="back-1", at=LATER)
    banks[0].failure = Temporary("silent", code="network")
    with pytest.raises(operations.BankUnavailable):
        operations.look_for_refunds(now=LATER)
    assert paid_back(warm) == Money(10_00)


def test_a_callback_is_looked_for_behind_its_own_door_only(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    light, warm = paid(family, family.first, banks[0]), paid(family, heat, banks[1])
    with pytest.raises(operations.CallbackRejected):
        operations.take_callback(raw=b"{", address="127.0.0.1", now=LATER, shop_code="oka")
    told(warm, shop_code="oka")
    kept = Callback.objects.get(outcome=CallbackOutcome.TAKEN)
    assert (kept.order, kept.shop) == (warm, Shop.objects.get())
    told(warm)
    # At the other door the same name means the other order.
    assert Callback.objects.latest("pk").order == light
    with pytest.raises(operations.NoSuchShop):
        told(warm, shop_code="nobody")


def test_a_callback_with_our_id_at_another_shops_door_waits_for_a_person(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    warm = make_order(person=family.anna, lines=[(heat, 100_00)])
    banks[1].failure = Temporary("silent", code="network")
    body = {"event": "payment.succeeded", "object": {"id": "x-1", "metadata": {"order_id": warm.public_id}}}
    operations.take_callback(raw=json.dumps(body).encode(), address="127.0.0.1", now=LATER)
    kept = Callback.objects.get()
    assert (kept.order, kept.outcome) == (None, CallbackOutcome.UNMATCHED)
    assert len(queries.open_callbacks()) == 1


def test_the_list_of_each_shop_is_compared_with_its_own_orders(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    light, warm = paid(family, family.first, banks[0]), paid(family, heat, banks[1])
    for order in (light, warm):
        operations.settle(order_id=order.pk, now=LATER, by="test")
    operations.reconcile_day(day=date(2026, 11, 22), now=LATER)
    assert not DayDifference.objects.exists()
    assert sorted(DayTotals.objects.values_list("taken_kopecks", flat=True)) == [100_00, 100_00]
    for bank in banks:
        del bank.statuses[light.bank_reference]
    operations.reconcile_day(day=date(2026, 11, 22), now=LATER)
    assert set(DayDifference.objects.values_list("shop", "order")) == {
        (None, light.pk),
        (warm.shop_id, warm.pk),
    }
    banks[1].failure = Temporary("silent", code="network")
    banks[0].statuses.clear()
    with pytest.raises(operations.BankUnavailable):
        operations.reconcile_day(day=date(2026, 11, 22), now=LATER)
    # What was found of the shop that is silent now is not gone.
    assert DayDifference.objects.filter(gone_at=None, shop=warm.shop).count() == 1


def test_a_shop_that_is_off_takes_nothing_new_and_still_settles_the_old(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    warm = paid(family, heat, banks[1])
    operations.switch(code="oka", on=False, now=NOW, by=BY)
    with pytest.raises(operations.OrderRefused) as refusal:
        make_order(person=family.anna, lines=[(heat, 100_00)])
    assert refusal.value.reason is OrderReason.SHOP_OFF
    # Served by another shop from now on: what was begun stays where it was begun.
    operations.serve(code="-", providers=["heat"], now=NOW, by=BY)
    operations.settle(order_id=warm.pk, now=LATER, by="test")
    assert credited(warm) == Money(100_00)
    assert make_order(person=family.anna, lines=[(heat, 100_00)]).shop is None
    assert Shop.objects.get().served.count() == 0


def test_a_card_is_charged_by_the_shop_that_keeps_it_only(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    card = make_card(person=family.anna)
    with pytest.raises(operations.CardRefused) as refusal:
        make_order(person=family.anna, lines=[(heat, 100_00)], card=card.public_id)
    assert refusal.value.reason is CardReason.OTHER_SHOP
    # The same plastic, bound at both: two rows, and two names that may be equal.
    make_card(person=family.anna, shop=Shop.objects.get())
    assert BoundCard.objects.count() == 2


def test_without_its_secret_a_shop_is_a_silent_bank(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make_order(person=family.anna, lines=[(heat, 100_00)])
    monkeypatch.delenv("SVET_OKA_SHOP")
    with pytest.raises(operations.BankUnavailable) as silent:
        operations.send_to_bank(order_id=order.pk, now=NOW)
    assert silent.value.details["code"] == "shop_secret"
    order.refresh_from_db()
    assert order.state == OrderState.SENT


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"code": "O"}, ShopReason.CODE),
        ({"name": " "}, ShopReason.NAME),
        ({"address": "nobank+https://1@bank.example/"}, ShopReason.ADDRESS),
        ({"address": "yookassa+https://bank.example/v3"}, ShopReason.ADDRESS),
        ({"address": "yookassa+https://1:key@bank.example/v3"}, ShopReason.KEY_IN_ADDRESS),
        ({"secret": "live_abc"}, ShopReason.KEY),
        ({"secret": "SVET_NOWHERE"}, ShopReason.KEY_MISSING),
        ({"secret": "/no/such/file"}, ShopReason.KEY_MISSING),
    ],
)
def test_a_contract_that_cannot_be_is_refused(
    db: None, banks: Any, wrong: dict[str, str], reason: ShopReason
) -> None:
    with pytest.raises(operations.ShopRefused) as refusal:
        add_oka(**wrong)
    assert refusal.value.reason is reason
    assert shops() == []


def test_unknown_suppliers_shops_and_codes_taken_are_refused(family: Family, banks: Any) -> None:
    add_oka()
    for act in (
        lambda: add_oka(),
        lambda: add_oka("nobody", code="two"),
        lambda: operations.serve(code="nobody", providers=[], now=NOW, by=BY),
        lambda: operations.switch(code="nobody", on=False, now=NOW, by=BY),
    ):
        with pytest.raises(operations.ShopRefused):
            act()
    operations.switch(code="oka", on=True, now=NOW, by=BY)
    assert [one.code for one in shops()] == ["oka"]


@pytest.fixture
def real_bank(tmp_path: Path, settings: Any) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        settings.ACQUIRING_URL = running.acquiring_url
        yield running


def test_two_contracts_over_the_banks_own_socket(
    family: Family, real_bank: RunningBank, tmp_path: Path
) -> None:
    """The secret lies in a file; one shop's payments are not to be had by the other's name."""
    secret = tmp_path / "shop"
    secret.write_text("test_second\n")
    warmth = provider_with_requisites(code="heat", name="Окская теплосеть")
    add_oka("heat", address=real_bank.second_shop, secret=str(secret))
    order = make_order(person=family.anna, lines=[(anna_has(family, warmth), 100_00)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    real_bank.type_card(order.bank_page_url)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    assert credited(order) == Money(100_00)
    with pytest.raises(Exception, match="not_found"):
        acquiring.gateway().status(reference=order.bank_reference)
