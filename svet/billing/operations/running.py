"""The billing run: consumption of a month becomes charges, batch after batch, resumable and repeatable."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import Contract, contract_count, contracts
from svet.billing.models import BillingRun, Charge, Problem, RunState
from svet.billing.operations.computing import Computed, compute
from svet.billing.operations.months import begin_charging, end_charging
from svet.billing.operations.posting import write_charges
from svet.billing.operations.turnstile import one_at_a_time
from svet.billing.queries.facts import ProviderFacts, provider_facts
from svet.billing.queries.problems import refuse_open_before, refuse_unfinished
from svet.billing.queries.standing import AccountBook, books
from svet.billing.rules import Basis, BillingReason, BillingRefused
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.metering import operations as readings
from svet.tariffs.queries import demonstration_groups

BATCH = 1_000
_LIMITATION = 36
ROBOT = Actor.system("billing")


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
) -> RunReport:
    """Post to every account of a provider, in a month, what should stand until then minus what stands.

    So a month takes in whatever came late, was corrected, or could not be charged before, each for its own
    month of consumption; and what was posted in the month is never posted again. Each batch is one
    transaction, so that a killed run goes on where it stopped; runs at once take turns. After each of them
    ``progress(done, of)`` is told. Accounts that cannot be charged are kept as problems and tried again by
    the next run of this or of a later month. An account's postings only go forwards: whoever is posted to in
    a later month is left alone.

    ``before_cut_off`` charges although readings of the month may still come. ``over_gap`` charges although an
    earlier month is missing or has mostly failed: it is taken in. ``published_only`` charges nothing at
    prices that nobody has published: those are for demonstrations. ``accounts``: only these of a month whose
    run is done are tried again.
    :raises BillingRefused: no such provider, no region, too early, demonstration prices, or an earlier
        month must be done first
    :raises MonthRefused: a second person must release the month first
    """
    provider = next((each for each in account_queries.providers() if each.provider_id == provider_id), None)
    if provider is None:
        raise BillingRefused(BillingReason.UNKNOWN_PROVIDER, field="provider")
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
    current = _start(
        provider, period, now, before_cut_off=before_cut_off, over_gap=over_gap, chosen=accounts is not None
    )
    waiting = _waiting(provider_id, period, current.cut_off_day)
    # Nobody can change prices or rules of a month that is being charged.
    facts = provider_facts(provider)
    done, reached, began = 0, 0, time.monotonic()
    while True:
        with use_case():
            one_at_a_time(provider_id)
            # The row keeps how far parallel runs of the month have come.
            current = BillingRun.objects.select_for_update().get(pk=current.pk)
            _commit_lazily()
            refuse_unfinished(provider_id=provider_id, before=period)
            # Chosen accounts do not move the cursor: it belongs to runs of all.
            behind = current.cursor if accounts is None else reached
            found = next_accounts(provider_id, period, facts, behind, batch, only=accounts)
            if not found:
                if accounts is None or current.state == RunState.DONE.value:
                    _finish(current, period, facts, now)
                _commit_durably()
                break
            known_at = now + timedelta(seconds=time.monotonic() - began)
            known = books([each.account_id for each in found])
            computed = compute(found, period=period, provider=facts, known=known)
            write_charges(
                computed, run=current, provider_id=provider_id, period=period, now=now, known_at=known_at
            )
            readings.take_touches([key for each in computed if each.problem is None for key in each.touches])
            readings.mark_used(set_ids=sorted(_used_sets(computed)), by=ROBOT, now=now, period=period)
            reached = found[-1].account_id
            if accounts is None:
                current.cursor = reached
            current.save()
        done += len(found)
        if progress is not None:
            progress(done, max(waiting, done))
    return RunReport(
        run_id=current.pk,
        period=period,
        charges=current.charges,
        lines=current.lines,
        estimated=current.estimated,
        problems=current.problems,
        total_kopecks=current.total_kopecks,
    )


def _commit_lazily() -> None:
    """Let this transaction's commit not wait for the disk: a crash loses whole batches, which are made again.

    The run's last commit waits, and with it everything written before.
    """
    with connection.cursor() as database:
        database.execute("SET LOCAL synchronous_commit TO off")


def _commit_durably() -> None:
    with connection.cursor() as database:
        database.execute("SET LOCAL synchronous_commit TO on")


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
            return current
        cut_off_day = provider.window_to_day if current is None else current.cut_off_day
        last_day = period.day(cut_off_day)
        if not before_cut_off and account_queries.provider_today(provider, now) <= last_day:
            raise BillingRefused(BillingReason.BEFORE_CUT_OFF, field="period", details={"day": last_day})
        refuse_open_before(provider_id=provider.provider_id, period=period, over_gap=over_gap)
        begin_charging(provider_id=provider.provider_id, period=period)
        if current is None:
            return BillingRun.objects.create(
                provider_id=provider.provider_id, period=period.first, started_at=now, cut_off_day=cut_off_day
            )
        if current.state == RunState.DONE.value:
            # A later run of the same month looks again for accounts without a charge.
            current.state = RunState.RUNNING.value
            current.cursor = 0
            current.save()
    return current


def _finish(current: BillingRun, period: Month, facts: ProviderFacts, now: datetime) -> None:
    """Close the run; who is no longer to be charged for the month is no problem of it any more."""
    problems = Problem.objects.filter(run=current)
    known = contracts(
        provider_id=current.provider_id,
        opened_before=facts.cut(period),
        account_ids=list(problems.values_list("account_id", flat=True)),
    )
    due = _due(known, period, facts)
    problems.exclude(account_id__in=[each.account_id for each in due]).delete()
    current.state = RunState.DONE.value
    current.finished_at = current.finished_at or now
    current.reached = max(current.reached or 0, current.cursor)
    current.cursor = 0
    current.problems = problems.count()
    current.save()
    end_charging(provider_id=current.provider_id, period=period, now=now)


def _waiting(provider_id: int, period: Month, cut_off_day: int) -> int:
    """About how many accounts are still to be charged: for showing how far it is."""
    known = contract_count(
        provider_id=provider_id,
        opened_before=period.day(cut_off_day),
        closed_after=period.plus(-1).day(cut_off_day),
    )
    return known - Charge.objects.filter(run__provider_id=provider_id, period=period.first).count()


def next_accounts(
    provider_id: int,
    period: Month,
    facts: ProviderFacts,
    cursor: int,
    limit: int,
    *,
    only: Collection[int] | None = None,
) -> list[Contract]:
    """The first accounts behind the cursor that are to be looked at for the month."""
    while True:
        found = contracts(
            provider_id=provider_id,
            # Who opens on the last day of the readings or later begins with the next month.
            opened_before=facts.cut(period),
            # What is older than that nobody may claim, or claim back (Civil Code, article 196).
            closed_after=period.back(_LIMITATION).first,
            after=cursor,
            limit=limit,
            account_ids=only,
        )
        due = _due(found, period, facts)
        if due or not found:
            return due
        cursor = found[-1].account_id


def _due(found: Sequence[Contract], period: Month, facts: ProviderFacts) -> list[Contract]:
    """Those to whom nothing is posted in this month or later.

    Contracts that were closed before the month are only corrected: who was ours, or should have been.
    """
    known = books([each.account_id for each in found])
    after = facts.cut(period.plus(-1))
    return [
        each
        for each in found
        if (known[each.account_id].last or period.plus(-1)) < period
        and (each.closed_on is None or each.closed_on > after or known[each.account_id] != AccountBook())
    ]


def _used_sets(computed: Sequence[Computed]) -> set[int]:
    return {
        line.evidence.current.set_id
        for each in computed
        for line in each.found.post
        if line.basis is Basis.READING
        and line.evidence.current is not None
        and line.evidence.current.set_id is not None
    }
