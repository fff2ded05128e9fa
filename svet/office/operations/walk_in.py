"""Somebody came to the office without a way into the cabinet: a member takes the request for them.

It is the same request as the person's own and is carried out by the same two pairs of eyes. The person, and
whoever reads their e-mail and old phone, is told at once and may take it back.
"""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.office.operations.requests import ask, refuse_standing
from svet.office.queries import OfficeRequestView
from svet.office.rules import OfficeKind, OfficeReason, OfficeRefused
from svet.people import queries
from svet.people.operations import codes
from svet.people.queries.factors import second_factor
from svet.people.rules.codes import CodePurpose, CodeReason, CodeRefused, normalise_code
from svet.people.rules.phones import PhoneReason, PhoneRefused, normalise_phone
from svet.staffing.rules import checked_reason


def begin_walk_in_phone(
    *, by: Actor, phone: object, new_phone: object, comment: str, session_key: str, now: datetime
) -> None:
    """Promise a code to the new phone, which the person holds in their hand and reads out.

    ``phone`` is the cabinet's present one; ``comment`` says which papers were seen, never their numbers.

    :raises PhoneRefused: :raises StaffRefused: nothing said of the papers. :raises LimitReached:
    :raises OfficeRefused: no cabinet with this phone, one with the new phone, or a request stands already
    """
    person_id = _cabinet(phone)
    number = _new(new_phone)
    said = checked_reason(comment, field="comment")
    if number == queries.person(person_id).phone:
        raise OfficeRefused(OfficeReason.SAME_PHONE, field="new_phone")
    if queries.phone_is_known(number):
        raise OfficeRefused(OfficeReason.TAKEN, field="new_phone")
    refuse_standing(person_id=person_id, kind=OfficeKind.PHONE)
    spend(limit=LimitName.WALK_INS_PER_MEMBER, key=str(by.person_id), now=now)
    codes.spend_sms_limits(phone=number, now=now)
    with use_case():
        _row, code = codes.challenge(
            of=codes.CodeTarget(purpose=CodePurpose.OFFICE, target=number, session_key=session_key),
            now=now,
            winnable=True,
            person_id=person_id,
            data={"comment": said, "member": by.person_id},
        )
        codes.send_code_sms(phone=number, code=code, act="phone", now=now)


def finish_walk_in_phone(*, by: Actor, session_key: str, code: object, now: datetime) -> OfficeRequestView:
    """Hand the request in when the new phone has answered.

    :raises CodeRefused: :raises OfficeRefused: one stands already
    """
    given = normalise_code(code)
    with use_case():
        outcome = codes.answered(purpose=CodePurpose.OFFICE, session_key=session_key, code=given, now=now)
        if (
            isinstance(outcome, codes.AnsweredCode)
            and outcome.person_id
            and outcome.data.get("member") == by.person_id
        ):
            return ask(
                person_id=outcome.person_id,
                kind=OfficeKind.PHONE,
                phone=outcome.target,
                comment=str(outcome.data["comment"]),
                by=by,
                now=now,
            )
    codes.count_wrong(now=now)
    raise outcome if isinstance(outcome, CodeRefused) else CodeRefused(CodeReason.NO_CODE)


def take_walk_in_factor(*, by: Actor, phone: object, comment: str, now: datetime) -> OfficeRequestView:
    """Take the request of somebody who has lost everything their second step consists of.

    :raises PhoneRefused: :raises StaffRefused: nothing said of the papers. :raises LimitReached:
    :raises OfficeRefused: no cabinet with this phone, no second step there, or a request stands already
    """
    person_id = _cabinet(phone)
    said = checked_reason(comment, field="comment")
    if not second_factor(person_id=person_id).on:
        raise OfficeRefused(OfficeReason.NO_FACTOR, field="phone")
    refuse_standing(person_id=person_id, kind=OfficeKind.FACTOR)
    spend(limit=LimitName.WALK_INS_PER_MEMBER, key=str(by.person_id), now=now)
    with use_case():
        return ask(person_id=person_id, kind=OfficeKind.FACTOR, phone="", comment=said, by=by, now=now)


def _new(phone: object) -> str:
    try:
        return normalise_phone(phone)
    except PhoneRefused as refused:
        raise PhoneRefused(PhoneReason(refused.reason), field="new_phone") from refused


def _cabinet(phone: object) -> int:
    number = normalise_phone(phone)
    person_id = queries.cabinet_with_phone(number)
    if person_id is None:
        raise OfficeRefused(OfficeReason.NO_CABINET, field="phone")
    return person_id
