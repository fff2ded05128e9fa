"""Asking the office for what a person cannot do alone, and carrying out what it has decided."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_receipt_number
from svet.kernel.moving import LostRace, move_row
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import require_transaction, use_case
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.office import events
from svet.office.models import OfficeRequest
from svet.office.queries import OfficeRequestView, request_view
from svet.office.rules import LONGEST_COMMENT, MOVES, OfficeKind, OfficeReason, OfficeRefused, OfficeState
from svet.people import events as people_events
from svet.people import queries
from svet.people.operations import at_the_office as people
from svet.people.operations import codes
from svet.people.operations.factors import confirm_password
from svet.people.rules.codes import CodePurpose, CodeReason, CodeRefused, normalise_code
from svet.people.rules.names import ProfileReason, ProfileRefused
from svet.people.rules.phones import normalise_phone


def start_office_phone_change(
    *,
    person_id: int,
    password: str,
    phone: object,
    comment: str,
    session_key: str,
    address: str,
    now: datetime,
) -> None:
    """Promise a code to the new phone of somebody who has lost the old one; the office decides later.

    :raises PhoneRefused: :raises PasswordRefused: :raises ProfileRefused: it is the present phone.
    :raises OfficeRefused: a request stands already. :raises LimitReached:
    """
    number = normalise_phone(phone)
    said = _comment(comment)
    if number == queries.person(person_id).phone:
        raise ProfileRefused(ProfileReason.SAME_PHONE, field="phone")
    confirm_password(person_id=person_id, password=password, now=now)
    refuse_standing(person_id=person_id, kind=OfficeKind.PHONE)
    codes.spend_sms_limits(phone=number, now=now)
    may_warn = codes.take_once_a_day(phone=number, now=now)
    with use_case():
        taken = queries.phone_is_known(number)
        _row, code = codes.challenge(
            of=codes.CodeTarget(purpose=CodePurpose.OFFICE, target=number, session_key=session_key),
            now=now,
            winnable=not taken,
            person_id=person_id,
            data={"comment": said},
        )
        warning = people_events.SOMEBODY_REGISTERS if may_warn else None
        codes.send_code_sms(
            phone=number, code=code, act="phone", now=now, event=warning if taken else people_events.CODE
        )


def confirm_office_phone_change(
    *, person_id: int, session_key: str, code: object, address: str, now: datetime
) -> OfficeRequestView:
    """Hand the request in when the new phone has answered; the old one and the e-mail are told.

    :raises CodeRefused: :raises OfficeRefused: :raises LimitReached:
    """
    given = normalise_code(code)
    request: OfficeRequestView | None = None
    with use_case():
        outcome = codes.answered(purpose=CodePurpose.OFFICE, session_key=session_key, code=given, now=now)
        if isinstance(outcome, codes.AnsweredCode) and outcome.person_id == person_id:
            request = ask(
                person_id=person_id,
                kind=OfficeKind.PHONE,
                phone=outcome.target,
                comment=str(outcome.data.get("comment", "")),
                by=Actor.person(person_id, address=address),
                now=now,
            )
    if request is None:
        codes.count_wrong(now=now)
        raise outcome if isinstance(outcome, CodeRefused) else CodeRefused(CodeReason.NO_CODE)
    return request


def ask_office_to_remove_factors(
    *, person_id: int, comment: str, address: str, now: datetime
) -> OfficeRequestView:
    """Hand in a request of somebody whose password was right and whose second step is lost.

    :raises OfficeRefused: a request stands already
    """
    said = _comment(comment)
    refuse_standing(person_id=person_id, kind=OfficeKind.FACTOR)
    with use_case():
        by = Actor.person(person_id, address=address)
        return ask(person_id=person_id, kind=OfficeKind.FACTOR, phone="", comment=said, by=by, now=now)


def withdraw_office_request(*, person_id: int, public_id: str, address: str, now: datetime) -> None:
    """Take one's own request back. :raises NotFound: not theirs. :raises OfficeRefused: it is decided"""
    with use_case():
        mine = OfficeRequest.objects.select_for_update().filter(person_id=person_id, public_id=public_id)
        request = mine.first()
        if request is None:
            raise NotFound(ProfileReason.NO_SUCH)
        by = Actor.person(person_id, address=address)
        _move(request=request, to=OfficeState.WITHDRAWN, by=by, decision="", now=now)


def refuse_office_request(*, public_id: str, by: Actor, decision: str, now: datetime) -> None:
    """Say no, with the reason the person will read. In the caller's transaction.

    :raises NotFound: :raises OfficeRefused: it is decided already, or no reason was given
    """
    require_transaction()
    request = _held(public_id)
    _move(request=request, to=OfficeState.REFUSED, by=by, decision=_decision(decision), now=now)


def carry_out_office_request(*, public_id: str, by: Actor, decision: str, now: datetime) -> None:
    """Do what was asked: move the cabinet to the new phone, or take the lost factors away.

    In the caller's transaction: who looked at the papers, and that two did, is the caller's affair. Every
    session and every key for programs ends; the person is told at the old and the new contacts.

    :raises NotFound: :raises OfficeRefused: decided already, or the phone has got a cabinet meanwhile
    """
    require_transaction()
    request = _held(public_id)
    said = _decision(decision)
    _move(request=request, to=OfficeState.APPROVED, by=by, decision=said, now=now)
    person_id = request.person_id
    if request.kind == OfficeKind.PHONE:
        moved = people.move_cabinet(person_id=person_id, phone=request.phone, by=by, reason=said, now=now)
        if not moved:
            raise OfficeRefused(OfficeReason.TAKEN)
    else:
        people.take_factors_away(person_id=person_id, by=by, reason=said, now=now)
    people.shut_everywhere(person_id=person_id, by=by, reason=f"office.{request.kind}", now=now)


def ask(
    *, person_id: int, kind: OfficeKind, phone: str, comment: str, by: Actor, now: datetime
) -> OfficeRequestView:
    """Write a request down and tell the person, whoever hands it in. In the caller's transaction.

    :raises OfficeRefused: one of this kind stands already
    """
    require_transaction()
    people.hold_person(person_id=person_id)
    try:
        with transaction.atomic():
            request = OfficeRequest.objects.create(
                number=new_receipt_number("О"),
                person_id=person_id,
                kind=kind.value,
                phone=phone,
                comment=comment,
                address=by.address,
                taken_by_id=None if by.person_id == person_id else by.person_id,
                asked_at=now,
            )
    except IntegrityError as twice:
        raise OfficeRefused(OfficeReason.STANDING) from twice
    journal.record(
        by=by,
        action="office.asked",
        subject="office_request",
        subject_id=request.public_id,
        now=now,
        after={"kind": kind.value, "number": request.number},
    )
    notices.notify(
        recipient_id=queries.recipient_of(person_id),
        event=events.OFFICE_ASKED,
        params={"about": kind.value, "number": request.number, "at": moment(now)},
        place=Place("office-requests"),
        now=now,
    )
    return request_view(request)


def refuse_standing(*, person_id: int, kind: OfficeKind) -> None:
    """Two requests of a kind do not stand at once. :raises OfficeRefused:"""
    standing = OfficeRequest.objects.filter(person_id=person_id, kind=kind.value, state=OfficeState.OPEN)
    if standing.exists():
        raise OfficeRefused(OfficeReason.STANDING)


def _held(public_id: str) -> OfficeRequest:
    request = OfficeRequest.objects.select_for_update().filter(public_id=public_id).first()
    if request is None:
        raise NotFound(ProfileReason.NO_SUCH)
    return request


def _move(*, request: OfficeRequest, to: OfficeState, by: Actor, decision: str, now: datetime) -> None:
    """Compare and set along the table of legal moves. :raises OfficeRefused: the request is closed"""
    changes = {"decided_at": now, "decided_by_id": by.person_id, "decision": decision}
    try:
        before = move_row(request, moves=MOVES, to=to, changes=changes)
    except (IllegalMove, LostRace):
        raise OfficeRefused(OfficeReason.CLOSED) from None
    journal.record(
        by=by,
        action=f"office.{to.value}",
        subject="office_request",
        subject_id=request.public_id,
        now=now,
        before={"state": before.value},
        after={"state": to.value},
        reason=decision,
    )


def _comment(text: str) -> str:
    said = " ".join(text.split())
    if len(said) > LONGEST_COMMENT:
        raise OfficeRefused(OfficeReason.COMMENT_TOO_LONG, field="comment")
    return said


def _decision(text: str) -> str:
    said = " ".join(text.split())[:LONGEST_COMMENT]
    if not said:
        raise OfficeRefused(OfficeReason.NO_DECISION, field="decision")
    return said
