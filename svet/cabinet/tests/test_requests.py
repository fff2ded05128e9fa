from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from svet.cabinet.shell.session import client_address, safe_next
from svet.people.models import Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code

PROXY = ["10.0.0.0/8", "2001:db8::/32"]


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "seen"),
    [
        ("192.0.2.1", "198.51.100.7", [], "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", PROXY, "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", PROXY, "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", PROXY, "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", PROXY, "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, <script>", PROXY, "10.0.0.1"),
        ("10.0.0.1", "", PROXY, "10.0.0.1"),
        ("2001:db8::1", "2a00:1450::5", PROXY, "2a00:1450::5"),
        ("", "", [], "127.0.0.1"),
        ("unix:/run/svet.sock", "198.51.100.7", [], "127.0.0.1"),
    ],
)
def test_an_address_counts_only_as_far_as_trusted_proxies_vouch_for_it(
    settings: Any, remote: str, forwarded: str, proxies: list[str], seen: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    extra = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", **extra)) == seen  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ("/bills/?year=2026", "/bills/?year=2026"),
        ("", "/"),
        (None, "/"),
        ("bills/", "/"),
        ("https://testserver/bills/", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/" + "a" * 600, "/"),
    ],
)
def test_the_way_on_stays_inside(given: str | None, goes: str) -> None:
    assert safe_next(RequestFactory().get("/"), given) == goes


@pytest.mark.django_db
def test_a_bomber_of_many_requests_makes_one_sms_and_then_is_told_to_wait() -> None:
    answers = [Client().post("/entrance/recover/", {"phone": "89117178512"}).status_code for _ in range(20)]
    assert answers == [302] + [429] * 19
    make_person(phone="+79117178599")
    for number in range(20):
        spelling = ("89117178599", "+7 911 717-85-99")[number % 2]
        Client().post("/entrance/recover/", {"phone": spelling})
    assert events_to("+79117178599") == ["code"]


@pytest.mark.django_db
def test_recovery_by_sms_is_remembered_for_the_pause_of_bound_cards(client: Client) -> None:
    anna = make_person(phone="+79117178512")
    assert anna.recovered_at is None
    client.post("/entrance/recover/", {"phone": "89117178512"})
    client.post("/entrance/recover/code/", {"code": last_code("+79117178512")})
    client.post("/entrance/recover/password/", {"new": "tR4vel-Kust"})
    assert Person.objects.get(pk=anna.pk).recovered_at is not None


@pytest.mark.django_db
def test_the_way_on_is_kept_through_sign_in() -> None:
    make_person(phone="+79117178512")
    client = Client()
    asked = client.get("/profile/devices/")
    page = client.get(asked.headers["Location"]).content.decode()
    assert 'name="next" value="/profile/devices/"' in page
    sent = {"phone": "89117178512", "password": PASSWORD, "next": "/profile/devices/"}
    assert client.post("/entrance/sign-in/", sent).headers["Location"] == "/profile/devices/"
    assert client.get("/entrance/").headers["Location"] == "/"


@pytest.mark.django_db
def test_a_form_without_its_token_does_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    make_person(phone="+79117178512")
    assert strict.post("/entrance/recover/", {"phone": "89117178512"}).status_code == 403
    assert events_to("+79117178512") == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/entrance/code/", "/entrance/recover/code/"])
def test_a_page_that_asks_for_a_code_has_one_field_for_it(client: Client, page: str) -> None:
    sent = {"phone": "89117178512", "password": PASSWORD, "agreed": "on", "consented": "on"}
    client.post("/entrance/recover/" if "recover" in page else "/entrance/register/", sent)
    text = client.get(page).content.decode()
    assert text.count('name="code"') == 1
    assert "Подтвердить</span></button>" in text
