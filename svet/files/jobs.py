"""Housekeeping of photos."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.files import operations


@app.periodic(cron="41 * * * *")
@app.task(queue="housekeeping", name="files.forget_unused", pass_context=False)
def forget_unused(timestamp: int) -> None:
    """Drop photos of readings that were never sent, hourly."""
    operations.forget_unused(now=timezone.now())
