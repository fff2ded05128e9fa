"""Housekeeping of people: old challenges and old sessions."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from svet.notices.operations.messengers import forget_codes
from svet.notices.rules import is_time_to_remind
from svet.people import operations


def forget_old(*, now: datetime) -> None:
    """Drop challenges, sessions and keys that can no longer be used."""
    operations.forget_codes(now=now)
    forget_codes(now=now)
    Session.objects.filter(expire_date__lt=now).delete()
    operations.sweep_tokens(now=now)


@app.periodic(cron="41 * * * *")
@app.task(queue="housekeeping", name="people.forget_old")
def forget_old_hourly(timestamp: int) -> None:
    """Drop what can no longer be used, hourly."""
    forget_old(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.task(queue="notices", name="people.read_update", retry=RetryStrategy(max_attempts=5, wait=10))
def read_update(update_id: int) -> None:
    """Act on what somebody did to the messenger's bot."""
    operations.read_update(update_id, now=timezone.now())


def promise_to_read(update_id: int) -> None:
    """Enqueue the reading of one act (a step): it is read if and only if it was kept.

    Before a month's bills and behind codes: a crowd that writes to the bot keeps nobody from signing in.
    """
    read_update.configure(priority=50).defer(update_id=update_id)


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
