"""The office one signs in to: an operator, a billing engineer, an administrator of security."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.transactions import use_case
from svet.people import queries as people
from svet.people.operations import has_totp, keep_totp
from svet.people.rules.names import FullName
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.cast import EMPLOYEES, Employee
from svet.staffing.operations import add_member
from svet.staffing.rules import Role


def open_office(*, now: datetime) -> None:
    """Take on every employee with the application connected; who is there is left as they are."""
    for one in EMPLOYEES:
        known = people.person_by_phone(one.phone)
        person_id = _taken_on(one, now=now) if known is None else known.person_id
        if not has_totp(person_id=person_id):
            with use_case():
                keep_totp(person_id=person_id, secret=one.secret, by=BUILDER, now=now)


def _taken_on(one: Employee, *, now: datetime) -> int:
    return add_member(
        by=BUILDER,
        phone=one.phone,
        password=one.password,
        role=Role(one.role),
        name=FullName(first_name=one.first_name, patronymic=one.patronymic, last_name=one.last_name),
        reason="учебный город",
        now=now,
        temporary=False,
    )
