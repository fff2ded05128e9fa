from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.cabinet.entrance.tests.test_entrance import seen
from svet.look.formats import day
from svet.metering.tests.factories import make_meter
from svet.notices import queries as notices
from svet.people import queries
from svet.people.models import Consent, Device, Person, Token
from svet.people.operations import issue_token
from svet.people.rules import KeyBound
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code

pytestmark = pytest.mark.django_db
PHONE = "+79117178512"
PAGES = [
    "/profile/",
    "/profile/notifications/",
    "/profile/password/",
    "/profile/email/",
    "/profile/phone/",
    "/profile/devices/",
    "/profile/consents/",
    "/profile/tokens/",
]


def signed_in(person: Person) -> Client:
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/133"})
    answer: Any = client.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


@pytest.fixture
def anna() -> Person:
    return make_person(phone=PHONE)


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_led_to_the_entrance_and_back(client: Client, page: str) -> None:
    assert client.get(page).headers["Location"].startswith("/entrance/?tab=sign-in&next=%2Fprofile%2F")
    lost = client.get(page, headers={"hx-request": "true"})
    assert (lost.status_code, lost.headers["HX-Redirect"][:10]) == (204, "/entrance/")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_profile_opens_and_is_not_cached(anna: Person, page: str) -> None:
    answer = signed_in(anna).get(page)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_personal_data_is_kept_on_its_own(anna: Person) -> None:
    client = signed_in(anna)
    sent = {
        "last_name": " Римская-Корсакова ",
        "first_name": "Анна",
        "patronymic": "д’Артаньяновна",
        "birth_on": "01.07.1965",
        "sex": "female",
    }
    assert client.post("/profile/person/", sent).status_code == 302
    anna.refresh_from_db()
    assert (anna.last_name, str(anna.birth_on), anna.sex) == ("Римская-Корсакова", "1965-07-01", "female")
    assert "Анна д’Артаньяновна Римская-Корсакова" in seen(client.get("/profile/"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "<script>alert(1)</script>"),
        ("first_name", "А" * 61),
        ("last_name", "Иванова\x00"),
        ("last_name", "=cmd|' /C calc'!A0"),
        ("birth_on", "2999-01-01"),
        ("birth_on", "1899-12-31"),
        ("birth_on", "31.02.1965"),
        ("birth_on", "٠١.٠٧.١٩٦٥"),
        ("sex", "other"),
    ],
)
def test_what_cannot_be_kept_stays_typed_with_its_reason(anna: Person, field: str, value: str) -> None:
    page = signed_in(anna).post("/profile/person/", {"first_name": "Аннушка", field: value})
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    anna.refresh_from_db()
    assert anna.first_name == "Анна"


def test_extra_fields_change_nothing(anna: Person) -> None:
    signed_in(anna).post("/profile/person/", {"first_name": "Анна", "is_staff": "1", "phone": "+79117178500"})
    anna.refresh_from_db()
    assert (anna.is_staff, anna.phone) == (False, PHONE)


def test_a_changed_password_keeps_this_session_and_ends_the_others(anna: Person) -> None:
    here, there = signed_in(anna), signed_in(anna)
    sent = {"current": PASSWORD, "new": "tR4vel-Kust", "repeat": "tR4vel-Kust"}
    assert here.post("/profile/password/", sent).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert events_to(PHONE) == ["password_changed"]
    assert any(device.here for device in queries.devices(person_id=anna.pk, session_key=key_of(here)))


def key_of(client: Client) -> str:
    return str(client.cookies["svet"].value)


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("current", {"current": "Kx7#mVq2q"}),
        ("current", {"current": ""}),
        ("new", {"new": "Qwerty123", "repeat": "Qwerty123"}),
        ("new", {"new": PASSWORD, "repeat": PASSWORD}),
        ("repeat", {"repeat": "tR4vel-Kusty"}),
    ],
)
def test_a_password_is_not_changed_and_never_shown(anna: Person, field: str, sent: dict[str, str]) -> None:
    good = {"current": PASSWORD, "new": "tR4vel-Kust", "repeat": "tR4vel-Kust"}
    page = signed_in(anna).post("/profile/password/", good | sent)
    assert page.status_code == 422
    text = page.content.decode()
    assert f'id="id_{field}_error"' in text
    assert PASSWORD not in text
    assert "tR4vel" not in text
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_an_address_is_confirmed_and_the_person_returns_where_they_came_from(anna: Person) -> None:
    client = signed_in(anna)
    client.get("/profile/email/?next=/accounts/")
    assert client.post("/profile/email/", {"email": "anna@example.org"}).status_code == 302
    assert "anna@example.org" in seen(client.get("/profile/email/code/"))
    done = client.post("/profile/email/code/", {"code": last_code("anna@example.org")})
    assert done.headers["Location"] == "/accounts/"
    assert queries.email_of(anna.pk) == "anna@example.org"


def test_another_address_asks_for_the_password_and_keeps_what_was_typed() -> None:
    anna = make_person(phone=PHONE, email="old@example.org")
    client = signed_in(anna)
    assert 'name="password"' in client.get("/profile/email/").content.decode()
    for password in ("", "Nobody-knows-12"):
        page = client.post("/profile/email/", {"email": "new@example.org", "password": password})
        text = page.content.decode()
        assert page.status_code == 422
        assert 'id="id_password_error"' in text
        assert 'value="new@example.org"' in text
    assert events_to("new@example.org") == []
    sent = {"email": "new@example.org", "password": PASSWORD}
    assert client.post("/profile/email/", sent).status_code == 302
    client.post("/profile/email/code/", {"code": last_code("new@example.org")})
    assert queries.email_of(anna.pk) == "new@example.org"


def test_the_first_address_asks_for_no_password(anna: Person) -> None:
    assert 'name="password"' not in signed_in(anna).get("/profile/email/").content.decode()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example",
        "a b@example.org",
        "anna@exa_mple.org",
        "анна@example.org",
        "anna@пример.рф",
        "anna@example.org\r\nBcc: x@example.org",
        "anna@example.org,b@example.org",
        "a..b@example.org",
        "x" * 65 + "@example.org",
        "anna@" + "x" * 250 + ".org",
        "anna@127.0.0.1",
    ],
)
def test_what_is_no_address_gets_no_letter(anna: Person, value: str) -> None:
    page = signed_in(anna).post("/profile/email/", {"email": value})
    assert page.status_code == 422
    assert 'id="id_email_error"' in page.content.decode()


def test_the_phone_changes_with_two_codes(anna: Person) -> None:
    client = signed_in(anna)
    sent = {"phone": "8 911 717 85 99", "password": PASSWORD}
    assert client.post("/profile/phone/", sent).status_code == 302
    codes = {"old_code": last_code(PHONE), "new_code": last_code("+79117178599")}
    assert client.post("/profile/phone/codes/", codes).status_code == 302
    anna.refresh_from_db()
    assert anna.phone == "+79117178599"


def test_the_matrix_of_notices_is_kept_and_obligatory_ones_stay_on(anna: Person) -> None:
    client = signed_in(anna)
    assert client.post("/profile/notifications/", {"sms_on": "on", "due_near.sms": "on"}).status_code == 302
    switches = queries_of(anna)
    assert (switches.email_on, switches.sms_on) == (False, True)
    on = {
        (event.code, channel.value)
        for event, row in switches.matrix.items()
        for channel, cell in row.items()
        if cell.on and not cell.locked
    }
    assert on == {("due_near", "sms")}
    assert all(cell.on for row in switches.matrix.values() for cell in row.values() if cell.locked)


def queries_of(person: Person) -> Any:
    return notices.preferences(recipient_id=person.recipient_id)


def test_devices_are_listed_and_signed_out_elsewhere(anna: Person) -> None:
    here, there = signed_in(anna), signed_in(anna)
    page = here.get("/profile/devices/")
    assert seen(page).count("Firefox, Windows") == 2
    assert "это устройство" in seen(page)
    here.post("/profile/devices/end-elsewhere/")
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200


def signed_in_again(person: Person, *, beside: Client) -> Client:
    """Another session in the same browser: its device cookie without its session cookie."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/133"})
    client.cookies["svet-device"] = beside.cookies["svet-device"].value
    answer = client.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_a_second_session_of_one_browser_ends_the_first_one(anna: Person) -> None:
    first = signed_in(anna)
    again = signed_in_again(anna, beside=first)
    assert first.get("/profile/").status_code == 302
    assert again.get("/profile/").status_code == 200
    here = signed_in(anna)
    here.post("/profile/devices/end-elsewhere/")
    assert again.get("/profile/").status_code == 302


def test_another_cabinet_in_one_browser_ends_the_session_of_the_first(anna: Person) -> None:
    first = signed_in(anna)
    boris = signed_in_again(make_person(), beside=first)
    assert boris.get("/profile/").status_code == 200
    assert first.get("/profile/").status_code == 302


def test_every_open_session_is_on_the_page_however_many_there_are(anna: Person) -> None:
    oldest = signed_in(anna)
    Device.objects.update(last_seen_at=NOW - timedelta(days=300))
    for number in range(60):
        person_device(anna, name=f"d{number}", session_key=f"s{number}" if number % 2 else "")
    key = key_of(oldest)
    assert any(row.here for row in queries.devices(person_id=anna.pk, session_key=key))
    assert sum(row.signed_in for row in queries.devices(person_id=anna.pk)) == 31


def person_device(person: Person, *, name: str, session_key: str) -> Device:
    return Device.objects.create(
        person=person, cookie_digest=name, session_key=session_key, first_seen_at=NOW, last_seen_at=NOW
    )


def test_vera_signs_nobody_out_and_revokes_nobodys_key(anna: Person) -> None:
    at_home = signed_in(anna)
    token, _ = issue_token(person_id=anna.pk, name="Дом", scopes=["bills:read"], now=NOW)
    device = queries.devices(person_id=anna.pk)[0]
    vera = signed_in(make_person())
    assert vera.post(f"/profile/devices/{device.public_id}/end/").status_code == 404
    assert grown_old(vera).post(f"/profile/devices/{device.public_id}/end/").status_code == 404
    assert vera.post(f"/profile/tokens/{token.public_id}/revoke/").status_code == 404
    assert at_home.get("/profile/").status_code == 200
    assert Token.objects.get(public_id=token.public_id).revoked_at is None


def test_one_device_can_be_signed_out(anna: Person) -> None:
    here, there = signed_in(anna), signed_in(anna)
    rows = queries.devices(person_id=anna.pk, session_key=key_of(here))
    other = next(row for row in rows if not row.here)
    assert here.post(f"/profile/devices/{other.public_id}/end/").status_code == 302
    assert there.get("/profile/").status_code == 302


def grown_old(client: Client) -> Client:
    """The same session eleven minutes later."""
    session = client.session
    session["opened_at"] -= 11 * 60
    session.save()
    return client


@pytest.mark.parametrize("way", ["one", "all"])
def test_an_older_session_ends_others_only_with_the_password(anna: Person, way: str) -> None:
    here, there = signed_in(anna), signed_in(anna)
    grown_old(here)
    rows = queries.devices(person_id=anna.pk, session_key=key_of(here))
    other = next(row for row in rows if not row.here)
    url = f"/profile/devices/{other.public_id}/end/" if way == "one" else "/profile/devices/end-elsewhere/"
    asked = here.post(url)
    assert asked.headers["Location"] == "/profile/confirm/?next=%2Fprofile%2Fdevices%2F"
    assert there.get("/profile/").status_code == 200
    wrong = here.post("/profile/confirm/", {"password": "Nobody-knows-12", "next": "/profile/devices/"})
    assert wrong.status_code == 422
    assert here.post(url).headers["Location"].startswith("/profile/confirm/")
    proved = here.post("/profile/confirm/", {"password": PASSWORD, "next": "/profile/devices/"})
    assert proved.headers["Location"] == "/profile/devices/"
    assert here.post(url).headers["Location"] == "/profile/devices/"
    assert there.get("/profile/").status_code == 302
    # Its own way out asks for nothing, however old it is.
    assert grown_old(here).post("/entrance/sign-out/").status_code == 302
    assert here.get("/profile/").status_code == 302


def test_a_key_is_made_only_with_the_password(anna: Person) -> None:
    client = signed_in(anna)
    sent = {"name": "Умный дом", "scopes": ["readings:read"]}
    for password in ({}, {"password": "Nobody-knows-12"}):
        page = client.post("/profile/tokens/", sent | password)
        assert page.status_code == 422
        assert 'id="id_password_error"' in page.content.decode()
        assert "Умный дом" in page.content.decode()
    assert not Token.objects.exists()


def test_a_key_is_shown_once(anna: Person) -> None:
    client = signed_in(anna)
    page = client.post(
        "/profile/tokens/",
        {"name": "Умный дом", "scopes": ["readings:write", "readings:read"], "password": PASSWORD},
    )
    found = re.search(r"svet_[A-Za-z0-9_-]{43}", page.content.decode())
    assert found is not None
    assert queries.person_by_token(found[0]) is not None
    again = client.get("/profile/tokens/").content.decode()
    assert found[0] not in again
    assert "Умный дом" in again
    assert client.post("/profile/tokens/", {"name": "", "scopes": []}).status_code == 422
    assert client.post("/profile/tokens/", {"name": "x", "scopes": ["root"]}).status_code == 422


def test_a_key_for_one_meter_is_made_by_the_form_and_says_so(anna: Person) -> None:
    client = signed_in(anna)
    assert 'name="reach"' not in client.get("/profile/tokens/").content.decode()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    meter, foreign = make_meter(account=account), make_meter()
    typed = {"name": "Щиток", "scopes": ["readings:write"], "reach": "meters", "password": PASSWORD}
    page = client.post("/profile/tokens/", {**typed, "meters": [meter.public_id]}).content.decode()
    assert re.search(r"svet_[A-Za-z0-9_-]{43}", page) is not None
    assert f"Прибор учёта №\u00a0{meter.serial}" in client.get("/profile/tokens/").content.decode()
    bound = queries.tokens(person_id=anna.pk)[0].bounds
    assert bound == (KeyBound(account.public_id, meter.public_id),)
    for wrong in (
        {**typed, "meters": []},
        {**typed, "meters": [foreign.public_id]},
        {**typed, "reach": "all", "meters": [meter.public_id]},
        {**typed, "reach": "accounts", "meters": [meter.public_id]},
        {**typed, "reach": "all of it"},
        {**typed, "meters": [meter.public_id], "scopes": ["payments:write"]},
    ):
        refused = client.post("/profile/tokens/", wrong)
        assert refused.status_code == 422, wrong
        assert "Щиток" in refused.content.decode()
    assert len(queries.tokens(person_id=anna.pk)) == 1


def test_the_consent_is_withdrawn_and_given_again_and_every_time_is_kept(anna: Person) -> None:
    client = signed_in(anna)
    client.post("/profile/consents/personal_data/give/")
    client.post("/profile/consents/personal_data/withdraw/")
    client.post("/profile/consents/personal_data/give/")
    rows = Consent.objects.filter(person=anna, kind="personal_data").order_by("id")
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert "отозвано" in seen(client.get("/profile/consents/"))
    assert client.post("/profile/consents/terms/withdraw/").status_code == 404
    assert client.post("/profile/consents/other/give/").status_code == 404


def test_signing_out_needs_a_form_not_a_link(anna: Person) -> None:
    client = signed_in(anna)
    assert client.get("/entrance/sign-out/").status_code == 405
    assert client.get("/profile/").status_code == 200
    client.post("/entrance/sign-out/")
    assert client.get("/profile/").status_code == 302


def _change_password(client: Client, **more: str) -> Any:
    typed = {"current": PASSWORD, "new": "Lm9$wTr4z", "repeat": "Lm9$wTr4z"}
    return client.post("/profile/password/", typed | more)


def test_a_change_of_password_asks_about_keys_only_who_has_some(anna: Person) -> None:
    client = signed_in(anna)
    assert 'name="revoke_keys"' not in client.get("/profile/password/").content.decode()
    issue_token(person_id=anna.pk, name="Дом", scopes=["bills:read"], now=timezone.now())
    page = client.get("/profile/password/").content.decode()
    assert re.search(r'name="revoke_keys"[^>]* checked', page)


@pytest.mark.parametrize(
    ("ticks", "lives"),
    [
        ({"keys_asked": "True", "revoke_keys": "on"}, False),
        ({"keys_asked": "True"}, True),  # the tick was taken away
        ({}, False),  # a key made since the page was opened was never asked about
    ],
)
def test_keys_end_with_the_password_unless_the_tick_is_taken_away(
    anna: Person, ticks: dict[str, str], lives: bool
) -> None:
    _, secret = issue_token(person_id=anna.pk, name="Дом", scopes=["bills:read"], now=timezone.now())
    assert _change_password(signed_in(anna), **ticks).status_code == 302
    assert (queries.person_by_token(secret) is not None) is lives


def test_a_key_is_listed_with_its_end_and_an_expired_one_says_so(anna: Person) -> None:
    client = signed_in(anna)
    client.post(
        "/profile/tokens/",
        {
            "name": "Умный дом",
            "scopes": ["readings:read"],
            "expires_in_days": "30",
            "password": PASSWORD,
        },
    )
    token = Token.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=30)
    page = client.get("/profile/tokens/")
    assert f"Действует до {day(token.expires_at)}" in seen(page)
    assert f'id="key-{token.public_id}"' in page.content.decode()
    Token.objects.update(expires_at=timezone.now())
    page = client.get("/profile/tokens/")
    assert "Срок истёк" in seen(page)
    assert "Перестал действовать" in seen(page)
    refused = client.post("/profile/tokens/", {"name": "x", "scopes": ["bills:read"], "expires_in_days": "9"})
    assert refused.status_code == 422


def test_the_guides_switches_and_the_password_are_used_on_the_profile_itself(anna: Person) -> None:
    client = signed_in(anna)
    client.post("/profile/notifications/", {"email_on": "on", "sms_on": "on", "due_near.sms": "on"})
    before = queries_of(anna)
    page = client.get("/profile/").content.decode()
    assert page.count('role="switch"') == 2
    for label in (
        "Уведомления по e-mail",
        "Уведомления по SMS",
        "Текущий пароль",
        "Новый пароль",
        "Повтор пароля",
    ):
        assert f">{label}</label>" in page
    assert page.count("data-rule") == 6
    answer = client.post("/profile/notifications/", {"plain": "yes", "sms_on": "on"})
    assert answer.headers["Location"] == "/profile/"
    after = queries_of(anna)
    assert (after.email_on, after.sms_on) == (False, True)
    assert after.matrix == before.matrix, "what was chosen event by event stays"
    wrong = client.post("/profile/password/", {"current": "", "new": "", "repeat": "", "keys_asked": "True"})
    assert wrong.status_code == 422
    assert "Изменить пароль" in wrong.content.decode()


def test_the_profile_has_every_label_the_guide_for_customers_shows(anna: Person) -> None:
    """Who follows the guide with a finger finds each word, in its letters, on the page it names."""
    client = signed_in(anna)
    shown = seen(client.get("/profile/"))
    for words in (
        "Профиль",
        "Мобильный телефон",
        "Дата рождения",
        "Пол",
        "Мужской",
        "Электронная почта",
        "Настройки уведомлений",
        "Уведомления по e-mail",
        "Уведомления по SMS",
        "Изменить пароль",
        "Сохранить",
        "Выйти из аккаунта",
    ):
        assert words in shown, words
    shown = seen(client.get("/profile/password/"))
    for words in ("Текущий пароль", "Новый пароль", "Повтор пароля", "Отменить", "Сохранить"):
        assert words in shown, words
