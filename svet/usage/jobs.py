"""What dwellings alike used is counted at night."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.usage import operations


@app.periodic(cron="41 3 * * *")
@app.task(queue="housekeeping", name="usage.count_alike", pass_context=False)
def count_alike(timestamp: int) -> None:
    """Count the last issued month of each provider."""
    operations.count_alike(now=timezone.now())
