"""Steps of a provider's month that runs and issues of bills take with them, in their own transactions."""

from __future__ import annotations

from datetime import datetime

from svet.billing.models import BillingMonth, BillingRun
from svet.billing.queries.month_brake import month_totals
from svet.billing.queries.months import state_by_run
from svet.billing.queries.policies import rules_for
from svet.billing.rules.months import MONTH_MOVES, MonthReason, MonthRefused, MonthState
from svet.kernel.moving import move_row
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction

_UNRELEASED = (MonthState.OPEN, MonthState.READY)


def locked_month(provider_id: int, period: Month) -> BillingMonth:
    """The month's row, made where there is none yet, locked until the transaction ends (a step)."""
    require_transaction()
    run = BillingRun.objects.filter(provider_id=provider_id, period=period.first).first()
    BillingMonth.objects.get_or_create(
        provider_id=provider_id, period=period.first, defaults={"state": state_by_run(run).value}
    )
    return BillingMonth.objects.select_for_update(of=("self",)).select_related("dry_run").get(
        provider_id=provider_id, period=period.first
    )  # fmt: skip


def begin_charging(*, provider_id: int, period: Month) -> None:
    """A run begins or goes on (a step). :raises MonthRefused: a second person must release the month first"""
    row = locked_month(provider_id, period)
    state = MonthState(row.state)
    if state in _UNRELEASED and rules_for(provider_id, period).release_required:
        raise MonthRefused(MonthReason.NOT_RELEASED, field="period", details={"month": period})
    if state is not MonthState.CHARGING:
        move_row(row, moves=MONTH_MOVES, to=MonthState.CHARGING)


def end_charging(*, provider_id: int, period: Month, now: datetime) -> None:
    """A run has come to its end (a step): its totals beside those of the month before are kept."""
    row = locked_month(provider_id, period)
    row.totals = month_totals(provider_id=provider_id, period=period)._asdict()
    row.save(update_fields=["totals"])
    if MonthState(row.state) is MonthState.CHARGING:
        move_row(row, moves=MONTH_MOVES, to=MonthState.CHARGED, changes={"charged_at": now})


def end_issuing(*, provider_id: int, period: Month, now: datetime) -> None:
    """The bills of a charged month are out (a step); a month that no run has charged stays what it is."""
    if not BillingRun.objects.filter(provider_id=provider_id, period=period.first).exists():
        return
    row = locked_month(provider_id, period)
    if MonthState(row.state) is MonthState.CHARGED:
        move_row(row, moves=MONTH_MOVES, to=MonthState.ISSUED, changes={"issued_at": now})
