"""Notices in browsers by the pages: who switches them on, and what ends them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from svet.cabinet.profile.tests.test_profile import signed_in
from svet.journal.models import Entry
from svet.kernel.push_keys import encode, make_private_key, public_key_of
from svet.notices import queries
from svet.notices.models import Delivery
from svet.people import operations as people
from svet.people.models import Device, Person
from svet.people.tests.factories import NOW, PASSWORD, make_person

pytestmark = pytest.mark.django_db
HERE = "https://fcm.googleapis.com/fcm/send/"
NEW_PASSWORD = "Nw8!pQz4r"


def browser(name: str = "one") -> dict[str, str]:
    return {
        "endpoint": HERE + name,
        "p256dh": public_key_of(make_private_key()),
        "auth": encode(b"sixteen bytes ok"),
    }


@pytest.fixture
def anna() -> Person:
    return make_person(phone="+79117178512")


def names(person: Person) -> list[str]:
    return [row.label for row in queries.browsers(person.recipient_id)]


def show(client: Client, **given: str) -> Any:
    return client.post("/profile/browsers/", given or browser())


def page(client: Client) -> str:
    return client.get("/profile/notifications/").content.decode()


def test_a_browser_is_switched_on_named_and_switched_off(anna: Person) -> None:
    client = signed_in(anna)
    assert "На устройстве" in page(client)
    assert show(client).json() == {"text": ""}
    assert names(anna) == ["Firefox, Windows"]
    assert "Firefox, Windows" in page(client)
    assert "data-here" in page(client)
    assert "на 1 устройстве" in client.get("/profile/").content.decode()
    [row] = queries.browsers(anna.recipient_id)
    assert client.post(f"/profile/browsers/{row.public_id}/hide/").status_code == 302
    assert names(anna) == []
    assert "data-here" not in page(client)
    assert list(
        Entry.objects.filter(action__startswith="browser.").order_by("id").values_list("action", flat=True)
    ) == [
        "browser.shown",
        "browser.hidden",
    ]


def test_a_script_learns_the_key_and_its_token_only_when_somebody_is_signed_in(anna: Person) -> None:
    assert Client().get("/profile/browsers/").json() == {"key": "", "csrf": ""}
    assert Client().post("/profile/browsers/", browser()).status_code == 302
    given = signed_in(anna).get("/profile/browsers/")
    assert given.json()["key"] == queries.push_key()
    assert given.json()["csrf"]
    assert "no-store" in given.headers["Cache-Control"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"endpoint": ""},
        {"endpoint": "https://evil.example/hook"},
        {"endpoint": "http://127.0.0.1:5432/"},
        {"endpoint": HERE + "\0"},
        {"endpoint": HERE + "x" * 2000},
        {"p256dh": "'; DROP TABLE--"},
        {"auth": "я"},
    ],
)
def test_an_address_that_no_browser_gives_is_refused_in_words(anna: Person, spoilt: dict[str, str]) -> None:
    answer = show(signed_in(anna), **(browser() | spoilt))
    assert answer.status_code == 422
    assert "не умеем слать уведомления" in answer.json()["text"]
    assert names(anna) == []


def test_asking_without_end_is_stopped(anna: Person) -> None:
    client = signed_in(anna)
    answers = [show(client, **browser(f"n{number}")) for number in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [422]
    assert "Слишком много попыток" in answers[-1].json()["text"]


def test_vera_switches_nothing_of_annas_off(anna: Person) -> None:
    show(signed_in(anna))
    [row] = queries.browsers(anna.recipient_id)
    vera = signed_in(make_person())
    assert vera.post(f"/profile/browsers/{row.public_id}/hide/").status_code == 404
    assert names(anna) == ["Firefox, Windows"]


def test_who_signs_out_is_told_nothing_there_any_more(anna: Person) -> None:
    client = signed_in(anna)
    show(client)
    client.post("/entrance/sign-out/")
    assert names(anna) == []


def test_a_new_password_silences_every_other_browser(anna: Person) -> None:
    here, elsewhere = signed_in(anna), signed_in(anna)
    show(here, **browser("here"))
    show(elsewhere, **browser("elsewhere"))
    sent = {"current": PASSWORD, "new": NEW_PASSWORD, "repeat": NEW_PASSWORD}
    assert here.post("/profile/password/", sent).status_code == 302
    [left] = queries.browsers(anna.recipient_id)
    assert left.endpoint == HERE + "here"
    pushed = Delivery.objects.filter(event="password_changed", channel="push")
    assert [row.subscription.endpoint for row in pushed if row.subscription] == [left.endpoint], (
        "and this one is told of it"
    )


@pytest.mark.parametrize("way", ["one", "all"])
def test_signing_out_elsewhere_silences_that_browser(anna: Person, way: str) -> None:
    here, elsewhere = signed_in(anna), signed_in(anna)
    show(elsewhere)
    device = Device.objects.get(session_key=elsewhere.session.session_key)
    url = f"/profile/devices/{device.public_id}/end/" if way == "one" else "/profile/devices/end-elsewhere/"
    assert here.post(url).status_code == 302
    assert names(anna) == []


def test_who_signs_in_on_a_shared_computer_does_not_read_the_others_notices(anna: Person) -> None:
    shared = signed_in(anna)
    show(shared)
    vera = make_person()
    shared.post("/entrance/sign-in/", {"phone": vera.phone, "password": PASSWORD})
    assert names(anna) == []


def test_signing_out_everywhere_silences_every_browser(anna: Person) -> None:
    show(signed_in(anna))
    people.end_other_sessions(person_id=anna.pk, session_key="", address="", now=NOW)
    assert names(anna) == []


def test_where_nothing_can_be_pushed_nothing_is_offered(anna: Person, settings: Settings) -> None:
    settings.PUSH_PUBLIC_KEY = ""
    client = signed_in(anna)
    assert "На устройстве" not in page(client)
    assert "svet-push" not in page(client)
    assert "Уведомления на устройствах" not in client.get("/profile/").content.decode()
    assert show(client).status_code == 422
