"""Sets entered without a network: each is taken once, of the day it was entered, from its owner only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from svet.cabinet.readings.tests.test_readings import cast, send, signed
from svet.metering.models import Meter, ReadingSet
from svet.metering.rules.entering import LONGEST_WAIT
from svet.people.models import Person

pytestmark = pytest.mark.django_db


def keep(person: Person, meter: Meter, value: object, *, ago: timedelta, **data: Any) -> Any:
    """Send one waiting set as the page's queue does."""
    entered = timezone.now() - ago
    form = {
        "key": str(uuid4()),
        "owner": person.public_id,
        "entered": str(int(entered.timestamp() * 1000)),
        "act": "new",
        "value-single": value,
    }
    return signed(person).post(f"/readings/{meter.public_id}/kept/", form | data)


def kept() -> list[ReadingSet]:
    return list(ReadingSet.objects.filter(channel="web"))


def test_the_desk_says_who_is_signed_in_and_to_a_stranger_nothing() -> None:
    anna, *_ = cast()
    assert signed(anna).get("/readings/kept/").json()["person"] == anna.public_id
    assert Client().get("/readings/kept/").json() == {"person": "", "csrf": ""}


def test_a_set_is_of_the_day_it_was_entered_and_says_when_it_came() -> None:
    anna, _boris, _vera, meter = cast()
    answer = keep(anna, meter, 3640, ago=timedelta(days=2))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "taken")
    (found,) = kept()
    assert found.entered_at is not None
    local = timezone.localtime(found.entered_at)
    assert found.read_on == local.date()
    assert found.received_at - found.entered_at >= timedelta(days=2)
    assert f"введены {local:%d.%m.%Y}" in answer.json()["text"]
    page = signed(anna).get(answer.json()["url"]).content.decode()
    assert "Введены" in page
    assert f"{local:%d.%m.%Y}\u00a0{local:%H:%M}" in page


def test_an_answer_that_was_lost_is_given_again_and_nothing_is_taken_twice() -> None:
    anna, _boris, _vera, meter = cast()
    key = str(uuid4())
    answers = [keep(anna, meter, 3640, ago=timedelta(hours=3), key=key).json() for _ in range(3)]
    assert {answer["outcome"] for answer in answers} == {"taken"}
    assert len({answer["url"] for answer in answers}) == 1
    assert len(kept()) == 1


def test_another_person_on_the_same_phone_sends_nothing_of_the_first() -> None:
    anna, boris, _vera, meter = cast()
    answer = keep(boris, meter, 3640, ago=timedelta(hours=1), owner=anna.public_id)
    assert (answer.status_code, answer.json()) == (409, {"outcome": "other_person"})
    assert kept() == []


def test_a_newer_reading_is_a_reason_not_a_loss() -> None:
    anna, boris, _vera, meter = cast()
    assert send(signed(boris), meter, 3650).status_code == 302
    (newer,) = kept()
    today = newer.read_on
    answer = keep(anna, meter, 3640, ago=timedelta(days=2)).json()
    assert answer["outcome"] == "refused"
    assert f"Уже есть показания за {today:%d.%m.%Y}" in answer["text"]
    assert kept() == [newer]


def test_the_guard_asks_and_takes_the_answer() -> None:
    anna, _boris, _vera, meter = cast()
    key = str(uuid4())
    asked = keep(anna, meter, 36400, ago=timedelta(hours=1), key=key).json()
    assert asked["outcome"] == "asked"
    assert "лишнюю цифру" in asked["text"]
    assert kept() == []
    taken = keep(anna, meter, 36400, ago=timedelta(hours=1), key=key, confirm=asked["confirm"]).json()
    assert taken["outcome"] == "taken"
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("entered", "outcome"),
    [
        ("soon", "taken"),
        ("", "taken"),
        ("\u0663", "taken"),
        ("-1", "taken"),
        ("0", "refused"),
        ("9" * 30, "taken"),
    ],
)
def test_a_clock_of_the_device_is_believed_only_as_far_as_it_can_be(entered: str, outcome: str) -> None:
    anna, _boris, _vera, meter = cast()
    if entered == "soon":
        entered = str(int((timezone.now() + timedelta(days=3)).timestamp() * 1000))
    before = timezone.now()
    answer = keep(anna, meter, 3640, ago=timedelta(0), entered=entered).json()
    assert answer["outcome"] == outcome
    for found in kept():
        assert isinstance(found.entered_at, datetime)
        assert found.entered_at >= before


def test_what_waited_too_long_is_refused_with_what_to_do() -> None:
    anna, _boris, _vera, meter = cast()
    answer = keep(anna, meter, 3640, ago=LONGEST_WAIT + timedelta(minutes=1)).json()
    assert answer["outcome"] == "refused"
    assert "введите сегодняшние" in answer["text"]


def test_spoilt_digits_come_back_with_their_reason() -> None:
    anna, _boris, _vera, meter = cast()
    answer = keep(anna, meter, "36x0", ago=timedelta(0)).json()
    assert answer == {"outcome": "refused", "text": "Введите только цифры, без букв и других знаков."}


def test_the_page_has_the_queue_bound_to_its_person() -> None:
    anna, *_ = cast()
    page = signed(anna).get("/readings/").content.decode()
    assert f'data-person="{anna.public_id}"' in page
    assert "Ждут отправки:" in page
    assert anna.public_id not in Client().get("/entrance/").content.decode()
