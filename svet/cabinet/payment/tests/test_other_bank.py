"""What payers see of banks: which one's page they get, and what is not begun anywhere."""

from __future__ import annotations

from uuid import uuid4

import pytest

from svet.accounts.tests.factories import make_account, make_link
from svet.cabinet.payment.tests.test_payment import body, family, signed_in, standing, text_of
from svet.gateways.acquiring.wire import forget_silence
from svet.payments import operations
from svet.payments.models import BankSilence, BoundCard, Order, ServedProvider, Shop
from svet.payments.operations.silence import note_bank
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, make_card, owe, provider_with_requisites
from svet.payments.tests.test_failing_over import DOWN, Bank, banks
from svet.payments.tests.test_shops import BY

__all__ = ["banks", "family", "standing"]


@pytest.fixture
def sber(family: Family, banks: tuple[Bank, Bank]) -> Shop:
    """A contract with Sber that stands in for the bank of the settings, ЮKassa."""
    forget_silence()
    operations.add_shop(
        code="oka",
        name="Сбер",
        address="sber+https://shop-api@bank.example/payment/rest",
        secret="SVET_OKA_SHOP",
        now=NOW,
        by=BY,
    )
    operations.stand_in(provider=family.first.provider.code, codes=["oka"], now=NOW, by=BY)
    return Shop.objects.get()


def test_the_page_says_whose_page_opens_and_the_order_whose_it_was(
    family: Family, sber: Shop, banks: tuple[Bank, Bank]
) -> None:
    client = signed_in(family.anna)
    kept = make_card(person=family.anna)
    other = make_card(person=family.anna, shop=sber, last4="4444")
    BoundCard.objects.filter(pk=other.pk).update(bound_at=NOW.replace(year=2025))
    assert "не отвечает" not in text_of(client.get("/payment/"))
    note_bank(None, answered=False, now=NOW)
    page = text_of(client.get("/payment/"))
    assert "ЮKassa сейчас не отвечает, поэтому платёж примет Сбер: откроется его страница." in page
    # The card of the bank that is silent is there to be chosen, and not chosen already.
    assert f'value="{kept.public_id}">' in page
    assert f'value="{other.public_id}" selected' in page
    answer = client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert (order.shop, order.state) == (sber, OrderState.WAITING)
    assert answer.headers["location"] == order.bank_page_url
    shown = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "<dt>Через какой банк</dt><dd>Сбер</dd>" in shown
    for stranger in (family.boris, family.vera):
        assert signed_in(stranger).get(f"/payment/orders/{order.public_id}/").status_code == 404


def test_a_press_that_meets_a_bank_that_is_down_lands_on_the_other_ones_page(
    family: Family, sber: Shop, banks: tuple[Bank, Bank]
) -> None:
    banks[0].failure = DOWN
    answer = signed_in(family.anna).post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert answer.headers["location"] == order.bank_page_url
    assert order.shop == sber


def test_with_both_down_it_is_said_that_nothing_was_taken(
    family: Family, sber: Shop, banks: tuple[Bank, Bank]
) -> None:
    client = signed_in(family.anna)
    for bank in banks:
        bank.failure = DOWN
    answer = client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert answer.headers["location"] == f"/payment/orders/{order.public_id}/?go=1"
    shown = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Платёж ещё нигде не начат, деньги не списаны." in shown
    assert "Через какой банк" not in shown
    assert "ЮKassa сейчас не отвечает. Можно заплатить позже" in text_of(client.get("/payment/"))
    banks[1].failure = None
    BankSilence.objects.all().delete()
    Order.objects.update(looked_at=None)
    again = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Перейти на страницу банка" in again
    assert "<dd>Сбер</dd>" in again


def test_of_two_payees_it_is_said_whose_bank_is_silent_and_whose_is_closed(
    family: Family, sber: Shop, banks: tuple[Bank, Bank]
) -> None:
    """What cannot be paid is not ticked unasked; what is typed is kept."""
    heat = make_account(provider=provider_with_requisites(code="okskaya", name="Окская теплосеть"))
    make_link(person=family.anna, account=heat, confirmed=True)
    owe(heat, 2_50)
    client = signed_in(family.anna)
    note_bank(None, answered=False, now=NOW)
    page = client.get("/payment/")
    assert dict(page.context["sheet"].banks).keys() == {family.first.provider.name, "Окская теплосеть"}
    BankSilence.objects.all().delete()
    ServedProvider.objects.create(provider=heat.provider, shop=sber)
    Shop.objects.update(off_at=NOW)
    sheet = client.get("/payment/").context["sheet"]
    assert [name for name, _words in sheet.banks] == ["Окская теплосеть"]
    assert {row.card.account_id: row.ticked for section in sheet.sections for row in section.rows} == {
        family.first.pk: True,
        family.second.pk: True,
        heat.pk: False,
    }
    sent = {"key": str(uuid4()), "tick": heat.public_id, f"amount-{heat.public_id}": "2,50"}
    refused = client.post("/payment/pay/", sent)
    assert (refused.status_code, refused.context["sheet"].banks) == (422, ())
    assert text_of(refused).count("сейчас закрыта") == 1


def test_a_card_that_is_gone_chooses_no_other_one(family: Family, banks: tuple[Bank, Bank]) -> None:
    client, gone = signed_in(family.anna), make_card(person=family.anna)
    make_card(person=family.anna, last4="4444", reference="other")
    BoundCard.objects.filter(pk=gone.pk).update(unbound_at=NOW, reference="")
    refused = client.post("/payment/pay/", body(family, card=gone.public_id))
    assert (refused.status_code, refused.context["sheet"].card) == (422, "")
    assert '<option value="" selected>' in text_of(refused)
    assert "Этой карты больше нет" in text_of(refused)
