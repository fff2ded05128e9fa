"""Bound cards over the sandbox bank's own socket: binding, one button, pausing, unbinding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from svet.gateways.acquiring import yookassa
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations, queries
from svet.payments.models import BoundCard, Order
from svet.payments.rules.refusals import CardReason
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, Family, credited, make_card, make_order
from svet.people.models import Person
from tests.bank import RunningBank, running_bank

LATER = NOW + timedelta(minutes=1)
REVOKED = "2200 0000 0000 0087"


@pytest.fixture
def bank(tmp_path: Path, settings: Any) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        settings.ACQUIRING_URL = running.acquiring_url
        yield running


def begin(family: Family, kopecks: int = 300_00, **details: Any) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, kopecks)], **details)
    return operations.send_to_bank(order_id=order.pk, now=NOW)


def settle(order: Order) -> Order:
    operations.settle(order_id=order.pk, now=LATER, by="test")
    return Order.objects.get(pk=order.pk)


def bind(family: Family, bank: RunningBank, **typed: str) -> BoundCard:
    """Pay once with «Запомнить карту»."""
    order = begin(family, keep_card=True)
    bank.type_card(order.bank_page_url, **typed)
    assert settle(order).state == OrderState.CREDITED
    return BoundCard.objects.latest("pk")


def by(person: Person) -> Actor:
    return Actor.person(person.pk)


def test_the_first_payment_binds_the_card_and_the_second_needs_no_page(
    family: Family, bank: RunningBank
) -> None:
    card = bind(family, bank)
    (shown,) = queries.cards(person_id=family.anna.pk)
    assert (shown.title, shown.expires) == ("Мир •• 2987", "12/30")
    order = begin(family, 35_38, card=card.public_id)
    assert (order.state, order.bank_page_url) == (OrderState.WAITING, "")
    done = settle(order)
    assert (done.state, done.bank_method) == (OrderState.CREDITED, "Мир *2987")
    assert credited(done) == Money(35_38)
    assert queries.broken() == []
    journaled = Entry.objects.get(action="payments.card.bind")
    assert card.reference not in str(journaled.after)


def test_a_card_is_bound_only_when_asked_and_only_once(family: Family, bank: RunningBank) -> None:
    order = begin(family)
    bank.type_card(order.bank_page_url)
    settle(order)
    assert queries.cards(person_id=family.anna.pk) == []
    bind(family, bank)
    bind(family, bank)
    assert len(queries.cards(person_id=family.anna.pk)) == 1


def test_a_refused_payment_binds_nothing(family: Family, bank: RunningBank) -> None:
    order = begin(family, keep_card=True)
    bank.type_card(order.bank_page_url, number="5555555555554626")
    assert settle(order).state == OrderState.CANCELED
    assert not BoundCard.objects.exists()


def test_a_card_the_bank_revoked_is_forgotten_and_told(family: Family, bank: RunningBank) -> None:
    card = bind(family, bank, number=REVOKED)
    done = settle(begin(family, card=card.public_id))
    assert (done.state, done.bank_reason) == (OrderState.CANCELED, "card_unbound")
    assert credited(done) == Money(0)
    card.refresh_from_db()
    assert (card.reference, card.unbound_at) == ("", LATER)
    with pytest.raises(operations.CardNotFound):
        begin(family, card=card.public_id)


def test_strangers_and_relatives_cannot_use_name_or_unbind_annas_card(
    family: Family, bank: RunningBank
) -> None:
    card = make_card(person=family.anna)
    for person in (family.boris, family.vera):
        with pytest.raises(operations.CardNotFound):
            operations.name_card(by=by(person), card_public_id=card.public_id, name="моя", now=NOW)
        with pytest.raises(operations.CardNotFound):
            operations.unbind_card(by=by(person), card_public_id=card.public_id, now=NOW)
        with pytest.raises(operations.CardNotFound):
            make_order(person=person, lines=[(family.first, 100)], card=card.public_id)
    assert not Order.objects.exists()
    card.refresh_from_db()
    assert (card.name, card.unbound_at) == ("", None)


def test_after_a_recovery_by_sms_bound_cards_rest_for_a_day(family: Family, bank: RunningBank) -> None:
    card = bind(family, bank)
    Person.objects.filter(pk=family.anna.pk).update(recovered_at=NOW - timedelta(hours=23, minutes=59))
    with pytest.raises(operations.CardRefused) as refusal:
        begin(family, card=card.public_id)
    assert refusal.value.reason is CardReason.PAUSED
    assert begin(family).state == OrderState.WAITING
    Person.objects.filter(pk=family.anna.pk).update(recovered_at=NOW - timedelta(hours=24))
    assert settle(begin(family, card=card.public_id)).state == OrderState.CREDITED


def test_an_answer_that_got_lost_charges_once_even_if_the_card_was_unbound(
    family: Family, bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = bind(family, bank)
    order = make_order(person=family.anna, lines=[(family.first, 1_00)], card=card.public_id)
    call = yookassa.YooKassa._call

    def lost(self: Any, *args: Any, **kwargs: Any) -> Any:
        call(self, *args, **kwargs)
        raise Temporary("the answer got lost", code="network")

    with monkeypatch.context() as patch:
        patch.setattr(yookassa.YooKassa, "_call", lost)
        with pytest.raises(operations.BankUnavailable):
            operations.send_to_bank(order_id=order.pk, now=NOW)
    operations.unbind_card(by=by(family.anna), card_public_id=card.public_id, now=NOW)
    for _ in range(3):
        done = settle(order)
    assert done.state == OrderState.CREDITED
    assert bank.events().count("payment.created") == 2


def test_the_same_key_with_another_card_is_a_conflict(family: Family, bank: RunningBank) -> None:
    card = bind(family, bank)
    order = begin(family)
    with pytest.raises(operations.OrderConflict):
        make_order(person=family.anna, lines=[(family.first, 300_00)], key=order.key, card=card.public_id)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def consent_of(asked: Any) -> str:
    """What the button of «Списать?» agrees to."""
    found = re.search(r'name="charge" value="([0-9a-f]{64})"', asked.content.decode())
    assert asked.status_code == 200, asked.content.decode()
    assert found
    return found[1]


def test_the_pages_choose_name_and_unbind(family: Family, bank: RunningBank) -> None:
    card = bind(family, bank)
    client = signed_in(family.anna)
    page = client.get("/payment/").content.decode()
    assert f'<option value="{card.public_id}" selected>Мир •• 2987</option>' in page
    account = family.second.public_id
    sent = {"key": "1" * 32, "tick": account, f"amount-{account}": "35,38", "card": card.public_id}
    asked = client.post("/payment/pay/", sent)
    answer = client.post("/payment/pay/", sent | {"charge": consent_of(asked)})
    order = Order.objects.latest("pk")
    assert answer.headers["location"] == f"/payment/orders/{order.public_id}/"
    assert "Оплачено" in client.get(answer.headers["location"]).content.decode()
    named = client.post(f"/payment/cards/{card.public_id}/name/", {"name": "  Семейная  карта "})
    assert named.status_code == 302
    assert "Семейная карта (Мир •• 2987)" in client.get("/payment/cards/").content.decode()
    long = client.post(f"/payment/cards/{card.public_id}/name/", {"name": "д" * 41})
    assert (long.status_code, "Название длиннее 40 знаков" in long.content.decode()) == (422, True)
    assert "д" * 41 in long.content.decode()
    client.post(f"/payment/cards/{card.public_id}/unbind/")
    assert "Запомнить карту" in client.get("/payment/cards/").content.decode()
    refused = client.post("/payment/pay/", sent | {"key": "2" * 32})
    assert (refused.status_code, "Этой карты больше нет" in refused.content.decode()) == (422, True)
    assert 'value="35,38"' in refused.content.decode()


def test_vera_gets_404_at_annas_card_and_it_is_noted(family: Family) -> None:
    card = make_card(person=family.anna)
    client = signed_in(family.vera)
    for verb in ("name", "unbind"):
        assert client.post(f"/payment/cards/{card.public_id}/{verb}/", {"name": "x"}).status_code == 404
    assert Entry.objects.filter(security=True, subject_id=card.public_id).count() == 2
