"""What is left in a bucket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from svet.kernel.money import Money
from svet.limits.models import Bucket
from svet.limits.rules import BOOKKEEPING, LIMITS, SHARED, Limit, LimitName, loosened, sms_a_day

MOST = 500


@dataclass(frozen=True, slots=True)
class Blocked:
    """A bucket that refuses now: full until ``until``, or only pausing between two spendings.

    ``public_id`` names it outside; ``shared`` ones concern a network or everybody.
    """

    public_id: str
    limit: LimitName
    key: str
    spent: int
    amount: int
    until: datetime
    pausing: bool
    shared: bool


def current_limit(name: LimitName) -> Limit:
    """The limit in force: the table's, widened by ``SVET_LIMITS_FACTOR`` of the environment if set.

    What a day's SMS may cost is the operator's to say: ``SVET_SMS_DAY_LIMIT``, ``SVET_SMS_DAY_BUDGET``.
    """
    limit = LIMITS[name]
    if name is LimitName.SMS_PER_INSTALLATION:
        amount = sms_a_day(
            messages=settings.SMS_DAY_LIMIT,
            budget_kopecks=settings.SMS_DAY_BUDGET * 100,
            price_kopecks=settings.SMS_PRICE,
        )
        limit = Limit(amount, limit.window_seconds)
    return loosened(limit, factor=int(settings.LIMITS_FACTOR))


@dataclass(frozen=True, slots=True)
class SmsSpending:
    """Code SMS of the running day to browsers nobody knows, or to those in which somebody was signed in.

    ``cost`` and ``cap`` are empty where the operator has not said what a message costs. ``until`` is when the
    count begins anew, None before the first one.
    """

    known: bool
    spent: int
    amount: int
    cost: Money | None
    cap: Money | None
    until: datetime | None

    @property
    def share(self) -> int:
        """How much of the day is spent, in whole percent, a hundred at most."""
        return min(100, self.spent * 100 // max(self.amount, 1))


def sms_spending(*, now: datetime) -> list[SmsSpending]:
    """What codes by SMS have cost today, and what they may: strangers first."""
    amount = current_limit(LimitName.SMS_PER_INSTALLATION).amount
    price = int(settings.SMS_PRICE)
    rows = {row.key: row for row in running(now=now).filter(name=LimitName.SMS_PER_INSTALLATION.value)}
    found = []
    for known, key in ((False, "all"), (True, "known")):
        row = rows.get(key)
        taken = 0 if row is None else row.spent
        found.append(
            SmsSpending(
                known=known,
                spent=taken,
                amount=amount,
                cost=Money(taken * price) if price else None,
                cap=Money(amount * price) if price else None,
                until=None if row is None else row.resets_at,
            )
        )
    return found


def free_at(*, limit: LimitName, key: str, default: datetime) -> datetime:
    """When the pause after the last spending ends; ``default`` for a bucket nobody has touched."""
    bucket = Bucket.objects.filter(name=limit.value, key=key[:128]).first()
    return default if bucket is None else bucket.free_at


def spent(*, limit: LimitName, key: str, now: datetime) -> int:
    """How much of a bucket is taken in the running window."""
    rows = Bucket.objects.filter(name=limit.value, key=key[:128], resets_at__gt=now)
    return rows.values_list("spent", flat=True).first() or 0


def running(*, now: datetime) -> QuerySet[Bucket]:
    """The buckets whose window has not ended, for the staff's view, soonest free first."""
    return Bucket.objects.filter(resets_at__gt=now).order_by("resets_at")


def blocked(*, now: datetime) -> list[Blocked]:
    """Every bucket that refuses now, those of everybody first, then the longest wait first."""
    rows = running(now=now).filter(_full() | Q(free_at__gt=now))
    rows = rows.exclude(name__in=[name.value for name in BOOKKEEPING])[:MOST]
    found = [_blocked(row, now=now) for row in rows if row.name in LIMITS]
    return sorted(found, key=lambda one: (not one.shared, one.pausing, -one.until.timestamp()))


def full_count(*, now: datetime) -> int:
    """How many buckets are full; those that only pause are nobody's work."""
    return running(now=now).filter(_full()).count()


def _full() -> Q:
    found = Q()
    for name in LIMITS.keys() - BOOKKEEPING:
        found |= Q(name=name.value, spent__gte=current_limit(name).amount)
    return found


def _blocked(row: Bucket, *, now: datetime) -> Blocked:
    limit = LimitName(row.name)
    amount = current_limit(limit).amount
    full = row.spent >= amount
    return Blocked(
        public_id=hashlib.sha256(f"{row.name}:{row.key}".encode()).hexdigest()[:16],
        limit=limit,
        key=row.key,
        spent=row.spent,
        amount=amount,
        until=row.resets_at if full else row.free_at,
        pausing=not full,
        shared=limit in SHARED,
    )
