"""«Списать?»: a bound card is charged by the second press, never by the first."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from svet.accounts.models import Link
from svet.gateways import acquiring
from svet.payments.models import Order
from svet.payments.tests.factories import Family, StubBank, make_card, make_family
from svet.people.models import Person

PAY = "/payment/pay/"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(family: Family, card: str, **changes: Any) -> dict[str, Any]:
    """What Anna's browser sends when both debts are ticked and a bound card is chosen."""
    one, two = family.first.public_id, family.second.public_id
    sent = {"key": str(uuid4()), "tick": [one, two], f"amount-{one}": "300,00", f"amount-{two}": "35,38"}
    return sent | {"card": card} | changes


def hidden(answer: Any) -> dict[str, Any]:
    """The hidden fields of the question, as its button sends them."""
    page = answer.content.decode().split("<main")[1].split("</main>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(value)
    return found


def words(answer: Any) -> str:
    text = answer.content.decode().split("<main")[1].split("</main>")[0].replace("\u00a0", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_first_press_asks_with_sum_card_and_accounts(family: Family, bank: StubBank) -> None:
    card = make_card(person=family.anna, name="Семейная")
    asked = signed_in(family.anna).post(PAY, body(family, card.public_id))
    assert asked.status_code == 200
    assert not Order.objects.exists()
    said = words(asked)
    assert re.search("Списать 335,38 ₽ с карты Мир •• 2987 ?[?]", said)
    assert "2 лицевых счёта" in said
    for part in (family.first.number, family.second.number, "300,00 ₽", "35,38 ₽", "Семейная"):
        assert part in said


def test_the_second_press_charges_once_however_often_it_is_made(family: Family, bank: StubBank) -> None:
    card, client = make_card(person=family.anna), signed_in(family.anna)
    sent = hidden(client.post(PAY, body(family, card.public_id)))
    answers = [client.post(PAY, sent) for _ in range(3)]
    order = Order.objects.get()
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, order.bank_page_url)
    }
    assert (order.total_kopecks, str(order.key), order.card_id) == (335_38, sent["key"][0], card.pk)


def test_another_sum_or_another_card_is_asked_about_again(family: Family, bank: StubBank) -> None:
    card, other = (make_card(person=family.anna, reference=name, last4=name) for name in ("2987", "4626"))
    client = signed_in(family.anna)
    sent = hidden(client.post(PAY, body(family, card.public_id)))
    first = f"amount-{family.first.public_id}"
    for change in ({first: "301,00", "total": "336,38"}, {"card": other.public_id}, {"charge": "1"}):
        again = client.post(PAY, sent | change)
        assert (again.status_code, "Списать" in words(again)) == (200, True)
    fewer = {"tick": [family.first.public_id], "total": "300,00"}
    assert "300,00 ₽ с карты" in words(client.post(PAY, sent | fewer))
    assert not Order.objects.exists()


def test_an_old_page_of_the_question_charges_nothing_anew(family: Family, bank: StubBank) -> None:
    card, client = make_card(person=family.anna), signed_in(family.anna)
    sent = body(family, card.public_id)
    old = hidden(client.post(PAY, sent))
    new = hidden(client.post(PAY, sent | {f"amount-{family.first.public_id}": "1,00"}))
    assert client.post(PAY, new).status_code == 303
    assert client.post(PAY, old).status_code == 409
    assert Order.objects.get().total_kopecks == 36_38


def test_changing_ones_mind_leaves_everything_in_its_place(family: Family, bank: StubBank) -> None:
    card, client = make_card(person=family.anna), signed_in(family.anna)
    one, two = family.first.public_id, family.second.public_id
    asked = client.post(PAY, body(family, card.public_id, tick=[one], **{f"amount-{two}": "7,70"}))
    back = client.post(PAY, hidden(asked) | {"recount": "1"})
    page = back.content.decode()
    assert back.status_code == 200
    assert 'value="7,70"' in page
    assert 'value="300,00"' in page
    assert page.count(" checked") == 1
    assert not Order.objects.exists()


def test_without_a_bound_card_the_bank_asks_by_itself(family: Family, bank: StubBank) -> None:
    answer = signed_in(family.anna).post(PAY, body(family, ""))
    assert answer.headers["location"] == Order.objects.get().bank_page_url


def test_strangers_cards_and_accounts_are_not_even_asked_about(family: Family, bank: StubBank) -> None:
    annas, veras = make_card(person=family.anna), make_card(person=family.vera, reference="of-vera")
    lost = signed_in(family.anna).post(PAY, body(family, veras.public_id))
    assert (lost.status_code, "Этой карты больше нет" in words(lost)) == (422, True)
    assert signed_in(family.vera).post(PAY, body(family, veras.public_id)).status_code == 404
    assert signed_in(family.vera).post(PAY, body(family, annas.public_id)).status_code == 422
    boris_card = make_card(person=family.boris, reference="of-boris")
    one = {"tick": [family.first.public_id]}
    assert signed_in(family.boris).post(PAY, body(family, boris_card.public_id, **one)).status_code == 404
    Link.objects.filter(person=family.boris).update(can_pay=True)
    assert signed_in(family.boris).post(PAY, body(family, boris_card.public_id, **one)).status_code == 200
    assert not Order.objects.exists()


@pytest.mark.parametrize(("sums", "status"), [("250000", 422), ("0", 422), ("abc", 422)])
def test_what_would_be_refused_is_said_before_the_question(
    family: Family, bank: StubBank, sums: str, status: int
) -> None:
    card = make_card(person=family.anna)
    sent = body(family, card.public_id, **{f"amount-{family.first.public_id}": sums})
    answer = signed_in(family.anna).post(PAY, sent)
    assert (answer.status_code, "Списать" in words(answer)) == (status, False)


def test_the_card_stands_by_the_button(family: Family) -> None:
    make_card(person=family.anna)
    bar = signed_in(family.anna).get("/payment/").content.decode().split('class="paybar')[1]
    assert "Мир •• 2987" in bar.split("</form>")[0]
