"""The calendar file: what stands in it, what never does, and that it is the reader's own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from svet.accounts.models import Link
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.arrangements.operations import promise_payment, recall_promise
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.queries.plans import living_plans
from svet.billing.tests.factories import NOVEMBER, charge_november
from svet.bills.operations import issue
from svet.cabinet.today.calendar import CalendarEvent, written
from svet.kernel.actors import Actor
from svet.ledger import queries as ledger
from svet.metering.tests.factories import make_meter
from svet.payments.tests.factories import owe, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person

NOW = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
ISSUED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


def file_of(person: Person) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get("/today/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.content.decode())


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.cabinet.today.calendar.now_of", lambda request: NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock")
def test_the_window_comes_every_month_and_the_bill_on_its_day() -> None:
    provider_with_requisites()
    account, _meter = charge_november()
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True, alias="Мамина квартира")
    text = file_of(anna)
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20261215\r\nDTEND;VALUE=DATE:20261226\r\nRRULE:FREQ=MONTHLY\r\n" in text
    assert "DTSTART;VALUE=DATE:20261215\r\nDTEND;VALUE=DATE:20261216\r\nSUMMARY:Оплатить" in text
    # A second file is of the same things, so that a calendar renews them instead of doubling.
    marks = re.findall(r"UID:(.+)\r", text)
    assert len(set(marks)) == 2
    assert re.findall(r"UID:(.+)\r", file_of(anna)) == marks
    for personal in (account.number, "Мамина", "Лесная", anna.phone, anna.public_id, "₽"):
        assert personal not in text


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock")
@pytest.mark.parametrize(
    ("days", "february", "march"),
    [
        ((23, 31), ("20270223", "20270301"), ("20270323", "20270401")),
        ((29, 30), ("20270228", "20270301"), ("20270329", "20270331")),
        ((20, 29), ("20270220", "20270301"), ("20270320", "20270330")),
    ],
)
def test_a_window_at_the_end_of_months_is_written_month_by_month(
    days: tuple[int, int], february: tuple[str, str], march: tuple[str, str]
) -> None:
    anna = make_person()
    provider = make_provider(window_from_day=days[0], window_to_day=days[1])
    account = make_account(provider=provider)
    make_meter(account=account)
    make_link(person=anna, account=account, confirmed=True)
    text = file_of(anna)
    assert "RRULE" not in text
    assert text.count("TRIGGER;RELATED=END:") == 12
    spans = re.findall(r"DTSTART;VALUE=DATE:(\d+)\r\nDTEND;VALUE=DATE:(\d+)\r", text)
    assert len({since[:6] for since, _end in spans}) == len(spans) == 12
    assert february in spans
    assert march in spans
    marks = re.findall(r"UID:(.+)\r", text)
    assert len(set(marks)) == 12
    assert re.findall(r"UID:(.+)\r", file_of(anna)) == marks


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock")
def test_who_may_only_look_is_reminded_of_nothing_and_many_accounts_of_it_once() -> None:
    boris = make_person()
    for _ in range(3):
        account = make_account()
        make_meter(account=account)
        make_link(person=boris, account=account)
    assert file_of(boris).count("BEGIN:VEVENT") == 1
    Link.objects.filter(person=boris).update(can_submit=False, can_pay=False)
    assert "BEGIN:VEVENT" not in file_of(boris)
    assert "BEGIN:VEVENT" not in file_of(make_person())


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_entrance() -> None:
    assert Client().get("/today/calendar.ics").headers["Location"].startswith("/entrance/")


def test_lines_are_escaped_and_folded_between_letters() -> None:
    day = date(2026, 12, 25)
    event = CalendarEvent("x", "Показания; квартира, дом\nBEGIN:VEVENT " + "ж" * 80, day, day, "https://x/")
    content = written([event], now=NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    text = content.decode().replace("\r\n ", "")
    assert "SUMMARY:Показания\\; квартира\\, дом\\nBEGIN:VEVENT " + "ж" * 80 in text
    assert text.count("\r\nBEGIN:VEVENT") == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock")
def test_a_debt_in_parts_and_a_promised_one_stand_by_their_own_days() -> None:
    provider_with_requisites()
    account, _meter = charge_november()
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    by = Actor.person(anna.pk)
    made = promise_payment(by=by, account_public_id=account.public_id, until=date(2026, 12, 18), now=NOW)
    text = file_of(anna)
    assert "DTSTART;VALUE=DATE:20261218\r\nDTEND;VALUE=DATE:20261219\r\nSUMMARY:Оплатить" in text
    assert "DTSTART;VALUE=DATE:20261215\r\nDTEND;VALUE=DATE:20261216\r\nSUMMARY:Оплатить" not in text
    # What came upon it since is on no bill yet: no day asks for it.
    owe(account, 1_00)
    assert "DTSTART;VALUE=DATE:20261218" in file_of(anna)
    assert "DTSTART;VALUE=DATE:20261215\r\nDTEND;VALUE=DATE:20261216\r\nSUMMARY:Оплатить" not in file_of(anna)
    recall_promise(by=by, account_public_id=account.public_id, promise_public_id=made, now=NOW)
    owe(account, 3_000_00)
    shown = instalment_offer(by, account_public_id=account.public_id, now=NOW).shown
    agree_on_plan(by=by, account_public_id=account.public_id, months=3, shown=shown, now=NOW)
    (plan,) = living_plans([account.pk], now=NOW).values()
    first = plan.parts[0].due_on
    assert first > date(2026, 12, 15)
    assert f"DTSTART;VALUE=DATE:{first:%Y%m%d}" in file_of(anna)
    assert "DTSTART;VALUE=DATE:20261215\r\nDTEND;VALUE=DATE:20261216\r\nSUMMARY:Оплатить" not in file_of(anna)


@pytest.mark.django_db
@pytest.mark.usefixtures("_clock")
def test_a_charge_on_no_bill_yet_has_no_day() -> None:
    provider_with_requisites()
    account, _meter = charge_november()
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    owe(account, -ledger.balances([account.pk])[account.pk].kopecks)
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    # The bill asks for nothing; what was charged after it will stand on the next one.
    owe(account, 70_00)
    assert "SUMMARY:Оплатить" not in file_of(anna)
