"""Members of staff: taking on, changing the role, ending; each kept in the journal with its reason."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db.models import F

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.people import queries
from svet.people.operations import codes
from svet.people.operations.at_work import open_work_sign_in, set_work_password
from svet.people.operations.passwords import acceptable, hashed
from svet.people.operations.totp import forget_totp
from svet.people.rules.names import FullName
from svet.people.rules.phones import normalise_phone
from svet.staffing.models import StaffMember
from svet.staffing.rules import ROLES, Permission, Role, StaffReason, StaffRefused, checked_reason


def add_member(
    *,
    by: Actor,
    phone: object,
    password: str,
    role: Role,
    name: FullName,
    reason: str,
    now: datetime,
    temporary: bool = True,
) -> int:
    """Take somebody on: a work sign-in with a phone of its own, which opens no cabinet.

    Says their key as a person. The password stays no longer than until the first sign-in: who gave it knows
    it. Only members of a training town keep theirs (``temporary`` is false).

    :raises PhoneRefused: :raises PasswordRefused: :raises ProfileRefused:
    :raises StaffRefused: the phone belongs to a member already, or to a customer's cabinet; no reason
    """
    number = normalise_phone(phone)
    why = checked_reason(reason)
    encoded = hashed(acceptable(password, phone=number))
    known_as = name.normalised()
    with use_case():
        codes.hold_phone(phone=number)
        if queries.phone_is_known(number):
            ours = StaffMember.objects.filter(person__phone=number).exists()
            raise StaffRefused(StaffReason.ALREADY if ours else StaffReason.HAS_CABINET, field="phone")
        person_id = open_work_sign_in(phone=number, encoded=encoded, now=now, **asdict(known_as))
        member = StaffMember.objects.create(
            person_id=person_id, role=role.value, added_at=now, password_due=temporary
        )
        _record(by=by, member=member, action="staff.added", now=now, reason=why, after={"role": role.value})
    return person_id


def change_role(*, by: Actor, member_public_id: str, role: Role, reason: str, now: datetime) -> None:
    """Give a member another role; their work sessions end.

    :raises StaffRefused: nobody such, one's own role, the last administrator's, or no reason
    """
    why = checked_reason(reason)
    with use_case():
        member = _held(member_public_id, by=by, losing=role)
        before = member.role
        if before == role.value:
            return
        StaffMember.objects.filter(pk=member.pk).update(role=role.value, session_epoch=F("session_epoch") + 1)
        _record(
            by=by,
            member=member,
            action="staff.role_changed",
            now=now,
            reason=why,
            before={"role": before},
            after={"role": role.value},
        )


def disable_member(*, by: Actor, member_public_id: str, reason: str, now: datetime) -> None:
    """End a membership; work sessions end with the next request, the history stays.

    :raises StaffRefused: nobody such, oneself, the last administrator, or no reason
    """
    why = checked_reason(reason)
    with use_case():
        member = _held(member_public_id, by=by, losing=None)
        if member.disabled_at is not None:
            return
        StaffMember.objects.filter(pk=member.pk).update(disabled_at=now, session_epoch=F("session_epoch") + 1)
        _record(by=by, member=member, action="staff.disabled", now=now, reason=why)


def enable_member(*, by: Actor, member_public_id: str, reason: str, now: datetime) -> None:
    """Let a member come back. :raises StaffRefused: nobody such, oneself, or no reason"""
    why = checked_reason(reason)
    with use_case():
        member = _held(member_public_id, by=by, losing=Role.SECURITY)
        if member.disabled_at is None:
            return
        StaffMember.objects.filter(pk=member.pk).update(disabled_at=None)
        _record(by=by, member=member, action="staff.enabled", now=now, reason=why)


def set_member_password(*, by: Actor, phone: object, password: str, reason: str, now: datetime) -> None:
    """Give a member a new password; their work sessions end, and at the next sign-in they choose an own one.

    :raises PhoneRefused: :raises PasswordRefused: :raises StaffRefused: nobody such, or no reason
    """
    number = normalise_phone(phone)
    why = checked_reason(reason)
    encoded = hashed(acceptable(password, phone=number))
    with use_case():
        member = _by_phone(number)
        set_work_password(person_id=member.person_id, encoded=encoded, now=now)
        StaffMember.objects.filter(pk=member.pk).update(password_due=True)
        _record(by=by, member=member, action="staff.password_set", now=now, reason=why)


def forget_member_factor(*, by: Actor, member_public_id: str, reason: str, now: datetime) -> None:
    """Forget a lost authenticator: work sessions end, the next sign-in connects a new application.

    :raises StaffRefused: nobody such, oneself, or no reason
    """
    why = checked_reason(reason)
    with use_case():
        member = _held(member_public_id, by=by, losing=Role.SECURITY)
        StaffMember.objects.filter(pk=member.pk).update(session_epoch=F("session_epoch") + 1)
        forget_totp(person=member.person, by=by, reason=why, now=now)


def member_by_phone(*, phone: object) -> str:
    """The outer id of the member with this phone. :raises PhoneRefused: :raises StaffRefused: nobody such"""
    return _by_phone(normalise_phone(phone)).public_id


def note_member_seen(*, person_id: int, now: datetime) -> None:
    """Note when the member last opened a desk."""
    StaffMember.objects.filter(person_id=person_id).update(last_seen_at=now)


def _by_phone(number: str) -> StaffMember:
    member = StaffMember.objects.filter(person__phone=number).first()
    if member is None:
        raise StaffRefused(StaffReason.NOT_A_MEMBER, field="phone")
    return member


def _held(public_id: str, *, by: Actor, losing: Role | None) -> StaffMember:
    """The member, locked; refused when it is oneself or when nobody could appoint members afterwards.

    ``losing`` is the role the member will have instead, None when the membership ends.
    """
    # All members are locked in one order: two administrators cannot disable each other at once.
    rows = list(StaffMember.objects.select_for_update().select_related("person").order_by("pk"))
    member = next((row for row in rows if row.public_id == public_id), None)
    if member is None:
        raise StaffRefused(StaffReason.NOT_A_MEMBER)
    if member.person_id == by.person_id:
        raise StaffRefused(StaffReason.OWN_ROLE)
    keeps = losing is not None and Permission.MEMBERS in ROLES[losing]
    others = [
        row
        for row in rows
        if row.pk != member.pk and row.disabled_at is None and Permission.MEMBERS in ROLES[Role(row.role)]
    ]
    appoints = member.disabled_at is None and Permission.MEMBERS in ROLES[Role(member.role)]
    if appoints and not keeps and not others:
        raise StaffRefused(StaffReason.LAST_ADMINISTRATOR)
    return member


def _record(
    *,
    by: Actor,
    member: StaffMember,
    action: str,
    now: datetime,
    reason: str,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    require_transaction()
    journal.record(
        by=by,
        action=action,
        subject="staff",
        subject_id=member.public_id,
        now=now,
        before=before,
        after=after,
        reason=reason,
    )
