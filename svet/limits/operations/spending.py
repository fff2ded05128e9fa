"""Spending from a limit: one upsert per bucket, committed before the use case begins."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from svet.kernel.refusals import Refused
from svet.kernel.transactions import commit_lazily
from svet.limits.models import Bucket
from svet.limits.queries import current_limit as current_limit
from svet.limits.rules import Limit, LimitName


class LimitReason(StrEnum):
    LIMIT_REACHED = "limit_reached"


class LimitReached(Refused):
    """The bucket is empty; ``details["retry_after"]`` says how many seconds to wait."""

    def __init__(self, *, limit: LimitName, retry_after: int) -> None:
        super().__init__(
            LimitReason.LIMIT_REACHED, details={"retry_after": retry_after, "limit": limit.value}
        )
        self.retry_after = retry_after


# A spending that is refused changes nothing, so hammering at the door does not keep it shut for longer.
# It is committed by itself, because it must outlive the use case's roll-back; nobody waits for the disk.
_SPEND = """
INSERT INTO limits_bucket AS bucket (name, key, spent, started_at, resets_at, free_at)
SELECT %(name)s, %(key)s, %(cost)s, %(now)s, %(resets_at)s, %(first_free_at)s FROM lazily WHERE true
ON CONFLICT (name, key) DO UPDATE SET
    spent = CASE WHEN bucket.resets_at <= %(now)s THEN 0 ELSE bucket.spent END + %(cost)s,
    started_at = CASE WHEN bucket.resets_at <= %(now)s THEN %(now)s ELSE bucket.started_at END,
    resets_at = CASE WHEN bucket.resets_at <= %(now)s THEN %(resets_at)s ELSE bucket.resets_at END,
    free_at = %(now)s + make_interval(secs => (%(pauses)s::int[])[LEAST(
        cardinality(%(pauses)s::int[]),
        CASE WHEN bucket.resets_at <= %(now)s THEN 0 ELSE bucket.spent END + %(cost)s)])
WHERE bucket.resets_at <= %(now)s
    OR (bucket.spent + %(cost)s <= %(amount)s AND (%(without_pauses)s OR bucket.free_at <= %(now)s))
RETURNING spent, resets_at
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Of ``amount`` in ``window_seconds`` so much is ``left``; in ``seconds`` all of it is there again."""

    amount: int
    window_seconds: int
    left: int
    seconds: int


def spend(*, limit: LimitName, key: str, now: datetime, cost: int = 1) -> Spent:
    """Take ``cost`` from the bucket of ``key`` and commit it at once; says what is left.

    :raises LimitReached: the bucket has not that much left, or the pause after the last one still runs.
    """
    terms = current_limit(limit)
    values = {
        "name": limit.value,
        "key": key[:128],
        "cost": cost,
        "now": now,
        "amount": terms.amount,
        # As text: of a list the driver would find the type out each time.
        "pauses": f"{{{','.join(map(str, terms.pauses or (0,)))}}}",
        # Requests overtake each other by milliseconds: without pauses an earlier ``now`` must not wait.
        "without_pauses": not terms.pauses,
        "resets_at": now + timedelta(seconds=terms.window_seconds),
        "first_free_at": now + timedelta(seconds=terms.pause_after(1)),
    }
    # One statement is a transaction of its own: BEGIN and COMMIT would only be two more trips.
    taken = commit_lazily(_SPEND, values)
    if taken is None or cost > terms.amount:
        raise LimitReached(
            limit=limit, retry_after=_wait(limit=limit, key=key, cost=cost, now=now, terms=terms)
        )
    spent, resets_at = taken
    seconds = max(0, math.ceil((resets_at - now).total_seconds()))
    return Spent(terms.amount, terms.window_seconds, max(0, terms.amount - int(spent)), seconds)


def emptied(refused: LimitReached) -> Spent:
    """What is left of a limit that has just refused: nothing, until the pause it named is over."""
    terms = current_limit(LimitName(str(refused.details["limit"])))
    return Spent(terms.amount, terms.window_seconds, 0, refused.retry_after)


def count(*, limit: LimitName, key: str, now: datetime) -> None:
    """Count one of what no bucket stops."""
    with suppress(LimitReached):
        spend(limit=limit, key=key, now=now)


def check(*, limit: LimitName, key: str, now: datetime) -> None:
    """Refuse while the bucket is empty, without taking anything. :raises LimitReached:"""
    terms = current_limit(limit)
    full = Bucket.objects.filter(
        name=limit.value, key=key[:128], spent__gte=terms.amount, resets_at__gt=now
    ).first()
    if full is not None:
        wait = max(1, math.ceil((full.resets_at - now).total_seconds()))
        raise LimitReached(limit=limit, retry_after=wait)


def _wait(*, limit: LimitName, key: str, cost: int, now: datetime, terms: Limit) -> int:
    bucket = Bucket.objects.filter(name=limit.value, key=key[:128]).first()
    if bucket is None:
        return 1
    full = bucket.spent + cost > terms.amount
    until = bucket.resets_at if full else bucket.free_at
    return max(1, math.ceil((until - now).total_seconds()))


def forget(*, limit: LimitName, key: str) -> None:
    """Empty one bucket, as after a right password: earlier slips must not count against its owner."""
    Bucket.objects.filter(name=limit.value, key=key[:128]).delete()


def sweep(*, now: datetime) -> int:
    """Drop the buckets whose window is over; says how many."""
    count, _ = Bucket.objects.filter(resets_at__lte=now).delete()
    return count
