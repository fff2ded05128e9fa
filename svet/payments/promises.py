"""What ``svet verify`` proves about payments: each promise is a handful of queries that find its breaches."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

# Each finds one kind of breach; the words go before the number of the order or the ledger key.
_CREDITS = {
    "credited, but the ledger knows nothing of it: order": """
        SELECT o.number FROM payments_order o LEFT JOIN ledger_transaction t ON t.key = 'pay:' || o.public_id
        WHERE o.state = 'credited' AND t.id IS NULL ORDER BY o.id LIMIT 100""",
    "in the ledger, but no credited order asked for it:": """
        SELECT t.key FROM ledger_transaction t
        LEFT JOIN payments_order o ON o.public_id = substr(t.key, 5) AND o.state = 'credited'
        WHERE t.key LIKE 'pay:%' AND o.id IS NULL ORDER BY t.id LIMIT 100""",
    "the lines do not add up to what the bank took: order": """
        SELECT o.number FROM payments_order o WHERE o.state = 'credited' AND (
            o.taken_kopecks IS DISTINCT FROM o.total_kopecks
            OR o.total_kopecks <> (SELECT sum(kopecks) FROM payments_orderline WHERE order_id = o.id))
        ORDER BY o.id LIMIT 100""",
}
_GROUPS = {
    "not every line was credited in the one transaction: order": """
        SELECT o.number FROM payments_order o JOIN ledger_transaction t ON t.key = 'pay:' || o.public_id
        WHERE (SELECT jsonb_object_agg(account_id, kopecks) FROM payments_orderline WHERE order_id = o.id)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, -kopecks) FROM ledger_posting
                WHERE transaction_id = t.id AND book = 'receivable')
        ORDER BY o.id LIMIT 100""",
}


def broken() -> list[str]:
    """Breaches of I-2 and I-4 together."""
    return broken_credits() + broken_groups()


def broken_credits() -> list[str]:
    """I-2: what the bank took for an order stands in the ledger exactly once, and nothing else does."""
    return _breaches(_CREDITS)


def broken_groups() -> list[str]:
    """I-4: the lines of an order were credited together, each to its account."""
    return _breaches(_GROUPS)


def _breaches(queries: Mapping[str, str]) -> list[str]:
    breaches = []
    with connection.cursor() as cursor:
        for words, query in queries.items():
            cursor.execute(query)
            breaches += [f"{words} {row[0]}" for row in cursor.fetchall()]
    return breaches
