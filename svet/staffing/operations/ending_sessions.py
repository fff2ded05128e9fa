"""Ending a customer's sessions by the office: somebody else sits in the cabinet, or a phone was stolen."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor
from svet.people.operations import end_all_sessions
from svet.staffing.rules import checked_reason


def end_customer_sessions(*, by: Actor, person_public_id: str, reason: str, now: datetime) -> int:
    """Sign a customer out everywhere and revoke the keys of their programs; says of how many browsers.

    :raises StaffRefused: no reason. :raises NotFound: no such cabinet, or a member's work sign-in
    """
    return end_all_sessions(person_public_id=person_public_id, by=by, reason=checked_reason(reason), now=now)
