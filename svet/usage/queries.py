"""The story of an account from its bills: two statements, whatever stands in them."""

from __future__ import annotations

from svet.bills.queries import billed_months
from svet.metering.queries.absence import away_days
from svet.usage.rules import MONTHS, UsageStory, usage_month


def story_of(*, account_id: int) -> UsageStory:
    """The last 24 billed months of an account; the caller has asked the guard."""
    found = billed_months(account_id=account_id, months=MONTHS)
    away = away_days(account_id=account_id, since=found[-1].month.plus(-1).first) if found else []
    return UsageStory(
        tuple(
            usage_month(month=each.month, bill_public_id=each.public_id, lines=each.lines, away=away)
            for each in found
        )
    )
