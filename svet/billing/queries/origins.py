"""I-21 of charges: what the books call a charge is one, of its account and its sum."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from svet.kernel.pieces import keys_of

# Both ways, by key and account: a transaction under a charge's key may move no other account beside.
_ORIGINS = """
WITH due AS (
    SELECT 'charge:' || account_id || ':' || to_char(period, 'YYYY-MM') AS key, account_id,
        total_kopecks AS kopecks
    FROM billing_charge WHERE total_kopecks <> 0
), stands AS (
    SELECT t.key, p.account_id, coalesce(sum(p.kopecks), 0) AS kopecks
    FROM ledger_transaction_door t
    LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
    -- What a supplier's own billing has charged is answered for by the register it came in.
    WHERE t.kind = 'charge' AND t.key NOT LIKE 'billed:%' GROUP BY 1, 2
)
SELECT DISTINCT coalesce(due.key, stands.key) FROM due FULL JOIN stands USING (key, account_id)
WHERE due.kopecks IS DISTINCT FROM stands.kopecks ORDER BY 1 LIMIT 100
"""

# The other way round, of a charge without its transaction, I-11 tells where the account is proved.
_ORIGINS_IN = """
SELECT key FROM (
    SELECT t.transaction_id, t.key, p.account_id, coalesce(sum(p.kopecks), 0) AS kopecks,
        CASE WHEN t.key ~ '^charge:[0-9]+:[0-9]{4}-(0[1-9]|1[0-2])$' THEN to_date(right(t.key, 7), 'YYYY-MM')
            END AS period
    FROM ledger_transaction_door t
    LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
    WHERE t.transaction_id >= %(first)s AND t.transaction_id < %(end)s
        AND t.kind = 'charge' AND t.key NOT LIKE 'billed:%%' GROUP BY 1, 2, 3
) stands
LEFT JOIN billing_charge c ON c.account_id = stands.account_id AND c.period = stands.period
    AND stands.key = 'charge:' || c.account_id || ':' || to_char(c.period, 'YYYY-MM')
WHERE stands.kopecks IS DISTINCT FROM nullif(c.total_kopecks, 0) ORDER BY stands.transaction_id LIMIT 100
"""


def broken_origins() -> list[str]:
    """Breaches as sentences, a hundred at most."""
    return _told(_ORIGINS, None)


def broken_origins_in(piece: int) -> list[str]:
    """Of the transactions of a piece those that are no charge of its account and its sum."""
    return _told(_ORIGINS_IN, keys_of(piece))


def _told(statement: str, keys: dict[str, int] | None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)
        return [
            _("в книге счетов не то, что начислено: {key}").format(key=key) for (key,) in cursor.fetchall()
        ]
