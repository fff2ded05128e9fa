"""The desk's acts on a month that the background carries out: dry run, release, charge, chosen accounts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.conf import settings
from procrastinate.contrib.django import app

from svet.billing.operations.months import locked_month
from svet.billing.operations.rehearsing import rehearse
from svet.billing.operations.releasing import check_release, release
from svet.billing.operations.running import run
from svet.billing.operations.tasks import Progress, ask, author, perform
from svet.billing.queries.months import MonthTaskView
from svet.billing.queries.policies import rules_for
from svet.billing.rules.months import MonthReason, MonthRefused, MonthState, MonthTaskKind
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case


def published_only() -> bool:
    """Whether nobody may be charged at prices that were made up: wherever people really pay."""
    return bool(settings.ENV == "production")


def ask_dry_run(*, provider_id: int, period: Month, by: Actor, now: datetime) -> None:
    """Have the month's dry run made. :raises MonthRefused: something else is being done for the provider"""
    _ask(MonthTaskKind.DRY_RUN, provider_id=provider_id, period=period, by=by, now=now)


def ask_release(*, provider_id: int, period: Month, by: Actor, now: datetime) -> None:
    """Have the month looked at once more, released and charged.

    :raises MonthRefused: this person may not release it now
    """
    check_release(provider_id=provider_id, period=period, by=by, now=now, published_only=published_only())
    _ask(MonthTaskKind.RELEASE, provider_id=provider_id, period=period, by=by, now=now)


def ask_charge(*, provider_id: int, period: Month, by: Actor, now: datetime) -> None:
    """Have the month charged: one that is released, or may be without it, or was charged in part.

    :raises MonthRefused: nobody has made a dry run yet, or something else is being done
    """
    with use_case():
        state = MonthState(locked_month(provider_id, period).state)
        if state is MonthState.OPEN:
            raise MonthRefused(MonthReason.NO_DRY_RUN, field="period", details={"month": period})
        if state is MonthState.READY and rules_for(provider_id, period).release_required:
            raise MonthRefused(MonthReason.NOT_RELEASED, field="period", details={"month": period})
    _ask(MonthTaskKind.CHARGE, provider_id=provider_id, period=period, by=by, now=now)


def ask_retry(
    *, provider_id: int, period: Month, account_ids: Collection[int], by: Actor, now: datetime
) -> None:
    """Have chosen accounts of a charged month tried again.

    :raises MonthRefused: none or too many are chosen, the month is not charged, something else is being done
    """
    _ask(
        MonthTaskKind.RETRY,
        provider_id=provider_id,
        period=period,
        by=by,
        now=now,
        accounts=account_ids,
    )


def do_month_task(*, task_id: int, clock: Callable[[], datetime]) -> None:
    """Do what was asked."""

    def act(task: MonthTaskView, progress: Progress) -> None:
        by = author(task)
        match task.kind:
            case MonthTaskKind.DRY_RUN:
                rehearse(
                    provider_id=task.provider_id,
                    period=task.period,
                    by=by,
                    clock=clock,
                    progress=progress,
                    take_over=task.resumed,
                )
            case MonthTaskKind.RELEASE:
                _release_and_charge(task, by, progress, clock)
            case MonthTaskKind.CHARGE | MonthTaskKind.RETRY:
                _charge(task, progress, clock)

    perform(task_id=task_id, act=act, clock=clock)


def _release_and_charge(
    task: MonthTaskView, by: Actor, progress: Progress, clock: Callable[[], datetime]
) -> None:
    try:
        release(
            provider_id=task.provider_id,
            period=task.period,
            by=by,
            clock=clock,
            published_only=published_only(),
            progress=progress,
        )
    except MonthRefused as refused:
        # A job that was broken off after its release goes on with the charge.
        own = refused.reason in (MonthReason.RELEASED_ALREADY, MonthReason.BEGUN_ALREADY)
        if not (own and task.resumed):
            raise
    _charge(task, progress, clock)


def _charge(task: MonthTaskView, progress: Progress, clock: Callable[[], datetime]) -> None:
    run(
        provider_id=task.provider_id,
        period=task.period,
        now=clock(),
        progress=progress,
        published_only=published_only(),
        accounts=task.accounts or None,
    )


def _ask(
    kind: MonthTaskKind,
    *,
    provider_id: int,
    period: Month,
    by: Actor,
    now: datetime,
    accounts: Collection[int] = (),
) -> None:
    with use_case():
        task_id = ask(kind=kind, provider_id=provider_id, period=period, by=by, now=now, accounts=accounts)
        # By name: the job imports this module.
        app.configure_task("billing.month_task", queue="billing").defer(task_id=task_id)
