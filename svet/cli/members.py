"""What the commands of `svet staff` do to members; a refusal ends the command in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from svet.cli.refusal_text import in_words
from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.people import operations as people
from svet.people.rules.names import FullName
from svet.staffing import operations
from svet.staffing.queries import member_of
from svet.staffing.rules import Permission, Role

#: Attempts are counted as from one address, of the machine itself.
_HERE: Final = "127.0.0.1"


def _by() -> Actor:
    return Actor.system("svet staff")


def _now() -> datetime:
    return datetime.now(UTC)


def add(*, phone: str, password: str, role: str, name: FullName, reason: str) -> None:
    """Take somebody on. :raises Failure: refused, in words"""
    with in_words():
        operations.add_member(
            by=_by(), phone=phone, password=password, role=Role(role), name=name, reason=reason, now=_now()
        )


def change_role(*, phone: str, role: str, reason: str) -> None:
    """Give a member another role. :raises Failure: refused, in words"""
    with in_words():
        member = operations.member_by_phone(phone=phone)
        operations.change_role(by=_by(), member_public_id=member, role=Role(role), reason=reason, now=_now())


def disable(*, phone: str, reason: str) -> None:
    """End a membership. :raises Failure: refused, in words"""
    with in_words():
        member = operations.member_by_phone(phone=phone)
        operations.disable_member(by=_by(), member_public_id=member, reason=reason, now=_now())


def enable(*, phone: str, reason: str) -> None:
    """Let a member come back. :raises Failure: refused, in words"""
    with in_words():
        member = operations.member_by_phone(phone=phone)
        operations.enable_member(by=_by(), member_public_id=member, reason=reason, now=_now())


def set_password(*, phone: str, password: str, reason: str) -> None:
    """Give a member a new password. :raises Failure: refused, in words"""
    with in_words():
        operations.set_member_password(by=_by(), phone=phone, password=password, reason=reason, now=_now())


def forget_factor(*, phone: str, reason: str) -> None:
    """Forget a lost authenticator. :raises Failure: refused, in words"""
    with in_words():
        member = operations.member_by_phone(phone=phone)
        operations.forget_member_factor(by=_by(), member_public_id=member, reason=reason, now=_now())


def forget_identity(*, phone: str, reason: str) -> None:
    """Unbind the identity of the sign-in service. :raises Failure: refused, in words"""
    with in_words():
        member = operations.member_by_phone(phone=phone)
        operations.forget_identity(by=_by(), member_public_id=member, reason=reason, now=_now())


def signing_member(*, phone: str, password: str, code: str, permission: Permission, now: datetime) -> Actor:
    """The member whom phone, password and code prove: a command puts no two hands under one act.

    :raises Refused: wrong phone, password or code, or tried too often
    :raises Failure: the member has not this permission
    """
    person_id = operations.sign_in_member(phone=phone, password=password, address=_HERE, now=now)
    member = member_of(person_id=person_id)
    if member is None or permission not in member.permissions:
        raise Failure(_("У этого сотрудника нет такого права."))
    by = member.actor(address=_HERE)
    people.check_totp(person_id=person_id, code=code, by=by, now=now)
    return by
