"""The work sign-in: phone and password of a member; the face asks for the second factor next."""

from __future__ import annotations

from datetime import datetime

from svet.people.operations.signing_in import sign_in_with
from svet.staffing.models import StaffMember


def sign_in_member(
    *, phone: object, password: str, address: str, now: datetime, device_cookie: str = ""
) -> int:
    """The key of the member at work whom phone and password name.

    Customers are no members, members are no customers: the refusal is the one of a wrong password.

    :raises PhoneRefused: :raises PasswordRefused: nothing typed.
    :raises SignInRefused: :raises LimitReached:
    """
    return sign_in_with(
        phone=phone,
        password=password,
        address=address,
        now=now,
        admits=_works_here,
        refusal="staff.sign_in.refused",
        device_cookie=device_cookie,
    ).pk


def _works_here(person_id: int) -> bool:
    return StaffMember.objects.filter(person_id=person_id, disabled_at__isnull=True).exists()
