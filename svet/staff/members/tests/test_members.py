"""«Сотрудники»: taking on, another role, the end; a role that may not is told so."""

from __future__ import annotations

import pytest

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.people import operations as people
from svet.people.tests.factories import NOW
from svet.staff.tests.browsers import working
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
NEW = {
    "last_name": "Новикова",
    "first_name": "Инна",
    "phone": "+7 999 000-02-09",
    "password": "Nov1chok-tabl",
    "role": "operator",
    "reason": "приказ о приёме",
}


def test_a_member_is_taken_on_in_the_browser_with_the_administrators_name_in_the_journal() -> None:
    boss = make_member(role=Role.SECURITY)
    browser = working(boss)
    assert browser.post("/staff/members/new/", NEW).status_code == 302
    entry = Entry.objects.get(action="staff.added")
    assert (entry.actor_kind, entry.actor_person_id) == ("staff", boss.person_id)
    assert entry.actor_name == "Смирнова Ольга Петровна (security)"
    assert "Новикова Инна" in browser.get("/staff/members/").content.decode()


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed_but_the_password() -> None:
    answer = working(make_member(role=Role.SECURITY)).post("/staff/members/new/", NEW | {"reason": "ок"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Напишите причину" in page
    assert "Новикова" in page
    assert NEW["password"] not in page
    assert StaffMember.objects.count() == 1


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BILLING])
def test_other_roles_are_told_no_and_it_is_written_down(role: Role) -> None:
    answer = working(make_member(role=role)).get("/staff/members/")
    assert answer.status_code == 403
    assert "не для вашей роли" in answer.content.decode()
    assert Entry.objects.get(action="staff.denied").after == {"path": "/staff/members/"}


def test_role_end_and_return_need_a_reason() -> None:
    browser, member = working(make_member(role=Role.SECURITY)), make_member()
    name = member.public_id
    browser.post(f"/staff/members/{name}/role/", {f"{name}-role": "billing", f"{name}-reason": ""})
    member.refresh_from_db()
    assert member.role == "operator"
    browser.post(f"/staff/members/{name}/role/", {f"{name}-role": "billing", f"{name}-reason": "перевод"})
    browser.post(f"/staff/members/{name}/disable/", {f"{name}-reason": "уволился"})
    member.refresh_from_db()
    assert (member.role, member.disabled_at is None) == ("billing", False)
    browser.post(f"/staff/members/{name}/enable/", {f"{name}-reason": "вернулся"})
    member.refresh_from_db()
    assert member.disabled_at is None


def test_a_forgotten_factor_is_connected_anew() -> None:
    browser, member = working(make_member(role=Role.SECURITY)), make_member()
    old = working(member)
    secret = people.new_totp_secret()
    people.enrol_totp(
        person_id=member.person_id,
        secret=secret,
        code=people.totp_code(secret=secret, now=NOW),
        by=Actor.system("test"),
        now=NOW,
    )
    name = member.public_id
    browser.post(f"/staff/members/{name}/forget-factor/", {f"{name}-reason": "потерян телефон"})
    assert not people.has_totp(person_id=member.person_id)
    assert old.get("/staff/").headers["Location"].startswith("/staff/sign-in/")
