"""«Отключения» as Anna, Vera and a visitor read it; «Сегодня», «Работает ли кабинет» and the calendar."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account, Premises
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.outages.operations import cancel_outage, enter_outage
from svet.outages.rules import OutageKind, OutageWords, PlaceLine
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
OFFICE = Actor.system("test")


@pytest.fixture
def account() -> Account:
    return make_account()


def client_of(account: Account) -> Client:
    person: Person = make_person()
    make_link(person=person, account=account, confirmed=True)
    client = Client()
    client.force_login(person)
    return client


def tomorrow(account: Account) -> str:
    """A work of tomorrow from ten to two by the supplier's clock."""
    now = timezone.now()
    begins = (now.astimezone(ZoneInfo(account.provider.time_zone)) + timedelta(days=1)).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    place = (PlaceLine("Челябинск", "улица Лесная", "1-9"),)
    words = OutageWords(OutageKind.PLANNED, begins, begins + timedelta(hours=4), "замена опор", place)
    return enter_outage(words, provider_id=account.provider_id, by=OFFICE, now=now)


def test_it_stands_wherever_one_looks(account: Account) -> None:
    key, anna = tomorrow(account), client_of(account)
    for page in ("/outages/", "/today/", "/help/standing/"):
        assert "завтра 10:00–14:00" in anna.get(page).content.decode(), page
    file = anna.get("/today/calendar.ics").content.decode()
    assert "SUMMARY:Отключение электричества" in file
    assert "Лесная" not in file
    # The evening before by the supplier's clock, never in the night.
    evening = (
        timezone.now().astimezone(ZoneInfo(account.provider.time_zone)).replace(hour=20, minute=0, second=0)
    )
    assert f"TRIGGER;VALUE=DATE-TIME:{evening.astimezone(UTC):%Y%m%dT%H%M%SZ}" in file
    cancel_outage(public_id=key, reason="нет бригады", by=OFFICE, now=timezone.now())
    for page in ("/today/", "/help/standing/"):
        assert "10:00–14:00" not in anna.get(page).content.decode(), page
    assert "отменено" in anna.get("/outages/").content.decode()


def test_a_stranger_reads_nothing_of_it(account: Account) -> None:
    tomorrow(account)
    elsewhere = make_account()
    Premises.objects.filter(pk=elsewhere.premises_id).update(street="ул. Мира")
    vera = client_of(elsewhere)
    for page in ("/outages/", "/today/", "/help/standing/"):
        assert "10:00–14:00" not in vera.get(page).content.decode(), page


def test_a_visitor_asks_by_an_address(account: Account) -> None:
    tomorrow(account)
    visitor = Client()
    page = visitor.get("/outages/", {"city": "г. Челябинск", "street": "Лесная", "house": "4"})
    assert "завтра 10:00–14:00" in page.content.decode()
    page = visitor.get("/outages/", {"city": "Челябинск", "street": "Лесная", "house": "40"})
    assert "отключений не объявлено" in page.content.decode()
    # Without a house the whole street, never «nothing» of a house nobody named.
    page = visitor.get("/outages/", {"city": "Челябинск", "street": "Лесная"})
    assert "завтра 10:00–14:00" in page.content.decode()
    for asked in ({"city": "Челябинск"}, {"city": "Челябинск", "street": "Лесная ул., 4"}):
        page = visitor.get("/outages/", asked)
        assert page.status_code == 422
        assert "отключений не объявлено" not in page.content.decode()
    empty = visitor.get("/outages/", {"city": "", "street": "Лесная"})
    assert empty.status_code == 422
    assert 'value="Лесная"' in empty.content.decode()
    assert "отключений не объявлено" not in visitor.get("/outages/").content.decode()


def test_what_is_called_off_stands_where_it_was_until_its_hours_have_passed(account: Account) -> None:
    key, anna = tomorrow(account), client_of(account)
    cancel_outage(public_id=key, reason="нет бригады", by=OFFICE, now=timezone.now())
    page = anna.get("/outages/").content.decode()
    soon, past = page.index("Сейчас и скоро"), page.index("Узнать по адресу")
    assert soon < page.index("Отключение: завтра 10:00–14:00") < past
    assert soon < page.index("отменено") < past
    assert "Прошлые за полгода" not in page
    assert "отключений не объявлено" not in page


def test_flats_whose_numbers_are_hidden_are_named_once(account: Account) -> None:
    """Five flats of a landlord in one house: «ул. Лесная, д. 4, кв. *» five times says nothing more."""
    person = make_person()
    for each in (account, make_account(), make_account()):
        make_link(person=person, account=each)
    tomorrow(account)
    anna = Client()
    anna.force_login(person)
    for page, end in (("/outages/", "</section>"), ("/today/", "</li>")):
        row = anna.get(page).content.decode().partition("завтра 10:00–14:00")[2].partition(end)[0]
        assert row.count("ул. Лесная") == 1, page
