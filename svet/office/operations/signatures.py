"""A request to the office is carried out by two: one has checked the papers, another one agrees."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.office.models import OfficeRequest, OfficeSignature
from svet.office.operations.requests import carry_out_office_request, refuse_office_request
from svet.office.rules import OfficeReason, OfficeRefused, OfficeState
from svet.people.operations.at_the_office import pause_cards
from svet.people.rules.names import ProfileReason
from svet.staffing.rules import StaffReason, StaffRefused, checked_reason


def sign_office_request(*, by: Actor, public_id: str, reason: str, now: datetime) -> bool:
    """Put one's name to a request; True when it was the second one and the request is carried out.

    With it every session of the person ends, both contacts are told, and payments by bound card pause
    for a day.

    :raises NotFound: :raises StaffRefused: no reason, or the first name is one's own
    :raises OfficeRefused: it is closed, or the phone has got a cabinet meanwhile
    """
    why = checked_reason(reason)
    with use_case():
        request = _open(public_id)
        first = OfficeSignature.objects.filter(request=request).first()
        if first is None:
            OfficeSignature.objects.create(
                request=request, member_id=by.person_id or 0, reason=why, signed_at=now
            )
            journal.record(
                by=by,
                action="office.signed",
                subject="office_request",
                subject_id=request.public_id,
                now=now,
                reason=why,
            )
            return False
        if first.member_id == by.person_id:
            raise StaffRefused(StaffReason.SAME_MEMBER)
        carry_out_office_request(public_id=public_id, by=by, decision=why, now=now)
        pause_cards(person_id=request.person_id, by=by, now=now)
    return True


def turn_down_office_request(*, by: Actor, public_id: str, reason: str, now: datetime) -> None:
    """Say no: one pair of eyes is enough for that.

    :raises NotFound: :raises StaffRefused: no reason. :raises OfficeRefused: it is closed
    """
    why = checked_reason(reason)
    with use_case():
        refuse_office_request(public_id=public_id, by=by, decision=why, now=now)


def _open(public_id: str) -> OfficeRequest:
    """The request, locked: two second signatures at once carry it out once."""
    request = OfficeRequest.objects.select_for_update().filter(public_id=public_id).first()
    if request is None:
        raise NotFound(ProfileReason.NO_SUCH)
    if request.state != OfficeState.OPEN:
        raise OfficeRefused(OfficeReason.CLOSED)
    return request
