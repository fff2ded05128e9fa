"""Somebody came to the office without a way into the cabinet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.notices.models import Delivery
from svet.office import operations as office
from svet.office.models import OfficeRequest
from svet.people import operations as people
from svet.people.models import Person
from svet.people.rules.codes import CodeRefused
from svet.people.tests.factories import make_person
from svet.people.tests.outbox import last_code, other_code, sms_to
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
OLD, NEW = "+79001112233", "+79003334455"
PAPERS = "паспорт и договор"


@pytest.fixture
def anna() -> Person:
    return make_person(phone=OLD, email="anna@town.example")


def come(browser: Client, **other: str) -> Any:
    sent = {"kind": "phone", "phone": "8 900 111-22-33", "new_phone": NEW, "comment": PAPERS} | other
    return browser.post("/staff/requests/new/", sent)


def tell(browser: Client, code: str) -> Any:
    return browser.post("/staff/requests/new/code/", {"code": code})


def sign(member: Any, asked: OfficeRequest) -> None:
    name = asked.public_id
    working(member).post(f"/staff/requests/{name}/sign/", {f"{name}-reason": "паспорт сверен"})


def turn_factor_on(person: Person) -> None:
    now = timezone.now()
    secret = people.new_totp_secret()
    people.enrol_totp(
        person_id=person.pk,
        secret=secret,
        code=people.totp_code(secret=secret, now=now),
        by=Actor.person(person.pk),
        now=now,
    )


def test_the_new_phone_answers_and_two_members_move_the_cabinet(anna: Person) -> None:
    taker, second = make_member(), make_member(role=Role.SECURITY)
    browser = working(taker)
    assert come(browser).headers["Location"] == "/staff/requests/new/code/"
    assert "+7 (900) 333-44-55" in browser.get("/staff/requests/new/code/").content.decode().replace(
        "\xa0", " "
    )
    assert tell(browser, last_code(NEW)).headers["Location"] == "/staff/requests/"
    page = browser.get("/staff/requests/").content.decode()
    assert "Принято у окна" in page
    assert PAPERS in page
    [asked] = OfficeRequest.objects.all()
    assert (asked.person_id, asked.phone, asked.taken_by_id) == (anna.pk, NEW, taker.person_id)
    assert Entry.objects.get(action="office.asked").actor_person_id == taker.person_id
    sign(taker, asked)
    sign(taker, asked)
    assert not Person.objects.filter(phone=NEW).exists(), "whoever took it is one pair of eyes"
    sign(second, asked)
    assert Person.objects.get(phone=NEW).pk == anna.pk


def test_the_owner_is_told_at_once_and_may_take_it_back(anna: Person) -> None:
    browser = working(make_member())
    come(browser)
    tell(browser, last_code(NEW))
    assert "Просят сменить телефон кабинета" in sms_to(OLD)[-1]
    assert Delivery.objects.filter(address="anna@town.example", event="office_asked").exists()
    [asked] = OfficeRequest.objects.all()
    office.withdraw_office_request(
        person_id=anna.pk, public_id=asked.public_id, address="", now=timezone.now()
    )
    sign(make_member(), asked)
    assert Person.objects.get(pk=anna.pk).phone == OLD


def test_a_wrong_code_is_told_beside_its_field_and_the_third_one_ends_it(anna: Person) -> None:
    browser = working(make_member())
    come(browser)
    wrong = [other_code(last_code(NEW), nth) for nth in (1, 2, 3)]
    assert [tell(browser, code).status_code for code in wrong] == [422] * 3
    assert tell(browser, last_code(NEW)).status_code == 422
    assert not OfficeRequest.objects.exists()


def test_a_colleague_does_not_finish_what_another_one_began(anna: Person) -> None:
    come(working(make_member()))
    other = working(make_member())
    assert tell(other, last_code(NEW)).headers["Location"] == "/staff/requests/"
    assert not OfficeRequest.objects.exists()


def test_the_code_belongs_to_the_member_who_asked_for_it(anna: Person) -> None:
    first, second = (Actor.staff(make_member().person_id) for _ in range(2))
    now = timezone.now()
    office.begin_walk_in_phone(
        by=first, phone=OLD, new_phone=NEW, comment=PAPERS, session_key="one counter", now=now
    )
    with pytest.raises(CodeRefused):
        office.finish_walk_in_phone(by=second, session_key="one counter", code=last_code(NEW), now=now)
    assert not OfficeRequest.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "\0"}, "есть невидимые символы"),
        ({"phone": "+79009999999"}, "кабинета нет"),
        ({"phone": ""}, "Введите номер"),
        ({"new_phone": "12"}, "должно быть 10 цифр"),
        ({"new_phone": OLD}, "нынешний номер кабинета"),
        ({"new_phone": "+79007778899"}, "уже открыт кабинет"),
        ({"comment": "ок"}, "Напишите причину"),
        ({"kind": "pension"}, "нет среди"),
        ({"kind": "factor"}, "второй шаг входа не включён"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field_and_kept(
    anna: Person, typed: dict[str, str], words: str
) -> None:
    make_person(phone="+79007778899")
    answer = come(working(make_member()), **typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert PAPERS in page or "comment" in typed
    assert not OfficeRequest.objects.exists()


def test_a_lost_second_step_needs_no_code_and_two_members(anna: Person) -> None:
    turn_factor_on(anna)
    taker = make_member()
    assert come(working(taker), kind="factor", new_phone="").headers["Location"] == "/staff/requests/"
    [asked] = OfficeRequest.objects.all()
    sign(taker, asked)
    sign(make_member(), asked)
    assert not people.has_totp(person_id=anna.pk)


def test_a_second_request_of_the_kind_is_refused(anna: Person) -> None:
    turn_factor_on(anna)
    browser = working(make_member())
    come(browser, kind="factor")
    answer = come(browser, kind="factor")
    assert answer.status_code == 422
    assert "уже подана" in answer.content.decode()


def test_a_role_without_the_permission_is_told_no(anna: Person) -> None:
    browser = working(make_member(role=Role.BILLING))
    assert come(browser).status_code == 403
    assert browser.get("/staff/requests/new/code/").status_code == 403


def test_a_colleagues_work_phone_is_nobodys_cabinet() -> None:
    member = make_member()
    answer = come(working(make_member()), phone=member.person.phone)
    assert "кабинета нет" in answer.content.decode()
