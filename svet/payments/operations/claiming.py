"""Taking a case of the money desk, so that two members do not work on one."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict
from svet.kernel.transactions import use_case
from svet.payments.models import Claim
from svet.payments.rules.refusals import ClaimReason
from svet.payments.rules.registers import CaseKind


class ClaimConflict(Conflict):
    """A colleague has the case; ``details`` name them."""


def take(*, kind: CaseKind, subject: str, by: Actor, now: datetime, over: bool = False) -> None:
    """Take a case, or with ``over`` take it over from a colleague; again by the same member: nothing.

    :raises ClaimConflict: a colleague was first
    """
    with use_case():
        mine = {"person_id": by.person_id or 0, "name": by.name, "taken_at": now}
        claim, fresh = Claim.objects.select_for_update().get_or_create(
            kind=kind.value, subject=subject, defaults=mine
        )
        if not fresh and claim.person_id == mine["person_id"]:
            return
        if not fresh and not over:
            raise _taken(claim)
        before = "" if fresh else claim.name
        if not fresh:
            Claim.objects.filter(pk=claim.pk).update(**mine)
        journal.record(
            by=by,
            action="payments.case.taken",
            subject=kind.value,
            subject_id=subject,
            now=now,
            before={"taken_by": before},
        )


def release(*, kind: CaseKind, subject: str, by: Actor, now: datetime) -> None:
    """Put a case back; one that is a colleague's or nobody's stays as it is."""
    with use_case():
        mine = Claim.objects.filter(kind=kind.value, subject=subject, person_id=by.person_id or 0)
        if mine.delete()[0]:
            journal.record(
                by=by, action="payments.case.released", subject=kind.value, subject_id=subject, now=now
            )


def check_claim(*, kind: CaseKind, subject: str, by: Actor) -> None:
    """Whether this member may act on the case. :raises ClaimConflict: a colleague has taken it"""
    claim = Claim.objects.filter(kind=kind.value, subject=subject).first()
    if claim is not None and claim.person_id != by.person_id:
        raise _taken(claim)


def _taken(claim: Claim) -> ClaimConflict:
    return ClaimConflict(ClaimReason.TAKEN, details={"name": claim.name or "—"})
