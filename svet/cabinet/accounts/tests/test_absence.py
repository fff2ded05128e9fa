"""«Отъезд»: the page tells what will be done before anything is kept, and afterwards what was done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.cabinet.readings.tests.test_readings import cast, signed, today
from svet.metering.models import Absence

pytestmark = pytest.mark.django_db


def test_a_preview_keeps_nothing_then_it_stands_and_ends() -> None:
    anna, _boris, vera, meter = cast()
    url = f"/accounts/{meter.account.public_id}/absence/"
    days = {"from_on": today().isoformat(), "until_on": (today() + timedelta(days=40)).isoformat()}
    client = signed(anna)
    assert "3\u00a0589\u00a0кВт·ч" in client.get(url).content.decode()
    shown = client.post(url, days | {"plan": "send", "act": "preview"})
    assert (shown.status_code, "Сделаем это: " in shown.content.decode()) == (200, True)
    assert not Absence.objects.exists()
    assert client.post(url, days | {"plan": "send"}).status_code == 302
    page = client.get(url).content.decode()
    assert "Передаём прежние показания" in page
    assert signed(vera).get(url).status_code == 404
    assert signed(vera).post(f"{url}end/").status_code == 404
    assert client.post(f"{url}end/").status_code == 302
    assert Absence.objects.get().ended_at is not None


def test_it_is_found_among_what_is_done_with_the_account() -> None:
    """And not under «Кто ещё видит этот счёт», where nobody looks for days away."""
    anna, _boris, vera, meter = cast()
    path = f"/accounts/{meter.account.public_id}/"
    page = signed(anna).get(path).content.decode()
    assert page.count(f'href="{path}absence/"') == 1
    assert page.index(f'href="{path}absence/"') < page.index("Способ получения счета")
    back = signed(anna).get(f"{path}absence/").content.decode()
    assert f"Аб. №\u00a0{meter.account.number}" in back[: back.index("<h1>")]
    assert signed(vera).get(path).status_code == 404


def test_wrong_days_are_told_and_kept() -> None:
    anna, _boris, _vera, meter = cast()
    url = f"/accounts/{meter.account.public_id}/absence/"
    data = {
        "from_on": today().isoformat(),
        "until_on": (today() - timedelta(days=1)).isoformat(),
        "plan": "send",
    }
    answer = signed(anna).post(url, data)
    assert answer.status_code == 422
    assert "День возвращения раньше дня отъезда" in answer.content.decode()
    assert data["until_on"] in answer.content.decode()
    long = data | {"until_on": (today() + timedelta(days=200)).isoformat()}
    assert "не дольше 3 месяцев" in signed(anna).post(url, long).content.decode()
