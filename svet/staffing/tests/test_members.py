"""Members of staff: one table of rights, and nobody left without an administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.people.models import Person
from svet.people.operations.passwords import hashed
from svet.people.rules.names import FullName
from svet.people.rules.passwords import PasswordReason, PasswordRefused
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.staffing import operations as staffing
from svet.staffing.models import StaffMember
from svet.staffing.queries import member_of, members, view
from svet.staffing.rules import (
    ABSOLUTE,
    IDLE,
    ROLES,
    Permission,
    Role,
    StaffReason,
    StaffRefused,
    checked_reason,
    session_ended,
)
from svet.staffing.tests.factories import make_member

BY = Actor.system("test")
WHY = "по приказу от 25.11"


def hire(**changes: Any) -> StaffMember:
    terms: dict[str, Any] = {
        "by": BY,
        "phone": "8 (999) 000-02-09",
        "password": "Nov1chok-tabl",
        "role": Role.OPERATOR,
        "name": FullName(first_name="Инна", patronymic="", last_name="Новикова"),
        "reason": WHY,
        "now": NOW,
    }
    return StaffMember.objects.get(person_id=staffing.add_member(**terms | changes))


def test_nobody_both_appoints_members_and_opens_accounts() -> None:
    assert not [role for role, may in ROLES.items() if {Permission.MEMBERS, Permission.ACCOUNTS} <= may]
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize(
    ("opened_ago", "seen_ago", "over"),
    [
        (timedelta(0), timedelta(0), False),
        (IDLE, IDLE, True),
        (timedelta(hours=1), IDLE - timedelta(seconds=1), False),
        (ABSOLUTE - timedelta(seconds=1), timedelta(0), False),
        (ABSOLUTE, timedelta(0), True),
    ],
)
def test_a_session_lives_fifteen_idle_minutes_and_twelve_hours(
    opened_ago: timedelta, seen_ago: timedelta, over: bool
) -> None:
    assert session_ended(opened_at=NOW - opened_ago, seen_at=NOW - seen_ago, now=NOW) is over


@pytest.mark.parametrize("said", ["", "  ", "ок", " д а ", "а" * 301])
def test_a_reason_that_says_nothing_is_refused(said: str) -> None:
    with pytest.raises(StaffRefused):
        checked_reason(said)


@pytest.mark.django_db
def test_a_member_is_a_work_sign_in_with_a_line_in_the_journal() -> None:
    member = hire()
    person = Person.objects.get(pk=member.person_id)
    assert (person.phone, person.is_staff) == ("+79990000209", True)
    entry = Entry.objects.get(action="staff.added")
    assert (entry.subject_id, entry.reason, entry.after) == (member.public_id, WHY, {"role": "operator"})


@pytest.mark.django_db
def test_one_phone_is_one_sign_in() -> None:
    make_person(phone="+79990000209")
    with pytest.raises(StaffRefused) as refused:
        hire()
    assert refused.value.reason is StaffReason.HAS_CABINET
    hire(phone="+79990000210")
    with pytest.raises(StaffRefused) as refused:
        hire(phone="+79990000210")
    assert refused.value.reason is StaffReason.ALREADY


@pytest.mark.django_db
def test_the_last_administrator_stays_and_nobody_changes_oneself() -> None:
    boss, other = make_member(role=Role.SECURITY), make_member(role=Role.SECURITY)
    by = view(boss).actor(address="")
    with pytest.raises(StaffRefused) as refused:
        staffing.disable_member(by=by, member_public_id=boss.public_id, reason=WHY, now=NOW)
    assert refused.value.reason is StaffReason.OWN_ROLE
    staffing.disable_member(by=by, member_public_id=other.public_id, reason=WHY, now=NOW)
    terms: dict[str, Any] = {"by": BY, "member_public_id": boss.public_id, "reason": WHY, "now": NOW}
    with pytest.raises(StaffRefused) as refused:
        staffing.disable_member(**terms)
    assert refused.value.reason is StaffReason.LAST_ADMINISTRATOR
    with pytest.raises(StaffRefused) as refused:
        staffing.change_role(**terms, role=Role.BILLING)
    assert refused.value.reason is StaffReason.LAST_ADMINISTRATOR
    staffing.enable_member(by=by, member_public_id=other.public_id, reason=WHY, now=NOW)
    staffing.disable_member(by=BY, member_public_id=boss.public_id, reason=WHY, now=NOW)
    assert member_of(person_id=boss.person_id) is None
    assert [(one.person_id, one.disabled_at is None) for one in members()] == [
        (other.person_id, True),
        (boss.person_id, False),
    ]


@pytest.mark.django_db
def test_a_disabled_member_has_no_permissions() -> None:
    member = make_member()
    assert Permission.ACCOUNTS in view(member).permissions
    member.disabled_at = NOW
    assert view(member).permissions == frozenset()


@pytest.mark.django_db
def test_a_password_the_office_set_since_the_check_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stole a session is choosing a password just when the office resets it."""
    member = make_member(phone="+79990000233")

    def reset_first(raw: str) -> str:
        staffing.set_member_password(
            by=BY, phone=member.person.phone, password="Ofis-vydal-44", reason=WHY, now=NOW
        )
        return hashed(raw)

    monkeypatch.setattr("svet.staffing.operations.own_password.hashed", reset_first)
    with pytest.raises(PasswordRefused) as refusal:
        staffing.change_own_password(
            person_id=member.person_id,
            current=PASSWORD,
            new="Vor-parol-77",
            by=Actor.staff(member.person_id, name="Ольга"),
            now=NOW,
        )
    assert (refusal.value.reason, refusal.value.field) == (PasswordReason.WRONG, "current")
    member = StaffMember.objects.select_related("person").get(pk=member.pk)
    assert member.person.check_password("Ofis-vydal-44")
    assert member.password_due
    assert not Entry.objects.filter(action="staff.password_changed").exists()
