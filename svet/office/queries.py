"""Reads for the office: what people ask of it and whose name stands below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from svet.kernel.frozen import frozen
from svet.office.models import OfficeRequest
from svet.office.rules import OfficeKind, OfficeState
from svet.staffing import queries as staffing

MOST = 200


@dataclass(frozen=True, slots=True)
class OfficeCase:
    """A request that waits; ``signed_by`` is the first pair of eyes, empty before anybody has looked.

    ``taken_by``: who took it at the counter, empty when the person asked from the cabinet.
    """

    public_id: str
    number: str
    kind: OfficeKind
    person_id: int
    name: str
    phone: str
    email: str
    birth_on: str
    new_phone: str
    comment: str
    address: str
    asked_at: datetime
    taken_by: str
    signed_by: str
    signed_by_id: int | None
    signed_reason: str


@dataclass(frozen=True, slots=True)
class OfficeRequestView:
    """A request as its person sees it; ``phone`` is the new number of a request to change it."""

    public_id: str
    number: str
    kind: str
    phone: str
    comment: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    decision: str


def office_requests(*, person_id: int) -> list[OfficeRequestView]:
    """What the person has asked of the office, newest first."""
    rows = OfficeRequest.objects.filter(person_id=person_id).order_by("-asked_at", "-id")
    return [request_view(row) for row in rows]


def request_view(row: OfficeRequest) -> OfficeRequestView:
    """The value of a row; for this room."""
    return OfficeRequestView(
        public_id=row.public_id,
        number=row.number,
        kind=row.kind,
        phone=row.phone,
        comment=row.comment,
        state=row.state,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decision=row.decision,
    )


def open_count() -> int:
    """How many requests wait for the office."""
    return _open_keys.count()


@frozen
def _open_keys() -> QuerySet[OfficeRequest, int]:
    return OfficeRequest.objects.filter(state=OfficeState.OPEN).values_list("pk", flat=True)


def open_cases() -> list[OfficeCase]:
    """Requests that wait, the oldest first."""
    rows = list(
        OfficeRequest.objects.filter(state=OfficeState.OPEN)
        .select_related("person", "signature")
        .order_by("asked_at")[:MOST]
    )
    signers = [row.signature.member_id for row in rows if hasattr(row, "signature")]
    signers += [row.taken_by_id for row in rows if row.taken_by_id]
    names = staffing.names_of(signers)
    return [_case(row, names) for row in rows]


def _case(row: OfficeRequest, names: dict[int, str]) -> OfficeCase:
    person, signature = row.person, getattr(row, "signature", None)
    return OfficeCase(
        public_id=row.public_id,
        number=row.number,
        kind=OfficeKind(row.kind),
        person_id=person.pk,
        name=" ".join(part for part in (person.last_name, person.first_name, person.patronymic) if part),
        phone=person.phone,
        email=person.email,
        birth_on=person.birth_on.strftime("%d.%m.%Y") if person.birth_on else "",
        new_phone=row.phone,
        comment=row.comment,
        address=row.address,
        asked_at=row.asked_at,
        taken_by=names.get(row.taken_by_id, "—") if row.taken_by_id else "",
        signed_by="" if signature is None else names.get(signature.member_id, "—"),
        signed_by_id=None if signature is None else signature.member_id,
        signed_reason="" if signature is None else signature.reason,
    )
