"""«Акт сверки» on the page of charges: two days, two buttons, and what is wrong beside its field."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live, post
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
DAYS = "?since=2026-09-01&until=2026-10-31"


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Account:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    post(account, -10_000, on=date(2026, 10, 3))
    return account


@pytest.fixture
def account(standing: Account) -> Account:
    return deepcopy(standing)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(account: Account, kind: str) -> str:
    return f"/accounts/{account.public_id}/reconciliation.{kind}"


def test_the_page_offers_the_usual_days_and_both_files(account: Account) -> None:
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    text = enter(anna).get(f"/accounts/{account.public_id}/charges/").text
    assert f'action="{address(account, "pdf")}"' in text
    assert f'formaction="{address(account, "xlsx")}"' in text
    assert f'value="{timezone.localdate()}"' in text


def test_an_account_without_a_bill_has_the_form_too() -> None:
    account, anna = make_account(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    text = enter(anna).get(f"/accounts/{account.public_id}/charges/").text
    assert address(account, "pdf") in text
    assert enter(anna).get(f"{address(account, 'xlsx')}?since=2026-01-01&until=2026-01-31").status_code == 200


def test_owner_has_it_with_the_name_and_the_relative_with_the_mask(account: Account) -> None:
    anna, boris = make_person(), make_person(first_name="Борис")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    for person, named in ((anna, True), (boris, False)):
        response = enter(person).get(address(account, "pdf") + DAYS)
        assert response["Content-Type"] == "application/pdf"
        assert response["Cache-Control"] == "no-store"
        assert "attachment" in response["Content-Disposition"]
        text = PdfReader(BytesIO(response.content)).pages[0].extract_text()
        assert ("Иванова" in text) is named
        assert "Начислено за октябрь 2026" in text.replace("\xa0", " ")
        book = enter(person).get(address(account, "xlsx") + DAYS)
        assert book["Content-Type"].endswith("spreadsheetml.sheet")
        assert book.content.startswith(b"PK")


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_strangers_and_guests_whose_term_is_over_get_nothing(account: Account, kind: str) -> None:
    vera, guest = make_person(first_name="Вера"), make_person(first_name="Борис")
    make_link(person=vera, account=make_account(), confirmed=True)
    make_link(person=guest, account=account, ends_at=timezone.now() - timedelta(minutes=1))
    for person in (vera, guest):
        for query in (DAYS, "", "?since=x"):
            assert enter(person).get(address(account, kind) + query).status_code == 404
    response = Client().get(address(account, kind) + DAYS)
    assert (response.status_code, response["Location"][:10]) == (302, "/entrance/")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Введите дату, например 22.11.2026."),
        ("?since=31.02.2026&until=2026-03-01", "Такого дня нет в календаре."),
        ("?since=2026-10-02&until=2026-10-01", "«Дата по» раньше, чем «Дата с»."),
        ("?since=2020-10-01&until=2026-10-01", "не больше чем за 5 лет"),
        ("?since=2026-10-01&until=2190-01-01", "Этот день ещё не наступил."),
        ("?since=2026-10-01&since=2026-09-01&until=2026-10-02", "пришло несколько раз"),
    ],
)
@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_wrong_days_come_back_with_the_page(account: Account, kind: str, query: str, words: str) -> None:
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    response = enter(anna).get(address(account, kind) + query)
    assert response.status_code == 422
    assert words in response.text.replace("\xa0", " ")
    assert 'aria-invalid="true"' in response.text
    assert "Последний счёт" in response.text
