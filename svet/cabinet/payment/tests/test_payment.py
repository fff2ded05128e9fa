"""«Оплата» by HTTP, for Anna, Boris and Vera."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Link, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankReason
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.money import Money
from svet.ledger.models import Transaction
from svet.payments import operations
from svet.payments import queries as payments
from svet.payments import texts as payment_texts
from svet.payments.models import Order, ServedProvider, Shop
from svet.payments.rules import LIMITS, AmountRefused
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    credited,
    make_family,
    owe,
    provider_with_requisites,
)
from svet.payments.tests.odd_sums import EXPECTED, TYPED, typed
from svet.people.models import Person
from svet.people.tests.factories import make_person

NBSP = "\u00a0"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Family:
    return make_family()


@pytest.fixture
def family(standing: Family, db: None) -> Family:
    return deepcopy(standing)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(family: Family, **changes: Any) -> dict[str, Any]:
    """What Anna's browser sends when both debts are ticked."""
    one, two = family.first.public_id, family.second.public_id
    sent = {
        "key": str(uuid4()),
        "tick": [one, two],
        f"amount-{one}": "300,00",
        f"amount-{two}": "35,38",
    }
    return sent | changes


def text_of(response: Any) -> str:
    text = response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", text)


def words(page: str) -> str:
    """What one reads, without the tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_debts_are_ticked_and_added_up(family: Family) -> None:
    page = text_of(signed_in(family.anna).get("/payment/"))
    assert "Моя группа" in page
    assert "К оплате 300,00 ₽" in words(page)
    assert "Оплатить <span data-total>335,38 ₽</span>" in page
    assert page.count(" checked") == 2
    assert 'value="35,38"' in page
    assert family.first.number in page
    assert f"/accounts/{family.first.public_id}/charges/" in page


def test_an_overpayment_is_negative_and_not_ticked(family: Family) -> None:
    owe(family.second, -335_38)
    page = text_of(signed_in(family.anna).get("/payment/"))
    assert "Переплата −300,00 ₽ платить не нужно" in words(page)
    assert page.count(" checked") == 1
    owe(family.first, -300_00)
    assert "Оплачено" in text_of(signed_in(family.anna).get("/payment/"))


def test_an_empty_cabinet_says_what_to_do_next(family: Family) -> None:
    page = text_of(signed_in(family.vera).get("/payment/"))
    assert "/accounts/add/" in page
    assert "Оплатить" not in page.split("<main")[1]


def test_boris_without_the_right_sees_and_cannot_pay(family: Family, bank: StubBank) -> None:
    client = signed_in(family.boris)
    page = text_of(client.get("/payment/"))
    assert family.first.number in page
    assert "data-pay-tick" not in page
    one = family.first.public_id
    sent = {"key": str(uuid4()), "tick": [one], f"amount-{one}": "300"}
    assert client.post("/payment/pay/", sent).status_code == 404
    assert not Order.objects.exists()
    Link.objects.filter(person=family.boris).update(can_pay=True)
    assert client.post("/payment/pay/", sent).status_code == 303
    assert Order.objects.get().person_id == family.boris.pk


def test_vera_gets_404_for_everything_of_annas_and_it_is_noted(family: Family, bank: StubBank) -> None:
    client = signed_in(family.vera)
    assert client.post("/payment/pay/", body(family)).status_code == 404
    assert not Order.objects.exists()
    signed_in(family.anna).post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert client.get(f"/payment/orders/{order.public_id}/").status_code == 404
    assert order.number not in text_of(client.get(f"/payment/?again={order.public_id}"))
    noted = Entry.objects.filter(security=True, actor_person_id=family.vera.pk)
    assert {entry.action for entry in noted} == {"payments.account_not_found", "payments.order_not_found"}


def test_somebody_unknown_is_sent_to_the_entrance(family: Family) -> None:
    for path in ("/payment/", "/payment/orders/0123456789abcdef/"):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (302, "/entrance/")
    assert Client().post("/payment/pay/", body(family)).status_code == 302
    assert not Order.objects.exists()


def test_one_button_pays_for_both_and_the_return_page_shows_it(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    answer = client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert (answer.status_code, answer.headers["location"]) == (303, order.bank_page_url)
    assert order.total == Money(335_38)
    waiting = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Ждём ответа банка" in waiting
    assert "http-equiv" in waiting
    bank.pay(order)
    Order.objects.update(looked_at=None)
    done = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    for part in ("Банк принял", "Зачисляем", "Зачислено", "Оплачено", order.number, "335,38 ₽", "35,38 ₽"):
        assert part in done
    assert "http-equiv" not in done
    assert credited(order) == Money(335_38)
    assert "Проведен" in done
    assert page_sum(client) == "0,00 ₽"


def page_sum(client: Client) -> str:
    found = re.search(r"data-total>([^<]+)<", text_of(client.get("/payment/")))
    assert found
    return found[1]


def test_the_part_that_refreshes_is_small(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    client.post("/payment/pay/", body(family))
    part = client.get(f"/payment/orders/{Order.objects.get().public_id}/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'hx-trigger="every 3s"' in part.content.decode()


def test_a_double_click_is_one_order_and_the_same_redirect_twice(family: Family, bank: StubBank) -> None:
    client, sent = signed_in(family.anna), body(family)
    one, two = client.post("/payment/pay/", sent), client.post("/payment/pay/", sent)
    assert one.headers["location"] == two.headers["location"]
    assert Order.objects.count() == 1


def test_the_same_form_with_other_sums_is_a_conflict_that_keeps_them(family: Family, bank: StubBank) -> None:
    client, sent = signed_in(family.anna), body(family)
    client.post("/payment/pay/", sent)
    again = client.post("/payment/pay/", sent | {f"amount-{family.first.public_id}": "1,50"})
    assert again.status_code == 409
    assert 'value="1,50"' in again.content.decode()
    assert sent["key"] not in again.content.decode()
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("", "Введите сумму"),
        ("0", "Минимальный платёж 1 ₽"),
        ("-35,38", "Отрицательную сумму"),
        ("1.234,56", "Непонятно"),
        ("1e3", "только цифры"),
        ("0,001", "не больше двух цифр"),
        ("250000,01", "Не больше 250 000,00 ₽"),
        ("9" * 5000, "Слишком длинное"),
        ("<script>", "только цифры"),
        ("3\x000", "только цифры"),
    ],
)
def test_a_wrong_sum_is_told_beside_its_field_and_kept(
    family: Family, bank: StubBank, raw: str, words: str
) -> None:
    field = f"amount-{family.first.public_id}"
    answer = signed_in(family.anna).post("/payment/pay/", body(family, **{field: raw}))
    page = text_of(answer)
    assert answer.status_code == 422
    error = page.split(f'id="{field}_error"')[1].split("</ul>")[0]
    assert words in error
    assert 'value="35,38"' in page
    assert "<script>" not in page.split("<main")[1].split("</main>")[0]
    assert not Order.objects.exists()


@pytest.mark.parametrize("row", TYPED, ids=lambda row: row["shown"])
def test_every_odd_sum_of_the_list_comes_to_what_it_must(
    family: Family, bank: StubBank, row: dict[str, Any]
) -> None:
    raw, expected = typed(row), EXPECTED[row["n"]]
    field = f"amount-{family.first.public_id}"
    answer = signed_in(family.anna).post("/payment/pay/", body(family, **{field: raw}))
    if isinstance(expected, int):
        assert answer.status_code == 303
        assert sorted(Order.objects.get().lines.values_list("kopecks", flat=True)) == [35_38, expected]
        return
    bounds = {"min": LIMITS.line_min, "max": LIMITS.line_max}
    told = payment_texts.explain(AmountRefused(expected, details=bounds)).replace(NBSP, " ")
    page = text_of(answer)
    assert answer.status_code == 422
    assert told in page.split(f'id="{field}_error"')[1].split("</ul>")[0]
    # What was typed stands there to be mended, the other sum too.
    assert f'value="{raw[:32]}' in page.replace("&#x27;", "'")
    assert 'value="35,38"' in page
    assert not Order.objects.exists()


def test_reloading_the_page_of_errors_goes_back_to_the_sums(family: Family) -> None:
    answer = signed_in(family.anna).get("/payment/pay/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/payment/")


def test_nothing_ticked_says_so(family: Family, bank: StubBank) -> None:
    answer = signed_in(family.anna).post("/payment/pay/", body(family, tick=[]))
    assert answer.status_code == 422
    assert "Выберите хотя бы одного абонента" in text_of(answer)


def test_too_much_in_total_is_told(family: Family, bank: StubBank) -> None:
    one, two = family.first.public_id, family.second.public_id
    sums = {f"amount-{one}": "200 000", f"amount-{two}": "50 000,01"}
    answer = signed_in(family.anna).post("/payment/pay/", body(family, **sums))
    assert answer.status_code == 422
    assert "не больше 250 000,00 ₽" in text_of(answer)


def test_a_total_of_another_page_is_a_conflict(family: Family, bank: StubBank) -> None:
    answer = signed_in(family.anna).post("/payment/pay/", body(family, total="1.00"))
    assert answer.status_code == 409
    assert "Сумма изменилась" in text_of(answer)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "odd", [{"currency": "USD"}, {"key": "nonsense"}, {"key": ["a", "b"]}, {"email": "no address"}]
)
def test_odd_forms_are_refused_and_change_nothing(
    family: Family, bank: StubBank, odd: dict[str, Any]
) -> None:
    assert signed_in(family.anna).post("/payment/pay/", body(family, **odd)).status_code == 422
    assert not Order.objects.exists()


def test_without_javascript_the_total_can_be_counted_again(family: Family) -> None:
    sent = body(family, tick=[family.first.public_id], recount="1")
    page = text_of(signed_in(family.anna).post("/payment/pay/", sent))
    assert "data-total>300,00 ₽<" in page
    assert not Order.objects.exists()


def test_the_address_for_the_receipt_is_asked_once_and_kept(db: None, bank: StubBank) -> None:
    person = make_person()
    account = make_account(provider=make_family().first.provider)
    make_link(person=person, account=account, confirmed=True)
    owe(account, 100_00)
    client = signed_in(person)
    assert 'name="email"' in text_of(client.get("/payment/"))
    field = f"amount-{account.public_id}"
    sent = {"key": str(uuid4()), "tick": account.public_id, field: "100", "email": "new@example.ru"}
    client.post("/payment/pay/", sent)
    assert Order.objects.get().receipt_email == "new@example.ru"
    assert 'value="new@example.ru"' in text_of(client.get("/payment/"))


def test_those_with_an_address_are_not_asked(family: Family) -> None:
    assert 'name="email"' not in text_of(signed_in(family.anna).get("/payment/"))


def test_a_silent_bank_keeps_the_order_and_asks_again(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    bank.failure = Temporary("no answer")
    answer = client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    assert answer.headers["location"] == f"/payment/orders/{order.public_id}/?go=1"
    assert "Банк пока не отвечает" in text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert client.get("/payment/").status_code == 200
    bank.failure = None
    Order.objects.update(looked_at=None)
    page = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Перейти на страницу банка" in page


def test_beside_the_button_it_is_said_that_a_sum_may_be_paid_already(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    assert "Возможно," not in text_of(client.get("/payment/"))
    client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    for language, said in (("ru", "уже оплачены: платёж"), ("en", "may be paid already: payment")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = text_of(client.get("/payment/"))
        assert said in page
        assert page.count(f"/payment/orders/{order.public_id}/") == 2
        assert "data-total-button" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    page = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Ждёт оплаты" not in page
    assert "Ждёт банк" in page
    assert "button--quiet" in page


def test_a_declined_payment_offers_to_try_again_with_its_sums(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    client.post("/payment/pay/", body(family, **{f"amount-{family.first.public_id}": "77,70"}))
    order = Order.objects.get()
    bank.refuse(order, BankReason.INSUFFICIENT_FUNDS)
    page = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "На карте не хватило денег" in page
    assert f"/payment/?again={order.public_id}" in page
    assert 'value="77,70"' in text_of(client.get(f"/payment/?again={order.public_id}"))


def test_money_in_transit_is_shown_and_not_asked_for_again(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    Order.objects.update(state=OrderState.PAID)
    page = text_of(client.get("/payment/"))
    assert "Ещё 300,00 ₽ уже у банка" in page
    assert order.number in page
    assert page.count(" checked") == 0
    assert page_sum(client) == "0,00 ₽"


def test_the_number_of_queries_does_not_grow_with_the_accounts(
    family: Family, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(family.anna)
    for _ in range(30):
        make_link(person=family.anna, account=make_account(provider=family.first.provider), confirmed=True)
    with django_assert_max_num_queries(19):
        assert client.get("/payment/").status_code == 200


class TwoPayees:
    """Anna's first account belongs to one provider, her second to another."""

    def __init__(self) -> None:
        self.family = make_family()
        self.other = provider_with_requisites(
            code="okskaya", name="Окская теплосеть", inn="6200000002", time_zone="Europe/Moscow"
        )
        self.far = make_account(provider=self.other)
        make_link(person=self.family.anna, account=self.far, confirmed=True)
        owe(self.far, 2_50)

    def body(self, **changes: Any) -> dict[str, Any]:
        one, two, far = self.family.first.public_id, self.family.second.public_id, self.far.public_id
        sent = {
            "key": str(uuid4()),
            "tick": [one, far],
            f"amount-{one}": "300,00",
            f"amount-{two}": "35,38",
            f"amount-{far}": "2,50",
        }
        return sent | changes


@pytest.fixture
def two(db: None, bank: StubBank) -> TwoPayees:
    return TwoPayees()


def of_another_shop(provider: Provider) -> None:
    """Another contract takes the money of this provider: one card cannot pay both in a row."""
    values = {"name": "Окский банк", "address": "yookassa+https://1@bank.example/v3", "secret": "SVET_OKA"}
    shop = Shop.objects.create(code="oka", added_at=NOW, **values)
    ServedProvider.objects.create(provider=provider, shop=shop)


def test_two_payees_are_refused_in_words_and_ticks_and_sums_stay(two: TwoPayees) -> None:
    of_another_shop(two.other)
    answer = signed_in(two.family.anna).post("/payment/pay/", two.body())
    page = text_of(answer)
    assert answer.status_code == 422
    assert not Order.objects.exists()
    for part in (
        "разным организациям",
        "1 из 2: Уралэнергосбыт",
        "2 из 2: Окская теплосеть",
        two.far.number,
        'name="in_turn"',
        "Оплатить по очереди",
        'value="300,00"',
        'value="2,50"',
        'value="35,38"',
    ):
        assert part in page
    assert page.count(" checked") == 2


def pay_in_turn(two: TwoPayees, bank: StubBank) -> tuple[Client, Order]:
    """Anna presses «Оплатить по очереди», pays the first at the bank and comes back."""
    client = signed_in(two.family.anna)
    answer = client.post("/payment/pay/", two.body(in_turn="1"))
    first = Order.objects.get()
    assert (answer.status_code, answer.headers["location"]) == (303, first.bank_page_url)
    bank.pay(first)
    return client, first


def test_payees_are_paid_one_after_the_other(two: TwoPayees, bank: StubBank) -> None:
    client, first = pay_in_turn(two, bank)
    back = text_of(client.get(f"/payment/orders/{first.public_id}/"))
    for part in ("1 из 2", "Следующий, 2 из 2: Окская теплосеть", "2,50 ₽", f"?after={first.public_id}"):
        assert part in back
    sheet = text_of(client.get(f"/payment/?after={first.public_id}"))
    assert "2 из 2: Окская теплосеть" in sheet
    assert page_sum_of(sheet) == "2,50 ₽"
    assert sheet.count(" checked") == 1
    sent = two.body(tick=[two.far.public_id], after=first.public_id)
    client.post("/payment/pay/", sent)
    second = Order.objects.latest("pk")
    assert (second.step, second.steps) == (2, 2)
    bank.pay(second)
    done = text_of(client.get(f"/payment/orders/{second.public_id}/"))
    assert "2 из 2" in done
    assert "Следующий" not in done
    assert credited(first) == Money(300_00)
    assert credited(second) == Money(2_50)
    assert {posted.provider_id for posted in Transaction.objects.filter(key__in=[first.ledger_key])} == {
        two.family.first.provider_id
    }
    assert Transaction.objects.get(key=second.ledger_key).provider_id == two.other.pk
    assert "Не оплачен 2 из 2" not in text_of(client.get("/payment/"))
    assert payments.broken() == []


def page_sum_of(page: str) -> str:
    found = re.search(r"data-total>([^<]+)<", page)
    assert found
    return found[1]


def test_a_break_loses_nothing(two: TwoPayees, bank: StubBank) -> None:
    client, first = pay_in_turn(two, bank)
    # The browser was closed at the bank: a callback brings the money.
    operations.settle(order_id=first.pk, now=timezone.now(), by="test")
    page = text_of(client.get("/payment/"))
    assert "Не оплачен 2 из 2: Окская теплосеть, 2,50 ₽" in page
    assert f"?after={first.public_id}" in page
    Order.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert "Не оплачен 2 из 2" not in text_of(client.get("/payment/"))


def test_what_was_paid_meanwhile_is_not_left(two: TwoPayees, bank: StubBank) -> None:
    client, first = pay_in_turn(two, bank)
    operations.settle(order_id=first.pk, now=timezone.now(), by="test")
    client.post("/payment/pay/", two.body(tick=[two.far.public_id]))
    assert "Не оплачен 2 из 2" not in text_of(client.get("/payment/"))
    bank.refuse(Order.objects.latest("pk"))
    operations.settle(order_id=Order.objects.latest("pk").pk, now=timezone.now(), by="test")
    assert "Не оплачен 2 из 2" in text_of(client.get("/payment/"))


def test_after_a_decline_everything_is_tried_again(two: TwoPayees, bank: StubBank) -> None:
    client = signed_in(two.family.anna)
    client.post("/payment/pay/", two.body(in_turn="1"))
    first = Order.objects.get()
    bank.refuse(first)
    declined = text_of(client.get(f"/payment/orders/{first.public_id}/"))
    assert f"?again={first.public_id}" in declined
    assert "?after=" not in declined
    again = text_of(client.get(f"/payment/?again={first.public_id}"))
    assert again.count(" checked") == 2
    assert page_sum_of(again) == "302,50 ₽"


def test_a_double_click_in_turn_is_one_order(two: TwoPayees, bank: StubBank) -> None:
    client, sent = signed_in(two.family.anna), two.body(in_turn="1")
    one, other = client.post("/payment/pay/", sent), client.post("/payment/pay/", sent)
    assert one.headers["location"] == other.headers["location"]
    assert Order.objects.count() == 1


def test_being_told_of_two_payees_uses_up_no_tries(two: TwoPayees) -> None:
    of_another_shop(two.other)
    client = signed_in(two.family.anna)
    assert {client.post("/payment/pay/", two.body()).status_code for _ in range(30)} == {422}
    assert client.post("/payment/pay/", two.body(in_turn="1")).status_code == 303


def test_vera_reads_nothing_of_annas_series(two: TwoPayees, bank: StubBank) -> None:
    _, first = pay_in_turn(two, bank)
    page = text_of(signed_in(two.family.vera).get(f"/payment/?after={first.public_id}"))
    assert "Окская" not in page
    assert two.far.number not in page
    strange = signed_in(two.family.vera).get("/payment/?after=%00%00")
    assert strange.status_code == 200


def test_a_refund_is_told_on_the_page_of_the_payment(family: Family, bank: StubBank) -> None:
    client = signed_in(family.anna)
    client.post("/payment/pay/", body(family))
    order = Order.objects.get()
    bank.pay(order)
    operations.settle(order_id=order.pk, now=timezone.now(), by="test")
    bank.give_back(order, 100_00, at=timezone.now())
    operations.settle(order_id=order.pk, now=timezone.now(), by="test")
    part = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Возвращён частично" in part
    assert "−100,00 ₽" in part
    bank.give_back(order, 235_38, at=timezone.now())
    operations.settle(order_id=order.pk, now=timezone.now(), by="test")
    whole = text_of(client.get(f"/payment/orders/{order.public_id}/"))
    assert "Деньги возвращены" in whole
    assert page_sum(client) == "335,38 ₽"
