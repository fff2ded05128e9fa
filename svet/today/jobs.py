"""Background: reminders for those who help, asked every hour, sent in the local day."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.today import operations


@app.periodic(cron="47 * * * *")
@app.task(
    queue="reminders",
    name="today.remind_helpers",
    lock="today.remind_helpers",
    queueing_lock="today.remind_helpers",
    pass_context=False,
)
def remind_helpers(timestamp: int) -> None:
    """Tell those who have asked of windows and due dates of accounts that were opened to them."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    operations.remind_helpers(now=timezone.now())
