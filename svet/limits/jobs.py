"""Housekeeping of the buckets."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from svet.limits import operations


@app.periodic(cron="17 * * * *")
@app.task(queue="housekeeping", name="limits.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Drop the buckets whose window is over, hourly."""
    operations.sweep(now=datetime.fromtimestamp(timestamp, tz=UTC))
