"""«Справка об отсутствии задолженности»: asked for, refused beside its button, checked by its code."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.bills.models import DebtCertificate
from svet.bills.rules.certificates import printed_code
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live, post
from svet.ledger import queries as ledger
from svet.ledger.rules import TransactionKind
from svet.limits.rules import LIMITS, LimitName
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Account:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    return account


@pytest.fixture
def account(standing: Account) -> Account:
    return deepcopy(standing)


@pytest.fixture
def paid(account: Account) -> Account:
    post(account, -ledger.balance(account.pk).kopecks, on=date(2026, 11, 3))
    return account


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def holder(account: Account, *, confirmed: bool = True, name: str = "Анна") -> Client:
    person = make_person(first_name=name)
    make_link(person=person, account=account, confirmed=confirmed)
    return enter(person)


def ask(client: Client, account: Account) -> str:
    """Ask for a certificate; returns the address of the page that lists it."""
    response = client.post(f"/accounts/{account.public_id}/certificates/")
    assert response.status_code == 302
    return str(response["Location"])


def test_owner_asks_and_has_the_link_on_the_page_of_charges(paid: Account) -> None:
    client = holder(paid)
    where = ask(client, paid)
    assert where == f"/accounts/{paid.public_id}/charges/#certificate"
    row = DebtCertificate.objects.get()
    file = f"/accounts/{paid.public_id}/certificates/{row.public_id}.pdf"
    page = client.get(where).text
    assert f'href="{file}"' in page
    assert "Справка готова" in page
    assert printed_code(row.code) in page
    response = client.get(file)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Cache-Control"] == "no-store"
    text = PdfReader(BytesIO(response.content)).pages[0].extract_text()
    assert paid.holder_name in text
    assert client.get(file).content == response.content
    ask(client, paid)
    assert DebtCertificate.objects.count() == 1
    assert row.asked_by.startswith("person ")


def test_the_page_lists_the_last_five(paid: Account) -> None:
    client = holder(paid)
    for _ in range(6):
        post(paid, -100, on=date(2026, 11, 4))
        ask(client, paid)
    page = client.get(f"/accounts/{paid.public_id}/charges/").text
    codes = DebtCertificate.objects.order_by("id").values_list("code", flat=True)
    assert [printed_code(code) in page for code in codes] == [False, True, True, True, True, True]


def test_a_late_debt_is_said_beside_the_button(account: Account) -> None:
    response = holder(account).post(f"/accounts/{account.public_id}/certificates/")
    assert response.status_code == 422
    page = response.text.replace("\xa0", " ")
    refusal, button = page.index("Справку выдать нельзя: просрочено"), page.index("Получить справку")
    assert page.index('id="certificate"') < refusal < button
    assert not DebtCertificate.objects.exists()


def test_a_relative_has_it_masked_and_a_stranger_none(paid: Account) -> None:
    boris, vera = holder(paid, confirmed=False, name="Борис"), holder(make_account(), name="Вера")
    ask(boris, paid)
    row = DebtCertificate.objects.get()
    file = f"/accounts/{paid.public_id}/certificates/{row.public_id}.pdf"
    assert paid.holder_name not in PdfReader(BytesIO(boris.get(file).content)).pages[0].extract_text()
    assert vera.post(f"/accounts/{paid.public_id}/certificates/").status_code == 404
    assert vera.get(file).status_code == 404
    own = Account.objects.exclude(pk=paid.pk).get()
    assert vera.get(f"/accounts/{own.public_id}/certificates/{row.public_id}.pdf").status_code == 404
    assert DebtCertificate.objects.count() == 1
    assert Client().get(file)["Location"].startswith("/entrance/")


def test_whoever_has_the_code_reads_what_was_said_and_nothing_else(paid: Account) -> None:
    ask(holder(paid), paid)
    row = DebtCertificate.objects.get()
    post(paid, 77_700, on=date(2026, 11, 4), kind=TransactionKind.CHARGE)
    typed = printed_code(row.code).lower()
    response = Client().get("/check/", {"code": f"  {typed} "})
    assert (response.status_code, response["Location"]) == (302, f"/check/{row.code}/")
    response = Client().get(response["Location"])
    assert response.status_code == 200
    assert 'content="noindex"' in response.text
    assert "no-store" in response["Cache-Control"]
    page = response.text.replace("\xa0", " ")
    assert f"На эту дату, {row.on:%d.%m.%Y}" in page
    assert "Задолженности нет." in page
    assert Provider.objects.get().legal_name in page
    assert f"••• {paid.number[-4:]}" in page
    for hidden in (paid.number, paid.holder_name, *paid.holder_name.split(), paid.premises.street, "777,00"):
        assert hidden not in page


@pytest.mark.parametrize("wrong", ["A" * 28, "a", "0" * 16, "нет", "a%00b", "x" * 500])
def test_a_wrong_code_is_not_found_in_one_sentence(paid: Account, wrong: str) -> None:
    ask(holder(paid), paid)
    response = Client().get(f"/check/{wrong}/")
    assert response.status_code == 404
    assert "Справки с таким кодом нет." in response.text
    assert "Выдал поставщик" not in response.text


def test_a_neighbour_learns_nothing_by_the_numbers_he_knows(paid: Account) -> None:
    ask(holder(paid), paid)
    known, unknown = Client().get(f"/check/{paid.number}/"), Client().get("/check/0000000000/")
    assert known.status_code == unknown.status_code == 404
    typed, other = (Client().get("/check/", {"code": number}) for number in (paid.number, "9876543210"))
    assert typed.status_code == other.status_code == 404
    # But for the number that was typed both say the same.
    assert f'value="{paid.number}"' in typed.text
    told = [
        re.sub(r'(value="[^"]{64}")', "", page.text.replace(number, ""))
        for page, number in ((typed, paid.number), (other, "9876543210"))
    ]
    assert told[0] == told[1]


def test_no_code_and_a_wrong_one_ask_the_database_the_same(paid: Account) -> None:
    ask(holder(paid), paid)
    row = DebtCertificate.objects.get()
    counts = []
    for code in (row.code, "A" * 28, "нет"):
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"/check/{code}/")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_network_that_tries_codes_is_told_to_wait() -> None:
    client = Client(REMOTE_ADDR="192.0.2.77")
    for _ in range(LIMITS[LimitName.CHECKS_PER_NETWORK].amount):
        assert client.get(f"/check/{'A' * 28}/").status_code == 404
    response = client.get(f"/check/{'A' * 28}/")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "Подождите" in response.text
    assert client.get("/check/").status_code == 200
