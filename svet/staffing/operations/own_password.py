"""A member's own password: nobody else knows it."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.people.operations.at_work import replace_work_password
from svet.people.operations.passwords import acceptable, check_current, hashed
from svet.people.rules.passwords import PasswordReason, PasswordRefused
from svet.staffing.models import StaffMember


def change_own_password(*, person_id: int, current: str, new: str, by: Actor, now: datetime) -> None:
    """Replace the password of the member who is signed in; every work session ends, the face renews its own.

    :raises PasswordRefused: the current one is wrong (field ``current``); the new one breaks a rule or is the
        same (field ``new``)
    :raises LimitReached: too many wrong ones
    """
    member = StaffMember.objects.select_related("person").get(person_id=person_id)
    acceptable(new, phone=member.person.phone, field="new")
    check_current(person=member.person, password=current, field="current", now=now)
    if new == current:
        raise PasswordRefused(PasswordReason.SAME, field="new")
    encoded = hashed(new)
    with use_case():
        if not replace_work_password(
            person_id=person_id, was=member.person.password, encoded=encoded, now=now
        ):
            # The office has set another since the check: what was right then is right no more.
            raise PasswordRefused(PasswordReason.WRONG, field="current")
        StaffMember.objects.filter(pk=member.pk).update(password_due=False)
        journal.record(
            by=by, action="staff.password_changed", subject="staff", subject_id=member.public_id, now=now
        )
