"""«Сегодня»: the sentence, the one button, the rows, and what a stranger never sees."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing.tests.factories import NOVEMBER, charge_november
from svet.bills.operations import issue
from svet.metering.queries import latest
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.tests.factories import provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
ISSUED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def turn(now: datetime) -> None:
        monkeypatch.setattr("svet.cabinet.today.page.now_of", lambda request: now)

    turn(NOW)
    return turn


@pytest.fixture
def anna() -> Person:
    return make_person()


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(person: Person) -> str:
    answer = enter(person).get("/today/")
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ").replace("\u2011", "-")


@pytest.mark.usefixtures("clock")
def test_the_bare_address_leads_here(anna: Person) -> None:
    assert enter(anna).get("/")["Location"] == "/today/"
    assert Client().get("/today/")["Location"] == "/entrance/?tab=sign-in&next=%2Ftoday%2F"


@pytest.mark.usefixtures("clock")
def test_a_new_person_gets_one_step(anna: Person) -> None:
    page = text(anna)
    assert "<h1>Добавьте свой лицевой счёт</h1>" in page
    assert page.count('class="button"') == 1
    assert 'class="button" href="/accounts/add/"' in page
    assert "Недавно" not in page


def test_the_day_of_a_billed_account_and_the_day_after_its_last(anna: Person, clock: Any) -> None:
    provider_with_requisites()
    account, meter = charge_november()
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    make_link(person=anna, account=account, confirmed=True)
    page = text(anna)
    assert "К оплате 664,45 ₽ до 15 декабря" in page, page[page.find("<h1>") :][:120]
    assert 'class="button" href="/payment/"' in page
    assert "1 счётчик, лучше с 15 по 25 декабря" in page
    assert "Счёт" in page[page.find("Недавно") :]
    clock(datetime(2026, 12, 16, 9, 0, tzinfo=UTC))
    late = text(anna)
    assert "просрочено 1 день" in late
    assert "Заплатите до 14 января 2027, и пени не будет: её начисляют с 31-го дня." in late
    assert 'href="/payment/promise/"' in late
    make_reading(meter, 1300, read_on=date(2026, 12, 16))
    assert "Передать показания" not in text(anna)


@pytest.mark.usefixtures("clock")
def test_lines_of_lately_lead_to_what_they_tell_of_and_are_three(anna: Person) -> None:
    account = make_account()
    meter = make_meter(account=account, installed_on=date(2026, 10, 1))
    make_link(person=anna, account=account, confirmed=True)
    for place in range(5):
        make_reading(meter, 1200 + place * 10, read_on=date(2026, 12, 3 + place))
    page = text(anna)
    lately = page[page.find('id="lately"') :]
    assert lately.count("rows__item") == 3
    newest = latest(account_ids=[account.pk])[meter.pk]
    assert f'href="/readings/receipt/{newest.public_id}/"' in lately
    assert "7 дек" in lately
    assert "1 240 кВт·ч" in lately
    assert 'href="/history/"' in lately
    english = anna_in_english(anna)
    assert "7\u00a0Dec" in english, "a month has a capital in English"


@pytest.mark.usefixtures("clock")
def test_a_bill_of_lately_is_no_account_in_english(anna: Person) -> None:
    """One Russian word stands for both; in English a bill of 820 ₽ was called «Account»."""
    provider_with_requisites()
    account, _meter = charge_november()
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    make_link(person=anna, account=account, confirmed=True)
    english = anna_in_english(anna)
    lately = english[english.find('id="lately"') :]
    assert ">Bill<" in lately
    assert ">Account<" not in lately


def anna_in_english(anna: Person) -> str:
    client = enter(anna)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return str(client.get("/today/").content.decode())


@pytest.mark.usefixtures("clock")
def test_a_stranger_sees_nothing_of_it(anna: Person) -> None:
    account = make_account(holder_name="Секретова Анна Петровна")
    make_link(person=anna, account=account, confirmed=True)
    vera = make_person()
    page = text(vera)
    assert "Добавьте свой лицевой счёт" in page
    assert account.number not in page
    assert "Лесная" not in page


@pytest.mark.usefixtures("clock")
def test_the_page_costs_as_many_statements_for_thirty_accounts(anna: Person) -> None:
    def add(number: int) -> None:
        account = make_account(flat=str(number))
        make_reading(make_meter(account=account), 1_100 + number, read_on=date(2026, 12, 7))
        make_link(person=anna, account=account, confirmed=True)

    def count() -> int:
        client = enter(anna)
        client.get("/today/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/today/")
        return len(asked)

    add(0)
    one = count()
    for number in range(1, 30):
        add(number)
    assert count() <= one + 2, one  # more of the timeline's parts find something, none asks per account
    assert one <= 45


def test_programs_are_told_the_same(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.api.resources.today.timezone.now", lambda: NOW)
    account = make_account()
    make_meter(account=account)
    make_link(person=anna, account=account, confirmed=True)
    told = Program(anna).get("/today").json()
    assert (told["state"], told["sentence"]) == ("calm", "Всё оплачено")
    assert [(each["kind"], each["on"], each["count"]) for each in told["tasks"]] == [
        ("readings", "2026-12-25", 1)
    ]
    assert told["owed_kopecks"] == told["overdue_kopecks"] == 0
    stranger = Program(make_person()).get("/today").json()
    assert (stranger["state"], stranger["tasks"]) == ("new", [])
