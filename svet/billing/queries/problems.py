"""What runs could not charge and why; what is open before a month; whether its bills may go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from svet.billing.models import BillingRun, Problem, RunState
from svet.billing.queries.month_brake import refuse_unlike
from svet.billing.queries.policies import rules_for
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.policies import too_many
from svet.kernel.frozen import frozen
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class ProblemView:
    """An account that a month could not charge; ``details`` are values for the sentence."""

    provider_code: str
    period: Month
    account_number: str
    reason: BillingReason
    details: Mapping[str, str]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """How many accounts of a month have a reason, and the numbers of the first of them."""

    reason: BillingReason
    count: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A charged month with accounts that nobody has charged since, if ever."""

    period: Month
    problems: int
    accounts: int


def problems(
    *, provider_ids: Sequence[int], period: Month | None = None, reason: BillingReason | None = None
) -> Iterator[ProblemView]:
    """Problems by provider, month and account; without a month those of all months."""
    rows = Problem.objects.filter(run__provider_id__in=provider_ids)
    if period is not None:
        rows = rows.filter(run__period=period.first)
    if reason is not None:
        rows = rows.filter(reason=reason.value)
    columns = (
        "run__provider__code",
        "run__period",
        "account__number",
        "reason",
        "details",
        "first_at",
        "last_at",
    )
    for code, month, number, why, details, first, last in (
        rows.order_by("run__provider__code", "run__period", "account__number")
        .values_list(*columns)
        .iterator()
    ):
        yield ProblemView(code, Month.of(month), number, BillingReason(why), details, first, last)


def problem_counts(*, run_id: int, first: int) -> list[ProblemCount]:
    """The problems of a run by reason, the commonest first, each with its ``first`` account numbers."""
    rows = Problem.objects.filter(run_id=run_id)
    found = []
    for row in rows.values("reason").annotate(count=Count("pk")).order_by("-count", "reason"):
        numbers = rows.filter(reason=row["reason"]).order_by("account__number")
        found.append(
            ProblemCount(
                BillingReason(row["reason"]),
                row["count"],
                tuple(numbers.values_list("account__number", flat=True)[:first]),
            )
        )
    return found


def open_months(*, provider_id: int, before: Month | None = None) -> list[OpenMonth]:
    """Months of a provider with problems that no later month has taken in, oldest first."""
    return [
        OpenMonth(Month.of(period), count, charges + count)
        for period, charges, count in _open_of.all(provider_id)
        if before is None or period < before.first
    ]


@frozen
def _open_of(provider_id: int) -> QuerySet[Problem, tuple[date, int, int]]:
    rows = Problem.objects.filter(run__provider_id=provider_id).values_list("run__period", "run__charges")
    return rows.annotate(count=Count("pk")).order_by("run__period")


def refuse_open_before(*, provider_id: int, period: Month, over_gap: bool) -> None:
    """Months go one after another: what must be done before ``period`` can be charged.

    ``over_gap`` lets this month take in those that were never charged or have mostly failed; a run that was
    broken off is finished all the same.
    :raises BillingRefused: an earlier run is not finished, a month is missing, or has mostly failed
    """
    refuse_unfinished(provider_id=provider_id, before=period)
    if over_gap:
        return
    earlier = BillingRun.objects.filter(provider_id=provider_id, period__lt=period.first)
    last = earlier.order_by("-period").values_list("period", flat=True).first()
    if last is not None and Month.of(last).plus(1) < period:
        missing = Month.of(last).plus(1)
        raise BillingRefused(BillingReason.EARLIER_MISSING, field="period", details={"month": missing})
    for found in open_months(provider_id=provider_id, before=period):
        percent = rules_for(provider_id, found.period).problems_percent
        if too_many(problems=found.problems, accounts=found.accounts, percent=percent):
            raise BillingRefused(
                BillingReason.EARLIER_PROBLEMS,
                field="period",
                details={"month": found.period, "problems": found.problems, "accounts": found.accounts},
            )


def refuse_unfinished(*, provider_id: int, before: Month) -> None:
    """:raises BillingRefused: a run of an earlier month goes on or was broken off"""
    running = BillingRun.objects.filter(
        provider_id=provider_id, period__lt=before.first, state=RunState.RUNNING.value
    )
    month = running.order_by("period").values_list("period", flat=True).first()
    if month is not None:
        raise BillingRefused(
            BillingReason.EARLIER_UNFINISHED, field="period", details={"month": Month.of(month)}
        )


def refuse_issuing(*, provider_id: int, period: Month, despite_problems: bool) -> None:
    """Whether the bills of a month may go out.

    :raises BillingRefused: the month is being charged, is unlike the one before and nobody has said that it
        is right, or too many of its accounts are problems
    """
    run = BillingRun.objects.filter(provider_id=provider_id, period=period.first).first()
    if run is None:
        return
    if run.state == RunState.RUNNING.value:
        raise BillingRefused(BillingReason.UNFINISHED, field="period", details={"month": period})
    refuse_unlike(provider_id=provider_id, period=period)
    if despite_problems:
        return
    left = Problem.objects.filter(run=run).count()
    accounts = run.charges + left
    percent = rules_for(provider_id, period).problems_percent
    if too_many(problems=left, accounts=accounts, percent=percent):
        raise BillingRefused(
            BillingReason.TOO_MANY_PROBLEMS,
            field="period",
            details={"month": period, "problems": left, "accounts": accounts},
        )
