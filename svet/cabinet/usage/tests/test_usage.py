"""«Потребление»: the months of one's own bills for whoever holds the account, as CSV and by the API."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing.operations import run
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.bills.models import Bill
from svet.bills.operations import issue
from svet.kernel.periods import Month
from svet.look.formats import roubles
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.usage.queries import story_of

CHELYABINSK = ZoneInfo("Asia/Yekaterinburg")
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


@pytest.fixture(scope="module")
def standing(standing_database: None) -> tuple[Person, Account]:
    """August 280, September 300, October 330, November silent: four bills, the last of them estimated."""
    anna = make_person()
    provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 7, 20), initial=0)
    make_link(person=anna, account=account, confirmed=True)
    values = {Month(2026, 8): 280, Month(2026, 9): 580, Month(2026, 10): 910, Month(2026, 11): None}
    for month, value in values.items():
        if value is not None:
            make_reading(meter, value, read_on=month.day(20))
        run(provider_id=make_provider().pk, period=month, now=NOW)
        issue(provider_id=make_provider().pk, period=month, now=NOW)
    return anna, account


@pytest.fixture
def anna(standing: tuple[Person, Account]) -> Person:
    return deepcopy(standing[0])


@pytest.fixture
def account(standing: tuple[Person, Account]) -> Account:
    return deepcopy(standing[1])


def page_of(account: Account) -> str:
    return f"/accounts/{account.public_id}/usage/"


def test_whoever_holds_the_account_sees_it_and_nobody_else(anna: Person, account: Account) -> None:
    boris, vera = make_person(), make_person()
    make_link(person=boris, account=account)
    files = [f"/accounts/{account.public_id}/usage.{kind}" for kind in ("csv", "xml")]
    for path in (page_of(account), *files):
        for person in (anna, boris):
            assert enter(person).get(path).status_code == 200
        assert enter(vera).get(path).status_code == 404
        assert Client().get(path).status_code == 302
    assert page_of(account) in text(enter(anna).get(f"/accounts/{account.public_id}/"))
    assert page_of(account) in text(enter(anna).get(f"/accounts/{account.public_id}/charges/"))


def test_a_month_opens_into_its_reasons_and_lines(anna: Person, account: Account) -> None:
    page = text(enter(anna).get(f"{page_of(account)}?month=2026-10"))
    month = page[page.find('id="month"') :]
    assert "Октябрь 2026" in month
    assert "330 кВт·ч" in month
    assert "на 30 кВт·ч больше, чем в сентябре 2026" in month
    assert "В день расходовали больше" in month
    bill = Bill.objects.get(account=account, period=date(2026, 10, 1))
    assert f'href="/bills/{bill.public_id}/"' in month
    money = text(enter(anna).get(f"{page_of(account)}?in=rub&month=2026-10"))
    assert roubles(bill.total_kopecks).replace("\u00a0", " ") in money[money.find('id="month"') :]
    assert 'href="' + page_of(account) + '?in=rub&amp;month=2026-09#month"' in money


def test_a_month_nobody_read_says_so_and_is_drawn_so(anna: Person, account: Account) -> None:
    page = text(enter(anna).get(page_of(account)))
    assert "показаний не было, расход посчитан по среднему или нормативу" in page
    assert 'class="guess"' in page
    assert "Ноябрь 2026" in page
    # What is not in the picture is not in its legend.
    assert "снял контролёр" not in page
    assert "вас не было" not in page


@pytest.mark.parametrize("asked", ["2026-07", "2025-11", "2026-13", "x", "2026-10&month=2026-13", "٢٠٢٦-١٠"])
def test_a_month_without_a_bill_is_no_page(anna: Person, account: Account, asked: str) -> None:
    assert enter(anna).get(f"{page_of(account)}?month={asked}").status_code == 404


def test_every_column_is_a_link_with_a_sentence(anna: Person, account: Account) -> None:
    page = text(enter(anna).get(page_of(account)))
    links = re.findall(r'month=(\d{4}-\d{2})#month" aria-label="([^"]+)"', page)
    assert [month for month, _said in links] == ["2026-08", "2026-09", "2026-10", "2026-11"]
    assert links[2][1] == "октябрь 2026: 330 кВт·ч"
    assert page.count('role="img" aria-label=') == 8  # months before the account, told as such
    assert "декабрь 2025: счёта не было" in page


def test_the_table_and_the_programs_say_what_the_bills_say(anna: Person, account: Account) -> None:
    bills = {str(Month.of(bill.period)): bill.total_kopecks for bill in Bill.objects.filter(account=account)}
    told = Program(anna).get(f"/accounts/{account.public_id}/usage").json()
    assert {each["month"]: each["total_kopecks"] for each in told} == bills
    for each in told:
        parts = sum(one["kopecks"] for one in each["zones"])
        rest = each["house_kopecks"] + each["corrected_kopecks"] + each["decided_kopecks"]
        assert parts + rest == each["total_kopecks"]
    rows = (
        enter(anna).get(f"/accounts/{account.public_id}/usage.csv").content.decode("utf-8-sig").split("\r\n")
    )
    assert rows[0].startswith("Месяц;Круглосуточный, кВт·ч;Расход, кВт·ч;")
    assert rows[2].startswith("2026-10;330;330;")
    for row, month in zip(rows[1:5], sorted(bills, reverse=True), strict=True):
        assert row.endswith(f"{bills[month] / 100:.2f}".replace(".", ","))
    page = text(enter(anna).get(page_of(account)))
    assert all(roubles(sum_).replace("\u00a0", " ") in page for sum_ in bills.values())
    assert Program(make_person()).get(f"/accounts/{account.public_id}/usage").status_code == 404


def test_before_the_first_bill_the_page_says_what_it_is_for(anna: Person) -> None:
    account, _meter = make_metered_account()
    make_link(person=anna, account=account, confirmed=True)
    assert "Картинка по месяцам появится с первым счётом" in text(enter(anna).get(page_of(account)))
    assert Program(anna).get(f"/accounts/{account.public_id}/usage").json() == []


def test_all_months_are_two_statements(anna: Person, account: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(story_of(account_id=account.pk).months) == 4
    assert len(asked) == 2


def test_the_open_month_is_told_as_a_range_with_how_such_words_were_kept(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.cabinet.usage.page.now_of", lambda request: NOW)
    page = text(enter(anna).get(page_of(account)))
    card = page[page.find('id="forecast"') :].replace("\u2060", "")
    assert "Декабрь: что выйдет" in card
    assert re.search(r"К 25 декабря \d+–\d+ кВт·ч, [\d ]+–[\d ]+ ₽\.", card), card[:600]
    assert "обещали бы" in card


def test_a_program_is_told_the_same_range(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.cabinet.usage.page.now_of", lambda request: NOW)
    monkeypatch.setattr("svet.api.resources.bills.timezone", SimpleNamespace(now=lambda: NOW))
    told = Program(anna).get(f"/accounts/{account.public_id}/forecast").json()
    assert told["missing"] is None
    assert (told["month"], told["ends_on"], told["since"]) == ("2026-12", "2026-12-25", "2026-11")
    page = text(enter(anna).get(page_of(account))).replace("\u2060", "")
    assert f"К 25 декабря {told['low_kwh']}–{told['high_kwh']} кВт·ч" in page
    assert 0 < told["low_kopecks"] < told["high_kopecks"]
    for each in told["past"]:
        promised = Decimal(each["low_kwh"]) <= Decimal(each["came_kwh"]) <= Decimal(each["high_kwh"])
        assert each["kept"] is promised
    assert Program(make_person()).get(f"/accounts/{account.public_id}/forecast").status_code == 404


def test_where_nothing_can_be_told_it_is_said_what_is_missing(anna: Person) -> None:
    provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 10, 20), initial=0)
    make_link(person=anna, account=account, confirmed=True)
    make_reading(meter, 200, read_on=date(2026, 11, 20))
    run(provider_id=make_provider().pk, period=Month(2026, 11), now=NOW)
    issue(provider_id=make_provider().pk, period=Month(2026, 11), now=NOW)
    page = text(enter(anna).get(page_of(account)))
    assert "Прогноз появится, когда в счетах будет два месяца, посчитанных по показаниям." in page
    told = Program(anna).get(f"/accounts/{account.public_id}/forecast").json()
    assert (told["missing"], told["low_kwh"], told["ends_on"]) == ("bills", None, None)


def test_the_green_button_file_says_what_the_months_say(anna: Person, account: Account) -> None:
    answer = enter(anna).get(f"/accounts/{account.public_id}/usage.xml")
    feed = fromstring(answer.content)
    espi = "{http://naesb.org/espi}"
    found = [
        (
            datetime.fromtimestamp(int(each.findtext(f"{espi}timePeriod/{espi}start", "")), CHELYABINSK),
            int(each.findtext(f"{espi}timePeriod/{espi}duration", "")) / 86_400,
            int(each.findtext(f"{espi}value", "")),
            int(each.findtext(f"{espi}cost", "")),
            each.findtext(f"{espi}ReadingQuality/{espi}quality"),
        )
        for each in feed.iter(f"{espi}IntervalReading")
    ]
    months = sorted(story_of(account_id=account.pk).months, key=lambda each: each.month)
    assert [wh for _start, _days, wh, _cost, _quality in found] == [each.kwh * 1_000 for each in months]
    assert [cost for *_rest, cost, _quality in found] == [each.own * 1_000 for each in months]
    assert all((start.hour, start.minute) == (0, 0) for start, *_rest in found)
    assert all(one[0] + timedelta(days=one[1]) <= after[0] for one, after in pairwise(found))
    assert [quality for *_rest, quality in found] == ["17", "17", "17", "8"]
    assert {each.text for each in feed.iter(f"{espi}uom")} == {"72"}
    for private in (account.number, account.holder_name, "ул."):
        assert private not in answer.content.decode()
