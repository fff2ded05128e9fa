"""Background: each morning the books are asked which promises were kept, and where plans stand."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.arrangements import operations
from svet.arrangements.operations import judging


@app.periodic(cron="23 6 * * *")
@app.task(
    queue="reminders",
    name="arrangements.judge",
    lock="arrangements.judge",
    queueing_lock="arrangements.judge",
    pass_context=False,
)
def judge(timestamp: int) -> None:
    """Say of promises and plans whether they are kept or broken."""
    operations.judge_promises(now=timezone.now())
    judging.judge_plans(now=timezone.now())
