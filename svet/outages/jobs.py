"""Background: every ten minutes those whose houses an outage meets are told of it."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.outages.operations.telling import tell_of_outages


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="reminders",
    name="outages.tell",
    lock="outages.tell",
    queueing_lock="outages.tell",
    pass_context=False,
)
def tell(timestamp: int) -> None:
    """Tell of outages that come, of new hours and of what was called off."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    tell_of_outages(now=timezone.now())
