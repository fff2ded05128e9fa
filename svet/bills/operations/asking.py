"""The desk's act on a charged month that the background carries out: its bills."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from procrastinate.contrib.django import app

from svet.billing import queries as billing
from svet.billing.operations.tasks import Progress, ask, perform
from svet.billing.queries.months import MonthTaskView, month_view
from svet.billing.rules.months import UNCHARGED, MonthReason, MonthRefused, MonthState, MonthTaskKind
from svet.bills.operations.issuing import issue
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case


def ask_issue(*, provider_id: int, period: Month, by: Actor, now: datetime) -> None:
    """Have the bills of a charged month issued; those that stand already stay.

    :raises BillingRefused: the month is being charged, or too many of its accounts could not be
    :raises MonthRefused: the month is not charged, or something else is being done for the provider
    """
    state = month_view(provider_id=provider_id, period=period).state
    if state in UNCHARGED or state is MonthState.CHARGING:
        raise MonthRefused(MonthReason.NOT_CHARGED, field="period", details={"month": period})
    billing.refuse_issuing(provider_id=provider_id, period=period, despite_problems=False)
    with use_case():
        task_id = ask(kind=MonthTaskKind.ISSUE, provider_id=provider_id, period=period, by=by, now=now)
        # By name: the job imports this module.
        app.configure_task("bills.issue_month", queue="bills").defer(task_id=task_id)


def do_issue_task(*, task_id: int, clock: Callable[[], datetime]) -> None:
    """Issue what was asked for; a repeated job issues what is missing."""

    def act(task: MonthTaskView, progress: Progress) -> None:
        issue(provider_id=task.provider_id, period=task.period, now=clock())

    perform(task_id=task_id, act=act, clock=clock)
