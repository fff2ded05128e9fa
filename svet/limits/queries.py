"""What is left in a bucket."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from svet.limits.models import Bucket
from svet.limits.rules import LimitName


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
