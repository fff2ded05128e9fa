"""The months of providers as the office sees them: state, run, what the background does, what is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from svet.accounts.queries import ProviderView
from svet.accounts.queries.charging import ContractCounts, contract_counts
from svet.billing.models import BillingMonth, BillingRun, MonthTask, RunState
from svet.billing.queries.house_books import untold_houses
from svet.billing.queries.policies import policies, rules_for
from svet.billing.queries.problems import open_months
from svet.billing.rules.month_checks import (
    CheckedPoint,
    EarlierMonth,
    GroupPrices,
    MonthInputs,
    month_checks,
)
from svet.billing.rules.months import MonthState, MonthTaskKind, MonthTaskState
from svet.kernel.periods import Month
from svet.metering.queries.preparing import metering_gaps
from svet.tariffs.queries import demonstration_groups, region_norms, region_tariffs
from svet.tariffs.rules.tariffs import GroupTariffs, PriceMissing

#: A worker says how far it is after each batch; after this silence it is no more.
SILENCE = timedelta(minutes=5)
_UNFINISHED = (MonthTaskState.WAITING.value, MonthTaskState.RUNNING.value)


def has_unissued_before(*, provider_id: int, period: Month) -> bool:
    """Whether a month before this one is charged and its bills are not all out."""
    return BillingMonth.objects.filter(
        provider_id=provider_id, period__lt=period.first, state=MonthState.CHARGED.value
    ).exists()


@dataclass(frozen=True, slots=True)
class RunView:
    """How a run of a month stands."""

    period: Month
    running: bool
    started_at: datetime
    finished_at: datetime | None
    charges: int
    lines: int
    estimated: int
    problems: int
    total_kopecks: int

    @property
    def duration(self) -> timedelta | None:
        """From the first start to the first end."""
        return None if self.finished_at is None else self.finished_at - self.started_at


@dataclass(frozen=True, slots=True)
class MonthTaskView:
    """What the background was asked for; ``refusal`` has kind, reason and details of a rule's no.

    ``resumed``: another worker had begun it, and is no more.
    """

    task_id: int
    public_id: str
    provider_id: int
    period: Month
    kind: MonthTaskKind
    state: MonthTaskState
    accounts: tuple[int, ...]
    asked_by: str
    asked_by_person_id: int | None
    asked_at: datetime
    beat_at: datetime
    finished_at: datetime | None
    done: int
    of: int
    refusal: dict[str, object]
    resumed: bool = False

    @property
    def unfinished(self) -> bool:
        return self.state.value in _UNFINISHED

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.of) if self.of else 0

    def silent(self, now: datetime) -> bool:
        """Whether its worker is no more, so that somebody may ask again."""
        return self.unfinished and now - self.beat_at > SILENCE


@dataclass(frozen=True, slots=True)
class BillingMonthView:
    """A provider's month; ``dry_run_public_id`` is empty where none stands."""

    provider_id: int
    period: Month
    state: MonthState
    dry_run_public_id: str
    released_at: datetime | None
    released_by: str
    issued_at: datetime | None
    run: RunView | None


def month_view(*, provider_id: int, period: Month) -> BillingMonthView:
    """One month; open where nobody has begun it."""
    row = BillingMonth.objects.select_related("dry_run").filter(
        provider_id=provider_id, period=period.first
    ).first()  # fmt: skip
    run = BillingRun.objects.filter(provider_id=provider_id, period=period.first).first()
    return _month(provider_id, period, row, run)


def month_views(*, provider_id: int, today: date, limit: int, offset: int = 0) -> list[BillingMonthView]:
    """The months of a provider, newest first: every one that was begun, and the next to be charged."""
    rows = {
        Month.of(row.period): row
        for row in BillingMonth.objects.select_related("dry_run").filter(provider_id=provider_id)
    }
    runs = {Month.of(run.period): run for run in BillingRun.objects.filter(provider_id=provider_id)}
    known = set(rows) | set(runs)
    current = Month.of(today)
    due = max(runs).plus(1) if runs else current
    if due <= current:
        known.add(due)
    chosen = sorted(known, reverse=True)[offset : offset + limit]
    return [_month(provider_id, month, rows.get(month), runs.get(month)) for month in chosen]


def newest_task(*, provider_id: int, period: Month) -> MonthTaskView | None:
    """What the background was asked last for a month."""
    rows = MonthTask.objects.filter(provider_id=provider_id, period=period.first)
    row = rows.order_by("-asked_at", "-pk").first()
    return None if row is None else task_view(row)


def unfinished_task(*, provider_id: int) -> MonthTaskView | None:
    """What the background does, or is to do, for a provider now."""
    row = MonthTask.objects.filter(provider_id=provider_id, state__in=_UNFINISHED).first()
    return None if row is None else task_view(row)


def checked_month(
    *, provider: ProviderView, period: Month, today: date, published_only: bool
) -> list[CheckedPoint]:
    """Every point that is looked at before a month is charged, as it stands now."""
    rules = rules_for(provider.provider_id, period)
    run = BillingRun.objects.filter(provider_id=provider.provider_id, period=period.first).first()
    day = provider.window_to_day if run is None else run.cut_off_day
    since, until = period.plus(-1).day(day), period.day(day)
    counts = contract_counts(provider_id=provider.provider_id, opened_before=until, closed_after=since)
    gaps = metering_gaps(provider_id=provider.provider_id, since=since, until=until)
    norms = region_norms(provider.region)
    untold = untold_houses(provider_id=provider.provider_id, period=period)
    return month_checks(
        MonthInputs(
            period=period,
            today=today,
            cut_off=until,
            region=provider.region,
            rules=rules,
            chosen=any(
                each.valid_from <= period.first for each in policies(provider_id=provider.provider_id)
            ),
            accounts=counts.accounts,
            groups=tuple(_groups(provider.region, counts, period, since=since, until=until)),
            without_meter=max(0, counts.accounts - gaps.metered),
            without_residents=counts.without_residents,
            under_review=gaps.under_review,
            earlier=_earlier(provider.provider_id, period),
            published_only=published_only,
            norm_tables=bool(norms),
            norms_end=norms[-1].until if norms and not norms[-1].reaches(until) else None,
            houses=tuple(untold),
            in_houses=sum(untold.values()),
        )
    )


def task_view(row: MonthTask) -> MonthTaskView:
    """A task as desks and jobs see it."""
    return MonthTaskView(
        task_id=row.pk,
        public_id=row.public_id,
        provider_id=row.provider_id,
        period=Month.of(row.period),
        kind=MonthTaskKind(row.kind),
        state=MonthTaskState(row.state),
        accounts=tuple(row.accounts),
        asked_by=row.asked_by,
        asked_by_person_id=row.asked_by_person_id,
        asked_at=row.asked_at,
        beat_at=row.beat_at,
        finished_at=row.finished_at,
        done=row.done,
        of=row.of,
        refusal=row.refusal,
    )


def state_by_run(run: BillingRun | None) -> MonthState:
    """Where a month without a row of its own stands."""
    if run is None:
        return MonthState.OPEN
    return MonthState.CHARGING if run.state == RunState.RUNNING.value else MonthState.CHARGED


def _month(
    provider_id: int, period: Month, row: BillingMonth | None, run: BillingRun | None
) -> BillingMonthView:
    return BillingMonthView(
        provider_id=provider_id,
        period=period,
        state=state_by_run(run) if row is None else MonthState(row.state),
        dry_run_public_id="" if row is None or row.dry_run is None else row.dry_run.public_id,
        released_at=None if row is None else row.released_at,
        released_by="" if row is None else row.released_by,
        issued_at=None if row is None else row.issued_at,
        run=None if run is None else _run(run),
    )


def _run(row: BillingRun) -> RunView:
    return RunView(
        period=Month.of(row.period),
        running=row.state == RunState.RUNNING.value,
        started_at=row.started_at,
        finished_at=row.finished_at,
        charges=row.charges,
        lines=row.lines,
        estimated=row.estimated,
        problems=row.problems,
        total_kopecks=row.total_kopecks,
    )


def issued_months() -> list[tuple[int, Month, datetime]]:
    """(provider, month, moment) of every month whose bills went out, and when they were all out."""
    rows = BillingMonth.objects.filter(issued_at__isnull=False).order_by("provider_id", "period")
    return [
        (provider_id, Month.of(period), issued_at)
        for provider_id, period, issued_at in rows.values_list("provider_id", "period", "issued_at")
        if issued_at is not None
    ]


def _groups(
    region: str, counts: ContractCounts, period: Month, *, since: date, until: date
) -> Sequence[GroupPrices]:
    tariffs = region_tariffs(region)
    made_up = set(demonstration_groups(region=region, period=period))
    return [
        GroupPrices(
            group=group,
            accounts=accounts,
            missing_on=_missing_on(tariffs.get(group), since=since, until=until),
            demonstration=group in made_up,
        )
        for group, accounts in counts.by_group.items()
    ]


def _missing_on(tariffs: GroupTariffs | None, *, since: date, until: date) -> date | None:
    """The first day between two (half-open) that no table of the group prices."""
    day = since
    while day < until:
        try:
            table = None if tariffs is None else tariffs.on(day)
        except PriceMissing:
            table = None
        if table is None:
            return day
        day = until if table.end is None else table.end
    return None


def _earlier(provider_id: int, period: Month) -> EarlierMonth:
    runs = BillingRun.objects.filter(provider_id=provider_id, period__lt=period.first)
    running = runs.filter(state=RunState.RUNNING.value).order_by("period")
    unfinished = running.values_list("period", flat=True).first()
    last = runs.order_by("-period").values_list("period", flat=True).first()
    missing = None if last is None or Month.of(last).plus(1) >= period else Month.of(last).plus(1)
    return EarlierMonth(
        unfinished=None if unfinished is None else Month.of(unfinished),
        missing=missing,
        open=tuple(
            (each.period, each.problems, each.accounts, rules_for(provider_id, each.period).problems_percent)
            for each in open_months(provider_id=provider_id, before=period)
        ),
    )
