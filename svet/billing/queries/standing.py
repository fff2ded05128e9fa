"""Where accounts stand in time: what of them is charged after a month, and what is open before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from svet.billing.rules import BillingReason
from svet.kernel.periods import Month

_STANDING = """
SELECT a.id,
       (SELECT min(c.period) FROM billing_charge c WHERE c.account_id = a.id AND c.period > %(period)s),
       (SELECT max(c.period) FROM billing_charge c WHERE c.account_id = a.id AND c.period < %(period)s),
       (SELECT min(r.period) FROM billing_problem p JOIN billing_billingrun r ON r.id = p.run_id
        WHERE p.account_id = a.id AND p.reason <> %(closed)s AND r.period < %(period)s)
FROM unnest(%(accounts)s::bigint[]) a (id)
"""


class AccountMonths(NamedTuple):
    """One account seen from a month: what is charged after and before it, and the first open problem."""

    later: Month | None
    last: Month | None
    problem: Month | None

    def open_since(self, period: Month) -> Month | None:
        """The first month before ``period`` whose consumption nobody has charged; None: there is none.

        An account that has never been charged owes nothing for months in which no run knew it.
        """
        first = self.problem if self.last is None else self.last.plus(1)
        return first if first is not None and first < period else None


def standings(account_ids: Sequence[int], period: Month) -> dict[int, AccountMonths]:
    """Where each account stands seen from ``period``."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING,
            {
                "accounts": list(account_ids),
                "period": period.first,
                "closed": BillingReason.LATER_CHARGED.value,
            },
        )
        return {
            account_id: AccountMonths(*(None if day is None else Month.of(day) for day in days))
            for account_id, *days in cursor.fetchall()
        }
