"""«Справка о потреблении и платежах»: months chosen, refused beside the field, files, the open check."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.bills.models import ConsumptionCertificate
from svet.bills.rules.certificates import printed_code
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live
from svet.cabinet.bills.tests.test_certificates import enter, holder
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


def test_it_is_asked_for_on_its_page_and_checked_by_anybody_without_a_name(account: Account) -> None:
    client = holder(account)
    where = f"/accounts/{account.public_id}/consumption/"
    assert f'href="{where}"' in client.get(f"/accounts/{account.public_id}/charges/").text
    page = client.get(where).text
    assert '<option value="2026-09" selected>сентябрь\xa02026</option>' in page
    assert "2026-08" not in page
    response = client.post(where, {"since": "2026-09", "until": "2026-10"})
    assert (response.status_code, response["Location"]) == (302, f"{where}#papers")
    row = ConsumptionCertificate.objects.get()
    page = client.get(where).text
    assert printed_code(row.code) in page
    assert "Справка готова" in page
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        file = f"{where}{row.public_id}.{kind}"
        assert f'href="{file}"' in page
        response = client.get(file)
        assert (response.content[: len(start)], response["Cache-Control"]) == (start, "no-store")
    told = Client().get(f"/check/{row.code}/").text
    assert "Справка о потреблении и платежах" in told
    assert "сентябрь 2026 — октябрь 2026" in told.replace("\xa0", " ")
    assert account.holder_name not in told
    assert account.number not in told


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-10", "2026-09", "Последний месяц раньше первого"),
        ("2020-01", "2026-10", "начались позже"),
        ("2026-10", "2098-01", "ещё не закончился"),
        ("nonsens", "2026-10", "Такого месяца нет"),
        ("", "2026-10", "Выберите месяц."),
        ("2026-10" * 50, "2026-10", "Слишком длинное"),
    ],
)
def test_wrong_months_come_back_beside_their_field(
    account: Account, since: str, until: str, said: str
) -> None:
    client = holder(account)
    response = client.post(f"/accounts/{account.public_id}/consumption/", {"since": since, "until": until})
    assert response.status_code == 422
    assert said in response.text
    assert f'<option value="{until}" selected>' in response.text
    assert not ConsumptionCertificate.objects.exists()


def test_an_account_without_a_month_says_so_and_strangers_find_nothing(account: Account) -> None:
    fresh = make_account(number="0356067999", provider=account.provider)
    page = holder(fresh).get(f"/accounts/{fresh.public_id}/consumption/")
    assert (page.status_code, "Справку составлять ещё не за что" in page.text) == (200, True)
    vera = enter(make_person(first_name="Вера"))
    where = f"/accounts/{account.public_id}/consumption/"
    assert vera.get(where).status_code == 404
    assert vera.post(where, {"since": "2026-09", "until": "2026-10"}).status_code == 404
    assert vera.get(f"{where}{account.public_id}.pdf").status_code == 404
