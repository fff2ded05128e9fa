"""Between two things: a refund beside a dispute, a shop whose secret is gone, a right that has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.accounts.models import Account
from svet.gateways import acquiring
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.payments import operations, queries
from svet.payments.models import Callback, Order, PaymentRefund, Shop
from svet.payments.operations import giving_back
from svet.payments.operations.chargebacks import end_chargeback
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, paid_back
from svet.payments.tests.test_chargebacks import DUE, keep
from svet.payments.tests.test_giving_back import wanted
from svet.payments.tests.test_shops import SameNames, add_oka, banks, heat, paid, told
from svet.people.tests.factories import make_person

__all__ = ["banks", "heat"]

LATER = NOW + timedelta(days=20)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def one(family: Family, bank: StubBank) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    return Order.objects.get(pk=order.pk)


def write(order: Order, account: Account, kopecks: int, *, by: Actor) -> PaymentRefund:
    new = wanted((account, kopecks))
    seen = giving_back.preview_refund(by=by, order_public_id=order.public_id, new=new, now=LATER)
    giving_back.write_refund(
        by=by, order_public_id=order.public_id, new=new, reason="по заявлению", shown=seen.shown, now=LATER
    )
    return PaymentRefund.objects.latest("pk")


@pytest.mark.parametrize("won", [True, False])
def test_what_the_bank_gave_back_of_a_disputed_payment_waits_for_the_end_of_the_dispute(
    family: Family, bank: StubBank, olga: Actor, won: bool
) -> None:
    order = one(family, bank)
    dispute = keep(order, 300_00, by=olga)
    bank.give_back(order, 300_00, at=LATER)
    operations.look_for_refunds(now=LATER)
    assert queries.broken() == []
    assert ledger.balance(family.first.pk).kopecks == 0
    end_chargeback(by=olga, chargeback_public_id=dispute, won=won, on=DUE, reason="письмо № 4", now=LATER)
    operations.look_at_due_orders(now=LATER + timedelta(days=1))
    assert ledger.balance(family.first.pk).kopecks == 300_00
    assert queries.broken() == []
    assert Callback.objects.exists() is not won


def test_a_dispute_beside_an_unsent_refund(family: Family, bank: StubBank, olga: Actor) -> None:
    order = one(family, bank)
    refund = write(order, family.first, 100_00, by=olga)
    dispute = keep(order, 200_00, by=olga)
    operations.look_at_asked_refunds(now=LATER)
    refund.refresh_from_db()
    assert refund.state == "done"
    end_chargeback(by=olga, chargeback_public_id=dispute, won=False, on=DUE, reason="письмо № 4", now=LATER)
    assert ledger.balance(family.first.pk).kopecks == 300_00
    assert queries.broken() == []


def test_a_refund_at_a_shop_without_its_secret_may_still_be_called_back(
    family: Family,
    heat: Account,
    banks: tuple[SameNames, SameNames],
    olga: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = paid(family, heat, banks[1])
    operations.settle(order_id=order.pk, now=NOW, by="test")
    operations.switch(code="oka", on=False, now=NOW, by=Actor.system("x"))
    monkeypatch.delenv("SVET_OKA_SHOP")
    refund = write(order, heat, 40_00, by=olga)
    operations.look_at_asked_refunds(now=LATER)
    refund.refresh_from_db()
    assert refund.state == "approved"
    giving_back.withdraw_refund(
        by=olga, refund_public_id=refund.request.public_id, reason="договор кончился", now=LATER
    )
    assert ledger.balance(heat.pk).kopecks == -100_00
    assert queries.broken() == []
    again = write(order, heat, 40_00, by=olga)
    monkeypatch.setenv("SVET_OKA_SHOP", "key of oka")
    operations.look_at_asked_refunds(now=LATER)
    again.refresh_from_db()
    assert again.state == "done"
    assert paid_back(order) == Money(40_00)


@pytest.mark.parametrize("failure", [Permanent("no", code="invalid_credentials"), None])
def test_a_bank_that_knows_us_no_more_leaves_the_refund_to_a_person(
    family: Family,
    heat: Account,
    banks: tuple[SameNames, SameNames],
    olga: Actor,
    monkeypatch: pytest.MonkeyPatch,
    failure: Permanent | None,
) -> None:
    order = paid(family, heat, banks[1])
    operations.settle(order_id=order.pk, now=NOW, by="test")
    refund = write(order, heat, 40_00, by=olga)
    banks[1].failure = Temporary("silent", code="network")
    operations.look_at_asked_refunds(now=LATER)
    banks[1].failure = failure
    if failure is None:
        monkeypatch.delenv("SVET_OKA_SHOP")
    for hours in (1, 24, 25):
        operations.look_at_asked_refunds(now=LATER + timedelta(hours=hours))
        refund.refresh_from_db()
        assert refund.state == "unknown"
        assert (refund.next_look_at is None) == (hours >= 24)
    giving_back.close_doubtful(
        by=olga, refund_public_id=refund.request.public_id, reason="договор кончился", now=LATER
    )
    assert ledger.balance(heat.pk).kopecks == -100_00
    assert queries.broken() == []


def test_a_callback_is_kept_while_its_shops_secret_is_gone(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid(family, heat, banks[1])
    monkeypatch.delenv("SVET_OKA_SHOP")
    monkeypatch.setattr(acquiring, "gateway_at", lambda address, *, secret: banks[1])
    told(order, shop_code="oka")
    assert Callback.objects.get().order == order


@pytest.mark.parametrize(
    "address",
    [
        "yookassa+https://1@bank.example:99999/v3",
        "yookassa+https://1@bank.example:x/v3",
        "yookassa+https://1@bank.example/v3?vat=x",
        "yookassa+https://1@bank.example/v3?callbacks=x",
        "yookassa+https://1@bank.example/v3?sbp=maybe",
        "yookassa+https://1@[::1/v3",
    ],
)
def test_an_address_that_no_bank_can_be_asked_at_is_refused(
    db: None, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVET_OKA_SHOP", "key of oka")
    with pytest.raises(operations.ShopRefused):
        add_oka(address=address)
    assert not Shop.objects.exists()
