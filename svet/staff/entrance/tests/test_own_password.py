"""«Свой пароль»: a member changes it, and one that somebody else gave opens no desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.people import operations as people
from svet.people.rules.names import FullName
from svet.people.tests.factories import PASSWORD
from svet.staff.entrance.tests.test_entrance import FACTOR, SIGN_IN, enrol, knock
from svet.staff.tests.browsers import working
from svet.staffing import operations as staffing
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
PAGE = "/staff/password/"
FIRST, OWN = "Pervyi-58x", "Svoi-parol-41"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def taken_on(**changes: Any) -> StaffMember:
    """A member to whom an administrator gave ``FIRST``."""
    key = staffing.add_member(
        by=Actor.system("tests"),
        phone="+79005550123",
        password=FIRST,
        role=Role.OPERATOR,
        name=FullName(first_name="Ольга", patronymic="", last_name="Смирнова"),
        reason="принята на работу",
        now=NOW,
        **changes,
    )
    return StaffMember.objects.select_related("person").get(person_id=key)


def at_the_desks(member: StaffMember, password: str) -> Client:
    """A browser in which the member has passed both factors."""
    client = Client()
    assert knock(client, member, password) == 302
    secret = enrol(client)
    client.post(FACTOR, {"code": people.totp_code(secret=secret, now=NOW)})
    return client


def change(client: Client, current: str, new: str, repeat: str = "", **more: str) -> Any:
    return client.post(PAGE, {"current": current, "new": new, "repeat": repeat or new, **more})


def test_a_first_password_opens_nothing_but_the_page_to_choose_an_own_one() -> None:
    member = taken_on()
    client = at_the_desks(member, FIRST)
    assert client.get("/staff/accounts/").headers["Location"] == f"{PAGE}?next=%2Fstaff%2Faccounts%2F"
    assert client.post("/staff/accounts/", {"q": "3560670000"}).headers["Location"] == PAGE
    assert "задал другой человек" in client.get(f"{PAGE}?next=/staff/accounts/").content.decode()
    done = change(client, FIRST, OWN, next="/staff/accounts/")
    assert done.headers["Location"] == "/staff/accounts/"
    assert client.get("/staff/accounts/").status_code == 200
    assert knock(Client(), member, FIRST) == 422
    assert knock(Client(), member, OWN) == 302
    assert Entry.objects.get(action="staff.password_changed").actor_person_id == member.person_id
    kept = str(list(Entry.objects.values()))
    assert FIRST not in kept
    assert OWN not in kept


def test_a_password_given_anew_is_changed_again_and_a_town_keeps_its_own() -> None:
    member = taken_on(temporary=False)
    client = at_the_desks(member, FIRST)
    assert client.get("/staff/").status_code == 200
    staffing.set_member_password(
        by=Actor.system("tests"), phone=member.person.phone, password="Zamena-93x", reason="забыла", now=NOW
    )
    assert client.get("/staff/").headers["Location"].startswith(SIGN_IN)
    member.refresh_from_db()
    assert member.password_due


@pytest.mark.parametrize(
    ("current", "new", "repeat", "said"),
    [
        ("Wrong-5104o", OWN, OWN, "current"),
        (PASSWORD, "Korot-1", "Korot-1", "new"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
        (PASSWORD, OWN, "Svoi-parol-42", "repeat"),
        (PASSWORD, "", "", "new"),
        ("", OWN, OWN, "current"),
        (PASSWORD, "x" * 3000, "x" * 3000, "new"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_changes_nothing(
    current: str, new: str, repeat: str, said: str
) -> None:
    member = make_member()
    client = working(member)
    answer = client.post(PAGE, {"current": current, "new": new, "repeat": repeat})
    assert answer.status_code == 422
    assert f'id="id_{said}_error"' in answer.content.decode()
    assert new not in answer.content.decode() or not new
    assert knock(Client(), member) == 302


def test_everything_that_is_wrong_is_said_at_once() -> None:
    client = working(make_member())
    empty = client.post(PAGE, {"current": "", "new": "", "repeat": ""}).content.decode()
    assert all(f'id="id_{name}_error"' in empty for name in ("current", "new", "repeat"))
    weak = client.post(PAGE, {"current": PASSWORD, "new": "Korot-1", "repeat": "Korot-2"}).content.decode()
    assert all(f'id="id_{name}_error"' in weak for name in ("new", "repeat"))


def test_other_work_sessions_end_and_this_one_goes_on_under_a_fresh_key() -> None:
    member = make_member()
    here, elsewhere = working(member), working(member)
    before = here.cookies["svet"].value if "svet" in here.cookies else ""
    assert change(here, PASSWORD, OWN).status_code == 302
    assert here.get("/staff/").status_code == 200
    assert here.session.session_key != before
    assert elsewhere.get("/staff/").headers["Location"].startswith(SIGN_IN)


def test_guessing_the_present_password_ends_and_the_session_lives_on() -> None:
    client = working(make_member())
    codes = [change(client, f"Wrong-{number}5104o", OWN).status_code for number in range(12)]
    assert codes[0] == 422
    assert codes[-1] == 429
    assert client.get("/staff/").status_code == 200


def test_nobody_changes_it_before_the_second_factor_or_without_a_session() -> None:
    member = make_member()
    half = working(member, proved=False)
    assert change(half, PASSWORD, OWN).headers["Location"].startswith(FACTOR)
    assert change(Client(), PASSWORD, OWN).headers["Location"].startswith(SIGN_IN)
    assert knock(Client(), member) == 302


def test_who_came_by_the_companys_sign_in_service_is_not_asked_for_a_password_they_never_had() -> None:
    member = taken_on()
    assert working(member).get("/staff/").status_code == 200
