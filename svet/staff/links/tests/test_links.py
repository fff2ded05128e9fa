"""«Доступ к счетам»: the queue, the account, its decisions, the hand-over, a meter replaced."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Link
from svet.accounts.tests.factories import make_link
from svet.journal.models import Entry
from svet.metering.models import Meter
from svet.metering.tests.factories import make_meter
from svet.people import operations as people
from svet.people.rules import Scope
from svet.people.tests.factories import PASSWORD, make_person
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_a_complaint_is_seen_judged_and_leaves_the_queue() -> None:
    meter = make_meter()
    vera = make_person(last_name="Зорина")
    link = make_link(person=vera, account=meter.account, suspended_at=timezone.now())
    browser = working(make_member())
    assert "Зорина" in browser.get("/staff/links/").content.decode()
    page = f"/staff/links/{meter.account.public_id}/"
    assert page in browser.get(f"/staff/accounts/{meter.account.public_id}/").content.decode()
    refused = browser.post(f"/staff/links/{link.public_id}/close/", {"reason": ""}, follow=True)
    assert "Напишите причину" in refused.content.decode()
    browser.post(f"/staff/links/{link.public_id}/close/", {"reason": "чужой человек"})
    assert Link.objects.get().barred_at is not None
    assert "закрыт насовсем" in browser.get(page).content.decode()
    assert "очередь пуста" in browser.get("/staff/links/").content.decode()


@pytest.mark.parametrize(
    ("verb", "fault", "typed"),
    [
        ("close", "reason", {"reason": "", "document": "паспорт"}),
        ("end-sessions", "reason", {"reason": "", "document": "паспорт"}),
        ("confirm", "reason", {"reason": "", "document": "паспорт"}),
        ("confirm", "document", {"reason": "пришёл в офис", "document": ""}),
    ],
)
def test_a_refused_decision_is_said_beside_its_field_and_keeps_what_was_typed(
    verb: str, fault: str, typed: dict[str, str]
) -> None:
    meter = make_meter()
    link, other = (make_link(person=make_person(), account=meter.account) for _ in range(2))
    answer = working(make_member()).post(f"/staff/links/{link.public_id}/{verb}/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{fault}-{link.public_id}_error"' in page
    assert f'id="{fault}-{other.public_id}_error"' not in page
    assert all(page.count(f'value="{value}"') == 1 for value in typed.values() if value)


def test_enter_in_a_field_takes_no_decision() -> None:
    meter = make_meter()
    for holder in (make_person(phone=meter.account.registry_phone), make_person()):
        make_link(person=holder, account=meter.account)
    page = working(make_member()).get(f"/staff/links/{meter.account.public_id}/").content.decode()
    forms = re.findall(r'<form class="reason".*?</form>', page, re.DOTALL)
    assert len(forms) == 2
    for form in forms:
        first = re.findall(r"<button[^>]*>", form)[0]
        assert "disabled" in first, "a browser presses the first button of a form"


def test_an_account_is_handed_over_and_the_form_keeps_what_was_typed() -> None:
    meter = make_meter()
    browser = working(make_member())
    page = f"/staff/links/{meter.account.public_id}/"
    data = {
        "holder_name": "Новосёлов Пётр Ильич",
        "phone": "12345",
        "ground": "sale",
        "on_date": "2026-11-01",
    }
    answer = browser.post(f"{page}hand-over/", data | {"reason": "договор продажи"})
    assert answer.status_code == 422
    assert "Новосёлов" in answer.content.decode()
    browser.post(f"{page}hand-over/", data | {"reason": "договор продажи", "phone": ""})
    shown = browser.get(page).content.decode()
    assert "Прежний владелец" in shown
    assert "Новосёлов Пётр Ильич" in shown


def test_the_desk_offers_the_ratio_of_the_old_meter() -> None:
    old = make_meter(initial=3500, installed_on=date(2026, 9, 1), ratio=Decimal(30))
    browser = working(make_member())
    page = f"/staff/meters/{old.public_id}/replace/"
    shown = browser.get(page).content.decode()
    assert re.search(r'name="ratio"[^>]*value="30"', shown)
    data = {
        "installed_on": "2026-11-12", "final_single": "3600", "serial": "2000777", "scheme": "1",
        "digits": "6", "decimals": "0", "reason": "акт замены № 17",
    }  # fmt: skip
    for wrong in ("много", "0", "-1"):
        refused = browser.post(page, data | {"ratio": wrong})
        assert refused.status_code == 422
        assert "Коэффициент трансформации — число больше нуля" in refused.content.decode()
        assert f'value="{wrong}"' in refused.content.decode()
    assert browser.post(page, data | {"ratio": "40,5"}).status_code == 302
    assert Meter.objects.get(serial="2000777").ratio == Decimal("40.5")


def test_a_meter_is_replaced_at_the_desk() -> None:
    old = make_meter(initial=3500, installed_on=date(2026, 9, 1))
    browser = working(make_member())
    page = f"/staff/meters/{old.public_id}/replace/"
    data = {
        "installed_on": "2026-11-12", "final_single": "12", "serial": "2000777", "scheme": "2", "digits": "6",
        "decimals": "2", "initial_day": "3,5", "reason": "акт замены № 17",
    }  # fmt: skip
    low = browser.post(page, data)
    assert low.status_code == 422
    assert "меньше предыдущего" in low.content.decode()
    assert browser.post(page, data | {"final_single": "3600"}).status_code == 302
    new = Meter.objects.get(serial="2000777")
    assert (new.scheme, new.decimals, new.account_id) == (2, 2, old.account_id)
    shown = browser.get(f"/staff/links/{old.account.public_id}/").content.decode()
    assert old.serial in shown
    assert "2000777" in shown


def test_the_office_ends_every_session_of_a_cabinet_and_its_keys() -> None:
    meter = make_meter()
    anna, vera = make_person(), make_person()
    link = make_link(person=anna, account=meter.account, confirmed=True)
    phone, other = Client(), Client()
    for client, person in ((phone, anna), (other, vera)):
        client.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
        assert client.get("/profile/").status_code == 200
    _, secret = people.issue_token(
        person_id=anna.pk, name="умный дом", scopes=[Scope.ACCOUNTS_READ.value], now=timezone.now()
    )
    program = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/accounts", headers=program).status_code == 200
    browser = working(make_member())
    address = f"/staff/links/{link.public_id}/end-sessions/"
    assert "Напишите причину" in browser.post(address, {"reason": ""}, follow=True).content.decode()
    assert phone.get("/profile/").status_code == 200
    said = browser.post(address, {"reason": "телефон украли"}, follow=True).content.decode()
    assert "Закрыт 1 сеанс, ключи" in said
    assert phone.get("/profile/").headers["Location"].startswith("/entrance/")
    assert other.get("/profile/").status_code == 200
    assert Client().get("/api/v1/accounts", headers=program).status_code == 401
    entry = Entry.objects.get(action="session.ended_by_office")
    assert (entry.subject_id, entry.reason) == (anna.public_id, "телефон украли")
    again = browser.post(address, {"reason": "ещё раз"}, follow=True).content.decode()
    assert "Закрыто 0 сеансов, ключи" in again
    assert (
        browser.post("/staff/links/aaaaaaaaaaaaaaaa/end-sessions/", {"reason": "нет такой"}).status_code
        == 404
    )
