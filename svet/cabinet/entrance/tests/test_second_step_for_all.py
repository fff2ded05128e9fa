"""Where everybody needs a second step: connected before anything opens, never taken away as the last."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from svet.cabinet.entrance.tests.test_second_step import HOME, code_of, connected, inside, password_given
from svet.cabinet.profile.tests.test_profile import signed_in
from svet.people import operations as people
from svet.people.models import Person, Token
from svet.people.rules.factors import FactorReason, FactorRefused
from svet.people.tests.factories import PASSWORD, make_person, publish_missing_agreements
from svet.people.tests.outbox import last_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(settings: LazySettings) -> Person:
    settings.SECOND_STEP_FOR_ALL = True
    return make_person(phone="+79117178512", email="anna@example.org")


def test_the_password_leads_to_connecting_and_the_first_code_opens_the_portal(anna: Person) -> None:
    client, answer = password_given(anna)
    assert answer.headers["Location"] == HOME
    assert not inside(client)
    assert "вход в два шага обязателен" in client.get(HOME).content.decode()
    assert "вход в два шага обязателен" not in connected(anna)[0].get(HOME).content.decode()
    assert inside(client)


def test_the_last_second_step_is_not_taken_away(anna: Person) -> None:
    client, _secret, _codes = connected(anna)
    page = client.post(f"{HOME}app/off/", follow=True).content.decode()
    assert "сначала подключите другой" in page
    assert Authenticator.objects.filter(user=anna, type="totp").exists()
    assert inside(client)


def test_without_the_setting_it_is(anna: Person, settings: LazySettings) -> None:
    client, _secret, _codes = connected(anna)
    settings.SECOND_STEP_FOR_ALL = False
    client.post(f"{HOME}app/off/")
    assert not Authenticator.objects.filter(user=anna).exists()
    assert inside(client)


def test_who_lost_it_at_the_office_connects_anew_in_the_same_session(anna: Person) -> None:
    client, _secret, _codes = connected(anna)
    assert inside(client)
    Authenticator.objects.filter(user=anna).delete()
    assert client.get("/profile/devices/").headers["Location"] == HOME


def test_a_piece_of_a_page_leads_the_whole_page_there(anna: Person) -> None:
    answer = signed_in(anna).get("/profile/devices/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, HOME)


def test_no_key_for_programs_without_it(anna: Person) -> None:
    with pytest.raises(FactorRefused) as refused:
        people.check_api_step(person_id=anna.pk, code="", address="", now=timezone.now())
    assert refused.value.reason is FactorReason.NEEDED
    body = {"phone": anna.phone, "password": PASSWORD, "name": "x", "scopes": ["accounts:read"]}
    program = Client()
    answer = program.post(
        "/api/v1/tokens", json.dumps(body), content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "second_step_needed")
    _client, secret, _codes = connected(anna)
    body["second_factor"] = code_of(secret, later=30)
    given = program.post(
        "/api/v1/tokens", json.dumps(body), content_type="application/json", headers={"Idempotency-Key": "k2"}
    )
    assert given.status_code == 201


def test_a_registration_by_a_program_opens_the_portal_and_gives_no_key(settings: LazySettings) -> None:
    settings.SECOND_STEP_FOR_ALL = True
    publish_missing_agreements()
    program, headers = Client(), {"Idempotency-Key": "r"}
    body = {"phone": "+79117178513", "password": PASSWORD, "agreed": True, "consented": True}
    begun = program.post(
        "/api/v1/registrations", json.dumps(body), content_type="application/json", headers=headers
    )
    assert begun.status_code == 202, begun.content
    answer = program.post(
        f"/api/v1/registrations/{begun.json()['id']}/confirm",
        json.dumps({"code": last_code("+79117178513")}),
        content_type="application/json",
        headers={"Idempotency-Key": "c"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "second_step_needed")
    assert Person.objects.filter(phone="+79117178513").exists()
    assert not Token.objects.exists()
