"""Penalties come before the bills of a batch, where the supplier shows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.bills.queries.dues import due_postings_of
from svet.kernel.periods import Month
from svet.penalties.operations import PenaltiesShown, keep_penalty_run, show_penalties
from svet.penalties.queries import choices_of, has_shown
from svet.penalties.rules.policies import PenaltyMode, choice_on
from svet.tariffs.queries.law import law_in_force


def show_with_bills(
    provider: ProviderView, account_ids: Collection[int], *, period: Month, now: datetime
) -> PenaltiesShown:
    """Post what the penalties of these accounts lack or are too much for (a step of an issue).

    Where the supplier does not show them only accounts are looked at to which some were posted before.
    """
    choices = choices_of(provider.provider_id)
    concerned = account_ids
    if choice_on(choices, period.first).mode is not PenaltyMode.SHOWN:
        concerned = has_shown(account_ids)
    return show_penalties(
        provider_id=provider.provider_id,
        region=provider.region,
        period=period,
        moved=due_postings_of(concerned) if concerned else {},
        choices=choices,
        law=law_in_force(),
        today=account_queries.provider_today(provider, now),
        now=now,
    )


def keep_shown(provider: ProviderView, shown: PenaltiesShown, *, period: Month, now: datetime) -> None:
    """Add what a batch has posted to its month's run (a step of an issue)."""
    keep_penalty_run(
        provider_id=provider.provider_id,
        period=period,
        shown=shown,
        today=account_queries.provider_today(provider, now),
        now=now,
    )
