"""Housekeeping of people: old challenges and old sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from svet.notices.rules import is_time_to_remind
from svet.people import operations
from svet.people.models import Code

# A spent recovery code is also the grant to set a password, so challenges stay a little longer than that.
_KEEP_CODES = timedelta(hours=1)


def forget_old(*, now: datetime) -> None:
    """Drop challenges, sessions and keys that can no longer be used."""
    Code.objects.filter(expires_at__lt=now - _KEEP_CODES).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    operations.sweep_tokens(now=now)


@app.periodic(cron="41 * * * *")
@app.task(queue="housekeeping", name="people.forget_old")
def forget_old_hourly(timestamp: int) -> None:
    """Drop what can no longer be used, hourly."""
    forget_old(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="52 * * * *")
@app.task(
    queue="reminders",
    name="people.warn_of_expiry",
    lock="people.warn_of_expiry",
    queueing_lock="people.warn_of_expiry",
    pass_context=False,
)
def warn_of_expiry(timestamp: int) -> None:
    """Tell whose keys for programs end soon, in the hours for reminders."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    now = timezone.now()
    if is_time_to_remind(timezone.localtime(now)):
        operations.warn_of_expiry(now=now)
