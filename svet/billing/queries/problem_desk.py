"""The problems of a month page by page, for whoever mends them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from svet.billing.models import BillingRun, Problem
from svet.billing.queries.policies import rules_for
from svet.billing.queries.problems import open_months
from svet.billing.rules import BillingReason
from svet.billing.rules.policies import too_many
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """An account that a month could not charge, with where it is opened, and since when it is so."""

    account_public_id: str
    account_number: str
    reason: BillingReason
    details: Mapping[str, str]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many accounts of a month have a reason."""

    reason: BillingReason
    count: int


@dataclass(frozen=True, slots=True)
class ProblemShare:
    """Problems among the accounts of a month; ``stops`` tells whether so many stop its bills."""

    problems: int
    accounts: int
    stops: bool


def problem_rows(
    *, provider_id: int, period: Month, reason: BillingReason | None, limit: int, offset: int = 0
) -> list[ProblemRow]:
    """A page of a month's problems by account number."""
    rows = _of_month(provider_id, period, reason).order_by("account__number", "pk")
    columns = ("account__public_id", "account__number", "reason", "details", "first_at", "last_at")
    return [
        ProblemRow(public_id, number, BillingReason(why), details, first, last)
        for public_id, number, why, details, first, last in rows.values_list(*columns)[
            offset : offset + limit
        ]
    ]


def reason_counts(*, provider_id: int, period: Month) -> list[ReasonCount]:
    """A month's problems by reason, the commonest first."""
    rows = _of_month(provider_id, period, None).values("reason").annotate(count=Count("pk"))
    return [
        ReasonCount(BillingReason(row["reason"]), row["count"]) for row in rows.order_by("-count", "reason")
    ]


def problem_share(*, provider_id: int, period: Month) -> ProblemShare:
    """How much of the month is not charged."""
    run = BillingRun.objects.filter(provider_id=provider_id, period=period.first).first()
    left = next((each.problems for each in open_months(provider_id=provider_id) if each.period == period), 0)
    accounts = left if run is None else run.charges + left
    percent = rules_for(provider_id, period).problems_percent
    return ProblemShare(left, accounts, too_many(problems=left, accounts=accounts, percent=percent))


def accounts_of_problems(
    *, provider_id: int, period: Month, account_public_ids: Collection[str]
) -> list[int]:
    """Inner keys of those of the accounts that are problems of the month."""
    rows = _of_month(provider_id, period, None).filter(account__public_id__in=account_public_ids)
    return list(rows.order_by("account_id").values_list("account_id", flat=True))


def _of_month(provider_id: int, period: Month, reason: BillingReason | None) -> QuerySet[Problem]:
    rows = Problem.objects.filter(run__provider_id=provider_id, run__period=period.first)
    return rows if reason is None else rows.filter(reason=reason.value)
