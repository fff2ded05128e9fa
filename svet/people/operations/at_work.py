"""Steps by which ``staffing`` opens a sign-in for work, which has no cabinet. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.transactions import require_transaction
from svet.notices import operations as notices
from svet.people.models import Person


def open_work_sign_in(
    *, phone: str, encoded: str, first_name: str, patronymic: str, last_name: str, now: datetime
) -> int:
    """A person who signs in to desks; gives the key. The caller holds the phone and knows that it is free."""
    require_transaction()
    person = Person.objects.create(
        phone=phone,
        password=encoded,
        recipient_id=notices.add_recipient(phone=phone),
        created_at=now,
        password_changed_at=now,
        is_staff=True,
        first_name=first_name,
        patronymic=patronymic,
        last_name=last_name,
    )
    return person.pk


def set_work_password(*, person_id: int, encoded: str, now: datetime) -> None:
    """Keep another hash: work sessions, whose seal is made of it, end by themselves."""
    require_transaction()
    Person.objects.filter(pk=person_id, is_staff=True).update(password=encoded, password_changed_at=now)


def replace_work_password(*, person_id: int, was: str, encoded: str, now: datetime) -> bool:
    """The same while the hash is still ``was``, the one the current password was checked by; else False."""
    require_transaction()
    still = Person.objects.filter(pk=person_id, is_staff=True, password=was)
    return bool(still.update(password=encoded, password_changed_at=now))
