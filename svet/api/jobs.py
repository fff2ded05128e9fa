"""Housekeeping of the API: answers nobody will ask for again."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from svet.api.shell import idempotency


@app.periodic(cron="23 * * * *")
@app.task(queue="housekeeping", name="api.forget_old", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Drop kept calls of long ago, hourly."""
    idempotency.forget_old(now=datetime.fromtimestamp(timestamp, tz=UTC))
