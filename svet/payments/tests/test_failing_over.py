"""A payment goes to another bank while its own is down, and only when it is known that nothing began."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from svet.accounts.queries import accounts_by_id
from svet.gateways import acquiring
from svet.gateways.acquiring.port import HURRIED, PATIENT, BankOrder, BankPage
from svet.gateways.acquiring.wire import forget_silence
from svet.gateways.failures import Permanent, Temporary, Unreached
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations, queries
from svet.payments.models import (
    BankSilence,
    Callback,
    DayDifference,
    Order,
    PaymentSeries,
    ReserveShop,
    Shop,
)
from svet.payments.operations import sending
from svet.payments.operations.restored import distrust
from svet.payments.operations.unattended import keep_unattended, send_unattended
from svet.payments.queries.shops import stand_ins
from svet.payments.queries.silence import shops_standing
from svet.payments.rules.parts import PartAct
from svet.payments.rules.refusals import CardReason, OrderReason, ShopReason
from svet.payments.rules.states import PAGE_LIVES, CallbackOutcome, OrderState
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
from svet.payments.tests.test_shops import BY, add_oka, anna_has, told
from svet.sandbox.world.faults import BankFault
from tests.bank import RunningBank, running_bank

LATER = NOW + timedelta(minutes=1)
DOWN = Unreached("nobody listens", code="network")
NO = Permanent("not this shop", code="forbidden")
LOST = Temporary("no answer", code="network")


class Bank(StubBank):
    """A bank that is down, refuses, or loses its answers; ``begun`` are the orders it has a payment of."""

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        if isinstance(self.failure, Unreached | Permanent):
            raise self.failure
        return super().create(order=order, patience=patience)

    @property
    def begun(self) -> int:
        return len(self.statuses)


class HalfDown(Bank):
    """Its lists and looks answer, and nothing can be begun there; whether it began something nobody knows."""

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        raise Temporary("service is busy", code="503")


@pytest.fixture
def banks(monkeypatch: pytest.MonkeyPatch) -> tuple[Bank, Bank]:
    """The bank of SVET_ACQUIRING_URL and that of the shop ``oka``."""
    first, second = Bank(), Bank()
    monkeypatch.setattr(acquiring, "gateway", lambda: first)
    monkeypatch.setattr(acquiring, "gateway_at", lambda address, *, secret: second)
    monkeypatch.setenv("SVET_OKA_SHOP", "key of oka")
    return first, second


@pytest.fixture
def oka(family: Family, banks: tuple[Bank, Bank]) -> Shop:
    """It stands in for the first bank."""
    shop = add_oka()
    operations.stand_in(provider=family.first.provider.code, codes=["oka"], now=NOW, by=BY)
    return shop


def begun(family: Family, *, patience: float = PATIENT, **wanted: Any) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, 100_00)], **wanted)
    with suppress(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW, patience=patience)
    return Order.objects.get(pk=order.pk)


def look(minutes: float = 1) -> None:
    operations.look_at_due_orders(now=NOW + timedelta(minutes=minutes))


def test_a_bank_that_is_not_reached_is_passed_over_and_the_other_has_the_order_for_life(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = DOWN
    order = begun(family)
    assert (order.state, order.shop, order.calls) == (OrderState.WAITING, oka, 1)
    assert (banks[0].begun, banks[1].begun) == (0, 1)
    kept = Entry.objects.get(action="payments.order.other_bank")
    assert (kept.before, kept.after) == ({"shop": "-"}, {"shop": "oka"})
    banks[0].failure = None
    banks[1].pay(order)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    assert credited(order) == Money(100_00)
    operations.reconcile_day(day=NOW.date(), now=LATER)
    assert not DayDifference.objects.exists()
    # The first bank was never asked for anything, so what comes to its door is nobody's.
    told(order)
    assert Callback.objects.get().outcome == CallbackOutcome.UNMATCHED
    banks[1].give_back(order, 40_00, at=LATER)
    operations.look_for_refunds(now=LATER)
    assert paid_back(order) == Money(40_00)
    assert banks[0].asked == 0
    assert queries.broken() == []


def test_while_it_is_silent_others_go_straight_to_the_second_until_it_answers_again(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = LOST
    first = begun(family)
    assert (first.state, first.shop) == (OrderState.SENT, None), "nobody knows what it did"
    look()
    second = begun(family)
    assert (second.state, second.shop) == (OrderState.WAITING, oka)
    assert banks[0].begun == 1, "the second was never brought there"
    (row,) = [one for one in shops_standing(now=LATER) if one.silent_since]
    assert row.instead == ("oka",)
    assert [(one.silent, one.instead) for one in stand_ins([family.first.provider_id])] == [
        ("yookassa", "yookassa")
    ]
    assert operations.ask_silent(now=LATER) == 0
    banks[0].failure = None
    assert operations.ask_silent(now=LATER) == 1
    third = begun(family)
    first.refresh_from_db()
    assert (first.shop, third.shop) == (None, None)
    assert not BankSilence.objects.exists()
    assert stand_ins([family.first.provider_id]) == []
    # The first bank is back: what the second has begun stays there.
    second.refresh_from_db()
    assert second.shop == oka


def test_an_order_of_which_nobody_knows_never_goes_elsewhere(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = LOST
    order = begun(family)
    banks[0].failure = DOWN
    look()
    look(3)
    order.refresh_from_db()
    assert (order.state, order.shop, order.calls) == (OrderState.SENT, None, 1)
    assert banks[1].begun == 0
    banks[0].failure = None
    look(10)
    order.refresh_from_db()
    assert (order.state, order.shop, banks[0].begun) == (OrderState.WAITING, None, 1)


@pytest.mark.parametrize("killed_in", ["call", "count"])
def test_killed_between_it_stays_where_it_may_have_begun(
    family: Family,
    oka: Shop,
    banks: tuple[Bank, Bank],
    monkeypatch: pytest.MonkeyPatch,
    killed_in: str,
) -> None:
    """Killed in the call, or before it is kept that the call came to nothing."""
    banks[0].failure = RuntimeError("killed") if killed_in == "call" else DOWN
    with monkeypatch.context() as dying:
        if killed_in == "count":
            dying.setattr(sending, "came_to_nothing", lambda *_, **__: 1 / 0)
        with pytest.raises((RuntimeError, ZeroDivisionError)):
            begun(family)
    banks[0].failure = None
    look()
    order = Order.objects.get()
    assert (order.state, order.shop, banks[1].begun) == (OrderState.WAITING, None, 0)


def test_a_call_of_somebody_else_under_way_keeps_it(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = DOWN
    order = make_order(person=family.anna, lines=[(family.first, 100_00)])

    class Racing(Bank):
        """While it is asked another process asks it too, and its call is under way."""

        def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
            Order.objects.filter(public_id=order.order_id).update(calls=2)
            raise DOWN

    banks[0].__class__ = Racing
    with pytest.raises(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.shop, order.calls, banks[1].begun) == (OrderState.SENT, None, 1, 0)


def test_a_refusal_is_passed_on_and_ends_it_when_nobody_is_left(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = NO
    assert begun(family).shop == oka
    assert not BankSilence.objects.exists(), "it has answered"
    banks[1].failure = NO
    order = begun(family)
    assert (order.state, order.bank_reason) == (OrderState.FAILED, "bank_refused")


def test_both_down_it_waits_unbegun_and_whoever_answers_first_has_it(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    for bank in banks:
        bank.failure = DOWN
    order = begun(family)
    assert order.untouched
    seen = queries.order_for(Actor.person(family.anna.pk), public_id=order.public_id)
    assert seen.untouched
    assert [one.instead for one in stand_ins([family.first.provider_id])] == [""]
    look()
    assert Order.objects.get(pk=order.pk).untouched
    banks[0].failure = None
    assert operations.ask_silent(now=LATER) == 1
    look(1.5)
    order.refresh_from_db()
    assert (order.state, order.shop) == (OrderState.WAITING, None)
    assert (banks[0].begun, banks[1].begun) == (1, 0)


def test_what_nobody_could_begin_in_an_hour_is_closed(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    for bank in banks:
        bank.failure = DOWN
    order = begun(family)
    operations.look_at_due_orders(now=NOW + PAGE_LIVES)
    order.refresh_from_db()
    assert (order.state, order.bank_reason) == (OrderState.CANCELED, "expired")


def test_a_bound_card_and_an_agreed_charge_stay_with_their_shop(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = DOWN
    card = make_card(person=family.anna)
    order = begun(family, card=card.public_id)
    assert (order.state, order.shop, banks[1].begun) == (OrderState.SENT, None, 0)
    with transaction.atomic():
        charge_id = keep_unattended(
            person_id=family.anna.pk,
            card_public_id=card.public_id,
            account=accounts_by_id([family.first.pk])[0],
            money=Money(50_00),
            key=uuid4(),
            by="autopay",
            now=NOW,
        )
    with pytest.raises(operations.BankUnavailable):
        send_unattended(order_id=charge_id, may=lambda: True, now=NOW)
    operations.look_at_due_orders(now=NOW + PAGE_LIVES)
    charge = Order.objects.get(pk=charge_id)
    assert (charge.state, charge.shop, banks[1].begun) == (OrderState.SENT, None, 0), "a retry, no other bank"
    banks[0].failure = None
    operations.look_at_due_orders(now=NOW + timedelta(hours=7))
    charge.refresh_from_db()
    assert charge.untouched, "who agreed judges again before it goes on, no janitor"
    assert not send_unattended(order_id=charge_id, may=lambda: False, now=NOW + timedelta(hours=7))
    assert send_unattended(order_id=charge_id, may=lambda: True, now=NOW + timedelta(hours=7))
    charge.refresh_from_db()
    assert charge.state == OrderState.WAITING


def test_a_card_bound_at_the_bank_that_stands_in_is_charged_there_ever_after(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    card = make_card(person=family.anna, shop=oka)
    assert begun(family, card=card.public_id).shop == oka
    operations.stand_in(provider=family.first.provider.code, codes=[], now=NOW, by=BY)
    with pytest.raises(operations.CardRefused) as refusal:
        begun(family, card=card.public_id)
    assert refusal.value.reason is CardReason.OTHER_SHOP


def two_payees(family: Family, *, both: bool) -> Order:
    heat = provider_with_requisites(code="heat", name="Окская теплосеть")
    far = anna_has(family, heat)
    if both:
        operations.stand_in(provider="heat", codes=["oka"], now=NOW, by=BY)
    wanted = [(family.first, 100_00), (far, 50_00)]
    order = make_order(person=family.anna, lines=wanted, in_row=True)
    assert PaymentSeries.objects.count() == 1
    with suppress(operations.BankUnavailable):
        operations.send_to_bank(order_id=order.pk, now=NOW)
    return Order.objects.get(pk=order.pk)


def test_a_row_of_payees_goes_whole(family: Family, oka: Shop, banks: tuple[Bank, Bank]) -> None:
    banks[0].failure = DOWN
    order = two_payees(family, both=True)
    assert [one.shop for one in Order.objects.order_by("step")] == [oka, oka]
    assert (order.state, order.keeps_card) == (OrderState.WAITING, True)


def test_the_rest_of_a_row_goes_on_at_another_bank_with_another_card(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    """The first part is credited at the first bank; then that is down, and the payer takes another card."""
    first = two_payees(family, both=True)
    banks[0].pay(first)
    operations.settle(order_id=first.pk, now=NOW, by="test")
    banks[0].failure = DOWN
    payer = Actor.person(family.anna.pk)
    operations.decide_parts(by=payer, public_id=first.public_id, act=PartAct.OTHER_CARD, now=LATER)
    one, other = Order.objects.order_by("step")
    assert (one.state, one.shop) == (OrderState.CREDITED, None)
    assert (other.state, other.shop) == (OrderState.WAITING, oka)
    banks[1].pay(other)
    operations.settle(order_id=other.pk, now=LATER, by="test")
    assert [credited(one), credited(other)] == [Money(100_00), Money(50_00)]
    assert queries.broken() == []


def test_or_stays_whole_when_the_bank_that_stands_in_serves_only_one(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = DOWN
    order = two_payees(family, both=False)
    assert [one.shop for one in Order.objects.order_by("step")] == [None, None]
    assert order.untouched


def test_somebody_in_a_hurry_leaves_the_second_bank_to_a_job_when_the_time_is_over(
    family: Family, oka: Shop, banks: tuple[Bank, Bank], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(
        "svet.payments.operations.failing_over.wake", lambda *, order_id: woken.append(order_id)
    )
    banks[0].failure = DOWN
    assert begun(family, patience=HURRIED).shop == oka
    monkeypatch.setattr(sending, "LEAST_TRY", HURRIED)
    for failure in (DOWN, NO):
        BankSilence.objects.all().delete()
        banks[0].failure = failure
        order = begun(family, patience=HURRIED)
        assert (order.untouched, woken) == (True, [order.pk])
        operations.settle(order_id=woken.pop(), now=NOW, by="test")
        order.refresh_from_db()
        assert (order.state, order.shop) == (OrderState.WAITING, oka)


def test_a_shop_that_is_off_is_passed_over(family: Family, oka: Shop, banks: tuple[Bank, Bank]) -> None:
    code = family.first.provider.code
    operations.serve(code="oka", providers=[code], now=NOW, by=BY)
    operations.switch(code="oka", on=False, now=NOW, by=BY)
    with pytest.raises(operations.OrderRefused) as refusal:
        begun(family)
    assert refusal.value.reason is OrderReason.SHOP_OFF
    operations.stand_in(provider=code, codes=["-"], now=NOW, by=BY)
    assert begun(family).shop is None


def test_who_stands_in_is_said_whole(family: Family, oka: Shop, banks: tuple[Bank, Bank]) -> None:
    code = family.first.provider.code
    for codes in (["oka", "oka"], ["-"], ["oka", "-"]):
        with pytest.raises(operations.ShopRefused) as refusal:
            operations.stand_in(provider=code, codes=codes, now=NOW, by=BY)
        assert refusal.value.reason is ShopReason.RESERVE
    for wrong in ({"provider": "nobody", "codes": ["oka"]}, {"provider": code, "codes": ["nobody"]}):
        with pytest.raises(operations.ShopRefused):
            operations.stand_in(**wrong, now=NOW, by=BY)  # type: ignore[arg-type]
    assert ReserveShop.objects.count() == 1


def test_after_a_restore_nothing_changes_its_bank(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    """In the lost time another bank may have begun it."""
    for bank in banks:
        bank.failure = DOWN
    order = begun(family)
    distrust(now=LATER)
    banks[0].failure = None
    look(2)
    order.refresh_from_db()
    assert (order.state, order.shop, order.calls) == (OrderState.SENT, oka, None)
    assert banks[0].begun == 0


@pytest.fixture
def second(tmp_path: Path, family: Family, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningBank]:
    """The sandbox's T-Bank, which stands in for the bank of the settings."""
    (tmp_path / "second").mkdir()
    forget_silence()
    with running_bank(tmp_path / "second", clock=lambda: NOW) as running:
        monkeypatch.setenv("SVET_OKA_SHOP", "test_tbank")
        add_oka(address=running.tbank_shop)
        operations.stand_in(provider=family.first.provider.code, codes=["oka"], now=NOW, by=BY)
        yield running
    forget_silence()


def test_over_real_sockets_where_nobody_listens(family: Family, second: RunningBank, settings: Any) -> None:
    settings.ACQUIRING_URL = "yookassa+http://100500:key@127.0.0.1:9/v3"
    order = begun(family, patience=HURRIED)
    assert (order.state, order.shop.code if order.shop else "") == (OrderState.WAITING, "oka")
    second.type_card(order.bank_page_url)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    assert credited(order) == Money(100_00)


@pytest.mark.parametrize("fault", ["fail", "slow", "lose", "say"])
def test_over_real_sockets_a_bank_that_may_have_begun_keeps_its_order(
    family: Family, second: RunningBank, settings: Any, tmp_path: Path, fault: str
) -> None:
    with running_bank(tmp_path) as first:
        settings.ACQUIRING_URL = first.acquiring_url
        first.fault(BankFault(fault, "/v3/payments", seconds=1.0, text="<html>"))
        order = begun(family, patience=0.4 if fault == "slow" else PATIENT)
        assert (order.state, order.shop, order.calls) == (OrderState.SENT, None, 1)
        assert "payment.created" not in second.events()
        forget_silence()
        look()
        order.refresh_from_db()
        assert (order.state, order.shop) == (OrderState.WAITING, None)
        assert first.events().count("payment.created") == 1


def test_over_real_sockets_a_refusal_is_passed_on(
    family: Family, second: RunningBank, settings: Any, tmp_path: Path
) -> None:
    """A key that is not true any more: 401 before anything is made."""
    with running_bank(tmp_path) as first:
        settings.ACQUIRING_URL = first.acquiring_url.replace("test_sandbox", "no_key")
        order = begun(family)
        assert (order.state, order.shop.code if order.shop else "") == (OrderState.WAITING, "oka")
        assert "payment.created" not in first.events()


def test_a_bank_whose_looks_answer_and_whose_payments_do_not_keeps_what_it_may_have_begun(
    family: Family, oka: Shop, banks: tuple[Bank, Bank]
) -> None:
    """Its breaker opens and closes again and again; no order is begun at two banks, and none is lost."""
    banks[0].__class__ = HalfDown
    first = begun(family)
    look()
    assert BankSilence.objects.filter(shop=None).exists()
    second = begun(family)
    assert (second.shop, second.state) == (oka, OrderState.WAITING)
    assert operations.ask_silent(now=LATER) == 1, "its list answers"
    third = begun(family)
    for order in (first, third):
        order.refresh_from_db()
        assert (order.state, order.shop, order.bank_page_url) == (OrderState.SENT, None, "")
    look(3)
    assert banks[1].begun == 1, "what the first may have begun goes nowhere else"
    banks[0].__class__ = Bank
    operations.ask_silent(now=NOW + timedelta(minutes=4))
    look(6)
    for order in (first, third):
        order.refresh_from_db()
        assert (order.state, order.shop) == (OrderState.WAITING, None)
        banks[0].pay(order)
        operations.settle(order_id=order.pk, now=NOW + timedelta(minutes=7), by="test")
        assert credited(order) == Money(100_00)
    assert (banks[0].begun, banks[1].begun) == (2, 1)
    assert queries.broken() == []
