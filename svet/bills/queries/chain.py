"""How bills follow each other: the sum one opens with, and the postings that stand on none yet.

A bill takes in what no bill has shown, so a payment that becomes known late stands on the next one with its
own day, and opening(n+1) = closing(n) holds by construction (ADR 0077).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from svet.bills.models import Bill
from svet.bills.rules import CHARGE, Posted
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Preceding:
    """The bill that a new one continues; ``closing`` in kopecks, a debt positive."""

    month: Month
    closing: int


_UNBILLED = """
SELECT p.account_id, t.transaction_id, t.kind, t.effective_on, sum(p.kopecks)
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
WHERE p.book = 'receivable' AND p.account_id = ANY(%(accounts)s)
  AND (%(until)s::date IS NULL OR t.kind <> %(charge)s OR t.effective_on < %(until)s)
  AND NOT EXISTS (SELECT FROM bills_billentry e
                  WHERE e.account_id = p.account_id AND e.transaction_id = p.transaction_id)
GROUP BY p.account_id, t.transaction_id, t.kind, t.effective_on
ORDER BY p.account_id, t.effective_on, t.transaction_id
"""


def unbilled(*, account_ids: Sequence[int], until: date | None = None) -> dict[int, list[Posted]]:
    """What has moved each account and stands on no bill, by day; charges only of days before ``until``."""
    found: dict[int, list[Posted]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_UNBILLED, {"accounts": list(account_ids), "until": until, "charge": CHARGE})
        for account_id, transaction_id, kind, on, kopecks in cursor.fetchall():
            found[account_id].append(Posted(transaction_id, kind, on, int(kopecks)))
    return found


def before(*, account_ids: Sequence[int], period: Month) -> dict[int, Preceding]:
    """The newest bill of an earlier month of each account that has one."""
    rows = (
        Bill.objects.filter(account_id__in=account_ids, period__lt=period.first)
        .order_by("account_id", "-period", "-version")
        .distinct("account_id")
        .values_list("account_id", "period", "payable_kopecks")
    )
    return {account_id: Preceding(Month.of(month), closing) for account_id, month, closing in rows}


# Every bill with what stands on it, and the closing sum of the one before: a window over the newest versions.
# Both sides are put under each other and grouped: joined, they were compared each with each, because nobody
# can tell PostgreSQL how many rows a grouping gives.
_CHAIN = """
WITH newest AS (
    SELECT DISTINCT ON (account_id, period) id, account_id, period, number, payable_kopecks,
           (snapshot #>> '{sums,opening}')::bigint AS opening
    FROM bills_bill ORDER BY account_id, period, version DESC
), chained AS (
    SELECT *, lag(payable_kopecks) OVER (PARTITION BY account_id ORDER BY period) AS before
    FROM newest
)
SELECT max(number), max(opening), max(before), max(payable) - coalesce(max(before), 0), sum(kopecks)
FROM (
    SELECT id, account_id, period, number, opening, before, payable_kopecks AS payable, 0 AS kopecks
    FROM chained
    UNION ALL
    SELECT e.bill_id, NULL, NULL, NULL, NULL, NULL, NULL, p.kopecks
    FROM bills_billentry e
    JOIN ledger_posting_door p ON p.transaction_id = e.transaction_id AND p.account_id = e.account_id
        AND p.book = 'receivable'
) found
GROUP BY id
HAVING max(number) IS NOT NULL
   AND ((max(before) IS NOT NULL AND max(opening) <> max(before))
        OR max(payable) - coalesce(max(before), 0) <> sum(kopecks))
ORDER BY max(account_id), max(period) LIMIT %(limit)s
"""

# What stands on no bill must be newer than the newest one. Numbers are taken before their transactions
# commit, so only what is older than the bill before the newest was surely committed when that was issued.
_MISSED = """
WITH loose AS (
    SELECT p.account_id, t.transaction_id AS id, t.key, t.kind, t.effective_on
    FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
    WHERE p.book = 'receivable' AND p.account_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM bills_billentry e
                      WHERE e.account_id = p.account_id AND e.transaction_id = p.transaction_id)
)
SELECT l.key, b.number
FROM loose l
JOIN LATERAL (
    SELECT id, number FROM bills_bill b WHERE b.account_id = l.account_id
    ORDER BY period DESC, version DESC OFFSET 1 LIMIT 1
) b ON l.id < (SELECT max(e.transaction_id) FROM bills_billentry e
               WHERE e.account_id = l.account_id AND e.bill_id = b.id)
WHERE l.kind <> %(charge)s
UNION ALL
SELECT l.key, b.number
FROM loose l
JOIN bills_bill b ON b.account_id = l.account_id AND b.period = date_trunc('month', l.effective_on)
WHERE l.kind = %(charge)s
LIMIT %(limit)s
"""

_STRANGE = """
SELECT b.number, e.transaction_id
FROM bills_billentry e
LEFT JOIN bills_bill b ON b.id = e.bill_id AND b.account_id = e.account_id
LEFT JOIN ledger_posting_door p ON p.transaction_id = e.transaction_id AND p.account_id = e.account_id
    AND p.book = 'receivable'
WHERE b.id IS NULL OR p.posting_id IS NULL ORDER BY e.id LIMIT %(limit)s
"""


def broken_chain(*, limit: int = 50) -> list[str]:
    """I-19: each bill opens with what the one before closed with, and postings stand on exactly one bill.

    That a posting stands on no second bill the database keeps itself. What stands on no bill is newer than
    the newest one: the sum of everything shown is that bill's closing sum.
    """
    breaches = []
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"limit": limit})
        for number, opening, closing, moved, shown in cursor.fetchall():
            if closing is not None and opening != closing:
                breaches.append(
                    f"bill {number} opens with {opening} kopecks, the one before closed {closing}"
                )
            else:
                breaches.append(
                    f"bill {number} moves the account by {moved}, its postings by {shown} kopecks"
                )
        cursor.execute(_MISSED, {"charge": CHARGE, "limit": limit})
        breaches += [f"{key} stands on no bill, though {number} is newer" for key, number in cursor]
        cursor.execute(_STRANGE, {"limit": limit})
        breaches += [f"bill {number} shows transaction {key} of no account of its" for number, key in cursor]
    return breaches[:limit]
