"""A second person lets a month be charged: what was looked at is computed once more, and must be the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.finding import numbers_of
from svet.billing.models import BillingMonth, DryRun, DryRunAccount
from svet.billing.operations.months import locked_month
from svet.billing.operations.outcomes import former_charges, outcomes
from svet.billing.operations.rehearsing import BATCH, Progress, expected_accounts, rehearsed_provider
from svet.billing.queries.months import checked_month
from svet.billing.rules.dry_runs import AccountOutcome, DryRunTally
from svet.billing.rules.month_checks import blocked
from svet.billing.rules.months import (
    DRY_RUN_MOVES,
    MONTH_MOVES,
    UNCHARGED,
    DryRunState,
    MonthReason,
    MonthRefused,
    MonthState,
    plain_name,
    same_person,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case

#: So many changed accounts are named; the journal and the next dry run have all of them.
NAMED = 20


@dataclass(slots=True)
class _Changed:
    """Accounts whose outcome is not what the dry run kept."""

    count: int = 0
    account_ids: list[int] = field(default_factory=list)

    def add(self, account_id: int) -> None:
        self.count += 1
        if len(self.account_ids) < NAMED:
            self.account_ids.append(account_id)


def check_release(*, provider_id: int, period: Month, by: Actor, now: datetime, published_only: bool) -> None:
    """Whether this person may release this month now; writes nothing.

    :raises MonthRefused: no dry run stands, or it is one's own; released or charged; blocked by checks
    """
    with use_case():
        provider = rehearsed_provider(provider_id)
        _allowed(locked_month(provider_id, period), period, by)
        _refuse_blocked(provider, period, now=now, published_only=published_only)


def release(
    *,
    provider_id: int,
    period: Month,
    by: Actor,
    clock: Callable[[], datetime],
    published_only: bool = False,
    progress: Progress | None = None,
) -> None:
    """Let the month be charged if a run would still do what its dry run said, to the last line.

    ``by`` is another person than the author of the dry run. If the data have changed meanwhile, the dry run
    stands no more and the month is open again.
    :raises MonthRefused: as :func:`check_release`; the data have changed, with the accounts concerned
    """
    provider = rehearsed_provider(provider_id)
    with use_case():
        looked_at = _allowed(locked_month(provider_id, period), period, by)
        _refuse_blocked(provider, period, now=clock(), published_only=published_only)
    tally, changed = _again(provider, period, looked_at, progress=progress)
    now = clock()
    with use_case():
        month = locked_month(provider_id, period)
        if _allowed(month, period, by).pk != looked_at.pk:
            raise MonthRefused(MonthReason.OVERTAKEN, field="period", details={"month": period})
        same = tally.sha256 == looked_at.sha256 and not changed.count
        if same:
            release = {"released_at": now, "released_by": plain_name(by.name)[:100]}
            move_row(month, moves=MONTH_MOVES, to=MonthState.RELEASED, changes=release)
        else:
            move_row(looked_at, moves=DRY_RUN_MOVES, to=DryRunState.DROPPED)
            move_row(month, moves=MONTH_MOVES, to=MonthState.OPEN)
        journal.record(
            by=by,
            action="month.released" if same else "month.release_refused",
            subject="dry_run",
            subject_id=looked_at.public_id,
            now=now,
            after={
                "provider": provider_id,
                "month": str(period),
                "sha256": tally.sha256,
                "changed": changed.count,
            },
        )
    if not same:
        raise MonthRefused(
            MonthReason.DATA_CHANGED,
            field="period",
            details={"month": period, "count": changed.count, "accounts": _numbers(changed.account_ids)},
        )


def _allowed(month: BillingMonth, period: Month, by: Actor) -> DryRun:
    """The dry run that this person may release. :raises MonthRefused: there is none, or not for them"""
    state = MonthState(month.state)
    if state not in UNCHARGED:
        raise MonthRefused(MonthReason.BEGUN_ALREADY, field="period", details={"month": period})
    if state is MonthState.RELEASED:
        raise MonthRefused(
            MonthReason.RELEASED_ALREADY, field="period", details={"name": month.released_by, "month": period}
        )
    looked_at = month.dry_run
    if state is not MonthState.READY or looked_at is None:
        raise MonthRefused(MonthReason.NO_DRY_RUN, field="period", details={"month": period})
    if not plain_name(by.name):
        raise MonthRefused(MonthReason.NO_NAME, field="by")
    author = (looked_at.made_by_person_id, looked_at.made_by)
    if same_person(first=author, second=(by.person_id, by.name)):
        raise MonthRefused(MonthReason.SAME_PERSON, field="by", details={"name": looked_at.made_by})
    return looked_at


def _refuse_blocked(provider: ProviderView, period: Month, *, now: datetime, published_only: bool) -> None:
    points = checked_month(
        provider=provider,
        period=period,
        today=account_queries.provider_today(provider, now),
        published_only=published_only,
    )
    found = blocked(points)
    if found:
        raise MonthRefused(
            MonthReason.BLOCKED, field="period", details={"month": period, "count": len(found)}
        )


def _again(
    provider: ProviderView, period: Month, looked_at: DryRun, *, progress: Progress | None
) -> tuple[DryRunTally, _Changed]:
    """The month computed once more, and what differs from the rows kept."""
    tally = DryRunTally(seed=looked_at.seed, percent=looked_at.movers_percent)
    changed = _Changed()
    waiting = expected_accounts(provider, period)
    reached = 0
    for found in outcomes(provider=provider, period=period, batch=BATCH):
        former = former_charges([each.account_id for each in found], period)
        for each in found:
            tally.add(each, former.get(each.account_id))
        _compare(looked_at, found, changed, after=reached)
        reached = found[-1].account_id
        if progress is not None:
            progress(tally.accounts, max(waiting, tally.accounts))
    for account_id in _kept(looked_at, after=reached, until=None):
        changed.add(account_id)
    return tally, changed


def _compare(looked_at: DryRun, found: Sequence[AccountOutcome], changed: _Changed, *, after: int) -> None:
    kept = _kept(looked_at, after=after, until=found[-1].account_id)
    now = {each.account_id: each.digest for each in found}
    for account_id in sorted(kept.keys() | now.keys()):
        if kept.get(account_id) != now.get(account_id):
            changed.add(account_id)


def _kept(looked_at: DryRun, *, after: int, until: int | None) -> dict[int, str]:
    rows = DryRunAccount.objects.filter(dry_run=looked_at, account_id__gt=after)
    if until is not None:
        rows = rows.filter(account_id__lte=until)
    return dict(rows.order_by("account_id").values_list("account_id", "digest"))


def _numbers(account_ids: Sequence[int]) -> str:
    numbers = numbers_of(account_ids)
    return ", ".join(numbers[account_id] for account_id in account_ids if account_id in numbers)
