"""How unlike the month before a charged month is, and whether somebody has said that it is right so."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from svet.billing.models import BillingMonth
from svet.billing.queries.policies import rules_for
from svet.billing.rules.kinds import BillingReason, BillingRefused
from svet.billing.rules.month_brake import MonthTotals, unlike
from svet.kernel.periods import Month

_TOTALS: Final = """
SELECT count(*), coalesce(sum(f.total_kopecks), 0), coalesce(sum(c.total_kopecks), 0),
       count(*) FILTER (
           WHERE abs(c.total_kopecks - f.total_kopecks) * 100 > %(percent)s * abs(f.total_kopecks))
FROM billing_billingrun r
JOIN billing_billingrun b ON b.provider_id = r.provider_id AND b.period = %(before)s
JOIN billing_charge c ON c.run_id = r.id
JOIN billing_charge f ON f.run_id = b.id AND f.account_id = c.account_id
WHERE r.provider_id = %(provider)s AND r.period = %(period)s
"""


def month_totals(*, provider_id: int, period: Month) -> MonthTotals:
    """What the accounts of a month and of the one before were charged in both; walks through both months."""
    values: dict[str, Any] = {
        "provider": provider_id,
        "period": period.first,
        "before": period.plus(-1).first,
        "percent": rules_for(provider_id, period).movers_percent,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, values)
        return MonthTotals(*(int(each) for each in cursor.fetchone()))


def totals_kept(row: BillingMonth) -> MonthTotals:
    """The totals that the end of the month's last run has kept; nothing for months of before."""
    return MonthTotals(**row.totals)


def unlike_month(*, provider_id: int, period: Month) -> MonthTotals | None:
    """The totals of a charged month that waits for somebody's word; None: it does not.

    Who released its dry run has seen them. A word is about a sum: another one waits again.
    """
    row = BillingMonth.objects.filter(provider_id=provider_id, period=period.first).first()
    if row is None or row.released_by:
        return None
    totals = totals_kept(row)
    if not unlike(totals, rules_for(provider_id, period)):
        return None
    return None if row.confirmed_by and row.confirmed_kopecks == totals.kopecks else totals


def refuse_unlike(*, provider_id: int, period: Month) -> None:
    """:raises BillingRefused: the month is unlike the one before, and no second person has said a word"""
    totals = unlike_month(provider_id=provider_id, period=period)
    if totals is not None:
        raise BillingRefused(
            BillingReason.UNLIKE_MONTH_BEFORE,
            field="period",
            details={
                "month": period,
                "former": totals.former_kopecks,
                "sum": totals.kopecks,
                "movers": totals.movers,
                "accounts": totals.accounts,
            },
        )
