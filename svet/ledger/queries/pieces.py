"""I-1 and I-23 of some transactions, for who asks about what is new and about some of the rest in turn.

Together the pieces say what ``broken`` and ``dated_ahead`` say of the whole: each posting goes on where the
one before it stopped, none goes beyond its account's balance, and each balance is what its last one left.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

from svet.kernel.pieces import keys_of, rows_by_piece
from svet.ledger.models import AccountBalance, Transaction
from svet.ledger.queries.proving import left_otherwise, unbalanced, unlinked, without_rows

_SUMS: Final = """
SELECT p.transaction_id, coalesce(t.key, ''), sum(p.kopecks)
FROM ledger_posting p LEFT JOIN ledger_transaction t ON t.id = p.transaction_id
WHERE p.transaction_id >= %(first)s AND p.transaction_id < %(end)s
GROUP BY 1, 2 HAVING sum(p.kopecks) <> 0 ORDER BY 1 LIMIT 100
"""
_EMPTY: Final = """
SELECT key FROM ledger_transaction t WHERE id >= %(first)s AND id < %(end)s
    AND NOT EXISTS (SELECT FROM ledger_posting p WHERE p.transaction_id = t.id) ORDER BY id LIMIT 100
"""
# By themselves first: otherwise the whole of an index is walked to find them in its order.
_PIECE: Final = """
WITH p AS MATERIALIZED (
    SELECT * FROM ledger_posting
    WHERE transaction_id >= %(first)s AND transaction_id < %(end)s AND book = 'receivable')
"""
_LINKS: Final = """
SELECT p.account_id, p.seq
FROM p LEFT JOIN LATERAL (SELECT * FROM ledger_posting b
    WHERE b.account_id = p.account_id AND b.seq = p.seq - 1 AND b.book = 'receivable' OFFSET 0) b ON true
WHERE EXISTS (SELECT FROM ledger_posting o WHERE o.account_id = p.account_id AND o.seq = p.seq
        AND o.book = 'receivable' AND o.id <> p.id)
    OR NOT coalesce(p.seq >= 1 AND (p.seq = 1 OR b.seq IS NOT NULL)
        AND p.balance_before = coalesce(b.balance_after, 0)
        AND p.balance_after = p.balance_before + p.kopecks, false)
ORDER BY 1, 2 LIMIT 100
"""
_BEYOND: Final = """
SELECT DISTINCT p.account_id
FROM p LEFT JOIN ledger_accountbalance b USING (account_id)
WHERE NOT coalesce(p.seq < b.last_seq OR (p.seq, p.balance_after) = (b.last_seq, b.kopecks), false)
ORDER BY 1 LIMIT 100
"""
_LEFT: Final = """
SELECT b.account_id
FROM ledger_accountbalance b LEFT JOIN ledger_posting p
    ON p.account_id = b.account_id AND p.seq = b.last_seq AND p.book = 'receivable'
WHERE b.account_id >= %(first)s AND b.account_id < %(end)s AND b.kopecks IS DISTINCT FROM p.balance_after
ORDER BY 1 LIMIT 100
"""


def transaction_pieces() -> dict[int, int]:
    """The pieces of the transactions' keys, and how many there are in each."""
    return rows_by_piece(Transaction.objects.all())


def balance_pieces() -> dict[int, int]:
    """The pieces of the accounts' keys that have balances, and how many there are in each."""
    return rows_by_piece(AccountBalance.objects.all())


def broken_transactions(piece: int) -> list[str]:
    """I-1 of the transactions of a piece, and of the accounts that they moved."""
    keys = keys_of(piece)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, keys)
        breaches = [unbalanced(*row) for row in cursor.fetchall()]
        cursor.execute(_EMPTY, keys)
        breaches += [without_rows(key) for (key,) in cursor.fetchall()]
        cursor.execute(_PIECE + _LINKS, keys)
        breaches += [unlinked(*row) for row in cursor.fetchall()]
        cursor.execute(_PIECE + _BEYOND, keys)
        breaches += [left_otherwise(account_id) for (account_id,) in cursor.fetchall()]
    return breaches


def broken_balances(piece: int) -> list[str]:
    """I-1 of the accounts of a piece: each balance is what the last posting left."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, keys_of(piece))
        return [left_otherwise(account_id) for (account_id,) in cursor.fetchall()]
