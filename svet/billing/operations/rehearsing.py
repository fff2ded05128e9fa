"""The dry run of a month: computed by the run's own rules on the same data, kept, and posted nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import contract_count
from svet.billing.models import DryRun, DryRunAccount
from svet.billing.operations.distributing import distribute
from svet.billing.operations.months import locked_month
from svet.billing.operations.outcomes import former_charges, outcomes
from svet.billing.operations.turnstile import one_at_a_time, waits_with_a_sign
from svet.billing.queries.facts import provider_facts
from svet.billing.queries.months import SILENCE
from svet.billing.queries.policies import rules_for
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.dry_runs import AccountOutcome, ChargePart, DryRunTally, FormerCharge, MoverCause
from svet.billing.rules.months import (
    DRY_RUN_MOVES,
    MONTH_MOVES,
    UNCHARGED,
    DryRunState,
    MonthReason,
    MonthRefused,
    MonthState,
    plain_name,
)
from svet.billing.rules.services import ServiceReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows
from svet.kernel.moving import move_row, move_standing
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case

BATCH = 1_000
_COLUMNS = (
    "dry_run_id", "account_id", "kwh", "kopecks", "estimated", "recalculated_kopecks", "former_kwh",
    "former_kopecks", "moved_kopecks", "mover", "reason", "digest", "sampled",
)  # fmt: skip
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """What came of a dry run; ``public_id`` is its outer name."""

    public_id: str
    accounts: int
    sha256: str


def rehearse(
    *,
    provider_id: int,
    period: Month,
    by: Actor,
    clock: Callable[[], datetime],
    seed: int | None = None,
    progress: Progress | None = None,
    take_over: bool = False,
) -> DryRunReport:
    """Compute what a run of the month would charge, and keep it with its author and moment.

    It takes the place of the month's former dry run and of its release. ``seed`` draws the sample; without
    one nobody can know it beforehand. A dry run that was broken off is begun again by the next one;
    ``take_over``: the caller knows that whoever made the one before is no more.
    :raises BillingRefused: no such provider, no region, a future month, nobody to charge
    :raises MonthRefused: no author, the month is charged already, another dry run of it is being made
    """
    provider = rehearsed_provider(provider_id)
    if not plain_name(by.name):
        raise MonthRefused(MonthReason.NO_NAME, field="by")
    if period.first > account_queries.provider_today(provider, clock()):
        raise BillingRefused(BillingReason.PERIOD_NOT_STARTED, field="period")
    seed = secrets.randbelow(2**31) if seed is None else seed
    _distribute(provider, period, clock)
    row = _begin(provider, period, by=by, now=clock(), seed=seed, take_over=take_over)
    tally = DryRunTally(seed=row.seed, percent=row.movers_percent)
    waiting = expected_accounts(provider, period)
    try:
        for found in outcomes(provider=provider, period=period, batch=BATCH):
            _keep(row, found, tally, period, now=clock())
            if progress is not None:
                progress(tally.accounts, max(waiting, tally.accounts))
        if not tally.accounts:
            raise BillingRefused(BillingReason.NOBODY, field="period", details={"month": period})
        _end(row, tally, period, by=by, now=clock())
    except BaseException:
        _drop(row)
        raise
    return DryRunReport(row.public_id, tally.accounts, tally.sha256)


@waits_with_a_sign
def _distribute(provider: ProviderView, period: Month, clock: Callable[[], datetime]) -> None:
    with use_case():
        one_at_a_time(provider.provider_id)
        facts = provider_facts(provider)
        distribute(provider_id=provider.provider_id, period=period, provider=facts, now=clock())


def rehearsed_provider(provider_id: int) -> ProviderView:
    """The provider, if its accounts can be charged at all. :raises BillingRefused: no such one, no region"""
    provider = next((each for each in account_queries.providers() if each.provider_id == provider_id), None)
    if provider is None:
        raise BillingRefused(BillingReason.UNKNOWN_PROVIDER, field="provider")
    if not provider.service.charged_here:
        raise BillingRefused(ServiceReason.CHARGES_ITSELF, field="provider")
    if not provider.region:
        raise BillingRefused(BillingReason.NO_REGION, field="provider", details={"provider": provider.code})
    return provider


def expected_accounts(provider: ProviderView, period: Month) -> int:
    """About how many accounts there are to look at: for showing how far it is."""
    return contract_count(
        provider_id=provider.provider_id,
        opened_before=period.day(provider.window_to_day),
        closed_after=period.plus(-1).day(provider.window_to_day),
    )


def _drop(row: DryRun) -> None:
    """It was broken off: whoever comes next need not wait until it counts as silent."""
    with use_case():
        made = DryRun.objects.filter(pk=row.pk)
        move_standing(made, moves=DRY_RUN_MOVES, before=DryRunState.MAKING, to=DryRunState.DROPPED)


def _begin(
    provider: ProviderView, period: Month, *, by: Actor, now: datetime, seed: int, take_over: bool
) -> DryRun:
    with use_case():
        month = locked_month(provider.provider_id, period)
        if MonthState(month.state) not in UNCHARGED:
            raise MonthRefused(MonthReason.BEGUN_ALREADY, field="period", details={"month": period})
        known = DryRun.objects.filter(provider_id=provider.provider_id, period=period.first)
        for other in known.filter(state=DryRunState.MAKING.value):
            if now - other.beat_at <= SILENCE and not take_over:
                raise MonthRefused(
                    MonthReason.BUSY, field="period", details={"month": period, "name": other.made_by}
                )
            move_row(other, moves=DRY_RUN_MOVES, to=DryRunState.DROPPED)
        return DryRun.objects.create(
            provider_id=provider.provider_id,
            period=period.first,
            made_by=plain_name(by.name)[:100],
            made_by_person_id=by.person_id,
            started_at=now,
            beat_at=now,
            seed=seed,
            movers_percent=rules_for(provider.provider_id, period).movers_percent,
        )


def _keep(
    row: DryRun, found: Sequence[AccountOutcome], tally: DryRunTally, period: Month, *, now: datetime
) -> None:
    former = former_charges([each.account_id for each in found], period)
    with use_case():
        _require_made(row)
        DryRun.objects.filter(pk=row.pk).update(beat_at=now)
        copy_rows(
            model=DryRunAccount,
            columns=_COLUMNS,
            rows=[
                _columns(row, each, former.get(each.account_id), tally.add(each, former.get(each.account_id)))
                for each in found
            ],
        )


def _columns(
    row: DryRun, outcome: AccountOutcome, former: FormerCharge | None, mover: MoverCause | None
) -> tuple[object, ...]:
    recalculated = outcome.parts.get(ChargePart.RECALCULATION)
    return (
        row.pk,
        outcome.account_id,
        outcome.kwh,
        outcome.kopecks,
        outcome.estimated,
        0 if recalculated is None else recalculated.kopecks,
        None if former is None else former.kwh,
        None if former is None else former.kopecks,
        outcome.kopecks - (0 if former is None else former.kopecks),
        "" if mover is None else mover.value,
        outcome.reason,
        outcome.digest,
        False,
    )


def _require_made(row: DryRun) -> None:
    """:raises MonthRefused: somebody has taken this one for dead and begun another"""
    if not DryRun.objects.select_for_update().filter(pk=row.pk, state=DryRunState.MAKING.value).exists():
        raise MonthRefused(MonthReason.OVERTAKEN, field="period", details={"month": Month.of(row.period)})


def _end(row: DryRun, tally: DryRunTally, period: Month, *, by: Actor, now: datetime) -> None:
    with use_case():
        month = locked_month(row.provider_id, period)
        _require_made(row)
        state = MonthState(month.state)
        overtaken = state not in UNCHARGED
        if overtaken:
            move_row(row, moves=DRY_RUN_MOVES, to=DryRunState.DROPPED)
        else:
            DryRunAccount.objects.filter(dry_run=row, account_id__in=tally.sample).update(sampled=True)
            changes = {"finished_at": now, "result": told(tally), "sha256": tally.sha256}
            move_row(row, moves=DRY_RUN_MOVES, to=DryRunState.KEPT, changes=changes)
            _replace(row, month.dry_run)
            month.dry_run = row
            month.released_at, month.released_by = None, ""
            month.save(update_fields=["dry_run", "released_at", "released_by"])
            if state is not MonthState.READY:
                move_row(month, moves=MONTH_MOVES, to=MonthState.READY)
            journal.record(
                by=by,
                action="month.rehearsed",
                subject="dry_run",
                subject_id=row.public_id,
                now=now,
                after={"provider": row.provider_id, "month": str(period), "sha256": tally.sha256},
            )
    if overtaken:
        raise MonthRefused(MonthReason.OVERTAKEN, field="period", details={"month": period})


def _replace(row: DryRun, former: DryRun | None) -> None:
    """Older dry runs of the month stand no more; the rows of their accounts go."""
    if former is not None and DryRunState(former.state) is DryRunState.KEPT:
        move_row(former, moves=DRY_RUN_MOVES, to=DryRunState.DROPPED)
    older = DryRun.objects.filter(provider_id=row.provider_id, period=row.period).exclude(pk=row.pk)
    DryRunAccount.objects.filter(dry_run_id__in=list(older.values_list("pk", flat=True))).delete()


def told(tally: DryRunTally) -> dict[str, object]:
    """The totals as they are kept: numbers of kWh as text, for JSON has no decimals."""
    return {
        "accounts": tally.accounts,
        "charged": tally.charged,
        "kwh": str(tally.kwh),
        "kopecks": tally.kopecks,
        "estimated": tally.estimated,
        "former_accounts": tally.former_accounts,
        "former_kwh": str(tally.former_kwh),
        "former_kopecks": tally.former_kopecks,
        "former_estimated": tally.former_estimated,
        "parts": {
            part.value: [count, str(kwh), kopecks] for part, (count, kwh, kopecks) in tally.parts.items()
        },
        "problems": dict(tally.problems),
        "movers": {cause.value: count for cause, count in tally.movers.items()},
    }
