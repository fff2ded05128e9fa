"""Background: what desks ask for a month."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.billing.operations import asking, drafts


@app.task(queue="billing", name="billing.month_task")
def month_task(task_id: int) -> None:
    """Do one task of a month; a repeated job does what is left of it, or nothing."""
    asking.do_month_task(task_id=task_id, clock=timezone.now)


@app.periodic(cron="47 * * * *")
@app.task(
    queue="housekeeping",
    name="billing.expire_drafts",
    lock="billing.expire_drafts",
    queueing_lock="billing.expire_drafts",
    pass_context=False,
)
def expire_drafts(timestamp: int) -> None:
    """End the drafts that nobody has signed in time."""
    drafts.expire_drafts(now=timezone.now())
