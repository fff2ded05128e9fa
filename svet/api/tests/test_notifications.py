"""The switches of notices and the browsers that show them, by the API."""

from __future__ import annotations

from typing import Any

import pytest

from svet.api.tests.test_v1 import Program, code_of
from svet.bills import events as bill_events
from svet.cabinet.profile.tests.test_browsers import HERE, browser
from svet.kernel.push_keys import make_private_key, public_key_of
from svet.notices import queries
from svet.notices.rules import NoticeChannel
from svet.people import operations as people
from svet.people.models import Token
from svet.people.rules import Scope
from svet.people.tests.factories import NOW, make_person

pytestmark = pytest.mark.django_db
ALL = {scope.value for scope in Scope}


@pytest.fixture
def anna() -> Program:
    return Program(make_person(), ALL)


def recipient(program: Program) -> int:
    token = Token.objects.get(hint=program.secret[-4:])
    return token.person.recipient_id


def events(answer: Any) -> dict[str, dict[str, dict[str, bool]]]:
    return {row["event"]: row["channels"] for row in answer.json()["events"]}


def test_the_switches_are_shown_and_moved_one_by_one(anna: Program) -> None:
    shown = anna.get("/me/notifications")
    assert shown.json()["push_key"] == queries.push_key()
    assert events(shown)["bill_ready"]["push"] == {"on": True, "locked": False}
    assert events(shown)["password_changed"]["sms"] == {"on": True, "locked": True}
    moved = anna.post("/me/notifications", {"sms_on": False, "events": {"bill_ready": {"push": False}}})
    assert moved.status_code == 200, moved.content
    assert (moved.json()["email_on"], moved.json()["sms_on"]) == (True, False)
    assert events(moved)["bill_ready"]["push"]["on"] is False
    assert events(moved)["bill_ready"]["email"]["on"] is True
    kept = queries.preferences(recipient(anna))
    assert not kept.matrix[bill_events.BILL_READY][NoticeChannel.PUSH].on


def test_a_locked_switch_stays_on(anna: Program) -> None:
    moved = anna.post("/me/notifications", {"events": {"password_changed": {"sms": False}}})
    assert events(moved)["password_changed"]["sms"] == {"on": True, "locked": True}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"events": {"code": {"sms": False}}},
        {"events": {"bill_ready": {"pigeon": True}}},
        {"events": {"no_such": {"sms": True}}},
        {"events": {"bill_ready": {"sms": "yes"}}},
        {"events": {"bill_ready": None}},
        {"events": []},
        {"email_on": 1},
        {"more": True},
    ],
)
def test_a_switch_that_is_none_is_refused(anna: Program, spoilt: object) -> None:
    assert anna.post("/me/notifications", spoilt).status_code == 422


def test_a_program_is_pushed_to_until_its_key_is_revoked(anna: Program) -> None:
    made = anna.post("/me/browsers", browser() | {"name": "Умный дом"})
    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["here"]) == ("Умный дом", True)
    again = anna.post("/me/browsers", browser("two"), key="k2").json()
    assert again["name"] == "Программа"
    assert [row["id"] for row in anna.get("/me/browsers").json()] == [again["id"]], "one for each key"
    token = Token.objects.get(hint=anna.secret[-4:])
    other = Program(token.person, ALL)
    assert [row["here"] for row in other.get("/me/browsers").json()] == [False]
    people.revoke_token(person_id=token.person_id, token_public_id=token.public_id, now=NOW)
    assert other.get("/me/browsers").json() == []


def test_only_its_owner_switches_it_off(anna: Program) -> None:
    made = anna.post("/me/browsers", browser()).json()
    vera = Program(make_person(), ALL)
    assert code_of(vera.delete(f"/me/browsers/{made['id']}")) == (404, "not_found")
    assert anna.delete(f"/me/browsers/{made['id']}").status_code == 204
    assert code_of(anna.delete(f"/me/browsers/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    "spoilt", [{"endpoint": "https://evil.example/"}, {"endpoint": HERE + "\r\n"}, {"auth": "short"}]
)
def test_an_address_of_no_known_service_is_refused_by_its_field(
    anna: Program, spoilt: dict[str, str]
) -> None:
    answer = anna.post("/me/browsers", browser() | spoilt)
    assert code_of(answer) == (422, "browser")
    assert answer.json()["field"] == "endpoint"


def test_a_key_that_may_only_read_moves_nothing() -> None:
    reader = Program(make_person(), {Scope.ACCOUNTS_READ.value})
    assert reader.get("/me/notifications").status_code == 200
    assert code_of(reader.post("/me/notifications", {"sms_on": False})) == (403, "scope")
    assert code_of(reader.post("/me/browsers", browser())) == (403, "scope")


def test_two_people_cannot_hold_one_browser(anna: Program) -> None:
    given = browser() | {"p256dh": public_key_of(make_private_key())}
    anna.post("/me/browsers", given)
    Program(make_person(), ALL).post("/me/browsers", given)
    assert anna.get("/me/browsers").json() == []
