from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from svet.notices.models import Delivery
from svet.people import tests as people_tests
from svet.people.models import Code, Consent, Device, Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code, other_code
from svet.sandbox.town.retailer import name_the_retailer

pytestmark = pytest.mark.django_db

DATA = Path(people_tests.__file__).parent / "data"
PHONES = [row for row in json.loads((DATA / "phone.json").read_text("utf-8")) if row.get("raw") is not None]
PASSWORDS = [
    row for row in json.loads((DATA / "password.json").read_text("utf-8")) if row.get("raw") is not None
]
GOOD = {"phone": "8 911 717-85-12", "password": PASSWORD, "agreed": "on", "consented": "on"}
LABELS = [
    "Буквы только латинского алфавита",
    "Не менее 8 символов",
    "Заглавные буквы",
    "Строчные буквы",
    "Цифры",
    "Любые символы кроме пробелов",
]


def body(response: Any) -> str:
    """The page without what differs by itself: the form's token, and the second in which it was asked for."""
    text = re.sub(r'(data-seconds="|countdown__left">)[0-9]+', r"\1N", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "token", text)


def seen(response: Any) -> str:
    """The page as text: tags away, no-break spaces plain."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def register(client: Client, **changes: object) -> Any:
    return client.post("/entrance/register/", {**GOOD, **changes})


def test_the_entrance_opens_on_registration_with_everything_the_guide_shows(client: Client) -> None:
    name_the_retailer()
    page = client.get("/entrance/")
    text = seen(page)
    assert page.status_code == 200
    assert text.index("Регистрация") < text.index("Вход")
    for words in (
        "Передача показаний",
        "Напоминание об оплате",
        "Просмотр квитанций",
        "Отказ от печатных квитанций",
        "Все услуги одним платежом",
        "Платежи за несколько квартир",
        "Телефон",
        "Пароль",
        "Требования к паролю",
        "Я принимаю пользовательское соглашение",
        "Зарегистрироваться",
        "8-351-2222-500",
        *LABELS,
    ):
        assert words in text, words
    assert "uralsbyt.ru" in page.content.decode()
    assert 'placeholder="+7 (999) 999-99-99"' in page.content.decode()


def test_anna_registers_confirms_and_stands_in_her_cabinet(client: Client) -> None:
    assert register(client).headers["Location"] == "/entrance/code/"
    page = client.get("/entrance/code/")
    assert "+7 911 ***-**-12" in seen(page)
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert "Подтвердить" in seen(page)
    answer = client.post("/entrance/code/", {"code": last_code("+79117178512")})
    assert answer.headers["Location"] == "/accounts/"
    anna = Person.objects.get(phone="+79117178512")
    assert client.session["_auth_user_id"] == str(anna.pk)
    consents = Consent.objects.filter(person=anna).order_by("kind")
    assert [(c.kind, c.version, c.address, c.channel) for c in consents] == [
        ("personal_data", 1, "127.0.0.1", "web"),
        ("terms", 1, "127.0.0.1", "web"),
    ]
    assert anna.check_password(PASSWORD)


@pytest.mark.parametrize("missing", ["agreed", "consented"])
def test_each_agreement_is_asked_for_separately(client: Client, missing: str) -> None:
    page = client.post("/entrance/register/", {k: v for k, v in GOOD.items() if k != missing})
    assert page.status_code == 422
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("row", PHONES, ids=lambda row: str(row["n"]))
def test_a_hostile_phone_stays_in_its_field_with_the_reason_beside_it(
    client: Client, row: dict[str, str]
) -> None:
    page = register(client, phone=row["raw"])
    if row["expected"].startswith("OK"):
        assert page.status_code == 302
        return
    assert page.status_code == 422
    assert 'id="id_phone_error"' in page.content.decode()
    assert "<script>alert(1)" not in page.content.decode()
    assert PASSWORD not in page.content.decode()
    assert not Delivery.objects.exists()
    assert not Code.objects.exists()


@pytest.mark.parametrize("row", PASSWORDS, ids=lambda row: str(row["n"]))
def test_a_hostile_password_is_never_shown_back_and_what_else_was_typed_stays(
    client: Client, row: dict[str, str]
) -> None:
    page = register(client, password=row["raw"])
    if row["expected"].startswith("OK"):
        assert page.status_code == 302
        return
    text = page.content.decode()
    assert page.status_code == 422
    assert 'id="id_password_error"' in text
    assert "8 911 717-85-12" in text
    if row["raw"]:
        assert row["raw"] not in text
    assert not Delivery.objects.exists()


def test_the_checklist_works_without_javascript(client: Client) -> None:
    page = register(client, password="abcdefgh").content.decode()
    found = dict(re.findall(r'data-rule="(\w+)" data-ok="(\w+)"', page))
    assert found == {
        "non_latin": "yes",
        "short": "yes",
        "no_upper": "no",
        "no_lower": "yes",
        "no_digit": "no",
        "space": "yes",
    }


def test_a_phone_given_twice_is_refused_and_nothing_is_sent(client: Client) -> None:
    page = client.post("/entrance/register/", {**GOOD, "phone": ["89117178512", "89117178513"]})
    assert page.status_code == 422
    assert not Delivery.objects.exists()


def test_ten_thousand_nines_and_a_long_password_are_refused_by_their_length(client: Client) -> None:
    assert register(client, phone="9" * 10_000).status_code == 422
    assert register(client, password="Aa1" * 3_000).status_code == 422
    assert register(client, password="Aa1" * 350_000).status_code in (400, 413)


def test_a_known_phone_sees_what_an_unknown_one_sees(client: Client) -> None:
    make_person(phone="+79117178512")
    stranger = Client()
    known = register(client)
    unknown = register(stranger, phone="8 911 717-85-13")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    pages = [body(each.get("/entrance/code/")) for each in (client, stranger)]
    assert pages[0] == pages[1].replace("***-**-13", "***-**-12")
    wrong = [body(each.post("/entrance/code/", {"code": "000000"})) for each in (client, stranger)]
    assert wrong[0] == wrong[1].replace("***-**-13", "***-**-12")
    assert events_to("+79117178512") == ["somebody_registers"]
    assert events_to("+79117178513") == ["code"]


def test_sign_in_answers_the_same_for_a_wrong_password_and_a_phone_without_cabinet() -> None:
    make_person(phone="+79117178512")
    answers = [
        Client().post("/entrance/sign-in/", {"phone": phone, "password": "Kx7#mVq2q"})
        for phone in ("89117178512", "89117178513")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert body(answers[0]) == body(answers[1]).replace("89117178513", "89117178512")
    assert "Kx7#mVq2q" not in body(answers[0])


def test_recovery_answers_the_same_for_known_and_unknown_phones() -> None:
    make_person(phone="+79117178512")
    pages = []
    for phone in ("89117178512", "89117178513"):
        client = Client()
        assert client.post("/entrance/recover/", {"phone": phone}).status_code == 302
        pages.append(body(client.get("/entrance/recover/code/")))
    assert pages[0] == pages[1].replace("***-**-13", "***-**-12")
    assert events_to("+79117178512") == ["code"]
    assert events_to("+79117178513") == []


def test_sign_in_rotates_the_session_and_sign_out_kills_the_old_cookie(client: Client) -> None:
    make_person(phone="+79117178512")
    client.get("/entrance/recover/")
    client.post("/entrance/recover/", {"phone": "89117178512"})
    before = client.cookies["svet"].value
    answer = client.post("/entrance/sign-in/", {"phone": "89117178512", "password": PASSWORD})
    assert answer.status_code == 302
    after = client.cookies["svet"].value
    assert before != after
    assert not Session.objects.filter(session_key=before).exists()
    client.post("/entrance/sign-out/")
    thief = Client()
    thief.cookies["svet"] = after
    assert thief.get("/profile/").status_code == 302
    assert Device.objects.get().session_key == ""


def test_a_planted_session_is_worth_nothing_after_the_victim_signs_in(client: Client) -> None:
    make_person(phone="+79117178512")
    vera = Client()
    vera.post("/entrance/recover/", {"phone": "89117178599"})
    planted = vera.cookies["svet"].value
    client.cookies["svet"] = planted
    client.post("/entrance/sign-in/", {"phone": "89117178512", "password": PASSWORD})
    assert vera.get("/profile/").headers["Location"].startswith("/entrance/")


@pytest.mark.parametrize(
    "given", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_led_to_a_strange_site_after_sign_in(client: Client, given: str) -> None:
    make_person(phone="+79117178512")
    sent = {"phone": "89117178512", "password": PASSWORD, "next": given}
    assert client.post("/entrance/sign-in/", sent).headers["Location"] == "/"


def test_anna_recovers_her_password_and_other_sessions_end(client: Client) -> None:
    make_person(phone="+79117178512")
    elsewhere = Client()
    elsewhere.post("/entrance/sign-in/", {"phone": "89117178512", "password": PASSWORD})
    assert elsewhere.get("/profile/").status_code == 200
    client.post("/entrance/recover/", {"phone": "+7 911 717 85 12"})
    assert client.get("/entrance/recover/password/").headers["Location"] == "/entrance/recover/"
    code = last_code("+79117178512")
    assert client.post("/entrance/recover/code/", {"code": other_code(code)}).status_code == 422
    assert client.post("/entrance/recover/code/", {"code": code}).status_code == 302
    weak = client.post("/entrance/recover/password/", {"new": "Qwerty123"})
    assert weak.status_code == 422
    assert "Требования к паролю" in seen(weak)
    done = client.post("/entrance/recover/password/", {"new": "tR4vel-Kust"})
    assert done.status_code == 302
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert "password_changed" in events_to("+79117178512")
    assert client.post("/entrance/recover/password/", {"new": "tR4vel-Kust2"}).status_code == 302
    assert Person.objects.get(phone="+79117178512").check_password("tR4vel-Kust")


def test_the_resend_waits_and_says_for_how_long(client: Client) -> None:
    register(client)
    page = client.get("/entrance/code/").content.decode()
    wait = re.search(r'data-seconds="(\d+)"', page)
    assert wait is not None
    assert 55 <= int(wait[1]) <= 60
    answer = client.post("/entrance/code/resend/", follow=True)
    assert "Подождите 1 минуту" in seen(answer)
    assert events_to("+79117178512") == ["code"]


def test_five_spellings_of_one_phone_are_one_limit() -> None:
    spellings = ["89117178512", "+79117178512", "+7 (911) 717-85-12", "8-911-717-85-12", "9117178512"]
    answers = [register(Client(), phone=spelling).status_code for spelling in spellings]
    assert answers == [302, 429, 429, 429, 429]


def test_a_session_ends_thirty_days_after_sign_in_however_busy(client: Client) -> None:
    make_person(phone="+79117178512")
    client.post("/entrance/sign-in/", {"phone": "89117178512", "password": PASSWORD})
    session = client.session
    session["opened_at"] = session["opened_at"] - timedelta(days=30).total_seconds()
    session.save()
    assert client.get("/profile/").status_code == 302


def test_the_agreements_can_be_read_by_anybody(client: Client) -> None:
    for kind in ("terms", "personal_data"):
        assert client.get(f"/agreement/{kind}/").status_code == 200
        assert client.get(f"/agreement/{kind}/1/").status_code == 200
    assert client.get("/agreement/other/").status_code == 404
    assert client.get("/agreement/terms/99/").status_code == 404
    assert client.get("/agreement/terms/99999999999999999999/").status_code == 404


def test_signing_out_clears_the_cache_and_leaves_the_readings_that_wait_on_the_phone() -> None:
    anna = make_person()
    client = Client()
    client.post("/entrance/sign-in/", {"phone": anna.phone, "password": PASSWORD})
    assert client.post("/entrance/sign-out/").headers["Clear-Site-Data"] == '"cache"'
