"""Forms that come back: passwords are asked for again, and a known browser is not a stranger's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts import events as account_events
from svet.accounts.operations import link_account
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.metering.tests.factories import make_meter
from svet.notices.models import Delivery, Notice
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import last_code

pytestmark = pytest.mark.django_db

PHONE = "+79117178512"
GOOD = {"phone": PHONE, "password": PASSWORD, "agreed": "on", "consented": "on"}
AGAIN = "Введите пароль ещё раз."


def page(answer: Any) -> str:
    return str(answer.content.decode()).split("<main")[1].split("</main>")[0]


def ticked(answer: Any) -> int:
    """How many lines of the checklist are ticked."""
    return page(answer).count('data-ok="yes"')


@pytest.mark.parametrize("without", ["agreed", "consented", "phone"])
def test_a_registration_that_comes_back_asks_for_the_password_again(client: Client, without: str) -> None:
    back = client.post("/entrance/register/", {k: v for k, v in GOOD.items() if k != without})
    assert back.status_code == 422
    assert page(back).count(AGAIN) == 1
    assert 'id="id_password_error"' in page(back)
    assert ticked(back) == 0


def test_a_password_at_fault_is_judged_line_by_line(client: Client) -> None:
    back = client.post("/entrance/register/", GOOD | {"password": "short"})
    assert ticked(back) in range(1, 6)
    assert AGAIN not in page(back)


def test_six_ticks_never_stand_over_an_empty_password(client: Client) -> None:
    """A password may meet the six lines and still be refused: it is the phone's digits, or everybody's."""
    for password in ("Aa89117178512", "Qwerty123"):
        back = client.post("/entrance/register/", GOOD | {"password": password})
        if back.status_code == 422:
            assert ticked(back) < 6


def test_the_ticks_are_asked_for_before_anything_is_sent(client: Client) -> None:
    shown = page(client.get("/entrance/"))
    for name in ("agreed", "consented"):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', shown)
        assert field
        assert " required" in field[0]
        assert "data-missing" in field[0]
    form = re.search(r'<form[^>]*action="/entrance/register/"[^>]*>', shown)
    assert form
    assert "novalidate" not in form[0]


def test_a_change_of_password_asks_for_what_it_threw_away(client: Client) -> None:
    person = make_person()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    typed = {"current": PASSWORD, "new": "Zz9#longer", "repeat": "other"}
    back = client.post("/profile/password/", typed)
    assert page(back).count(AGAIN) == 2
    back = client.post("/profile/phone/", {"phone": "nonsense", "password": PASSWORD})
    assert page(back).count(AGAIN) == 1


def test_a_sign_in_with_a_wrong_phone_asks_for_the_password_again(client: Client) -> None:
    back = client.post("/entrance/sign-in/", {"phone": "12", "password": PASSWORD})
    assert page(back).count(AGAIN) == 1


def test_a_code_is_not_a_password(client: Client) -> None:
    make_person(phone=PHONE)
    client.post("/entrance/recover/", {"phone": PHONE})
    assert AGAIN not in page(client.post("/entrance/recover/code/", {"code": "12"}))


def test_a_stranger_is_offered_a_cabinet_and_a_known_browser_the_way_in(client: Client) -> None:
    assert "Зарегистрироваться" in page(client.get("/", follow=True))
    make_person(phone=PHONE)
    client.post("/entrance/sign-in/", {"phone": PHONE, "password": PASSWORD})
    out = client.post("/entrance/sign-out/", follow=True)
    assert "Вы вышли" in page(out)
    for answer in (out, client.get("/", follow=True), client.get("/entrance/")):
        assert "/entrance/sign-in/" in page(answer)
        assert "Зарегистрироваться" not in page(answer)
    assert "Зарегистрироваться" in page(client.get("/entrance/?tab=register"))
    assert client.post("/entrance/register/", {"phone": "1"}).status_code == 422


def test_a_half_finished_registration_is_no_known_browser(client: Client) -> None:
    client.post("/entrance/register/", GOOD)
    assert last_code(PHONE)
    assert "Зарегистрироваться" in page(client.get("/entrance/"))


def test_ones_own_accounts_are_one_line_under_the_bell_and_no_sms() -> None:
    anna, boris = make_person(email="anna@example.org"), make_person()
    shared = make_account()
    make_link(person=boris, account=shared)
    now = timezone.now()
    accounts = [shared, *(make_account() for _ in range(6))]
    for account in accounts:
        meter = make_meter(account=account)
        link_account(
            by=Actor.person(anna.pk), account_number=account.number, meter_number=meter.serial, now=now
        )
    texted = Delivery.objects.filter(event=account_events.ACCOUNT_LINKED.code)
    assert [each.address for each in texted] == [boris.phone]
    (told,) = Notice.objects.filter(recipient_id=anna.recipient_id)
    assert "7 счетов" in told.text
    assert accounts[-1].number in told.text
    assert accounts[0].number not in told.text
    assert Notice.objects.filter(recipient_id=boris.recipient_id).count() == 1


def test_what_was_read_under_the_bell_is_not_taken_away() -> None:
    anna = make_person()
    for _ in range(2):
        account = make_account()
        meter = make_meter(account=account)
        link_account(
            by=Actor.person(anna.pk),
            account_number=account.number,
            meter_number=meter.serial,
            now=timezone.now(),
        )
        Notice.objects.update(read_at=timezone.now())
    assert Notice.objects.filter(recipient_id=anna.recipient_id).count() == 2
