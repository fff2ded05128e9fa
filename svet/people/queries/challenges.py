"""Reads: where the challenge of a browser stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.people.models import Code
from svet.people.rules.codes import GRANT_LIFE, CodePurpose


@dataclass(frozen=True, slots=True)
class Challenge:
    """Where a challenge of this browser stands; the same for known and unknown phones."""

    target: str
    next_send_at: datetime
    expires_at: datetime
    tries_left: int


def challenge(*, purpose: CodePurpose, session_key: str) -> Challenge | None:
    """The challenge this browser has to answer, or nothing."""
    row = Code.objects.filter(session_key=session_key, purpose=purpose, spent_at__isnull=True).first()
    return None if row is None else challenge_of(row)


def challenge_of(row: Code) -> Challenge:
    """A challenge as it may leave the room: without its digest and without whether it can be won."""
    return Challenge(row.target, row.next_send_at, row.expires_at, row.tries_left)


def may_set_password(*, session_key: str, now: datetime) -> bool:
    """Whether this browser has answered a recovery code and may choose a new password."""
    return Code.objects.filter(
        session_key=session_key, purpose=CodePurpose.RECOVERY, spent_at__gt=now - GRANT_LIFE
    ).exists()
