"""The door by the retailer's own sign-in service, with a certified service nobody here wrote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from svet.gateways.tests.test_hung_identity import slow_service
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.people import operations as people
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from tests.identity_of_npm import Service, service

pytestmark = pytest.mark.django_db
AWAY, FACTOR = "/staff/sign-in/provider/", "/staff/second-factor/"
BACK = "http://127.0.0.1:8000/staff/sign-in/provider/back/"
PHONE = "+79000000901"
SECRET = people.new_totp_secret()
PEOPLE = {
    "olga": {"phone_number": PHONE, "phone_number_verified": True},
    "liar": {"phone_number": PHONE, "phone_number_verified": False},
    "namesake": {"phone_number": PHONE, "phone_number_verified": True},
    "customer": {"phone_number": "+79000000902", "phone_number_verified": True},
    "nobody": {},
}


@pytest.fixture(scope="module")
def npm() -> Iterator[Service]:
    with service(back=BACK, people=PEOPLE) as running:
        yield running


@pytest.fixture(autouse=True)
def switched_on(npm: Service, settings: Settings) -> None:
    settings.OIDC_ISSUER = npm.issuer
    settings.OIDC_CLIENT_SECRET = "secret-of-the-tests"
    settings.OIDC_NAME = "Энергия ID"
    settings.OIDC_STRONG = ["otp"]


@pytest.fixture
def olga() -> StaffMember:
    """A member whose application is connected already."""
    member = make_member(phone=PHONE)
    earlier = timezone.now() - timedelta(minutes=5)
    people.enrol_totp(
        person_id=member.person_id,
        secret=SECRET,
        code=people.totp_code(secret=SECRET, now=earlier),
        by=Actor.staff(member.person_id, name="Ольга"),
        now=earlier,
    )
    return member


def come_back(npm: Service, client: Client, target: str = "", **form: str) -> Any:
    """Go to the service and come back; the answer of our page."""
    there = client.get(AWAY, {"next": target} if target else {}).headers["Location"]
    parts = urlsplit(npm.sign_in(there, **form))
    return client.get(f"{parts.path}?{parts.query}")


def come_in(npm: Service, client: Client, **form: str) -> None:
    """The first sign-in by the service, which binds the identity."""
    assert come_back(npm, client, **form).headers["Location"] == FACTOR
    show_code(client)


def show_code(client: Client) -> None:
    code = people.totp_code(secret=SECRET, now=timezone.now())
    assert client.post(FACTOR, {"code": code}).headers["Location"] == "/staff/"


def said(client: Client, answer: Any) -> str:
    assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/sign-in/")
    return client.get("/staff/sign-in/").content.decode()


def test_the_button_bears_the_name_the_members_know(settings: Settings) -> None:
    page = Client().get("/staff/sign-in/?next=/staff/limits/").content.decode()
    assert "Войти через Энергия ID" in page
    assert 'href="/staff/sign-in/provider/?next=/staff/limits/"' in page
    settings.OIDC_ISSUER = ""
    assert "provider" not in Client().get("/staff/sign-in/").content.decode()
    assert Client().get(AWAY).headers["Location"] == "/staff/sign-in/"
    assert Client().get(AWAY + "back/?code=1&state=1").headers["Location"] == "/staff/sign-in/"


def test_the_first_time_the_second_factor_here_binds_the_identity(npm: Service, olga: StaffMember) -> None:
    client = Client()
    answer = come_back(npm, client, login="olga", strong="1")
    assert answer.headers["Location"] == FACTOR, "whatever the service asked for"
    olga.refresh_from_db()
    assert olga.identity_digest == "", "nothing is bound before the member has shown that it is they"
    assert client.get("/staff/").headers["Location"].startswith(FACTOR)
    show_code(client)
    assert client.get("/staff/").status_code == 200
    olga.refresh_from_db()
    assert len(olga.identity_digest) == 64
    assert Entry.objects.get(action="staff.identity_bound").actor_person_id == olga.person_id


def test_then_a_second_factor_asked_for_there_is_enough(npm: Service, olga: StaffMember) -> None:
    come_in(npm, Client(), login="olga")
    client = Client()
    answer = come_back(npm, client, "/staff/limits/", login="olga", strong="1")
    assert answer.headers["Location"] == "/staff/limits/"
    assert client.get("/staff/limits/").status_code == 200


def test_a_password_alone_there_still_asks_for_the_second_factor_here(
    npm: Service, olga: StaffMember
) -> None:
    come_in(npm, Client(), login="olga")
    client = Client()
    answer = come_back(npm, client, "/staff/limits/", login="olga")
    assert answer.headers["Location"] == f"{FACTOR}?next=/staff/limits/"
    assert client.get("/staff/").status_code == 302


def test_a_bound_identity_follows_the_member_to_another_phone(npm: Service, olga: StaffMember) -> None:
    come_in(npm, Client(), login="olga")
    olga.person.phone = "+79000000999"
    olga.person.save()
    assert come_back(npm, Client(), login="olga", strong="1").headers["Location"] == "/staff/"


@pytest.mark.parametrize("login", ["liar", "customer", "nobody"])
def test_who_is_no_member_stays_outside_and_it_is_written_down(
    npm: Service, olga: StaffMember, login: str
) -> None:
    make_person(phone="+79000000902")
    client = Client()
    page = said(client, come_back(npm, client, login=login, strong="1"))
    assert "не привязана ни к одному сотруднику" in page
    assert Entry.objects.filter(action="staff.provider.refused").count() == 1
    assert client.get("/staff/").status_code == 302


def test_another_identity_with_the_same_phone_takes_nothing_over(npm: Service, olga: StaffMember) -> None:
    come_in(npm, Client(), login="olga")
    client = Client()
    assert "не привязана" in said(client, come_back(npm, client, login="namesake", strong="1"))


def test_who_has_no_application_yet_connects_one_by_the_password_first(npm: Service) -> None:
    make_member(phone=PHONE)
    client = Client()
    page = said(client, come_back(npm, client, login="olga", strong="1"))
    assert "подключите приложение с кодами" in page
    assert client.get("/staff/").status_code == 302


def test_a_colleagues_application_is_needed_to_bind_a_stolen_phone(npm: Service, olga: StaffMember) -> None:
    thief = Client()
    come_back(npm, thief, login="namesake", strong="1")
    assert thief.post(FACTOR, {"code": "000000"}).status_code == 422
    olga.refresh_from_db()
    assert olga.identity_digest == ""


def test_who_was_dismissed_does_not_come_in(npm: Service, olga: StaffMember) -> None:
    come_in(npm, Client(), login="olga")
    StaffMember.objects.filter(pk=olga.pk).update(disabled_at=timezone.now())
    client = Client()
    assert "не привязана" in said(client, come_back(npm, client, login="olga", strong="1"))


def test_who_says_no_there_is_told_so(npm: Service, olga: StaffMember) -> None:
    client = Client()
    assert "отменён" in said(client, come_back(npm, client))


def test_an_answer_is_taken_once_in_the_browser_that_asked_and_in_time(
    npm: Service, olga: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, thief = Client(), Client()
    where = npm.sign_in(client.get(AWAY).headers["Location"], login="olga")
    back = f"{urlsplit(where).path}?{urlsplit(where).query}"
    thief.get(AWAY)
    assert "начат в другом браузере" in said(thief, thief.get(back)), "a sign-in that somebody else began"
    assert client.get(back).headers["Location"] == FACTOR
    client.post("/staff/sign-out/")
    assert "уже закончен" in said(client, client.get(back))
    client.get(AWAY)
    late = timezone.now() + timedelta(minutes=11)
    state = client.session["provider"]["state"]
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert "уже закончен" in said(client, client.get(f"{AWAY}back/?code=1&state={state}"))


@pytest.mark.parametrize("query", ["", "?code=1", "?state=1", "?code=1&state=%00", "?code=я&state=я&iss=я"])
def test_an_answer_made_up_by_somebody_opens_nothing(query: str) -> None:
    client = Client()
    client.get(AWAY)
    assert "уже закончен" in said(client, client.get(f"{AWAY}back/{query}"))


def test_an_answer_of_another_service_is_not_taken(npm: Service, olga: StaffMember) -> None:
    client = Client()
    where = npm.sign_in(client.get(AWAY).headers["Location"], login="olga")
    query = urlsplit(where).query.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F&was=")
    assert "уже закончен" in said(client, client.get(f"{AWAY}back/?{query}"))


def test_a_code_made_up_by_somebody_is_refused_by_the_service(npm: Service) -> None:
    client = Client()
    client.get(AWAY)
    state = client.session["provider"]["state"]
    page = said(client, client.get(f"{AWAY}back/?code=made-up&state={state}"))
    assert "не подтвердила вход" in page
    again = said(client, client.get(f"{AWAY}back/?code=made-up&state={state}"))
    assert "уже закончен" in again, "one answer to one question, a wrong one too"


def test_a_silent_service_leaves_the_password(settings: Settings) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    client = Client()
    page = said(client, client.get(AWAY))
    assert "Вход через службу входа компании сейчас недоступен" in page
    assert 'name="password"' in page


def test_a_hung_service_holds_one_page_for_a_moment_and_leaves_the_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svet.gateways.identity.hurried.PATIENCE", 0.5)
    with slow_service([b""]) as issuer:
        settings.OIDC_ISSUER = issuer
        began = time.monotonic()
        client = Client()
        page = said(client, client.get(AWAY))
        assert time.monotonic() - began < 2
    assert "Вход через службу входа компании сейчас недоступен" in page
    assert 'name="password"' in page


def test_the_administrator_unbinds_an_identity_with_a_reason(npm: Service, olga: StaffMember) -> None:
    working_olga = Client()
    come_in(npm, working_olga, login="olga")
    boss = working(make_member(role=Role.SECURITY))
    assert "Отвязать учётную запись" in boss.get("/staff/members/").content.decode()
    url = f"/staff/members/{olga.public_id}/forget-identity/"
    boss.post(url, {f"{olga.public_id}-reason": "ок"})
    olga.refresh_from_db()
    assert olga.identity_digest, "a reason that says nothing is none"
    boss.post(url, {f"{olga.public_id}-reason": "сменила учётную запись"})
    olga.refresh_from_db()
    assert olga.identity_digest == ""
    assert working_olga.get("/staff/").status_code == 302, "her session has ended"
    assert Entry.objects.get(action="staff.identity_forgotten").reason == "сменила учётную запись"
    assert "Отвязать учётную запись" not in boss.get("/staff/members/").content.decode()


def test_knocking_at_the_service_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from svet.limits.rules import LIMITS, LimitName
    from svet.limits.rules.buckets import Limit

    monkeypatch.setitem(LIMITS, LimitName.PROVIDER_PER_NETWORK, Limit(2, 3600))
    client = Client()
    assert [client.get(AWAY).headers["Location"][:5] for _ in range(3)] == ["http:", "http:", "/staf"]
    assert "Слишком много попыток" in client.get("/staff/sign-in/").content.decode()
