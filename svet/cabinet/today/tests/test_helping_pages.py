"""«Напоминать мне» and «Передать те же» by HTTP: asked for, ended, and nothing sent by a look."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from svet.accounts.models import Link
from svet.accounts.tests.factories import make_account, make_link
from svet.api.tests.test_v1 import Program
from svet.metering.models import Meter, ReadingSet
from svet.metering.rules import Scheme
from svet.metering.tests.factories import make_meter
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import make_person
from svet.today.models import HelpWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter() -> Meter:
    return make_meter(account=make_account(), scheme=Scheme.DAY_NIGHT, initial=1200)


@pytest.fixture
def mama(meter: Meter) -> Person:
    found = make_person()
    make_link(person=found, account=meter.account, confirmed=True)
    return found


@pytest.fixture
def boris(mama: Person, meter: Meter) -> Person:
    found = make_person()
    link = make_link(person=found, account=meter.account, confirmed=True)
    Link.objects.filter(pk=link.pk).update(invited_by=mama)
    return found


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_boris_asks_changes_and_ends_it_and_nobody_else_is_asked(
    mama: Person, boris: Person, meter: Meter
) -> None:
    base = f"/accounts/{meter.account.public_id}/"
    url, his = f"{base}reminder/", enter(boris)
    assert url in his.get(base).content.decode()
    assert url not in enter(mama).get(base).content.decode()
    assert "Не напоминать" not in his.get(url).content.decode()
    bad = his.post(url, {"days": "4"})
    assert bad.status_code == 422
    assert "Выберите число дней из списка" in bad.content.decode()
    assert not HelpWish.objects.exists()
    assert "Не напоминать" in his.post(url, {"days": "5"}, follow=True).content.decode()
    assert '<option value="5" selected>' in his.get(url).content.decode()
    assert "Не напоминать" not in his.post(f"{url}stop/", follow=True).content.decode()
    assert "мы напоминаем и так" in enter(mama).get(url).content.decode()
    assert enter(mama).post(url, {"days": "3"}).status_code == 422
    # Whoever came by the numbers of a bill is nobody's guest, and the account is not «their own» either.
    guest = make_person()
    make_link(person=guest, account=meter.account)
    told = enter(guest).get(url).content.decode()
    assert "Вы добавили счёт сами" in told
    assert "собственный" not in told
    for path in (url, f"{base}readings/same/"):
        assert enter(make_person()).get(path).status_code == 404
        assert Client().get(path).status_code == 302


def test_a_look_sends_nothing_and_the_button_sends_what_was_shown(boris: Person, meter: Meter) -> None:
    url, his = f"/accounts/{meter.account.public_id}/readings/same/", enter(boris)
    before = ReadingSet.objects.count()
    for _prefetch in range(2):
        page = his.get(url, headers={"purpose": "prefetch"}).content.decode()
    assert ReadingSet.objects.count() == before
    assert "Отправить старые показания" in page
    shown = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))
    assert list(shown.values()).count("1200") == 2
    assert his.post(url, {}).status_code == 422
    assert ReadingSet.objects.count() == before
    sent = his.post(url, shown | {"act": "old"}, follow=True)
    assert "цифры те же" in sent.content.decode()
    assert ReadingSet.objects.count() == before + 1
    # A double tap, or an answer lost on the way: the first receipt once more, nothing sent.
    again = his.post(url, shown | {"act": "old"}, follow=True)
    assert again.redirect_chain
    assert "цифры те же" in again.content.decode()
    assert ReadingSet.objects.count() == before + 1
    assert "ничего не ждёт" in his.get(url).content.decode()


def test_values_that_were_overtaken_are_asked_about(boris: Person, mama: Person, meter: Meter) -> None:
    """The page stood open while newer readings came: the old ones go down and are not taken silently."""
    url, his = f"/accounts/{meter.account.public_id}/readings/same/", enter(boris)
    page = his.get(url).content.decode()
    shown = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))
    enter(mama).post(
        f"/readings/{meter.public_id}/",
        {"act": "new", "value-day": "1300", "value-night": "1250", "key": "", "confirm": ""},
    )
    count = ReadingSet.objects.count()
    his.post(url, shown | {"act": "old"})
    assert ReadingSet.objects.count() == count


def test_who_may_only_look_sends_nothing(boris: Person, meter: Meter) -> None:
    Link.objects.filter(person=boris).update(can_submit=False)
    page = enter(boris).get(f"/accounts/{meter.account.public_id}/readings/same/").content.decode()
    assert "Отправить старые показания" not in page


def test_programs_ask_too(boris: Person, mama: Person, meter: Meter) -> None:
    scopes: set[str] = {Scope.ACCOUNTS_READ, Scope.CABINET_WRITE}
    path = f"/accounts/{meter.account.public_id}/reminder"
    program = Program(boris, scopes)
    assert program.get(path).json() == {"days": None}
    assert program.post(path, {"days": 3}, key="k1").json() == {"days": 3}
    assert program.post(path, {"days": 4}, key="k2").status_code == 422
    assert program.post(path, {"days": None}, key="k3").json() == {"days": None}
    assert Program(mama, scopes).post(path, {"days": 3}).status_code == 422
    assert Program(make_person(), scopes).get(path).status_code == 404
