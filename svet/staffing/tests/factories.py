"""Members for tests."""

from __future__ import annotations

from datetime import datetime

from svet.people.tests.factories import NOW, make_person
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role


def make_member(*, role: Role = Role.OPERATOR, phone: str = "", now: datetime = NOW) -> StaffMember:
    """A member of staff whose password is ``PASSWORD``."""
    person = make_person(phone=phone, first_name="Ольга", last_name="Смирнова", is_staff=True, now=now)
    return StaffMember.objects.create(person=person, role=role.value, added_at=now)
