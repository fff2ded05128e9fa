from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import check_password, make_password

from svet.limits.operations import LimitReached
from svet.people import operations as people
from svet.people.models import Person
from svet.people.operations import passwords
from svet.people.operations.signing_in import SignInRefused
from svet.people.queries import PersonView, view_of
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to

pytestmark = pytest.mark.django_db
PHONE = "+79117178512"


def enter(
    password: str = PASSWORD,
    *,
    phone: str = PHONE,
    address: str = "192.0.2.1",
    now: datetime = NOW,
    cookie: str = "",
) -> PersonView:
    return people.sign_in(phone=phone, password=password, address=address, now=now, device_cookie=cookie)


def guesses(count: int, *, cookie: str = "") -> list[str]:
    """What wrong guesses from so many addresses are answered."""
    answers = []
    for number in range(count):
        try:
            enter("Kx7#mVq2q", address=f"198.51.100.{number % 250}", cookie=cookie)
        except (SignInRefused, LimitReached) as refused:
            answers.append(str(refused.reason))
    return answers


def test_the_right_password_opens_by_any_spelling_of_the_phone() -> None:
    anna = make_person(phone=PHONE)
    assert enter(phone="8 (911) 717-85-12") == view_of(anna)


def test_of_a_hundred_guesses_from_many_addresses_ten_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(phone=PHONE)
    looked = []
    monkeypatch.setattr(passwords, "check_password", lambda raw, encoded: looked.append(raw))
    answers = guesses(100)
    assert answers.count("limit_reached") == 90
    assert len(looked) == 10


def test_the_right_password_works_when_the_window_is_over() -> None:
    make_person(phone=PHONE)
    guesses(12)
    with pytest.raises(LimitReached) as full:
        enter()
    assert 0 < full.value.retry_after <= 300
    assert enter(now=NOW + timedelta(minutes=5)).phone == PHONE


def test_vera_cannot_lock_anna_out_of_a_browser_anna_has_used() -> None:
    anna = make_person(phone=PHONE)
    people.remember_device(
        person_id=anna.pk,
        cookie="annas-browser",
        session_key="s1",
        agent="Firefox",
        address="192.0.2.1",
        now=NOW,
    )
    assert guesses(50).count("limit_reached") == 40
    assert enter(cookie="annas-browser") == view_of(anna)
    with pytest.raises(LimitReached):
        enter(cookie="veras-browser")


def test_the_same_hashing_is_done_for_a_phone_without_cabinet(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(phone=PHONE)
    work: list[str] = []
    real_check, real_make = check_password, make_password

    def counted_check(raw: str, encoded: str) -> bool:
        work.append("hash")
        return real_check(raw, encoded)

    def counted_make(raw: str) -> str:
        work.append("hash")
        return real_make(raw)

    monkeypatch.setattr(passwords, "check_password", counted_check)
    monkeypatch.setattr(passwords, "make_password", counted_make)
    for phone in (PHONE, "+79117178513"):
        with pytest.raises(SignInRefused):
            enter("Kx7#mVq2q", phone=phone)
    assert work == ["hash", "hash"]


def test_a_blocked_person_gets_the_answer_of_a_wrong_password() -> None:
    anna = make_person(phone=PHONE)
    Person.objects.filter(pk=anna.pk).update(is_active=False)
    with pytest.raises(SignInRefused):
        enter()


def test_a_megabyte_of_password_is_never_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(phone=PHONE)
    monkeypatch.setattr(passwords, "check_password", lambda raw, encoded: pytest.fail("hashed"))
    monkeypatch.setattr(passwords, "make_password", lambda raw: pytest.fail("hashed"))
    with pytest.raises(SignInRefused):
        enter("Aa1" * 350_000)


def test_a_new_device_is_told_to_its_owner_and_the_first_one_is_not() -> None:
    anna = make_person(phone=PHONE, email="anna@example.org")
    for cookie in ("first", "first", "second"):
        people.remember_device(
            person_id=anna.pk,
            cookie=cookie,
            session_key=f"s-{cookie}",
            agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120",
            address="192.0.2.1",
            now=NOW,
        )
    assert events_to("anna@example.org") == ["new_device"]


@pytest.mark.usefixtures("dear_passwords")
def test_hashes_are_argon2id_with_the_measured_cost() -> None:
    assert passwords.hashed(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
