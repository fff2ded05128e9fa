"""Background: what has run out ends by itself."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.accounts import operations


@app.periodic(cron="12 * * * *")
@app.task(
    queue="housekeeping",
    name="subscribers.end_what_has_run_out",
    lock="subscribers.end_what_has_run_out",
    queueing_lock="subscribers.end_what_has_run_out",
    pass_context=False,
)
def end_what_has_run_out(timestamp: int) -> None:
    """End terms and invitations whose time is over, and bills sent to whoever lost the account with it."""
    operations.end_what_has_run_out(now=timezone.now())
