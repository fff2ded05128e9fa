"""The suppliers' limits as dated rows; the settings of the installation where a supplier has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings

from svet.accounts.queries import AccountView, provider_today
from svet.arrangements.models import MoneyLimitsPolicy
from svet.arrangements.rules.limits import BOUNDS, DatedLimits, MoneyLimits, limits_on


def default_limits() -> MoneyLimits:
    """What holds where a supplier has chosen nothing."""
    return MoneyLimits(
        refund_alone=settings.REFUND_ALONE * 100,
        refund_times=settings.REFUND_TIMES,
        refund_days=settings.REFUND_DAYS,
        promise_days=settings.PROMISE_DAYS,
        promise_pause=settings.PROMISE_PAUSE_DAYS,
        instalment_months=settings.INSTALMENT_MONTHS,
        instalment_least=settings.INSTALMENT_LEAST * 100,
        instalment_alone=settings.INSTALMENT_ALONE * 100,
        instalment_most=settings.INSTALMENT_MOST * 100,
        instalment_pause=settings.INSTALMENT_PAUSE_MONTHS,
    )


def limits_of(provider_id: int) -> list[DatedLimits]:
    """All limits of a supplier in order of time."""
    rows = MoneyLimitsPolicy.objects.filter(provider_id=provider_id).order_by("since")
    return [_dated(row) for row in rows]


def provider_limits(days: Mapping[int, date]) -> dict[int, MoneyLimits]:
    """By the inner key of a supplier what holds for it on its day."""
    found: dict[int, list[DatedLimits]] = defaultdict(list)
    for row in MoneyLimitsPolicy.objects.filter(provider_id__in=days).order_by("since"):
        found[row.provider_id].append(_dated(row))
    default = default_limits()
    return {key: limits_on(found[key], day, default=default) for key, day in days.items()}


def limits_for(account: AccountView, *, now: datetime) -> MoneyLimits:
    """What holds for an account today."""
    key = account.provider.provider_id
    return provider_limits({key: provider_today(account.provider, now)})[key]


def _dated(row: MoneyLimitsPolicy) -> DatedLimits:
    return DatedLimits(row.since, MoneyLimits(**{name: getattr(row, name) for name in BOUNDS}))
