"""The pages of autopay: choosing, saying yes, skipping by the message; Boris pays, Vera sees nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from svet.api.tests.test_v1 import Program
from svet.autopay import operations
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.tests.factories import NOW, AutopayCast, agree, at, charge, make_cast, pay_by_hand
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.models import BoundCard, Order
from svet.payments.operations.choices import choose_unasked
from svet.payments.tests.factories import StubBank
from svet.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def cast(db: None, bank: StubBank) -> AutopayCast:
    return make_cast()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def plain(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2011", "-").split())


def chosen(cast: AutopayCast, **other: str) -> dict[str, str]:
    return {
        "account": cast.account.public_id,
        "card": cast.card.public_id,
        "much": "whole",
        "when": "after",
        "days_after_bill": "3",
        **other,
    }


def test_terms_are_chosen_shown_and_agreed_to(cast: AutopayCast) -> None:
    client = signed_in(cast.anna)
    assert "Выберите, чем платить, в какой день" in plain(client.get("/autopay/"))
    assert "За какой счёт" in plain(client.get("/autopay/new/"))
    sent = client.post("/autopay/new/", chosen(cast, much="limit", ceiling="1 500,00"))
    assert sent.status_code == 302
    offer = plain(client.get(sent["Location"]))
    assert "Включить автоплатёж?" in offer
    assert "не больше 1 500,00 ₽, через 3 дня после счёта" in offer
    assert "Мир •• 2987" in offer
    assert AutopayAgreement.objects.get().state == "offered"
    client.post(f"{sent['Location']}decide/", {"act": "confirm"})
    assert AutopayAgreement.objects.get().state == "active"
    shown = plain(client.get("/autopay/"))
    assert "включён" in shown
    assert "сейчас это 820,00 ₽" in shown
    for act, state in (("pause", "paused"), ("resume", "active"), ("end", "ended"), ("resume", "ended")):
        client.post(f"{sent['Location']}decide/", {"act": act})
        assert AutopayAgreement.objects.get().state == state


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"much": "limit", "ceiling": ""}, "сумму"),
        ({"much": "limit", "ceiling": "-5"}, "сумм"),
        ({"when": "month", "day_of_month": "31"}, "от 1 до 28"),
        ({"when": "after", "days_after_bill": "0"}, "от 1 до 20"),
        ({"when": "after", "days_after_bill": "много"}, "от 1 до 20"),
        ({"account": "0" * 16}, "Выберите из списка"),
        ({"card": ""}, "Выберите из списка"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(cast: AutopayCast, typed: dict[str, str], said: str) -> None:
    answer = signed_in(cast.anna).post("/autopay/new/", chosen(cast, **typed))
    assert answer.status_code == 422
    assert said in plain(answer)
    assert not AutopayAgreement.objects.exists()


def test_without_a_card_the_page_says_how_to_keep_one(cast: AutopayCast) -> None:
    BoundCard.objects.all().delete()
    client = signed_in(cast.anna)
    assert "Сначала привяжите карту" in plain(client.get("/autopay/"))
    assert "Сначала привяжите карту" in plain(client.get("/autopay/new/"))


def test_an_account_that_has_autopay_is_marked_in_the_list(cast: AutopayCast) -> None:
    client, marked = signed_in(cast.anna), f"{cast.account.number}: автоплатёж уже есть, условия заменятся"
    assert marked not in plain(client.get("/autopay/new/"))
    agree(cast.anna, cast.account, cast.card)
    assert marked in plain(client.get("/autopay/new/"))


def test_an_account_of_sbp_is_called_one(cast: AutopayCast) -> None:
    agree(cast.anna, cast.account, cast.card)
    BoundCard.objects.update(kind="sbp", system="СБП", last4="", bank="Банк «Пример»")
    client = signed_in(cast.anna)
    agreement = AutopayAgreement.objects.get()
    for address in ("/autopay/", f"/autopay/{agreement.public_id}/"):
        shown = plain(client.get(address))
        assert "Счёт СБП СБП, Банк «Пример»" in shown
        assert "карт" not in shown.replace("Мои карты", "").lower()


def test_a_bank_that_asks_the_cvc_is_said_to_be_no_bank_for_autopay(
    cast: AutopayCast, bank: StubBank
) -> None:
    from dataclasses import replace

    bank.capabilities = replace(bank.capabilities, asks_cvc=True)
    answer = signed_in(cast.anna).post("/autopay/new/", chosen(cast))
    assert answer.status_code == 422
    assert "спрашивает код с обратной стороны карты" in plain(answer)


def told(cast: AutopayCast) -> AutopayTurn:
    agree(cast.anna, cast.account, cast.card)
    operations.tell_due(now=at(3, 10))
    return AutopayTurn.objects.get()


def test_looking_at_the_link_of_a_message_does_nothing_the_button_skips(cast: AutopayCast) -> None:
    turn = told(cast)
    stranger = Client(enforce_csrf_checks=True)
    url = f"/autopay/skip/{turn.skip_key}/"
    for _ in range(3):
        page = stranger.get(url)
        stranger.head(url)
    assert page.status_code == 200
    # With no-referrer a browser sends the form with «Origin: null», and nobody could skip.
    assert page["Referrer-Policy"] == "same-origin"
    assert "Пропустить списание?" in plain(page)
    assert "820,00 ₽" in plain(page)
    for private in ("Иванова", "Цветная", "Анна"):
        assert private not in plain(page)
    turn.refresh_from_db()
    assert turn.state == "told"
    assert stranger.post(url).status_code == 403, "no form of ours, no skipping"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1]}
    assert stranger.post(url, form, headers={"Origin": "null"}).status_code == 403
    done = stranger.post(url, form, headers={"Origin": "http://testserver"})
    assert done.status_code == 200
    assert "Списание пропущено" in plain(done)
    turn.refresh_from_db()
    assert turn.state == "skipped"


def test_a_guessed_link_is_no_page(cast: AutopayCast) -> None:
    told(cast)
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/autopay/skip/{'0' * 40}/").status_code == 404


def test_a_link_of_a_charge_that_has_begun_says_so(cast: AutopayCast) -> None:
    turn = told(cast)
    operations.charge_due(now=at(4, 12))
    answer = Client().post(f"/autopay/skip/{turn.skip_key}/")
    assert answer.status_code == 409
    assert "уже началось" in plain(answer)


def test_skipped_from_the_page(cast: AutopayCast) -> None:
    turn = told(cast)
    client = signed_in(cast.anna)
    page = client.get("/autopay/")
    assert "Пропустить это списание" in plain(page)
    agreement = AutopayAgreement.objects.get()
    client.post(f"/autopay/{agreement.public_id}/decide/", {"act": "skip", "turn": turn.public_id})
    turn.refresh_from_db()
    assert turn.state == "skipped"
    assert "Вы пропустили это списание" in plain(client.get(f"/autopay/{agreement.public_id}/"))


def test_todays_page_says_what_will_be_charged(cast: AutopayCast) -> None:
    told(cast)
    assert "4 декабря спишем 820,00 ₽" in plain(signed_in(cast.anna).get("/today/"))
    assert "спишем" not in plain(signed_in(cast.boris).get("/today/"))


def test_history_says_that_it_was_autopay(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    operations.charge_due(now=at(4, 12))
    order = Order.objects.get()
    bank.pay(order)
    from svet.payments.operations import settle

    settle(order_id=order.pk, now=at(4, 12, 1), by="test")
    assert "Автоплатёж" in plain(signed_in(cast.anna).get("/history/?since=2026-12-01&until=2026-12-31"))
    assert "автоплатёж" in plain(signed_in(cast.anna).get(f"/payment/orders/{order.public_id}/"))


def test_nobody_sees_or_decides_anothers(cast: AutopayCast) -> None:
    agreement = agree(cast.anna, cast.account, cast.card)
    for person in (cast.boris, cast.vera):
        client = signed_in(person)
        assert client.get(f"/autopay/{agreement.public_id}/").status_code == 404
        assert client.post(f"/autopay/{agreement.public_id}/decide/", {"act": "end"}).status_code == 404
    agreement.refresh_from_db()
    assert agreement.state == "active"


def test_small_sums_are_charged_unasked_only_when_the_person_said_so(
    cast: AutopayCast, bank: StubBank
) -> None:
    client = signed_in(cast.anna)
    body = {
        "tick": cast.account.public_id,
        f"amount-{cast.account.public_id}": "820,00",
        "card": cast.card.public_id,
        "key": "6f1f77a4-1111-4a6e-9d8e-0a3a4d8f2b11",
        "email": "anna@example.ru",
    }
    assert "Списать" in plain(client.post("/payment/pay/", body))
    assert not Order.objects.exists()
    refused = client.post("/payment/asking/", {"unasked": "5000,01"})
    assert refused.status_code == 422
    assert "не больше 5 000,00 ₽" in plain(refused)
    assert client.post("/payment/asking/", {"unasked": "819,99"}).status_code == 302
    assert "Списать" in plain(client.post("/payment/pay/", body))
    assert not Order.objects.exists()
    assert client.post("/payment/asking/", {"unasked": "820"}).status_code == 302
    assert "не задаём до 820,00 ₽" in plain(client.get("/profile/"))
    assert client.post("/payment/pay/", body).status_code == 303
    assert Order.objects.get().total == Money(820_00)
    client.post("/payment/asking/", {"unasked": ""})
    assert "задаём всегда" in plain(client.get("/profile/"))


def test_the_choice_of_one_is_nothing_to_another(cast: AutopayCast) -> None:
    choose_unasked(by=Actor.person(cast.boris.pk), money=Money(5_000_00), now=NOW + timedelta(minutes=1))
    assert "задаём всегда" in plain(signed_in(cast.anna).get("/profile/"))


def test_what_was_told_and_paid_meanwhile_is_not_announced_as_a_charge(cast: AutopayCast) -> None:
    """Told of 820,00; paid by hand the same day: «спишем 820,00 ₽» beside «Всё оплачено» frightens."""
    told(cast)
    client, program = signed_in(cast.anna), Program(cast.anna)
    key = AutopayAgreement.objects.get().public_id

    def by_api() -> tuple[int, int]:
        one = program.get(f"/autopay/{key}").json()
        return one["next"]["amount_kopecks"], one["charges"][0]["told_kopecks"]

    assert by_api() == (820_00, 820_00)
    pages = ("/autopay/", f"/autopay/{key}/", "/today/")
    for page in pages:
        assert "820,00 ₽" in plain(client.get(page)), page
    pay_by_hand(cast.account, 500_00)
    assert "спишем 320,00 ₽" in plain(client.get("/today/")), "no more than what is owed"
    assert by_api() == (320_00, 820_00)
    assert "не больше 820,00 ₽" in plain(client.get("/autopay/")), "the promise of the message stands"
    pay_by_hand(cast.account, 320_00)
    assert by_api() == (0, 820_00)
    for page in pages[:2]:
        shown = plain(client.get(page))
        assert "сейчас платить нечего: останется так, ничего не спишем" in shown, page
        assert "Пропустить это списание" in shown, page
    shown = plain(client.get("/today/"))
    assert "спишем, только если появится долг" in shown
    assert "спишем 820,00" not in shown
    charge(cast.account, 100_00)
    assert "спишем 100,00 ₽" in plain(client.get("/today/")), "a debt that came since is charged again"


def test_beside_the_button_it_is_said_that_autopay_is_about_to_charge_the_same_debt(
    cast: AutopayCast,
) -> None:
    told(cast)
    client, words = (
        signed_in(cast.anna),
        "автоплатёж спишет 820,00 ₽. Если заплатить раньше, он возьмёт только остаток",
    )
    assert words in plain(client.get("/payment/"))
    assert "автоплатёж спишет" not in plain(signed_in(cast.boris).get("/payment/")), "it is Anna's own"
    AutopayTurn.objects.update(state="charging")
    charging = client.get("/payment/")
    assert "Автоплатёж сейчас списывает 820,00 ₽" in plain(charging)
    rows = [row for section in charging.context["sheet"].sections for row in section.rows]
    assert [row.ticked for row in rows] == [False], "nobody pays by the button what the bank is charging"
    AutopayAgreement.objects.update(state="paused")
    assert "Автоплатёж на паузе: сам он ничего не спишет." in plain(client.get("/payment/"))
    AutopayAgreement.objects.update(state="active")
    AutopayTurn.objects.update(state="told")
    pay_by_hand(cast.account, 500_00)
    assert "автоплатёж спишет 320,00 ₽" in plain(client.get("/payment/"))
    pay_by_hand(cast.account, 320_00)
    assert "автоплатёж спишет" not in plain(client.get("/payment/"))
