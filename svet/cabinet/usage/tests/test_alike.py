"""A month beside dwellings alike: medians of twenty and more, told kindly, switched off at once."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing.operations import run
from svet.billing.queries.alike import alike_medians
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.bills.operations import issue
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.usage.models import AlikeMonth
from svet.usage.operations import count_alike

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
#: kWh of the neighbours of two, read from 20 October to 20 November.
NEIGHBOURS = [100 + 10 * step for step in range(20)]


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


def page_of(account: Account) -> str:
    return f"/accounts/{account.public_id}/usage/"


def dwelling(kwh: int, *, residents: int | None = 2) -> Account:
    account, meter = make_metered_account(installed_on=date(2026, 10, 20), initial=0, residents=residents)
    make_reading(meter, kwh, read_on=date(2026, 11, 20))
    return account


def charged() -> None:
    provider = make_provider().pk
    run(provider_id=provider, period=NOVEMBER, now=NOW)
    issue(provider_id=provider, period=NOVEMBER, now=NOW)


@pytest.fixture(scope="module")
def standing(standing_database: None) -> tuple[Person, Account]:
    """Anna's flat of two: 150 kWh, among twenty neighbours of two and nineteen of three."""
    anna = make_person()
    provider_with_requisites()
    load_chelyabinsk()
    for kwh in NEIGHBOURS:
        dwelling(kwh)
    for _ in range(19):
        dwelling(500, residents=3)
    hers = dwelling(150)
    make_link(person=anna, account=hers, confirmed=True)
    charged()
    return anna, hers


@pytest.fixture
def anna(standing: tuple[Person, Account]) -> Person:
    return deepcopy(standing[0])


@pytest.fixture
def account(standing: tuple[Person, Account]) -> Account:
    return deepcopy(standing[1])


def test_the_median_is_that_of_the_dwellings_alike_and_of_twenty_at_least(account: Account) -> None:
    count_alike(now=NOW)
    (row,) = AlikeMonth.objects.all()  # nineteen flats of three would tell of their members
    assert (row.tariff_group, row.residents, row.accounts) == ("1.1", 2, 21)
    days = (date(2026, 11, 20) - date(2026, 10, 20)).days
    assert abs(row.daily_kwh - Decimal(median([*NEIGHBOURS, 150])) / days) < Decimal("0.4")
    assert count_alike(now=NOW + timedelta(days=1)) == 0, "a month is counted once"


def test_a_month_nobody_read_and_one_of_unknown_residents_are_left_out(account: Account) -> None:
    dwelling(5_000, residents=None)
    make_metered_account(installed_on=date(2026, 10, 20), initial=0, residents=2)
    found = alike_medians(provider_id=make_provider().pk, month=NOVEMBER, least=1)
    assert sum(one.accounts for one in found) == 40


def test_the_page_and_the_programs_tell_where_the_month_stands(anna: Person, account: Account) -> None:
    assert "Похожих квартир меньше двадцати" in text(enter(anna).get(page_of(account)))
    count_alike(now=NOW)
    told = Program(anna).get(f"/accounts/{account.public_id}/alike").json()
    assert (told["missing"], told["standing"], told["accounts"]) == (None, "less", 21)
    page = text(enter(anna).get(page_of(account)))
    said = f"израсходовала в ноябре больше {told['median_kwh']} кВт·ч. У вас {told['own_kwh']} кВт·ч: меньше"
    assert said in page
    assert "прописано 2 человека: таких 21." in page


def test_who_may_not_know_how_many_live_there_is_not_told(anna: Person, account: Account) -> None:
    count_alike(now=NOW)
    boris, vera = make_person(), make_person()
    make_link(person=boris, account=account, confirmed=False)
    page = text(enter(boris).get(page_of(account)))
    assert "подтверждённый владелец" in page
    assert "прописано 2" not in page
    assert Program(boris).get(f"/accounts/{account.public_id}/alike").json()["missing"] == "terms"
    assert enter(vera).get(page_of(account)).status_code == 404
    assert enter(vera).post(page_of(account) + "alike/", {"alike": "hide"}).status_code == 404
    assert Program(vera).get(f"/accounts/{account.public_id}/alike").status_code == 404


def test_it_is_switched_off_for_one_person_and_on_again(anna: Person, account: Account) -> None:
    count_alike(now=NOW)
    boris = make_person()
    make_link(person=boris, account=account, confirmed=True)
    client = enter(anna)
    for _ in range(2):
        assert client.post(page_of(account) + "alike/", {"alike": "hide"}).status_code == 302
    page = text(client.get(page_of(account)))
    assert "Сравнение выключено" in page
    assert "прописано 2" not in page
    assert Program(anna).get(f"/accounts/{account.public_id}/alike").json()["missing"] == "hidden"
    assert "прописано 2" in text(enter(boris).get(page_of(account)))
    client.post(page_of(account) + "alike/", {"alike": "show"})
    assert "прописано 2" in text(client.get(page_of(account)))


def test_a_month_that_was_counted_before_it_was_out_is_counted_again(account: Account) -> None:
    count_alike(now=NOW - timedelta(hours=1))
    before = AlikeMonth.objects.get()
    assert count_alike(now=NOW) == 1
    assert AlikeMonth.objects.get().pk != before.pk
