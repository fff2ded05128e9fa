"""The door of the back office: both factors, short sessions, nobody else's way in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from svet.journal.models import Entry
from svet.people import operations as people
from svet.people.models import Code
from svet.people.tests.factories import PASSWORD, make_person
from svet.staff.tests.browsers import working
from svet.staffing import operations as staffing
from svet.staffing.models import StaffMember
from svet.staffing.queries import view
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
SIGN_IN, FACTOR = "/staff/sign-in/", "/staff/second-factor/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment it is; a test moves it by writing into the list."""
    moment = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment[0])
    return moment


def knock(client: Client, member: StaffMember, password: str = PASSWORD) -> int:
    answer = client.post(SIGN_IN, {"phone": member.person.phone, "password": password})
    return answer.status_code


def enrol(client: Client) -> str:
    """Connect an application as the page shows it; returns its secret."""
    page = client.get(FACTOR).content.decode()
    secret = re.search(r'code-secret">([A-Z2-7 ]+)<', page)
    assert secret
    return secret[1].replace(" ", "")


def test_the_first_sign_in_connects_an_application_and_opens_the_desks(clock: list[datetime]) -> None:
    member, client = make_member(), Client()
    assert knock(client, member) == 302
    assert client.get("/staff/").headers["Location"].startswith(FACTOR)
    secret = enrol(client)
    code = people.totp_code(secret=secret, now=clock[0])
    assert client.post(FACTOR, {"code": code}).headers["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
    assert client.get(FACTOR).headers["Location"] == "/staff/"


def test_the_picture_says_what_the_text_says(clock: list[datetime]) -> None:
    client = Client()
    knock(client, make_member())
    page = client.get(FACTOR)
    assert b'<svg class="qr"' in page.content
    assert enrol(client) == client.session["work_secret"]


def test_a_code_opens_once_and_not_after_its_time(clock: list[datetime]) -> None:
    member, client = make_member(), Client()
    knock(client, member)
    secret = enrol(client)
    first = people.totp_code(secret=secret, now=clock[0])
    client.post(FACTOR, {"code": first})
    again = Client()
    knock(again, member)
    assert b"code-secret" not in again.get(FACTOR).content
    assert again.post(FACTOR, {"code": first}).status_code == 422
    clock[0] += timedelta(seconds=30)
    second = people.totp_code(secret=secret, now=clock[0])
    clock[0] += timedelta(seconds=90)
    assert again.post(FACTOR, {"code": second}).status_code == 422
    third = people.totp_code(secret=secret, now=clock[0])
    assert again.post(FACTOR, {"code": third}).status_code == 302


def test_guessing_codes_ends_after_five(clock: list[datetime]) -> None:
    member, client = make_member(), Client()
    knock(client, member)
    secret = enrol(client)
    client.post(FACTOR, {"code": people.totp_code(secret=secret, now=clock[0])})
    other = Client()
    knock(other, member)
    clock[0] += timedelta(minutes=1)
    right = people.totp_code(secret=secret, now=clock[0])
    wrong = [f"{(int(right) + step) % 1_000_000:06d}" for step in range(1, 6)]
    assert [other.post(FACTOR, {"code": code}).status_code for code in wrong] == [422] * 5
    answer = other.post(FACTOR, {"code": right})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 15 * 60


def test_the_answer_is_the_same_for_strangers_customers_and_wrong_passwords() -> None:
    member, customer = make_member(), make_person()
    disabled = make_member()
    StaffMember.objects.filter(pk=disabled.pk).update(disabled_at=NOW)
    bodies = set()
    for phone, password in (
        (member.person.phone, "Wrong-5104o"),
        (customer.phone, PASSWORD),
        (disabled.person.phone, PASSWORD),
        ("+79005550000", PASSWORD),
    ):
        answer = Client().post(SIGN_IN, {"phone": phone, "password": password})
        assert answer.status_code == 422
        text = answer.content.decode().replace(phone, "")
        bodies.add(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text))
    assert len(bodies) == 1
    assert "Телефон или пароль не подходят" in text
    assert "Вспомнить пароль" not in text  # the page has no such button
    assert Entry.objects.filter(action="staff.sign_in.refused").count() == 4


def test_a_work_password_opens_no_cabinet_and_is_not_recovered_by_sms() -> None:
    member = make_member()
    terms = {"phone": member.person.phone, "password": PASSWORD}
    assert Client().post("/entrance/sign-in/", terms).status_code == 422
    people.start_recovery(phone=member.person.phone, session_key="s", address="127.0.0.1", now=NOW)
    assert Code.objects.get().data["winnable"] is False


def test_a_work_session_is_nobody_in_the_cabinet_and_a_customer_nobody_at_the_desks() -> None:
    browser = working(make_member())
    assert browser.get("/staff/").status_code == 200
    assert browser.get("/accounts/").headers["Location"].startswith("/entrance/")
    customer = Client()
    customer.force_login(make_person(), backend="django.contrib.auth.backends.ModelBackend")
    assert customer.get("/staff/").headers["Location"].startswith(SIGN_IN)


def test_fifteen_idle_minutes_end_a_session_and_pages_keep_it_alive(clock: list[datetime]) -> None:
    browser = working(make_member(), opened=NOW, seen=NOW)
    for _ in range(3):
        clock[0] += timedelta(minutes=14, seconds=59)
        assert browser.get("/staff/").status_code == 200
    clock[0] += timedelta(minutes=15)
    assert browser.get("/staff/").headers["Location"].startswith(SIGN_IN)
    clock[0] -= timedelta(minutes=15)
    assert browser.get("/staff/").headers["Location"].startswith(SIGN_IN)


def test_twelve_hours_end_a_session_however_busy(clock: list[datetime]) -> None:
    browser = working(make_member(), opened=NOW, seen=NOW)
    clock[0] = NOW + timedelta(hours=11, minutes=59)
    member = StaffMember.objects.get()
    busy = working(member, opened=NOW, seen=clock[0])
    assert busy.get("/staff/").status_code == 200
    clock[0] = NOW + timedelta(hours=12)
    assert busy.get("/staff/").headers["Location"].startswith(SIGN_IN)
    assert browser.get("/staff/").headers["Location"].startswith(SIGN_IN)


def test_a_disabled_member_a_new_role_and_a_new_password_end_the_session() -> None:
    boss = make_member(role=Role.SECURITY)
    by = view(boss).actor(address="127.0.0.1")
    for change in ("disable", "role", "password"):
        member = make_member()
        browser = working(member)
        assert browser.get("/staff/").status_code == 200
        terms: dict[str, Any] = {"by": by, "reason": "проверка сеанса", "now": NOW}
        if change == "disable":
            staffing.disable_member(**terms, member_public_id=member.public_id)
        elif change == "role":
            staffing.change_role(**terms, member_public_id=member.public_id, role=Role.BILLING)
        else:
            staffing.set_member_password(**terms, phone=member.person.phone, password="Zamena-93x")
        assert browser.get("/staff/").headers["Location"].startswith(SIGN_IN), change


def test_signing_in_takes_a_fresh_session_and_signing_out_ends_it(clock: list[datetime]) -> None:
    member, client = make_member(), Client()
    client.get(SIGN_IN)
    client.session.create()
    knock(client, member)
    half = client.session.session_key
    secret = enrol(client)
    client.post(FACTOR, {"code": people.totp_code(secret=secret, now=clock[0])})
    whole = client.session.session_key
    assert whole != half
    old = Client()
    old.cookies["svet"] = whole or ""
    assert old.get("/staff/").status_code == 200
    client.post("/staff/sign-out/")
    assert old.get("/staff/").headers["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/staff/", "/accounts/", "/staff/sign-in/"]
)
def test_the_way_back_leads_to_a_desk_only(target: str) -> None:
    answer = Client().post(
        SIGN_IN, {"phone": make_member().person.phone, "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == FACTOR


def test_every_answer_of_a_desk_is_kept_out_of_caches() -> None:
    assert working(make_member()).get("/staff/").headers["Cache-Control"] == "no-store"
