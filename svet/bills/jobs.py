"""Background: bills a desk has asked for, letters with bills, reminders before the due date."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from svet.bills import operations
from svet.bills.operations import asking

log = logging.getLogger("svet.bills")


@app.task(queue="bills", name="bills.deliver", retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def deliver(bill_ids: list[int]) -> None:
    """Promise the letters of some bills; a repeated run skips the ones that were promised."""
    failures: list[Exception] = []
    for bill_id in bill_ids:
        try:
            operations.deliver(bill_id=bill_id, now=timezone.now())
        except Exception as failure:
            log.exception("a bill could not be sent", extra={"bill_id": bill_id})
            failures.append(failure)
    if failures:
        raise failures[0]


@app.task(queue="bills", name="bills.issue_month")
def issue_month(task_id: int) -> None:
    """Issue the bills of a month that a member has asked for; a repeated job issues what is missing."""
    asking.do_issue_task(task_id=task_id, clock=timezone.now)


@app.periodic(cron="37 * * * *")
@app.task(
    queue="reminders",
    name="bills.remind_of_due",
    lock="bills.remind_of_due",
    queueing_lock="bills.remind_of_due",
    pass_context=False,
)
def remind_of_due(timestamp: int) -> None:
    """Remind those who still owe of a due date that comes near."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    operations.remind_of_due(now=timezone.now())
