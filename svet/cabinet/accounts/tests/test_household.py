"""«Доступ близких» and «Показания без входа» by HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Invitation, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.metering.models import Meter, ReadingSet
from svet.metering.tests.factories import make_meter
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_anna_invites_boris_accepts_and_anna_closes_the_door() -> None:
    anna, boris = make_person(), make_person()
    account = make_account(flat="771")
    make_link(person=anna, account=account, confirmed=True)
    base = f"/accounts/{account.public_id}/"
    hers, his = signed(anna), signed(boris)
    assert f"{base}household/" in hers.get(base).content.decode()
    sent = {"phone": boris.phone, "rights": ["pay"], "until": ""}
    page = hers.post(f"{base}household/", sent, follow=True).content.decode()
    assert "Приглашение отправлено" in page
    assert "Ждут ответа" in page
    invitation = Invitation.objects.get()
    url = f"/invitations/{invitation.public_id}/"
    assert url in his.get("/accounts/").content.decode()
    shown = his.get(url).content.decode()
    assert "Платить" in shown
    assert "771" not in shown
    assert "Иванова" not in shown
    assert "771" in his.post(f"{url}accept/", follow=True).content.decode()
    link = Link.objects.get(person=boris)
    page = hers.get(f"{base}household/").content.decode()
    assert "По приглашению" in page
    until = timezone.localdate() + timedelta(days=60)
    hers.post(f"{base}household/{link.public_id}/", {"rights": ["submit"], "until": until.isoformat()})
    link.refresh_from_db()
    assert (link.can_submit, link.can_pay) == (True, False)
    assert f"{until:%d.%m.%Y}" in hers.get(f"{base}household/").content.decode()
    hers.post(f"{base}household/{link.public_id}/revoke/")
    assert his.get(base).status_code == 404


def test_wrong_phone_stands_beside_its_field() -> None:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    answer = signed(anna).post(
        f"/accounts/{account.public_id}/household/", {"phone": "12345", "until": "вчера", "rights": ["rule"]}
    )
    assert answer.status_code == 422
    assert 'value="12345"' in answer.content.decode()


def send(meter: Meter, client: Client | None = None, **data: str) -> Any:
    sent = {"account_number": meter.account.number, "meter_number": meter.serial} | data
    return (client or Client()).post("/quick/", sent)


def test_quick_reading_is_kept_and_its_holders_are_told() -> None:
    anna = make_person()
    meter = make_meter(initial=3500, installed_on=date(2026, 9, 1))
    make_link(person=anna, account=meter.account, confirmed=True)
    answer = send(meter, single="3600")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/quick/")
    send(meter, single="3600")
    assert ReadingSet.objects.get(channel="quick").values.get().value == 3600
    assert Notice.objects.filter(recipient_id=anna.recipient_id, event="reading_accepted").count() == 1


def test_quick_page_answers_alike_whether_the_account_exists_or_not() -> None:
    meter = make_meter(initial=3500, installed_on=date(2026, 9, 1))
    make_link(person=make_person(), account=meter.account, confirmed=True)
    answers = []
    for data in (
        {"single": "3600"},  # taken
        {"single": "3500"},  # would need a confirmation
        {"single": "12"},  # lower than the last one
        {"day": "3700", "night": "1"},  # other scales
        {"single": "3600", "meter_number": "99999999"},
        {"single": "3600", "account_number": "9999999999"},
    ):
        client = Client()
        first = send(meter, client, **data)
        body = client.get("/quick/").content.decode().split("csrfmiddlewaretoken")
        answers.append((first.status_code, first.headers["Location"], body[0]))
    assert len(set(answers)) == 1
    assert meter.serial not in answers[0][2]
    assert Notice.objects.filter(event="reading_refused").count() == 3


def test_quick_page_limits_the_account_alike_whether_it_exists_or_not() -> None:
    meter = make_meter(initial=3500, installed_on=date(2026, 9, 1))
    for number in (meter.account.number, "9999999999"):
        codes = [send(meter, account_number=number, single=str(3600 + n)).status_code for n in range(11)]
        assert codes == [302] * 10 + [429]


def test_quick_form_says_what_is_wrong_by_itself() -> None:
    meter = make_meter()
    assert "хотя бы одной шкалы" in send(meter).content.decode()
    assert send(meter, single="3_600").status_code == 422
    assert send(meter, single="٣٦٠٠").status_code == 422
    assert send(meter, single="1", account_number="12O4567890").status_code == 422
