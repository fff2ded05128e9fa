"""«Получать счета на e-mail» without an address: what was chosen is done when the address is confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.limits.models import Bucket
from svet.people.models import Code, Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import last_code, other_code

pytestmark = pytest.mark.django_db

MAIL = "kot77@example.org"


class Home:
    """Anna's browser and her account, whose bills come on paper."""

    def __init__(self) -> None:
        self.person: Person = make_person()
        self.account: Account = make_account()
        make_link(person=self.person, account=self.account, confirmed=True)
        self.client = Client()
        self.client.force_login(self.person, backend="django.contrib.auth.backends.ModelBackend")

    def choose(self, delivery: str) -> Any:
        return self.client.post(f"/accounts/{self.account.public_id}/delivery/", {"delivery": delivery})

    def ask(self, address: str = MAIL) -> None:
        Bucket.objects.all().delete()  # a minute has passed
        self.client.post("/profile/email/", {"email": address, "password": PASSWORD})

    def confirm(self, address: str = MAIL) -> Any:
        return self.client.post("/profile/email/code/", {"code": last_code(address)}, follow=True)

    @property
    def standing(self) -> tuple[str, str]:
        self.account.refresh_from_db()
        return self.account.delivery, self.account.delivery_email


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.mark.parametrize("delivery", ["email", "both"])
def test_the_confirmation_finishes_what_was_begun(home: Home, delivery: str) -> None:
    asked = home.client.get(home.choose(delivery).headers["Location"])
    assert f"приходить счета по номеру абонента {home.account.number}" in asked.content.decode()
    home.ask()
    assert home.standing == ("paper", "")
    done = home.confirm()
    assert home.standing == (delivery, MAIL)
    assert f"Счета по номеру абонента {home.account.number} придут на {MAIL}" in done.content.decode()
    assert done.request["PATH_INFO"] == f"/accounts/{home.account.public_id}/"


def test_another_address_may_be_the_one_that_is_confirmed(home: Home) -> None:
    home.choose("email")
    home.ask("wrong@example.org")
    home.client.get("/profile/email/")  # «Изменить адрес»
    home.ask()
    home.confirm()
    assert home.standing == ("email", MAIL)


def test_a_code_that_was_wrong_or_late_loses_nothing(home: Home) -> None:
    home.choose("email")
    home.ask()
    home.client.post("/profile/email/code/", {"code": other_code(last_code(MAIL))})
    Code.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert home.confirm().status_code == 422
    Code.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    home.confirm()
    assert home.standing == ("email", MAIL)


def test_an_account_taken_out_meanwhile_is_told_and_nothing_else_happens(home: Home) -> None:
    home.choose("email")
    home.ask()
    Link.objects.update(removed_at=timezone.now())
    done = home.confirm()
    assert "в вашем кабинете уже нет" in done.content.decode()
    assert home.standing == ("paper", "")
    assert Person.objects.get(pk=home.person.pk).email == MAIL


def test_a_change_of_mind_counts(home: Home) -> None:
    home.choose("email")
    home.choose("paper")
    home.ask()
    assert "Адрес почты подтверждён" in home.confirm().content.decode()
    assert home.standing == ("paper", "")


def test_a_choice_of_yesterday_is_not_done_today(home: Home) -> None:
    home.choose("email")
    session = home.client.session
    session["delivery_begun"] = session["delivery_begun"] | {"at": timezone.now().timestamp() - 3_601}
    session.save()
    home.ask()
    home.confirm()
    assert home.standing == ("paper", "")


def test_a_second_confirmation_does_nothing_more(home: Home) -> None:
    home.choose("email")
    home.ask()
    home.confirm()
    home.choose("paper")
    home.ask("other@example.org")
    home.confirm("other@example.org")
    assert home.standing == ("paper", "")
