"""After success: the receipt and what one may do with it, not the same button again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.metering.models import Meter
from svet.metering.tests.factories import make_meter, make_reading
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


class Home:
    """Anna's browser and her meter."""

    def __init__(self) -> None:
        person, account = make_person(), make_account()
        make_link(person=person, account=account, confirmed=True)
        self.meter: Meter = make_meter(account=account, initial=3589)
        self.client = Client()
        self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def send(self, value: str, *, htmx: bool = True) -> Any:
        sent = {"key": str(uuid4()), "act": "new", "value-single": value}
        headers = {"HX-Request": "true"} if htmx else {}
        answer = self.client.post(f"/readings/{self.meter.public_id}/", sent, headers=headers)
        confirm = re.search(r'name="confirm" value="([^"]+)"', answer.content.decode())
        if confirm is None:
            return answer
        return self.client.post(
            f"/readings/{self.meter.public_id}/", sent | {"confirm": confirm[1]}, headers=headers
        )

    def page(self) -> str:
        return str(self.client.get("/readings/").content.decode()).split("<main")[1].split("</main>")[0]


@pytest.fixture
def home() -> Home:
    return Home()


def outside_details(html: str) -> str:
    """What is seen before «Передать ещё раз» is opened."""
    return html.split("<summary>Передать ещё раз")[0]


def test_the_answer_shows_the_receipt_and_puts_the_boxes_away(home: Home) -> None:
    part = home.send("3700").content.decode()
    assert "Показания переданы" in part
    assert "Исправить" in part
    assert "Отозвать" in part
    assert "Передать ещё раз" in part
    seen = outside_details(part)
    assert "data-readings-button" not in seen
    assert "обычно" not in seen


def test_the_page_of_the_same_day_says_so_with_the_number(home: Home) -> None:
    home.send("3700", htmx=False)
    page = home.page()
    assert "Передано сегодня" in page
    assert re.search("П-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert "data-readings-button" not in outside_details(page)
    assert "data-readings-button" in page  # «Передать ещё раз», without JavaScript too


def test_once_more_works_and_the_newest_is_shown(home: Home) -> None:
    home.send("3700")
    home.send("3710")
    assert "3\u00a0710" in outside_details(home.page())


def test_taken_back_the_boxes_are_there_again(home: Home) -> None:
    home.send("3700")
    url = re.search(r'action="([^"]+/withdraw/)"', home.page())
    assert url
    home.client.post(url[1])
    assert "Передано сегодня" not in home.page()
    assert "data-readings-button" in outside_details(home.page())


def test_a_question_shows_the_boxes_openly(home: Home) -> None:
    home.send("3700")
    sent = {"key": str(uuid4()), "act": "new", "value-single": "99"}
    part = home.client.post(
        f"/readings/{home.meter.public_id}/", sent, headers={"HX-Request": "true"}
    ).content.decode()
    assert "data-readings-button" in outside_details(part)


def test_what_came_before_is_no_news_today(home: Home) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    make_reading(home.meter, 3700, read_on=yesterday)
    assert "Передано сегодня" not in home.page()
