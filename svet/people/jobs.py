"""Housekeeping of people: old challenges and old sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from svet.people.models import Code

# A spent recovery code is also the grant to set a password, so challenges stay a little longer than that.
_KEEP_CODES = timedelta(hours=1)


def forget_old(*, now: datetime) -> None:
    """Drop challenges and sessions that can no longer be used."""
    Code.objects.filter(expires_at__lt=now - _KEEP_CODES).delete()
    Session.objects.filter(expire_date__lt=now).delete()


@app.periodic(cron="41 * * * *")
@app.task(queue="housekeeping", name="people.forget_old")
def forget_old_hourly(timestamp: int) -> None:
    """Drop what can no longer be used, hourly."""
    forget_old(now=datetime.fromtimestamp(timestamp, tz=UTC))
