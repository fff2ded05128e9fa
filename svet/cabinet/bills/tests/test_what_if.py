"""«Что если»: the account's own months by other zones, for whoever holds it; the forecast of this month."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing import queries as billing
from svet.billing.operations import run
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
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


@pytest.fixture(scope="module")
def standing(standing_database: None) -> tuple[Person, Account]:
    """300 kWh a month in September, October, November, by one zone."""
    anna = make_person()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 8, 20), initial=0)
    make_link(person=anna, account=account, confirmed=True)
    for place, month in enumerate((Month(2026, 9), Month(2026, 10), Month(2026, 11)), 1):
        make_reading(meter, 300 * place, read_on=month.day(20))
        run(provider_id=make_provider().pk, period=month, now=NOW)
    return anna, account


@pytest.fixture
def anna(standing: tuple[Person, Account]) -> Person:
    return deepcopy(standing[0])


@pytest.fixture
def account(standing: tuple[Person, Account]) -> Account:
    return deepcopy(standing[1])


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


def test_a_heater_is_added_to_the_own_months_in_every_scheme(anna: Person, account: Account) -> None:
    told = (
        Program(anna)
        .get(
            f"/accounts/{account.public_id}/what-if?heater_watts=1000&heater_minutes=600&heater_night_percent=0"
        )
        .json()
    )
    # From the 25th of August, when the book began, 87 days of ten kWh, at the price of the first range.
    assert told["heater"]["more_kwh"] == "870"
    assert told["heater"]["schemes"][0]["difference_kopecks"] == 870 * 485
    assert told["heater"]["schemes"][1]["difference_kopecks"] > 870 * 485
    assert told["kwh"] == "900", "the months themselves stay as they were"
    page = text(enter(anna).get(f"{page_of(account)}?kilowatts=1&hours=10&heater_night=0"))
    assert f"+{roubles(870 * 485)}".replace("\u00a0", " ") in page
    assert "за 3 месяца, +870 кВт·ч" in page
    cold = (
        Program(anna)
        .get(f"/accounts/{account.public_id}/what-if?heater_watts=1000&heater_minutes=600&heater_cold=true")
        .json()
    )
    assert cold["heater"]["more_kwh"] == "500", "October and until the 20th of November"
    by_itself = Program(anna).get(f"/accounts/{account.public_id}/what-if?heater_watts=1000").json()
    assert by_itself["heater"]["more_kwh"] == str(87 * 24)


def test_what_is_typed_of_a_heater_is_judged_beside_its_field_and_kept(
    anna: Person, account: Account
) -> None:
    client = enter(anna)
    for wrong in (
        "kilowatts=1,5",
        "hours=8",
        "kilowatts=51&hours=1",
        "kilowatts=0&hours=1",
        "kilowatts=1&hours=25",
        "kilowatts=-1&hours=1",
        "kilowatts=один&hours=1",
        "kilowatts=1e1&hours=1",
        "kilowatts=1&hours=1&heater_night=101",
        "span=36",
        "month=2019-01",
        "month=2026-13",
    ):
        answer = client.get(f"{page_of(account)}?{wrong}")
        assert answer.status_code == 422, wrong
        assert "field--error" in text(answer), wrong
    assert 'value="1,5"' in text(client.get(f"{page_of(account)}?kilowatts=1,5"))
    assert client.get(f"{page_of(account)}?kilowatts=1,5&hours=8&cold=on&span=24").status_code == 200
    for wrong in ("heater_watts=0", "heater_watts=50001", "heater_watts=1&heater_minutes=1441", "months=36"):
        told = Program(anna).get(f"/accounts/{account.public_id}/what-if?{wrong}")
        assert told.status_code == 422, wrong
    assert Program(anna).get(f"/accounts/{account.public_id}/what-if?empty_month=2026-13").status_code == 422


def test_a_month_with_nobody_at_home_sent_or_silent(anna: Person, account: Account) -> None:
    told = Program(anna).get(f"/accounts/{account.public_id}/what-if?empty_month=2026-11").json()
    assert "can_be_empty" in told, told
    assert told["can_be_empty"] == ["2026-11", "2026-10", "2026-09"]
    assert told["empty_month"]["was"] == {"kwh": "300", "kopecks": 300 * 485}
    assert told["empty_month"]["sent"] == {"kwh": "0", "kopecks": 0}
    assert told["empty_month"]["silent"] is None, "two months make no average, and there is no norm"
    page = text(enter(anna).get(f"{page_of(account)}?month=2026-11"))
    assert f"−{roubles(300 * 485)}".replace("\u00a0", " ") in page
    assert "Никого нет, показания переданы" in page
    assert f"/accounts/{account.public_id}/absence/" in page


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ("empty_month=2031-01", "empty_month", "value"),
        ("empty_month=2025-01", "empty_month", "value"),
        ("heater_minutes=60", "heater_watts", "required"),
        ("heater_cold=true", "heater_watts", "required"),
        ("heater_night_percent=0", "heater_watts", "required"),
    ],
)
def test_a_program_is_told_what_was_not_understood(
    anna: Person, account: Account, asked: str, field: str, code: str
) -> None:
    answer = Program(anna).get(f"/accounts/{account.public_id}/what-if?{asked}")
    assert answer.status_code == 422
    assert (answer.json()["field"], answer.json()["code"]) == (field, code)


def test_what_nobody_has_read_is_charged_and_has_no_heater(anna: Person) -> None:
    """Thirteen months charged, three of them read: two years are offered, a heater of three is told."""
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=date(2025, 8, 20), initial=0, residents=1)
    make_link(person=anna, account=account, confirmed=True)
    for place in range(13):
        month = Month(2025, 9).plus(place)
        if place < 3:
            make_reading(meter, 300 * (place + 1), read_on=month.day(20))
        run(provider_id=make_provider().pk, period=month, now=NOW)
    page = text(enter(anna).get(f"{page_of(account)}?kilowatts=1&hours=10&cold=on&span=24"))
    assert "За два года" in page
    assert "за 3 месяца" in page
    assert "Последний месяц с показаниями — ноябрь 2025" in page
    address = f"/accounts/{account.public_id}/what-if?heater_watts=1000&heater_minutes=600&heater_cold=true"
    told = Program(anna).get(f"{address}&months=24").json()
    assert len(told["months"]) == 13
    # From the 1st of October until the 20th of November, fifty days of ten kWh; nothing of a winter unread.
    assert (told["heater"]["months"], told["heater"]["last_month"]) == (3, "2025-11")
    assert told["heater"]["more_kwh"] == "500"
    assert Program(anna).get(address).json()["heater"]["months"] == 2


def test_what_cannot_be_told_of_what_was_asked_is_said_so(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "Посчитать нельзя: показаний для этого не хватает или они расходятся."
    client = enter(anna)
    assert sentence not in text(client.get(page_of(account)))
    monkeypatch.setattr("svet.billing.queries.own_months.empty_month", lambda ground, month: None)
    page = text(client.get(f"{page_of(account)}?month=2026-11"))
    assert sentence in page
    assert "Выберите свой месяц" not in page
    monkeypatch.setattr("svet.billing.queries.own_months.empty_months", lambda ground: [])
    page = text(client.get(f"{page_of(account)}?kilowatts=1&hours=10"))
    assert sentence in page
    assert "Обогреватель, тёплый пол" not in page


def test_a_new_holder_is_not_told_how_the_former_one_lived(anna: Person, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 10, 2))
    told = Program(anna).get(f"/accounts/{account.public_id}/what-if?heater_watts=1000").json()
    assert [each["month"] for each in told["months"]] == ["2026-11"]
    assert (told["kwh"], told["can_be_empty"], told["heater"]["months"]) == ("300", ["2026-11"], 1)
    assert Program(anna).get(f"/accounts/{account.public_id}/what-if?months=24").json()["kwh"] == "300"
    assert enter(anna).get(f"{page_of(account)}?month=2026-09").status_code == 422
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 10, 1))
    told = Program(anna).get(f"/accounts/{account.public_id}/what-if").json()
    assert [each["month"] for each in told["months"]] == ["2026-11", "2026-10"]
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 12, 1))
    assert "Сравнивать пока нечего" in text(enter(anna).get(page_of(account)))


def test_without_a_meter_everybody_is_away(anna: Person) -> None:
    load_chelyabinsk()
    make_norm(100)
    account = make_account(residents=2)
    make_link(person=anna, account=account, confirmed=True)
    run(provider_id=make_provider().pk, period=Month(2026, 11), now=NOW)
    told = (
        Program(anna).get(f"/accounts/{account.public_id}/what-if?empty_month=2026-11&heater_watts=1").json()
    )
    assert "heater" in told, told
    assert (told["schemes"], told["heater"]) == ([], None)
    assert told["empty_month"]["was"]["kwh"] == "200"
    assert told["empty_month"]["sent"]["kwh"] == "0"
    assert told["empty_month"]["silent"] is None
    page = text(enter(anna).get(f"{page_of(account)}?month=2026-11"))
    assert "Если бы отсутствие учли в нормативе" in page
    assert "обогреватель" not in page
