"""Background work of registers: a large file is judged and taken while nobody waits for a page."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from svet.exchange.operations import loading
from svet.kernel.actors import Actor

_AGAIN = RetryStrategy(max_attempts=3, exponential_wait=4)


@app.task(queue="registers", name="exchange.judge", retry=_AGAIN)
def judge(public_id: str) -> None:
    """Judge a loaded register."""
    loading.judge_file(public_id=public_id, now=timezone.now())


@app.task(queue="registers", name="exchange.take", retry=_AGAIN)
def take(public_id: str, person_id: int, name: str) -> None:
    """Take a loaded register as its member of the staff decided."""
    loading.take_loaded(public_id=public_id, by=Actor.staff(person_id, name=name), now=timezone.now())
