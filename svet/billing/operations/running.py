"""The billing run: consumption of a month becomes charges, batch after batch, resumable and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from svet.billing.models import BillingRun, RunState
from svet.billing.operations.posting import Computed, write_charges
from svet.billing.queries.past import past_lines, settled_scales
from svet.billing.queries.tariffs import region_tariffs, rules_for
from svet.billing.rules import (
    Basis,
    BillingRefused,
    GroupTariffs,
    PricedLine,
    Reason,
    Rules,
    Scale,
    Volume,
    price_account,
    scale_volumes,
    scales,
)
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.metering import operations as readings
from svet.metering import queries as metering
from svet.subscribers import queries as subscribers
from svet.subscribers.models import Provider

BATCH = 1_000
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


class BilledAccount(NamedTuple):
    """What the run needs to know of an account."""

    id: int
    tariff_group: str
    residents: int


def run(
    *,
    provider_id: int,
    period: Month,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    batch: int = BATCH,
) -> RunReport:
    """Charge every account of a provider for a month; what has been charged is never charged again.

    Each batch is one transaction, so that a killed run goes on where it stopped; two runs at once take turns.
    ``progress(done, of)`` is told after each batch. Accounts that cannot be charged are kept as problems and
    tried again by the next run of the month.
    :raises BillingRefused: no such provider, no region, or the month has not begun
    """
    provider = Provider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise BillingRefused(Reason.UNKNOWN_PROVIDER, field="provider")
    if not provider.region:
        raise BillingRefused(Reason.NO_REGION, field="provider")
    if period.first > subscribers.provider_today(provider, now):
        raise BillingRefused(Reason.PERIOD_NOT_STARTED, field="period")
    current = _start(provider, period, now)
    tariffs = region_tariffs(provider.region)
    rules = rules_for(provider_id, period)
    waiting = _waiting(provider_id, period, current.cut_off_day, 0, None)
    done = 0
    while True:
        with use_case():
            # The row is the turnstile of parallel runs and keeps how far they have come.
            current = BillingRun.objects.select_for_update().get(pk=current.pk)
            _commit_lazily()
            accounts = _next_accounts(provider_id, period, current.cut_off_day, current.cursor, batch)
            if not accounts:
                current.state = RunState.DONE.value
                current.finished_at = current.finished_at or now
                current.cursor = 0
                current.save()
                _commit_durably()
                break
            computed = compute(
                accounts,
                period=period,
                cut_off_day=current.cut_off_day,
                tariffs=tariffs,
                rules=rules,
            )
            write_charges(computed, run=current, provider_id=provider_id, period=period, now=now)
            readings.mark_used(set_ids=sorted(_used_sets(computed)), by=ROBOT, now=now, reason=str(period))
            current.cursor = accounts[-1].id
            current.save()
        done += len(accounts)
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


def _start(provider: Provider, period: Month, now: datetime) -> BillingRun:
    with use_case():
        current, _ = BillingRun.objects.get_or_create(
            provider=provider,
            period=period.first,
            defaults={"started_at": now, "cut_off_day": provider.window_to_day},
        )
        if current.state == RunState.DONE.value:
            # A later run of the same month looks again for accounts without a charge.
            current.state = RunState.RUNNING.value
            current.cursor = 0
            current.save()
    return current


_ACCOUNTS = """
FROM subscribers_account a JOIN subscribers_premises p ON p.id = a.premises_id
WHERE a.provider_id = %(provider)s AND a.id > %(cursor)s AND a.opened_on < %(end)s
  AND (a.closed_on IS NULL OR a.closed_on >= %(start)s
       -- Closed after the last cut-off: the final reading of those days enters this month's bill.
       OR (a.closed_on > %(after)s AND EXISTS (SELECT FROM metering_readingset s
           WHERE s.account_id = a.id AND s.state = 'accepted'
             AND s.read_on > %(after)s AND s.read_on <= a.closed_on)))
  AND NOT EXISTS (SELECT FROM billing_charge c WHERE c.account_id = a.id AND c.period = %(start)s)
"""


def _parameters(
    provider_id: int, period: Month, cut_off_day: int, cursor: int, limit: int | None
) -> dict[str, int | date | None]:
    return {
        "provider": provider_id,
        "cursor": cursor,
        "start": period.first,
        "end": period.end,
        "after": period.plus(-1).day(cut_off_day),
        "limit": limit,
    }


def _waiting(provider_id: int, period: Month, cut_off_day: int, cursor: int, limit: int | None) -> int:
    with connection.cursor() as database:
        database.execute(
            "SELECT count(*)" + _ACCOUNTS, _parameters(provider_id, period, cut_off_day, cursor, limit)
        )
        return int(database.fetchone()[0])


def _next_accounts(
    provider_id: int, period: Month, cut_off_day: int, cursor: int, limit: int
) -> list[BilledAccount]:
    with connection.cursor() as database:
        database.execute(
            "SELECT a.id, a.tariff_group, coalesce(p.residents, 0)"
            + _ACCOUNTS
            + "ORDER BY a.id LIMIT %(limit)s",
            _parameters(provider_id, period, cut_off_day, cursor, limit),
        )
        return [BilledAccount(*row) for row in database.fetchall()]


def _used_sets(computed: Sequence[Computed]) -> set[int]:
    return {
        line.current.set_id
        for found in computed
        for line in found.lines
        if line.basis is Basis.READING and line.current is not None and line.current.set_id is not None
    }


def compute(
    accounts: Sequence[BilledAccount],
    *,
    period: Month,
    cut_off_day: int,
    tariffs: Mapping[str, GroupTariffs],
    rules: Rules,
) -> list[Computed]:
    """Price a batch of accounts: reads consumption and earlier charges, writes nothing."""
    ids = [account.id for account in accounts]
    usage = metering.usage(account_ids=ids, period=period)
    last = settled_scales(ids, period.plus(-1))
    # Most accounts have a reading now and had one last month; only the others need their past.
    deep = [
        account_id
        for account_id in ids
        if any(
            scale.kwh is None
            or scale.kwh < 0
            or last.get((meter.meter_id, str(scale.zone))) != scale.previous_set_id
            for meter in usage.get(account_id, ())
            for scale in meter.zones
        )
    ]
    past = past_lines(deep, before=period) if deep else {}
    known = {account_id: scales(lines, rules) for account_id, lines in past.items()}
    totals = _totals_of_late(usage, known)
    result = []
    for account in accounts:
        meters = usage.get(account.id, [])
        group = tariffs.get(account.tariff_group)
        if group is None:
            result.append(Computed(account.id, [], Reason.NO_TARIFF, account.tariff_group))
            continue
        try:
            lines = charge_lines(
                meters,
                known.get(account.id, {}),
                totals,
                group=group,
                residents=account.residents,
                period=period,
                cut_off_day=cut_off_day,
                rules=rules,
            )
        except BillingRefused as refusal:
            details = ", ".join(f"{key}={value}" for key, value in refusal.details.items())
            result.append(Computed(account.id, [], Reason(refusal.reason), details))
        else:
            result.append(Computed(account.id, lines, None, ""))
    return result


def _totals_of_late(
    usage: Mapping[int, Sequence[metering.MeterUsage]],
    known: Mapping[int, Mapping[tuple[int, str], Scale]],
) -> dict[tuple[int, str], Decimal]:
    """The counts of the sets between which a reading came after its month was charged; seldom any."""
    sets: set[int] = set()
    for account_id, by_scale in known.items():
        for meter in usage.get(account_id, ()):
            for scale in meter.zones:
                past = by_scale.get((meter.meter_id, str(scale.zone)))
                anchor = past.anchor.set_id if past is not None and past.anchor is not None else None
                if anchor is not None and anchor != scale.previous_set_id:
                    sets |= {anchor, scale.previous_set_id}
    return metering.dial_totals(sets) if sets else {}


def _climbed(
    scale: metering.ZoneUsage, past: Scale | None, totals: Mapping[tuple[int, str], Decimal]
) -> Decimal | None:
    """How far the dial went from the last charged reading to the one before this month, turns counted."""
    if past is None or past.anchor is None or past.anchor.set_id is None:
        return None
    after = totals.get((scale.previous_set_id, str(scale.zone)))
    before = totals.get((past.anchor.set_id, str(scale.zone)))
    return None if after is None or before is None else after - before


def charge_lines(
    meters: Sequence[metering.MeterUsage],
    known: Mapping[tuple[int, str], Scale],
    totals: Mapping[tuple[int, str], Decimal],
    *,
    group: GroupTariffs,
    residents: int,
    period: Month,
    cut_off_day: int,
    rules: Rules,
) -> list[PricedLine]:
    """All lines of one account's charge: estimates taken back first, then its volumes priced.

    ``known`` is the past of each scale, ``totals`` what the scales of late sets have counted in all.
    """
    volumes: list[Volume] = []
    lines: list[PricedLine] = []
    for meter in meters:
        for scale in meter.zones:
            past = known.get((meter.meter_id, str(scale.zone)))
            found = scale_volumes(
                scale,
                past,
                climbed=_climbed(scale, past, totals),
                meter_id=meter.meter_id,
                scheme=meter.scheme,
                ratio=meter.ratio,
                period=period,
                cut_off_day=cut_off_day,
                rules=rules,
                residents=residents,
            )
            volumes += found.volumes
            lines += found.reversals
    return lines + price_account(
        volumes, group, period=period, cut_off_day=cut_off_day, proration=rules.proration
    )
