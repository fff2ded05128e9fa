from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from svet.cabinet.entrance import new_agreements, page
from svet.cabinet.entrance.tests.test_entrance import seen
from svet.cabinet.profile.tests.test_profile import signed_in
from svet.office.models import OfficeRequest
from svet.people import operations as people
from svet.people.models import Code, Consent, Device, Person, Token
from svet.people.rules import mask_phone
from svet.people.tests.factories import PASSWORD, make_person, publish_missing_agreements
from svet.people.tests.outbox import events_to, last_code
from svet.site import operations as site
from svet.site.models import Agreement
from svet.site.rules import AgreementKind

pytestmark = pytest.mark.django_db
PHONE = "+79117178512"
STEP = "/entrance/second-factor/"
HOME = "/profile/second-factor/"


@pytest.fixture
def anna() -> Person:
    return make_person(phone=PHONE, email="anna@example.org")


def code_of(secret: str, *, later: int = 0) -> str:
    return people.totp_code(secret=secret, now=datetime.now(UTC) + timedelta(seconds=later))


def prove(client: Client) -> None:
    assert client.post("/profile/confirm/", {"password": PASSWORD, "next": HOME}).headers["Location"] == HOME


def connected(person: Person) -> tuple[Client, str, list[str]]:
    """The person's browser after the application was connected, its secret, the recovery codes."""
    client = signed_in(person)
    prove(client)
    page = client.get(f"{HOME}app/").content.decode()
    found = re.search(r'<code class="figures">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    secret = found[1].replace(" ", "")
    sheet = client.post(f"{HOME}app/", {"code": code_of(secret)})
    return client, secret, re.findall(r"<code>(\d{5}-\d{5})</code>", sheet.content.decode())


def password_given(person: Person, *, client: Client | None = None) -> tuple[Client, Any]:
    browser = client or Client()
    return browser, browser.post(
        "/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD, "next": "/profile/devices/"}
    )


def inside(client: Client) -> bool:
    return client.get("/profile/devices/").status_code == 200


def test_connecting_asks_the_password_shows_a_picture_and_gives_codes_once(anna: Person) -> None:
    client = signed_in(anna)
    assert client.get(f"{HOME}app/").headers["Location"].startswith("/profile/confirm/")
    prove(client)
    page = client.get(f"{HOME}app/").content.decode()
    assert '<svg class="qr"' in page
    assert "otpauth" not in page  # only inside the picture
    browser, _, codes = connected(anna)
    assert len(codes) == 10
    assert codes[0] not in browser.get(HOME).content.decode()
    assert "включено" in seen(browser.get(HOME))
    assert events_to("anna@example.org")[-1] == "second_factor"


def test_a_wrong_code_connects_nothing(anna: Person) -> None:
    client = signed_in(anna)
    prove(client)
    client.get(f"{HOME}app/")
    assert client.post(f"{HOME}app/", {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_the_password_alone_opens_nothing_and_the_code_brings_where_one_wanted_to_go(anna: Person) -> None:
    _, secret, _ = connected(anna)
    client, answer = password_given(anna)
    assert answer.headers["Location"] == STEP
    assert not inside(client)
    wrong = client.post(STEP, {"code": "000000"})
    assert (wrong.status_code, inside(client)) == (422, False)
    right = client.post(STEP, {"code": code_of(secret, later=30)})
    assert right.headers["Location"] == "/profile/devices/"
    assert inside(client)


def test_a_second_step_begun_where_somebody_is_signed_in_leaves_their_session_listed(anna: Person) -> None:
    connected(anna)
    boris = make_person()
    here, there = signed_in(boris), signed_in(boris)
    there, answer = password_given(anna, client=there)
    assert answer.headers["Location"] == STEP
    assert inside(there)
    here.post("/profile/devices/end-elsewhere/")
    assert not inside(there)


def test_a_recovery_code_opens_and_is_spent(anna: Person) -> None:
    _, _, codes = connected(anna)
    client, _ = password_given(anna)
    assert client.post(STEP, {"code": codes[0]}).status_code == 302
    other, _ = password_given(anna)
    assert other.post(STEP, {"code": codes[0]}).status_code == 422
    assert not inside(other)


def test_the_sixth_code_is_not_looked_at(anna: Person) -> None:
    _, _, codes = connected(anna)
    client, _ = password_given(anna)
    for nth in range(5):
        assert client.post(STEP, {"code": f"000000000{nth}"}).status_code == 422
    full = client.post(STEP, {"code": codes[0]})
    assert full.status_code == 429
    assert full.headers["Retry-After"]


def test_the_second_step_dies_with_a_change_of_the_password(anna: Person) -> None:
    browser, _, codes = connected(anna)
    client, _ = password_given(anna)
    browser.post("/profile/password/", {"current": PASSWORD, "new": "Zz9#longer", "repeat": "Zz9#longer"})
    assert client.post(STEP, {"code": codes[0]}).headers["Location"].startswith("/entrance/?tab=sign-in")
    assert not inside(client)


def test_the_second_step_waits_ten_minutes(anna: Person) -> None:
    connected(anna)
    client, _ = password_given(anna)
    session = client.session
    session["half_way"] = {**session["half_way"], "at": session["half_way"]["at"] - 601}
    session.save()
    assert client.get(STEP).status_code == 302


def test_veras_password_does_not_take_annas_step(anna: Person) -> None:
    _, _, codes = connected(anna)
    vera = make_person(first_name="Вера")
    connected(vera)
    client, _ = password_given(vera)
    assert client.post(STEP, {"code": codes[0]}).status_code == 422
    assert not inside(client)


def test_a_planted_session_key_watches_nothing(anna: Person) -> None:
    _, _, codes = connected(anna)
    client = Client()
    client.get("/entrance/recover/code/")  # gives the browser a session
    planted = client.session.session_key
    password_given(anna, client=client)
    assert client.session.session_key != planted
    half = client.session.session_key
    client.post(STEP, {"code": codes[0]})
    assert client.session.session_key not in (planted, half)
    assert not Session.objects.filter(session_key__in=[key for key in (planted, half) if key]).exists()
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = str(half)
    assert not inside(attacker)


def test_the_cookie_of_a_signed_out_browser_opens_nothing(anna: Person) -> None:
    client = signed_in(anna)
    old = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/entrance/sign-out/")
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = old
    assert not inside(again)


def test_a_trusted_device_is_not_asked_again_until_it_is_trusted_no_more(anna: Person) -> None:
    _, _, codes = connected(anna)
    client, _ = password_given(anna)
    client.post(STEP, {"code": codes[0], "trust": "1"})
    client.post("/entrance/sign-out/")
    _, answer = password_given(anna, client=client)
    assert (answer.headers["Location"], inside(client)) == ("/profile/devices/", True)
    assert "Доверенное до" in seen(client.get("/profile/devices/"))
    device = Device.objects.get(person=anna, trusted_until__isnull=False)
    client.post(f"/profile/devices/{device.public_id}/distrust/")
    client.post("/entrance/sign-out/")
    _, answer = password_given(anna, client=client)
    assert answer.headers["Location"] == STEP


def test_vera_cannot_distrust_annas_device(anna: Person) -> None:
    _, _, codes = connected(anna)
    client, _ = password_given(anna)
    client.post(STEP, {"code": codes[0], "trust": "1"})
    device = Device.objects.get(person=anna, trusted_until__isnull=False)
    vera = signed_in(make_person(first_name="Вера"))
    assert vera.post(f"/profile/devices/{device.public_id}/distrust/").status_code == 404
    device.refresh_from_db()
    assert device.trusted_until is not None


def test_a_stolen_sim_card_does_not_get_past_the_second_step(anna: Person) -> None:
    _, _, codes = connected(anna)
    home, _ = password_given(anna)
    home.post(STEP, {"code": codes[0], "trust": "1"})
    for client in (Client(), home):
        client.post("/entrance/sign-out/")
    thief = home  # even in the browser Anna called her own
    thief.post("/entrance/recover/", {"phone": PHONE})
    thief.post("/entrance/recover/code/", {"code": last_code(PHONE)})
    answer = thief.post("/entrance/recover/password/", {"new": "Zz9#longer"})
    assert (answer.headers["Location"], inside(thief)) == (STEP, False)


def test_a_token_needs_the_second_factor_too(anna: Person, client: Client) -> None:
    _, _, codes = connected(anna)
    Token.objects.all().delete()
    asked = {"phone": PHONE, "password": PASSWORD, "name": "x", "scopes": ["readings:read"]}

    def ask(key: str, **more: str) -> Any:
        return client.post(
            "/api/v1/tokens",
            {**asked, **more},
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )

    without = ask("k1")
    assert (without.status_code, without.json()["code"]) == (422, "second_factor_required")
    assert ask("k2", second_factor="0000000000").json()["code"] == "second_factor_wrong"
    assert not Token.objects.exists()
    assert ask("k3", second_factor=codes[1]).status_code == 201
    # A wrong password says nothing about the second factor.
    assert "second" not in ask("k4", password="Kx7#mVq2q").json()["code"]


def test_turning_off_asks_the_password_and_tells(anna: Person) -> None:
    connected(anna)
    client, _ = password_given(anna)
    assert client.post(f"{HOME}app/off/").status_code == 302
    assert Authenticator.objects.filter(user=anna).exists()
    browser, _, codes = connected(make_person(first_name="Борис"))
    assert len(codes) == 10
    assert browser.post(f"{HOME}app/off/").headers["Location"] == HOME
    assert "выключено" in seen(browser.get(HOME))


def test_who_has_lost_everything_asks_the_office(anna: Person) -> None:
    connected(anna)
    client, _ = password_given(anna)
    page = client.post(f"{STEP}lost/", {"comment": "Утопила телефон"})
    asked = OfficeRequest.objects.get()
    assert asked.number in seen(page)
    assert (asked.kind, asked.person_id) == ("factor", anna.pk)
    assert events_to("anna@example.org")[-1] == "office_asked"
    assert client.post(f"{STEP}lost/", {"comment": ""}).status_code == 422


def test_a_lost_phone_goes_to_the_office_with_a_confirmed_new_number(anna: Person) -> None:
    client = signed_in(anna)
    sent = {"phone": "8 911 717 85 99", "password": PASSWORD, "comment": "Симка у бывшего мужа"}
    assert client.post("/profile/phone/lost/", {**sent, "password": "wrong"}).status_code == 422
    assert client.post("/profile/phone/lost/", sent).status_code == 302
    assert client.post("/profile/phone/lost/code/", {"code": last_code("+79117178599")}).status_code == 302
    page = seen(client.get("/profile/office/"))
    asked = OfficeRequest.objects.get()
    assert asked.number in page
    assert mask_phone("+79117178599").replace("\u00a0", " ") in page
    assert events_to(PHONE)[-1] == "office_asked"
    vera = signed_in(make_person(first_name="Вера"))
    assert vera.post(f"/profile/office/{asked.public_id}/withdraw/").status_code == 404
    assert client.post(f"/profile/office/{asked.public_id}/withdraw/").status_code == 302
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_a_new_version_of_the_agreement_is_asked_once_at_the_next_sign_in(anna: Person) -> None:
    publish_missing_agreements()
    for kind in AgreementKind:
        people.give_consent(person_id=anna.pk, kind=kind, address="", now=datetime.now(UTC))
    assert inside(signed_in(anna))
    site.publish_agreement(
        kind=AgreementKind.TERMS, title="Новое", body="Текст", published_on=datetime.now(UTC).date()
    )
    client, answer = password_given(anna)
    assert answer.headers["Location"].startswith("/entrance/agreements/")
    assert client.get("/payment/").headers["Location"].startswith("/entrance/agreements/")
    assert client.get("/profile/consents/").status_code == 200
    assert client.post("/entrance/agreements/", {"next": "/payment/"}).status_code == 422
    done = client.post("/entrance/agreements/", {"next": "/payment/", "terms": "on"})
    assert done.headers["Location"] == "/payment/"
    assert client.get("/payment/").status_code == 200
    _, again = password_given(anna)
    assert again.headers["Location"] == "/profile/devices/"


def test_a_version_for_a_later_day_is_asked_on_its_day_and_no_consent_is_to_what_was_not_shown(
    anna: Person,
) -> None:
    publish_missing_agreements()
    today, kind = timezone.localdate(), AgreementKind.TERMS
    for each in AgreementKind:
        people.give_consent(person_id=anna.pk, kind=each, address="", now=datetime.now(UTC))
    version = site.publish_agreement(
        kind=kind, title="Новое", body="Текст", published_on=today + timedelta(days=3)
    )
    client, answer = password_given(anna)
    assert answer.headers["Location"] == "/profile/devices/"
    assert f"действует версия {version}" in seen(client.get("/profile/consents/"))
    # Its day comes.
    waiting = Agreement.objects.filter(kind=kind, version=version)
    waiting.update(published_on=today)
    client, answer = password_given(anna)
    assert answer.headers["Location"].startswith("/entrance/agreements/")
    page = client.get("/entrance/agreements/").content.decode()
    mark = re.search(r'name="texts" value="([^"]+)"', page)
    assert mark is not None
    # While it is read the next one comes into force: the tick was not for that.
    latest = site.publish_agreement(kind=kind, title="Ещё новее", body="Иное", published_on=today)
    ticked = {"next": "/payment/", "terms": "on", "texts": mark[1]}
    told = client.post("/entrance/agreements/", ticked, follow=True)
    assert "вступила в силу новая версия" in seen(told)
    assert not Consent.objects.filter(person=anna, kind=kind, version__in=(version, latest)).exists()
    mark = re.search(r'name="texts" value="([^"]+)"', told.content.decode())
    assert mark is not None
    assert (
        client.post("/entrance/agreements/", ticked | {"texts": mark[1]}).headers["Location"] == "/payment/"
    )
    assert Consent.objects.filter(person=anna, kind=kind, version=latest).count() == 1


def published_meanwhile(module: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let another text come into force when a form was looked at and before anything is written down."""
    address, found = module.client_address, list[int]()

    def client_address(request: HttpRequest) -> str:
        today = timezone.localdate()
        found.append(
            site.publish_agreement(kind=AgreementKind.TERMS, title="Новее", body="Иное", published_on=today)
        )
        return str(address(request))

    monkeypatch.setattr(module, "client_address", client_address)
    return found


def mark_on(page: Any) -> str:
    mark = re.search(r'name="texts" value="([^"]+)"', page.content.decode())
    assert mark is not None
    return mark[1]


def test_a_text_that_comes_into_force_at_this_very_moment_is_not_agreed_to(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_missing_agreements()
    kind, now = AgreementKind.TERMS, datetime.now(UTC)
    people.give_consent(person_id=anna.pk, kind=kind, address="", now=now)
    shown = site.publish_agreement(
        kind=kind, title="Новое", body="Текст", published_on=timezone.localdate(now)
    )
    client = signed_in(anna)
    mark = mark_on(client.get("/entrance/agreements/"))
    later = published_meanwhile(new_agreements, monkeypatch)
    client.post("/entrance/agreements/", {"terms": "on", "texts": mark, "next": "/"})
    assert later == [shown + 1]
    assert list(
        Consent.objects.filter(person=anna, version__gte=shown).values_list("version", flat=True)
    ) == [shown]


def test_nor_does_whoever_registers_agree_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    publish_missing_agreements()
    browser = Client()
    mark = mark_on(browser.get("/entrance/"))
    later = published_meanwhile(page, monkeypatch)
    form = {"phone": "+79117178514", "password": PASSWORD, "agreed": "on", "consented": "on", "texts": mark}
    assert browser.post("/entrance/register/", form).status_code == 302
    agreed = Code.objects.latest("pk").data["agreements"]
    assert (f"terms-{agreed['terms']}" in mark.split(), agreed["terms"]) == (True, later[0] - 1)


def test_whoever_registers_agrees_to_the_texts_that_the_page_has_shown() -> None:
    publish_missing_agreements()
    browser = Client()
    mark = re.search(r'name="texts" value="([^"]+)"', browser.get("/entrance/").content.decode())
    assert mark is not None
    form = {
        "phone": "+79117178513",
        "password": PASSWORD,
        "agreed": "on",
        "consented": "on",
        "texts": mark[1],
    }
    site.publish_agreement(
        kind=AgreementKind.TERMS, title="Новое", body="Текст", published_on=timezone.localdate()
    )
    again = browser.post("/entrance/register/", form)
    assert again.status_code == 422
    assert "вступила в силу новая версия" in seen(again)
    mark = re.search(r'name="texts" value="([^"]+)"', again.content.decode())
    assert mark is not None
    assert browser.post("/entrance/register/", form | {"texts": mark[1]}).status_code == 302


def test_passkeys_are_not_offered_where_the_address_is_a_number(anna: Person) -> None:
    client = signed_in(anna)
    prove(client)
    page = client.get(HOME, headers={"host": "127.0.0.1:8000"})
    assert "адрес сайта" in seen(page)
    assert client.get(f"{HOME}passkey/", headers={"host": "127.0.0.1:8000"}).status_code == 302


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "{}", '{"id": 1}', '{"response": {"userHandle": "%%%"}}', '{"id":"' + "A" * 4000 + '"}'],
)
def test_a_made_up_passkey_opens_nothing(client: Client, credential: str) -> None:
    client.get("/entrance/passkey/", headers={"host": "localhost"})
    answer = client.post("/entrance/passkey/", {"credential": credential}, headers={"host": "localhost"})
    assert answer.status_code == 422
    assert not inside(client)
