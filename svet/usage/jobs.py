"""What dwellings alike used is counted at night; people's limits are looked at by day."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.usage import operations


@app.periodic(cron="41 3 * * *")
@app.task(queue="housekeeping", name="usage.count_alike", pass_context=False)
def count_alike(timestamp: int) -> None:
    """Count the last issued month of each provider."""
    operations.count_alike(now=timezone.now())


@app.periodic(cron="52 * * * *")
@app.task(
    queue="reminders",
    name="usage.warn_of_budgets",
    lock="usage.warn_of_budgets",
    queueing_lock="usage.warn_of_budgets",
    pass_context=False,
)
def warn_of_budgets(timestamp: int) -> None:
    """Hold people's limits against the forecast, in the local day."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    operations.warn_of_budgets(now=timezone.now())
