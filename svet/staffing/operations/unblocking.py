"""Letting somebody go whom a limit holds: by a member of staff, with a reason, in the journal."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits import queries
from svet.staffing.rules import Permission, StaffReason, checked_reason


def unblock(
    *, by: Actor, permissions: frozenset[Permission], bucket_id: str, reason: str, now: datetime
) -> None:
    """Empty one bucket. One of a network or of everybody needs ``Permission.BREAKERS``.

    :raises StaffRefused: no reason. :raises NotFound: it holds nobody any more, or is not for this member.
    """
    why = checked_reason(reason)
    found = next((one for one in queries.blocked(now=now) if one.public_id == bucket_id), None)
    needed = Permission.BREAKERS if found is not None and found.shared else Permission.LIMITS
    if found is None or needed not in permissions:
        raise NotFound(StaffReason.NOT_HELD)
    with use_case():
        limits.forget(limit=found.limit, key=found.key)
        journal.record(
            by=by,
            action="limits.unblocked",
            subject="limit",
            subject_id=found.limit.value,
            now=now,
            before={"key": found.key, "spent": found.spent, "until": found.until.isoformat()},
            reason=why,
        )
