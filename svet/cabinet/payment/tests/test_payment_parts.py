"""One «Оплатить» for several payees on the pages, over the sandbox bank's own socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.bills.models import Bill
from svet.bills.rules.document import Sums
from svet.payments.models import BoundCard, Order, PaymentSeries
from svet.payments.tests.factories import NOW, Family, credited, make_family, owe, provider_with_requisites
from svet.people.models import Person
from tests.bank import RunningBank, running_bank
from tests.jobs import run_jobs

PAY = "/payment/pay/"
REVOKED = "2200 0000 0000 0087"


@pytest.fixture
def bank(tmp_path: Path, settings: Any) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        settings.ACQUIRING_URL = running.acquiring_url
        yield running


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def heat(family: Family) -> Account:
    payee = provider_with_requisites(code="okskaya", name="Окская теплосеть", inn="6200000002")
    account = make_account(provider=payee)
    make_link(person=family.anna, account=account, confirmed=True)
    owe(account, 2_50)
    return account


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def main_of(answer: Any) -> str:
    page = str(answer.content.decode())
    return page.split("<main")[1].split("</main>")[0] if "<main" in page else page


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", main_of(answer).replace("\u00a0", " "))
    return re.sub(r"\s+", " ", text)


def hidden(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', main_of(answer)):
        found.setdefault(name, []).append(value)
    return found


def body(family: Family, heat: Account, **changes: Any) -> dict[str, Any]:
    one = family.first.public_id
    sent = {"key": str(uuid4()), "tick": [one, heat.public_id], f"amount-{one}": "300,00"}
    return sent | {f"amount-{heat.public_id}": "2,50"} | changes


def parts() -> list[Order]:
    return list({order.step: order for order in Order.objects.order_by("step", "attempt")}.values())


def settled(client: Client, order: Order) -> Any:
    """The person comes back from the bank, and the worker works."""
    for _ in range(3):
        Order.objects.update(looked_at=None)
        answer = client.get(f"/payment/orders/{order.public_id}/")
        run_jobs(queue="payments")
    return answer


def test_a_new_card_is_asked_once_after_all_sums_and_payees_are_said(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    client = signed_in(family.anna)
    asked = client.post(PAY, body(family, heat))
    said = words(asked)
    assert not Order.objects.exists()
    for part in (
        "Оплатить 302,50 ₽ одной картой?",
        "1 из 2: Уралэнергосбыт",
        "2 из 2: Окская теплосеть",
        "300,00 ₽",
        "2,50 ₽",
        "Карту введёте один раз",
        "банк больше не сможет взять",
        heat.number,
    ):
        assert part in said
    sent = hidden(asked)
    answers = [client.post(PAY, sent) for _ in range(3)]
    first, second = parts()
    assert {answer.headers["location"] for answer in answers} == {first.bank_page_url}
    bank.type_card(first.bank_page_url)
    page = settled(client, first)
    assert [credited(order).kopecks for order in (first, second)] == [300_00, 2_50]
    assert "Все части проведены" in words(page)
    assert "hx-trigger" not in main_of(page)
    assert not BoundCard.objects.exists()
    assert PaymentSeries.objects.get().card_reference == ""
    assert bank.events().count("payment.created") == 2
    history = client.get("/history/").content.decode()
    for order in (first, second):
        assert order.public_id in history


def test_between_the_parts_the_page_says_what_is_paid_first(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    client = signed_in(family.anna)
    client.post(PAY, hidden(client.post(PAY, body(family, heat, keep_card="1"))))
    first = parts()[0]
    bank.type_card(first.bank_page_url, number=REVOKED)
    page = client.get(f"/payment/orders/{first.public_id}/")
    said = words(page)
    assert "1 из 2 проведено" in said
    assert "Осталось 2,50 ₽: Окская теплосеть." in said
    assert "hx-trigger" in main_of(page)
    # The bank does not let the card be charged: it stops, and asks.
    page = settled(client, first)
    said = words(page)
    assert "1 из 2 проведено" in said
    assert "Повторить" not in said  # the card is forgotten
    for button in ("Другой картой", "Остановиться"):
        assert button in said
    assert main_of(page).count("csrfmiddlewaretoken") == 1
    assert "Проведено 1 из 2, осталось 2,50 ₽" in words(client.get("/payment/"))
    again = client.post(f"/payment/orders/{first.public_id}/parts/", {"act": "other_card"})
    second = parts()[1]
    assert (again.status_code, again.headers["location"]) == (303, second.bank_page_url)
    bank.type_card(second.bank_page_url)
    assert "Все части проведены" in words(settled(client, second))
    assert credited(second).kopecks == 2_50


def test_a_card_the_bank_refuses_to_charge_is_offered_no_more_though_it_was_not_to_be_kept(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    client = signed_in(family.anna)
    client.post(PAY, hidden(client.post(PAY, body(family, heat))))
    first = parts()[0]
    bank.type_card(first.bank_page_url, number=REVOKED)
    said = words(settled(client, first))
    assert "Банк больше не принимает эту карту без номера" in said
    assert "Повторить" not in said
    assert PaymentSeries.objects.get().card_reference == ""
    assert not Order.objects.exclude(card_reference="").exists()


def test_one_may_stop_and_nothing_is_charged_any_more(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    client = signed_in(family.anna)
    client.post(PAY, hidden(client.post(PAY, body(family, heat))))
    first = parts()[0]
    stopped = client.post(f"/payment/orders/{first.public_id}/parts/", {"act": "stop"})
    assert stopped.headers["location"] == f"/payment/orders/{first.public_id}/"
    bank.type_card(first.bank_page_url)
    page = settled(client, first)
    assert "само уже не спишется" in words(page)
    assert [order.state for order in parts()] == ["credited", "canceled"]
    late = client.post(f"/payment/orders/{first.public_id}/parts/", {"act": "retry"}, follow=True)
    assert "всё изменилось" in late.content.decode()
    assert client.post(f"/payment/orders/{first.public_id}/parts/", {"act": "x"}).status_code == 404


def test_relatives_and_strangers_say_nothing(family: Family, heat: Account, bank: RunningBank) -> None:
    client = signed_in(family.anna)
    client.post(PAY, hidden(client.post(PAY, body(family, heat))))
    path = f"/payment/orders/{parts()[0].public_id}/parts/"
    for person in (family.boris, family.vera):
        assert signed_in(person).post(path, {"act": "stop"}).status_code == 404
    assert [order.state for order in parts()] == ["waiting", "created"]


def test_the_consent_is_to_these_sums_payees_and_card(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    client = signed_in(family.anna)
    sent = hidden(client.post(PAY, body(family, heat)))
    for change in (
        {f"amount-{heat.public_id}": "3,50", "total": "303,50"},
        {"charge": "1"},
        {"keep_card": "1"},
    ):
        again = client.post(PAY, sent | change)
        assert (again.status_code, "одной картой?" in words(again)) == (200, True)
    assert not Order.objects.exists()
    assert client.post(PAY, sent | {"recount": "1"}).status_code == 200


def bill_due(account: Account, on: date) -> None:
    """A bill of nothing, to be paid by this day."""
    Bill.objects.create(
        number=f"bill {account.pk}",
        account=account,
        period=on.replace(day=1),
        issued_at=NOW,
        issued_on=NOW.date(),
        due_on=on,
        snapshot={"sums": asdict(Sums(0, 0, 0, 0, 0))},
        snapshot_sha256="",
        kwh=0,
        total_kopecks=0,
        payable_kopecks=0,
        no=1,
        from_seq=1,
        to_seq=0,
        opening_kopecks=0,
    )


def test_who_is_due_first_is_named_and_paid_first(family: Family, heat: Account, bank: RunningBank) -> None:
    bill_due(family.first, date(2026, 12, 15))
    bill_due(heat, date(2026, 12, 10))
    client = signed_in(family.anna)
    asked = client.post(PAY, body(family, heat))
    assert "1 из 2: Окская теплосеть" in words(asked)
    assert "2 из 2: Уралэнергосбыт" in words(asked)
    client.post(PAY, hidden(asked))
    assert [order.lines.get().account for order in parts()] == [heat, family.first]


def test_the_sixth_payee_is_said_to_follow_by_another_press(
    family: Family, heat: Account, bank: RunningBank
) -> None:
    sent = body(family, heat)
    for at in range(4):
        payee = provider_with_requisites(code=f"more{at}", name=f"Поставщик {at}", inn=f"620000001{at}")
        account = make_account(provider=payee)
        make_link(person=family.anna, account=account, confirmed=True)
        bill_due(account, date(2026, 12, 10 + at))
        sent["tick"].append(account.public_id)
        sent[f"amount-{account.public_id}"] = "1,00"
    bill_due(family.first, date(2026, 12, 9))
    client = signed_in(family.anna)
    asked = client.post(PAY, sent)
    said = words(asked)
    assert "Получателей: 5" in said
    assert "6 из 6: Окская теплосеть Этому получателю заплатите следом" in said
    assert "не больше чем 5 получателям" in said
    assert "другой банк" not in said
    assert "Оплатить 304,00 ₽ одной картой?" in said
    client.post(PAY, hidden(asked))
    orders = parts()
    assert [(order.step, order.steps) for order in orders] == [(at, 6) for at in range(1, 6)]
    bank.type_card(orders[0].bank_page_url)
    for _ in range(3):
        page = settled(client, orders[0])
    assert {order.state for order in parts()} == {"credited"}
    assert "6 из 6" in words(page)
    assert f"after={orders[-1].public_id}" in main_of(page)
    following = words(client.get(f"/payment/?after={orders[-1].public_id}"))
    assert "6 из 6: Окская теплосеть" in following
