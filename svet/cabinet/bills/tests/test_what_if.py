"""«Что если»: the account's own months by other zones, for whoever holds it; the forecast of this month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing import queries as billing
from svet.billing.operations import run
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.kernel.periods import Month
from svet.look.formats import roubles
from svet.metering.tests.factories import make_reading
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.cabinet.bills.what_if.now_of", lambda request: NOW)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


@pytest.fixture
def anna() -> Person:
    return make_person()


@pytest.fixture
def account(anna: Person) -> Account:
    """300 kWh a month in September, October, November, by one zone."""
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 8, 20), initial=0)
    make_link(person=anna, account=account, confirmed=True)
    for place, month in enumerate((Month(2026, 9), Month(2026, 10), Month(2026, 11)), 1):
        make_reading(meter, 300 * place, read_on=month.day(20))
        run(provider_id=make_provider().pk, period=month, now=NOW)
    return account


def page_of(account: Account) -> str:
    return f"/accounts/{account.public_id}/what-if/"


def test_whoever_holds_the_account_sees_it_and_nobody_else(anna: Person, account: Account) -> None:
    boris, vera = make_person(), make_person()
    make_link(person=boris, account=account)
    for person in (anna, boris):
        assert enter(person).get(page_of(account)).status_code == 200
    assert enter(vera).get(page_of(account)).status_code == 404
    assert Client().get(page_of(account)).status_code == 302
    assert page_of(account) in text(enter(anna).get(f"/accounts/{account.public_id}/"))


def test_the_scheme_of_now_costs_what_was_charged_to_the_kopeck(anna: Person, account: Account) -> None:
    page = text(enter(anna).get(page_of(account)))
    charged = sum(each.total.kopecks for each in billing.charges([account.pk]))
    assert roubles(charged).replace("\u00a0", " ") in page
    assert "900 кВт·ч" in page
    told = Program(anna).get(f"/accounts/{account.public_id}/what-if").json()
    assert [each["zones"] for each in told["schemes"]] == [1, 2, 3]
    assert [each["now"] for each in told["schemes"]] == [True, False, False]
    assert told["schemes"][0]["total_kopecks"] == charged
    # A third by night: (200 × 5.58 + 100 × 2.91) × 3.
    assert told["schemes"][1]["total_kopecks"] == 3 * (111_600 + 29_100)
    assert told["schemes"][1]["difference_kopecks"] == 3 * (111_600 + 29_100) - charged
    assert [each["month"] for each in told["months"]] == ["2026-11", "2026-10", "2026-09"]
    assert sum(each["kopecks"]["1"] for each in told["months"]) == charged


def test_the_share_of_the_night_is_asked_where_the_meter_does_not_tell(
    anna: Person, account: Account
) -> None:
    told = Program(anna).get(f"/accounts/{account.public_id}/what-if?night_percent=100").json()
    assert "schemes" in told, told
    assert told["schemes"][1]["total_kopecks"] == 900 * 291
    page = text(enter(anna).get(f"{page_of(account)}?night=100"))
    assert roubles(900 * 291).replace("\u00a0", " ") in page
    for wrong in ("101", "-1", "много"):
        assert enter(anna).get(f"{page_of(account)}?night={wrong}").status_code == 422
    assert enter(anna).get(f"{page_of(account)}?night=").status_code == 200
    assert Program(anna).get(f"/accounts/{account.public_id}/what-if?night_percent=101").status_code == 422


def test_before_the_first_charge_there_is_nothing_to_compare(anna: Person) -> None:
    load_chelyabinsk()
    account, _ = make_metered_account()
    make_link(person=anna, account=account, confirmed=True)
    assert "Сравнивать пока нечего" in text(enter(anna).get(page_of(account)))
    assert Program(anna).get(f"/accounts/{account.public_id}/what-if").status_code == 404
