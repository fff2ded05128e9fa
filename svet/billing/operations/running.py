"""The billing run: consumption of a month becomes charges, batch after batch, resumable and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import contract_borders, contract_count, contracts
from svet.billing.models import BillingRun, Charge, Problem, RunRange, RunState
from svet.billing.operations.batches import WORTH_SETS, Charging, due, take_chosen, take_step
from svet.billing.operations.distributing import distribute
from svet.billing.operations.months import begin_charging, end_charging
from svet.billing.operations.sets import Sets
from svet.billing.operations.turnstile import one_at_a_time, waits_with_a_sign
from svet.billing.queries.facts import provider_facts
from svet.billing.queries.problems import refuse_open_before
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.services import ServiceReason
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.tariffs.queries import demonstration_groups

BATCH = 10_000
#: So many accounts are taken by a process at once.
RANGE = 20_000


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run has done so far: all its charges, also those of an earlier, interrupted start."""

    run_id: int
    period: Month
    charges: int
    lines: int
    estimated: int
    problems: int
    total_kopecks: int


def run(
    *,
    provider_id: int,
    period: Month,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    batch: int = BATCH,
    before_cut_off: bool = False,
    over_gap: bool = False,
    published_only: bool = False,
    accounts: Collection[int] | None = None,
    by_sets: bool | None = None,
) -> RunReport:
    """Post to every account of a provider, in a month, what should stand until then minus what stands.

    So a month takes in whatever came late, was corrected, or could not be charged before, each for its own
    month of consumption; and what was posted in the month is never posted again. Each batch is one
    transaction, so that a killed run goes on where it stopped; runs of the month at once, in processes of any
    number and place, share its ranges of accounts. After each of them
    ``progress(done, of)`` is told. Accounts that cannot be charged are kept as problems and tried again by
    the next run of this or of a later month. An account's postings only go forwards: whoever is posted to in
    a later month is left alone.

    ``before_cut_off`` charges although readings of the month may still come. ``over_gap`` charges although an
    earlier month is missing or has mostly failed: it is taken in. ``published_only`` charges nothing at
    prices that nobody has published: those are for demonstrations. ``accounts``: only these of a month whose
    run is done are tried again. ``by_sets``: whether SQL charges the easy ones; it does in large batches.
    :raises BillingRefused: no such provider, no region, too early, demonstration prices, or an earlier
        month must be done first
    :raises MonthRefused: a second person must release the month first
    """
    provider = _checked(provider_id, period, now=now, published_only=published_only)
    current = _start(
        provider, period, now, before_cut_off=before_cut_off, over_gap=over_gap, chosen=accounts is not None
    )
    waiting = _waiting(provider_id, period, current.cut_off_day)
    charging = _charging(provider, period, current.pk, now=now, batch=batch, chosen=accounts, by_sets=by_sets)
    done, reached = 0, 0
    while (step := take_step(charging) if accounts is None else take_chosen(charging, reached)) is not None:
        reached = step.reached
        done += step.looked_at
        if progress is not None and step.looked_at:
            progress(done, max(waiting, done))
    return _finish(charging, now)


def _checked(provider_id: int, period: Month, *, now: datetime, published_only: bool) -> ProviderView:
    """The provider. :raises BillingRefused: it cannot be charged, or not yet"""
    provider = next((each for each in account_queries.providers() if each.provider_id == provider_id), None)
    if provider is None:
        raise BillingRefused(BillingReason.UNKNOWN_PROVIDER, field="provider")
    if not provider.service.charged_here:
        raise BillingRefused(ServiceReason.CHARGES_ITSELF, field="provider")
    if not provider.region:
        raise BillingRefused(BillingReason.NO_REGION, field="provider", details={"provider": provider.code})
    if period.first > account_queries.provider_today(provider, now):
        raise BillingRefused(BillingReason.PERIOD_NOT_STARTED, field="period")
    made_up = demonstration_groups(region=provider.region, period=period) if published_only else []
    if made_up:
        raise BillingRefused(
            BillingReason.DEMONSTRATION_PRICES,
            field="period",
            details={"region": provider.region, "groups": ", ".join(made_up)},
        )
    return provider


def _charging(
    provider: ProviderView,
    period: Month,
    run_id: int,
    *,
    now: datetime,
    batch: int,
    chosen: Collection[int] | None,
    by_sets: bool | None,
) -> Charging:
    # Nobody can change prices or rules of a month that is being charged.
    facts = provider_facts(provider)
    sets = Sets(provider.provider_id, facts, period)
    usable = sets if by_sets is not False and chosen is None and sets.possible else None
    least = 1 if by_sets else WORTH_SETS
    return Charging(provider.provider_id, period, facts, run_id, now, batch, chosen, usable, least)


@waits_with_a_sign
def _start(
    provider: ProviderView,
    period: Month,
    now: datetime,
    *,
    before_cut_off: bool,
    over_gap: bool,
    chosen: bool = False,
) -> BillingRun:
    with use_case():
        one_at_a_time(provider.provider_id)
        current = BillingRun.objects.filter(provider_id=provider.provider_id, period=period.first).first()
        if chosen:
            if current is None or current.state == RunState.RUNNING.value:
                raise BillingRefused(
                    BillingReason.EARLIER_UNFINISHED, field="period", details={"month": period}
                )
            _distribute(provider, period, now)
            return current
        cut_off_day = provider.window_to_day if current is None else current.cut_off_day
        last_day = period.day(cut_off_day)
        if not before_cut_off and account_queries.provider_today(provider, now) <= last_day:
            raise BillingRefused(BillingReason.BEFORE_CUT_OFF, field="period", details={"day": last_day})
        refuse_open_before(provider_id=provider.provider_id, period=period, over_gap=over_gap)
        begin_charging(provider_id=provider.provider_id, period=period)
        if current is None:
            current = BillingRun.objects.create(
                provider_id=provider.provider_id, period=period.first, started_at=now, cut_off_day=cut_off_day
            )
            _distribute(provider, period, now)
            _divide(current)
        elif current.state == RunState.DONE.value:
            # A later run of the same month looks again for accounts without a charge.
            current.state = RunState.RUNNING.value
            current.save()
            _distribute(provider, period, now)
            _divide(current)
    return current


def _distribute(provider: ProviderView, period: Month, now: datetime) -> None:
    """The common needs of houses, before anybody is charged; whoever joins a run finds them done."""
    distribute(provider_id=provider.provider_id, period=period, provider=provider_facts(provider), now=now)


def _divide(current: BillingRun) -> None:
    """The ranges that processes take; the last one has no end, so that whoever comes meanwhile is in it."""
    borders = contract_borders(provider_id=current.provider_id, every=RANGE)
    RunRange.objects.filter(run=current).delete()
    RunRange.objects.bulk_create(
        RunRange(run=current, above=above, until=until, cursor=above)
        for above, until in zip([0, *borders], [*borders, None], strict=True)
    )


@waits_with_a_sign
def _finish(charging: Charging, now: datetime) -> RunReport:
    """Close the run once; who is no longer to be charged for the month is no problem of it any more."""
    with use_case():
        one_at_a_time(charging.provider_id)
        current = BillingRun.objects.select_for_update().get(pk=charging.run_id)
        if not RunRange.objects.filter(run=current, done=False).exists():
            _close(current, charging, now)
    return RunReport(
        run_id=current.pk,
        period=charging.period,
        charges=current.charges,
        lines=current.lines,
        estimated=current.estimated,
        problems=current.problems,
        total_kopecks=current.total_kopecks,
    )


def _close(current: BillingRun, charging: Charging, now: datetime) -> None:
    problems = Problem.objects.filter(run=current)
    known = contracts(
        provider_id=current.provider_id,
        opened_before=charging.facts.cut(charging.period),
        account_ids=list(problems.values_list("account_id", flat=True)),
    )
    left = due(known, charging.period, charging.facts)
    problems.exclude(account_id__in=[each.account_id for each in left]).delete()
    current.state = RunState.DONE.value
    current.finished_at = current.finished_at or now
    cursors = RunRange.objects.filter(run=current).aggregate(last=Max("cursor"))
    current.reached = max(current.reached or 0, cursors["last"] or 0)
    current.problems = problems.count()
    current.save()
    end_charging(provider_id=current.provider_id, period=charging.period, now=now)


def _waiting(provider_id: int, period: Month, cut_off_day: int) -> int:
    """About how many accounts are still to be charged: for showing how far it is."""
    known = contract_count(
        provider_id=provider_id,
        opened_before=period.day(cut_off_day),
        closed_after=period.plus(-1).day(cut_off_day),
    )
    return known - Charge.objects.filter(run__provider_id=provider_id, period=period.first).count()
