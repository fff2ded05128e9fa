"""Background: reminders of reading windows and verifications, asked every hour, sent in the local day."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from svet.metering import operations
from svet.metering.operations.absence import act_for_absent as act


@app.periodic(cron="7 * * * *")
@app.task(
    queue="reminders",
    name="metering.remind_of_windows",
    lock="metering.remind_of_windows",
    queueing_lock="metering.remind_of_windows",
    pass_context=False,
)
def remind_of_windows(timestamp: int) -> None:
    """Tell whom it concerns that the reading window is open or about to close."""
    # The clock, not the plan: a job that waited through the evening must not ring at night.
    operations.remind_of_windows(now=timezone.now())


@app.periodic(cron="22 * * * *")
@app.task(
    queue="reminders",
    name="metering.remind_of_verification",
    lock="metering.remind_of_verification",
    queueing_lock="metering.remind_of_verification",
    pass_context=False,
)
def remind_of_verification(timestamp: int) -> None:
    """Tell holders that a meter's verification comes near or has lapsed."""
    operations.remind_of_verification(now=timezone.now())


@app.task(queue="notices", name="metering.read_sms", retry=RetryStrategy(max_attempts=5, wait=10))
def read_sms(incoming_id: int) -> None:
    """Take the readings of one text and answer it; called again, it does nothing."""
    operations.answer_text(incoming_id=incoming_id)


def promise_to_read(incoming_id: int) -> None:
    """Enqueue the reading of one text (a step): it is read if and only if it was kept."""
    read_sms.defer(incoming_id=incoming_id)


@app.periodic(cron="37 * * * *")
@app.task(
    queue="reminders",
    name="metering.act_for_absent",
    lock="metering.act_for_absent",
    queueing_lock="metering.act_for_absent",
    pass_context=False,
)
def act_for_absent(timestamp: int) -> None:
    """Send, remind or ask for those who are away, and end what is over."""
    act(now=timezone.now())
