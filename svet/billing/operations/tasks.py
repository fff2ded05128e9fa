"""What desks ask of the background for a month: one task of a provider at a time, each with its course.

A task is a row beside its job: it tells how far it is, and why a rule said no. A job of a worker that died is
taken up again and finds its task as it was left; every kind bears a second run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from svet.billing.models import BillingRun, MonthTask, RunState
from svet.billing.operations.turnstile import told_while_waiting
from svet.billing.queries.months import SILENCE, MonthTaskView, task_view
from svet.billing.rules.months import (
    TASK_MOVES,
    MonthReason,
    MonthRefused,
    MonthTaskKind,
    MonthTaskState,
    plain_name,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import LostRace, move_row
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case

#: So many accounts are tried again at once by choice; more are a run of their own.
MOST_CHOSEN = 1_000
Progress = Callable[[int, int], None]
Act = Callable[[MonthTaskView, Progress], None]


def ask(
    *,
    kind: MonthTaskKind,
    provider_id: int,
    period: Month,
    by: Actor,
    now: datetime,
    accounts: Collection[int] = (),
) -> int:
    """Write down what the background is to do, and return its key for the job (a step).

    A task whose worker has been silent for long gives way.
    :raises MonthRefused: another one of the provider waits or runs; no account is chosen, or too many
    """
    require_transaction()
    if kind is MonthTaskKind.RETRY:
        _refuse_retry(provider_id, period, accounts)
    unfinished = MonthTask.objects.select_for_update().filter(
        provider_id=provider_id, state__in=[MonthTaskState.WAITING.value, MonthTaskState.RUNNING.value]
    )
    for other in unfinished:
        if now - other.beat_at <= SILENCE:
            raise _busy(other)
        move_row(other, moves=TASK_MOVES, to=MonthTaskState.FAILED, changes={"finished_at": now})
    try:
        with transaction.atomic():
            row = MonthTask.objects.create(
                provider_id=provider_id,
                period=period.first,
                kind=kind.value,
                accounts=sorted(accounts),
                asked_by=by.name[:100],
                asked_by_person_id=by.person_id,
                asked_at=now,
                beat_at=now,
            )
    except IntegrityError:
        # Two members at once: the other one was first.
        raise MonthRefused(MonthReason.BUSY, field="period", details={"month": period, "name": ""}) from None
    journal.record(
        by=by,
        action=f"month.asked_{kind.value}",
        subject="month_task",
        subject_id=row.public_id,
        now=now,
        after={"provider": provider_id, "month": str(period), "accounts": len(row.accounts)},
    )
    return row.pk


def perform(*, task_id: int, act: Act, clock: Callable[[], datetime]) -> None:
    """Do a task once; what a rule refuses is kept with it, what breaks it off is kept and raised again."""
    task = _take(task_id, clock())
    if task is None:
        return

    def progress(done: int, of: int) -> None:
        MonthTask.objects.filter(pk=task_id).update(done=done, of=of, beat_at=clock())

    def waits() -> None:
        MonthTask.objects.filter(pk=task_id).update(beat_at=clock())

    try:
        with told_while_waiting(waits):
            act(task, progress)
    except Refused as refused:
        _finish(task_id, MonthTaskState.REFUSED, clock(), refusal=_told(refused))
    except Exception:
        _finish(task_id, MonthTaskState.FAILED, clock())
        raise
    else:
        _finish(task_id, MonthTaskState.DONE, clock())


def author(task: MonthTaskView) -> Actor:
    """Whoever asked for the task, as the author of what the background does for them."""
    if task.asked_by_person_id is None:
        return Actor.system(task.asked_by)
    return Actor.staff(task.asked_by_person_id, name=task.asked_by)


def _take(task_id: int, now: datetime) -> MonthTaskView | None:
    """The task to be done, moved to running; None: it has ended, or given way to another."""
    with use_case():
        row = MonthTask.objects.select_for_update().filter(pk=task_id).first()
        if row is None or MonthTaskState(row.state) not in (MonthTaskState.WAITING, MonthTaskState.RUNNING):
            return None
        resumed = MonthTaskState(row.state) is MonthTaskState.RUNNING
        if not resumed:
            move_row(row, moves=TASK_MOVES, to=MonthTaskState.RUNNING, changes={"started_at": now})
        row.beat_at = now
        row.save(update_fields=["beat_at"])
        return replace(task_view(row), resumed=resumed)


def _finish(
    task_id: int, to: MonthTaskState, now: datetime, *, refusal: dict[str, object] | None = None
) -> None:
    with use_case():
        row = MonthTask.objects.get(pk=task_id)
        changes = {"finished_at": now, "refusal": refusal or {}}
        if MonthTaskState(row.state) is MonthTaskState.RUNNING:
            try:
                move_row(row, moves=TASK_MOVES, to=to, changes=changes)
            except LostRace:
                # It gave way to another task while it worked: that one tells how things stand.
                return


def _told(refused: Refused) -> dict[str, object]:
    return {
        "kind": type(refused.reason).__name__,
        "reason": str(refused.reason),
        "details": {name: str(value) for name, value in refused.details.items()},
    }


def _refuse_retry(provider_id: int, period: Month, accounts: Collection[int]) -> None:
    if not 0 < len(accounts) <= MOST_CHOSEN:
        raise MonthRefused(MonthReason.NO_ACCOUNTS, field="accounts", details={"most": MOST_CHOSEN})
    run = BillingRun.objects.filter(provider_id=provider_id, period=period.first).first()
    if run is None or run.state != RunState.DONE.value:
        raise MonthRefused(MonthReason.NOT_CHARGED, field="period", details={"month": period})


def _busy(other: MonthTask) -> MonthRefused:
    return MonthRefused(
        MonthReason.BUSY,
        field="period",
        details={"month": Month.of(other.period), "name": plain_name(other.asked_by)},
    )
