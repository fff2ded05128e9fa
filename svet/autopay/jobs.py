"""Background work of autopay: the bank is asked here and nowhere else."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.autopay import operations


@app.periodic(cron="3-59/10 * * * *")
@app.task(
    queue="reminders",
    name="autopay.tell",
    lock="autopay.tell",
    queueing_lock="autopay.tell",
    pass_context=False,
)
def tell(timestamp: int) -> None:
    """End what stands no more, take back what waits for a promised day; tell whose charge is near."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    operations.tidy(now=timezone.now())
    operations.hold_promised(now=timezone.now())
    operations.tell_due(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    queue="payments",
    name="autopay.charge",
    lock="autopay.charge",
    queueing_lock="autopay.charge",
    pass_context=False,
)
def charge(timestamp: int) -> None:
    """Begin the charges whose time has come, and look what became of those that have begun."""
    operations.follow_charges(now=timezone.now())
    operations.charge_due(now=timezone.now())
