"""Contracts that end: whether a charge has looked at the end, and what it has left to be billed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from svet.billing.models import BillingRun, Charge, Problem, RunState
from svet.kernel.periods import Month


class ToldEnd(NamedTuple):
    """An end of a contract as it was entered at ``known_at``; ``month`` has its last charged day."""

    account_id: int
    provider_id: int
    month: Month
    known_at: datetime


def charged_with_ends(ends: Collection[ToldEnd]) -> dict[int, Month | None]:
    """The last charged month of each account whose end a charge has looked at; None: it never had a charge.

    Who waits for a charge is left out. One that found nothing to correct has posted nothing: then a run of
    the month or a later one that began behind the end and knows of no problem of the account tells of it.
    """
    ids = [each.account_id for each in ends]
    newest = {
        account_id: (Month.of(period), known_at)
        for account_id, period, known_at in Charge.objects.filter(account_id__in=ids)
        .order_by("account_id", "-period")
        .distinct("account_id")
        .values_list("account_id", "period", "known_at")
    }
    done = BillingRun.objects.filter(
        provider_id__in={each.provider_id for each in ends}, state=RunState.DONE.value
    )
    runs = list(done.values_list("pk", "provider_id", "period", "started_at"))
    failed = set(Problem.objects.filter(account_id__in=ids, run__in=done).values_list("run_id", "account_id"))

    def looked_at(end: ToldEnd) -> bool:
        month, known_at = newest.get(end.account_id, (None, None))
        if month is not None and known_at is not None and month >= end.month and known_at > end.known_at:
            return True
        return any(
            provider_id == end.provider_id
            and Month.of(period) >= end.month
            and started_at > end.known_at
            and (pk, end.account_id) not in failed
            for pk, provider_id, period, started_at in runs
        )

    return {each.account_id: newest.get(each.account_id, (None,))[0] for each in ends if looked_at(each)}
