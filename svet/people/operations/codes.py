"""Making and spending codes: steps used by registration, recovery and changes of contacts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import constant_time_compare

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.keyed import keyed_digests
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import require_transaction
from svet.limits.operations import LimitReached, require, spend
from svet.limits.queries import free_at
from svet.limits.rules import LimitName, Purpose
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.people import events
from svet.people.models import Code
from svet.people.queries import Challenge, challenge_of
from svet.people.rules.codes import CODE_LIFE, CODE_TRIES, CodePurpose, CodeReason, CodeRefused

# A spent recovery code is also the grant to set a password, so challenges stay a little longer than that.
_KEEP_CODES = timedelta(hours=1)

_ATTEMPT = """
UPDATE people_code
SET tries_left = tries_left - CASE WHEN data->'wrong' ?| %(digests)s::text[] THEN 0 ELSE 1 END,
    spent_at = CASE WHEN digest = ANY(%(digests)s::text[]) THEN %(now)s::timestamptz END,
    data = data || CASE
        WHEN digest = ANY(%(digests)s::text[]) THEN '{}'
        WHEN data->'wrong' ?| %(digests)s::text[] THEN '{"again": true}'
        ELSE jsonb_build_object(
            'again', false, 'wrong', coalesce(data->'wrong', '[]') || to_jsonb(%(digest)s::text))
    END
WHERE session_key = %(session_key)s AND purpose = %(purpose)s
    AND spent_at IS NULL AND tries_left > 0 AND expires_at > %(now)s
RETURNING id, spent_at IS NOT NULL, tries_left, coalesce((data->>'again')::boolean, false)
"""


@dataclass(frozen=True, slots=True)
class AnsweredCode:
    """A challenge that was won: whose it is, which address has answered, and what was kept with it."""

    person_id: int | None
    target: str
    data: Mapping[str, Any]


def digest_of(*, purpose: str, target: str, session_key: str, code: str) -> str:
    """What is kept of a code: it opens one purpose, for one addressee, in one browser."""
    return digests_of(purpose=purpose, target=target, session_key=session_key, code=code)[0]


def digests_of(*, purpose: str, target: str, session_key: str, code: str) -> list[str]:
    """The same, followed by what was kept of it under retired keys of the installation."""
    return keyed_digests("svet.people.code", "\n".join((purpose, target, session_key, code)))


def spend_sms_limits(*, phone: str, now: datetime, own: str = "") -> None:
    """Take one code SMS from every budget, known phone or not.

    ``own`` names a browser its owner has used before: it has buckets of its own, so that strangers who ask
    for codes to somebody's phone all day cannot keep its owner from one.

    :raises LimitReached:
    """
    key = bucket_of(phone=phone, own=own)
    spend(limit=LimitName.CODES_PER_PHONE_HOUR, key=key, now=now)
    spend(limit=LimitName.CODES_PER_PHONE_DAY, key=key, now=now)
    # The day's money may run out on strangers; those who are known keep a share of their own.
    spend(limit=LimitName.SMS_PER_INSTALLATION, key="known" if own else "all", now=now)


def bucket_of(*, phone: str, own: str) -> str:
    """The key of a phone's buckets, as seen from a browser."""
    return f"{phone}:{own}" if own else phone


def take_once_a_day(*, phone: str, now: datetime) -> bool:
    """Whether the owner of a phone may be told today that somebody tries to register it."""
    try:
        spend(limit=LimitName.SOMEBODY_REGISTERS, key=phone, now=now)
    except LimitReached:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTarget:
    """What a code is for, where it goes (a phone or an address), and the session that may give it back.

    ``own`` is the bucket of limits of somebody who is known here; empty: that of the phone.
    """

    purpose: CodePurpose
    target: str
    session_key: str
    own: str = ""


def challenge(
    *,
    of: CodeTarget,
    now: datetime,
    winnable: bool,
    person_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    sent: int = 1,
) -> tuple[Challenge, str]:
    """Write a fresh challenge over the one this session had, and give the code to be sent with it.

    One that nobody can win looks the same from outside and is opened by no code.
    """
    require_transaction()
    code = f"{secrets.randbelow(1_000_000):06d}"
    next_at = free_at(
        limit=LimitName.CODES_PER_PHONE_HOUR,
        key=bucket_of(phone=of.target, own=of.own),
        default=now + timedelta(seconds=60),
    )
    fitting = digest_of(purpose=of.purpose, target=of.target, session_key=of.session_key, code=code)
    row, _ = Code.objects.update_or_create(
        session_key=of.session_key,
        purpose=of.purpose,
        defaults={
            "target": of.target,
            "person_id": person_id,
            "digest": fitting if winnable else secrets.token_hex(32),
            "tries_left": CODE_TRIES,
            "sent": sent,
            "next_send_at": next_at,
            "expires_at": now + CODE_LIFE,
            "created_at": now,
            "spent_at": None,
            # A fresh code forgets what was wrong of the last one.
            "data": {**(data or {}), "winnable": winnable, "own": of.own, "wrong": [], "again": False},
        },
    )
    return challenge_of(row), code


def send_code_sms(
    *, phone: str, code: str, act: str, now: datetime, event: EventSpec | None = events.CODE
) -> None:
    """Promise the SMS of a challenge, which says what it opens (``act``).

    With no event the same work is done and taken back, so the time an answer takes does not tell whether
    anything will be sent.
    """
    require_transaction()
    with transaction.atomic():
        sent = event or events.CODE
        params = {"code": code, "act": act} if sent is events.CODE else {}
        notices.send_sms(phone=phone, event=sent, params=params, now=now)
        if event is None:
            transaction.set_rollback(True)


def breaker_check(*, address: str, work: str, now: datetime) -> None:
    """While wrong codes rain on the whole installation, every try costs a second of computing.

    A breaker that refused would let one guesser lock everybody out. :raises WorkNeeded:
    """
    require(purpose=Purpose.CODE, address=address, work=work, now=now)


def attempt(*, purpose: CodePurpose, session_key: str, code: str, now: datetime) -> Code | CodeRefused:
    """Spend one try by one conditional update; a right code is spent in the same stroke.

    The same wrong digits sent again tell nobody anything new and cost no further try.
    A refusal is returned, not raised: the caller's transaction must commit the spent try.
    """
    require_transaction()
    row = Code.objects.filter(session_key=session_key, purpose=purpose).only("target").first()
    if row is None:
        return CodeRefused(CodeReason.NO_CODE)
    digests = digests_of(purpose=purpose, target=row.target, session_key=session_key, code=code)
    values: dict[str, str | list[str] | datetime] = {
        "digest": digests[0],
        "digests": digests,
        "session_key": session_key,
        "purpose": purpose.value,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPT, values)
        found = cursor.fetchone()
    if found is None:
        return _why_closed(purpose=purpose, session_key=session_key, now=now)
    code_id, opened, tries_left, again = found
    if opened:
        return Code.objects.get(pk=code_id)
    return wrong(tries_left=tries_left, again=again)


def answered(
    *, purpose: CodePurpose, session_key: str, code: str, now: datetime
) -> AnsweredCode | CodeRefused:
    """The same as :func:`attempt`, for a room that does not know the table."""
    outcome = attempt(purpose=purpose, session_key=session_key, code=code, now=now)
    if isinstance(outcome, CodeRefused):
        return outcome
    return AnsweredCode(outcome.person_id, outcome.target, outcome.data)


def wrong(*, tries_left: int, field: str = "code", again: bool = False) -> CodeRefused:
    """The refusal of a wrong code; the last one also closes the challenge."""
    if tries_left <= 0:
        return CodeRefused(CodeReason.EXHAUSTED, field=field)
    return CodeRefused(CodeReason.REPEATED if again else CodeReason.WRONG, field=field, tries_left=tries_left)


def _why_closed(*, purpose: CodePurpose, session_key: str, now: datetime) -> CodeRefused:
    row = Code.objects.filter(session_key=session_key, purpose=purpose).first()
    if row is None or row.spent_at is not None:
        return CodeRefused(CodeReason.NO_CODE)
    if row.expires_at <= now:
        return CodeRefused(CodeReason.EXPIRED)
    return CodeRefused(CodeReason.EXHAUSTED)


def count_wrong(*, now: datetime) -> None:
    """Let the installation's breaker know of a wrong code, after the try was committed."""
    try:
        spend(limit=LimitName.CODE_TRIES_EVERYWHERE, key="all", now=now)
    except LimitReached as reached:
        tell_of_breaker(limit=LimitName.CODE_TRIES_EVERYWHERE, retry_after=reached.retry_after, now=now)


def tell_of_breaker(*, limit: LimitName, retry_after: int, now: datetime) -> None:
    """Put an open breaker into the security journal, once while it is open."""
    try:
        spend(limit=LimitName.BREAKER_TOLD, key=limit.value, now=now)
    except LimitReached:
        return
    journal.record_security(
        by=Actor.system("limits"),
        action="breaker.opened",
        subject="limit",
        subject_id=limit.value,
        now=now,
        details={"retry_after": retry_after},
    )


def is_kept(kept: str, digests: list[str]) -> bool:
    """Whether one of the digests is the kept one; compared in constant time."""
    return any(constant_time_compare(kept, digest) for digest in digests)


def hold_phone(*, phone: str) -> None:
    """Let nobody else create or take over this phone until the transaction ends."""
    hold(Lock.PHONE, phone)


def forget_codes(*, now: datetime) -> None:
    """Drop the challenges that can no longer be used."""
    Code.objects.filter(expires_at__lt=now - _KEEP_CODES).delete()
