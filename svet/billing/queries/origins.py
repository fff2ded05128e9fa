"""I-21 of charges: what the books call a charge is one, of its account and its sum."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

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


def broken_origins() -> list[str]:
    """Breaches as sentences, a hundred at most."""
    with connection.cursor() as cursor:
        cursor.execute(_ORIGINS)
        return [
            _("в книге счетов не то, что начислено: {key}").format(key=row[0]) for row in cursor.fetchall()
        ]
