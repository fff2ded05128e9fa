"""Members of staff who sign in at the retailer's own service (OpenID Connect).

The service says who somebody is; whether they are a member, and what they may do, is decided here. An
identity is bound to a member at the first sign-in, by the phone the service has checked, and only after the
member has answered their second factor here; from then on the phone does not count. Nobody becomes a member
by it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from svet.gateways import identity
from svet.gateways.failures import GatewayFailure, Temporary
from svet.gateways.identity.port import Begun, Identity
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName, network_of
from svet.people.operations.totp import has_totp
from svet.people.rules.phones import PhoneRefused, normalise_phone
from svet.staffing.models import StaffMember
from svet.staffing.rules import StaffReason, StaffRefused, checked_reason


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which member came back. ``bound`` False: the identity still has to be bound, after the second factor.

    ``strong``: a bound identity whose second factor the service itself has asked for.
    """

    person_id: int
    digest: str
    bound: bool
    strong: bool


def begin_at_provider(*, back: str, address: str, now: datetime) -> Begun:
    """Begin a sign-in at the service. :raises StaffRefused: it does not answer. :raises LimitReached:"""
    spend(limit=LimitName.PROVIDER_PER_NETWORK, key=network_of(address), now=now)
    try:
        return identity.gateway().begin(back=back)
    except GatewayFailure as failure:
        _refuse(str(failure), address=address, now=now)
        raise StaffRefused(StaffReason.PROVIDER_SILENT) from failure


def finish_at_provider(
    *, nonce: str, verifier: str, code: str, back: str, address: str, now: datetime
) -> Recognised:
    """Find the member who came back from the service.

    :raises StaffRefused: no answer, an answer that does not fit, nobody of ours, or a member without a second
        factor here, to whom nothing can be bound yet.
    """
    try:
        who = identity.gateway().finish(nonce=nonce, verifier=verifier, code=code, back=back)
    except GatewayFailure as failure:
        _refuse(str(failure), address=address, now=now)
        silent = isinstance(failure, Temporary)
        raise StaffRefused(
            StaffReason.PROVIDER_SILENT if silent else StaffReason.PROVIDER_REFUSED
        ) from failure
    digest = _digest(who)
    working = StaffMember.objects.filter(disabled_at__isnull=True, person__is_active=True)
    member = working.filter(identity_digest=digest).first()
    if member is not None:
        return Recognised(member.person_id, digest, bound=True, strong=who.strong)
    # Another identity stands at the phone's member, or the phone is nobody's: an administrator decides.
    member = working.filter(person__phone=_phone(who), identity_digest="").first()
    if member is None:
        _refuse("the identity belongs to no member", address=address, now=now)
        raise StaffRefused(StaffReason.PROVIDER_STRANGER)
    if not has_totp(person_id=member.person_id):
        # Nothing but the phone would tell the member from somebody who got it into the service.
        _refuse("the member has no second factor here yet", address=address, now=now)
        raise StaffRefused(StaffReason.PROVIDER_TOO_EARLY)
    return Recognised(member.person_id, digest, bound=False, strong=False)


def bind_identity(*, person_id: int, digest: str, by: Actor, now: datetime) -> None:
    """Let the identity open this member's desks from now on; in the member's own proved session.

    :raises StaffRefused: another identity was bound meanwhile, or this one to somebody else.
    """
    with use_case():
        rows = list(StaffMember.objects.select_for_update().order_by("pk"))
        member = next((row for row in rows if row.person_id == person_id), None)
        taken = any(row.identity_digest == digest and row.person_id != person_id for row in rows)
        if member is None or taken or member.identity_digest not in ("", digest):
            raise StaffRefused(StaffReason.PROVIDER_STRANGER)
        if member.identity_digest == digest:
            return
        StaffMember.objects.filter(pk=member.pk).update(identity_digest=digest)
        journal.record(
            by=by, action="staff.identity_bound", subject="staff", subject_id=member.public_id, now=now
        )


def forget_identity(*, by: Actor, member_public_id: str, reason: str, now: datetime) -> None:
    """Let the member bind another identity at the next sign-in. :raises StaffRefused: nobody, no reason"""
    why = checked_reason(reason)
    with use_case():
        member = StaffMember.objects.select_for_update().filter(public_id=member_public_id).first()
        if member is None:
            raise StaffRefused(StaffReason.NOT_A_MEMBER)
        StaffMember.objects.filter(pk=member.pk).update(
            identity_digest="", session_epoch=member.session_epoch + 1
        )
        journal.record(
            by=by,
            action="staff.identity_forgotten",
            subject="staff",
            subject_id=member.public_id,
            now=now,
            reason=why,
        )


def _digest(who: Identity) -> str:
    """One identity for ever: OpenID Connect Core §5.7 knows nothing else that is never given to another."""
    return hashlib.sha256(f"{who.issuer}\n{who.subject}".encode()).hexdigest()


def _phone(who: Identity) -> str:
    try:
        return normalise_phone(who.phone)
    except PhoneRefused:
        return "-"


def _refuse(why: str, *, address: str, now: datetime) -> None:
    journal.record_security(
        by=Actor.anonymous(address=address),
        action="staff.provider.refused",
        now=now,
        details={"why": why[:200]},
    )
