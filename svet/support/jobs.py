"""Housekeeping of appeals."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.support import operations


@app.periodic(cron="23 3 * * *")
@app.task(queue="housekeeping", name="support.close_quiet", pass_context=False)
def close_quiet(timestamp: int) -> None:
    """Close answered appeals that nobody has spoken to for a month, nightly."""
    operations.close_quiet(now=timezone.now())
