"""«Акты»: written from the account's page, signed by another member, ended, withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from svet.accounts.tests.factories import make_account
from svet.metering.models import OfficeAct
from svet.metering.queries.acts import acts
from svet.metering.tests.factories import make_meter
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
FOREVER = date(2199, 1, 1)


def asked(**changed: str) -> dict[str, str]:
    today = timezone.localdate()
    days = {"drawn_on": today.isoformat(), "since": (today - timedelta(days=20)).isoformat()}
    return {"kind": "refused", "number": "17-А", "reason": "обход участка", **days, **changed}


def test_an_act_is_written_ended_and_withdrawn() -> None:
    meter = make_meter()
    browser = working(make_member())
    page = f"/staff/accounts/{meter.account.public_id}/acts/"
    assert page in browser.get(f"/staff/accounts/{meter.account.public_id}/").content.decode()
    assert browser.get(page).status_code == 200
    assert browser.post(page, asked(kind="broken", meter=meter.public_id)).status_code == 302
    act = OfficeAct.objects.get()
    assert (act.meter_id, act.number) == (meter.pk, "17-А")
    today = timezone.localdate()
    refused = browser.post(f"/staff/acts/{act.public_id}/end/", {"number": "", "on": today}, follow=True)
    assert "Укажите номер акта" in refused.content.decode()
    refused = browser.post(f"/staff/acts/{act.public_id}/end/", {"number": "18", "on": "вчера"}, follow=True)
    assert "Введите день так" in refused.content.decode()
    browser.post(f"/staff/acts/{act.public_id}/end/", {"number": "18", "on": today.isoformat()})
    (counting,) = acts([meter.account_id], until=FOREVER)[meter.account_id]
    assert counting.until == today
    ended = OfficeAct.objects.get(gone_at__isnull=True)
    browser.post(f"/staff/acts/{ended.public_id}/withdraw/", {"reason": "акт о другом приборе"})
    assert acts([meter.account_id], until=FOREVER)[meter.account_id] == ()
    shown = browser.get(page).content.decode()
    assert "дополнен" in shown
    assert "акт о другом приборе" in shown


def test_interference_waits_for_another_member() -> None:
    account = make_account()
    first, second = working(make_member()), working(make_member(role=Role.BILLING))
    page = f"/staff/accounts/{account.public_id}/acts/"
    first.post(page, asked(kind="tampered", until=timezone.localdate().isoformat()))
    act = OfficeAct.objects.get()
    sign = f"/staff/acts/{act.public_id}/sign/"
    assert sign not in first.get("/staff/acts/").content.decode()
    assert "вторую ставит другой сотрудник" in first.post(sign, follow=True).content.decode()
    assert sign in second.get("/staff/acts/").content.decode()
    second.post(sign)
    assert len(acts([account.pk], until=FOREVER)[account.pk]) == 1
    assert "Подписывать нечего" in second.get("/staff/acts/").content.decode()


def test_what_cannot_be_is_said_beside_its_field() -> None:
    meter = make_meter()
    browser = working(make_member())
    page = f"/staff/accounts/{meter.account.public_id}/acts/"
    for wrong, said in (
        ({"number": " "}, "Укажите номер акта"),
        ({"reason": ""}, "Напишите причину"),
        ({"kind": "broken"}, "о каком приборе"),
        ({"kind": "unmetered"}, "стоял прибор учёта"),
        ({"since": "вчера"}, "Введите день так"),
        ({"kind": "away", "until": timezone.localdate().isoformat()}, "скольких человек"),
    ):
        answer = browser.post(page, asked(**wrong))
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wrong
    assert not OfficeAct.objects.exists()
    assert browser.post("/staff/acts/0000000000000000/sign/").status_code == 404
