"""I-2, I-4, I-5 and I-21 of some transactions, rows of registers or orders: for who asks about what is new.

A statement that goes through one of these tables from its beginning goes through the rows of a piece; what
goes through few rows, or compares sums of everything, is asked about the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import connection
from django.utils.translation import gettext

from svet.kernel.pieces import PIECE, rows_by_piece
from svet.payments.models import ImportedPayment, Order
from svet.payments.queries import promises
from svet.payments.queries.disputed import DISPUTES
from svet.payments.queries.origins import MOVED, OF_FEW, ORIGINS
from svet.payments.rules.registers import RegisterState
from svet.payments.rules.states import OPEN, OrderState

#: What a row more counts in the mark of a piece; one that waits no more counts one.
UNIT: Final = 1_000_000
_TRANSACTIONS: Final = ("ledger_transaction_door t", "transaction_id")
_ROWS: Final = ("payments_importedpayment r", "id")
_ORDERS: Final = ("payments_order o", "id")
# The key of a row of a register tells its number, which has an index; a number may have colons of its own.
_NUMBERS: Final = """CASE
        WHEN t.key NOT LIKE 'reg:%' THEN '{}'
        WHEN split_part(t.key, ':', 5) = '' THEN ARRAY[split_part(t.key, ':', 4)]
        ELSE ARRAY[substring(t.key FROM '^reg:.*?:[0-9]{4}-[0-9]{2}-[0-9]{2}:(.*)$'),
            substring(t.key FROM '^reg:.*?:[0-9]{4}-[0-9]{2}-[0-9]{2}:(.*):[0-9]+$'),
            substring(t.key FROM '^reg:.*?:[0-9]{4}-[0-9]{2}-[0-9]{2}:(.*):storno$'),
            substring(t.key FROM '^reg:.*?:[0-9]{4}-[0-9]{2}-[0-9]{2}:(.*):storno:[0-9]+$')] END"""
_ROW_OF: Final = f"payments_importedpayment r ON r.ledger_key = t.key AND r.external_id = ANY ({_NUMBERS})"
#: Joins that go through all rows of registers, and the same by an index.
_JOINS: Final = {
    "payments_importedpayment r ON r.ledger_key = t.key": _ROW_OF,
    "payments_importedpayment put ON 'put:' || put.public_id = t.key": (
        "payments_importedpayment put ON t.key LIKE 'put:%' AND put.public_id = substr(t.key, 5)"
    ),
}
# As ``ORIGINS`` of all transactions; a source whose transaction is not there at all is told of by itself.
_MOVED_IN: Final = f"""
WITH piece AS MATERIALIZED (
    SELECT t.* FROM ledger_transaction_door t WHERE t.kind <> 'charge'
        AND (t.kind, split_part(t.key, ':', 1)) NOT IN (('opening', 'opening'), ('penalty', 'pen'))
), should AS (
    SELECT t.key, l.account_id, -l.credited_kopecks AS kopecks FROM piece t
    JOIN payments_order o ON o.public_id = substr(t.key, 5) AND o.state = 'credited'
    JOIN payments_orderline l ON l.order_id = o.id WHERE t.key LIKE 'pay:%'
    UNION ALL SELECT t.key, r.account_id, -r.kopecks FROM piece t
    CROSS JOIN LATERAL (SELECT * FROM payments_importedpayment r
        WHERE r.ledger_key = t.key AND r.external_id = ANY ({_NUMBERS}) OFFSET 0) r
    WHERE r.state IN ('credited', 'reversed') AND r.account_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM ledger_transaction_door put WHERE put.key = 'put:' || r.public_id)
    UNION ALL SELECT t.key, r.account_id, -r.kopecks FROM piece t
    JOIN payments_importedpayment r ON r.public_id = substr(t.key, 5) AND r.state IN ('credited', 'reversed')
    WHERE t.key LIKE 'put:%' AND r.account_id IS NOT NULL
    UNION ALL SELECT few.* FROM ({OF_FEW}) few (key, account_id, kopecks) JOIN piece USING (key)
), due AS (
    SELECT key, account_id, sum(kopecks) AS kopecks FROM should GROUP BY 1, 2 HAVING sum(kopecks) <> 0
), stands AS (
    SELECT t.key, p.account_id, sum(p.kopecks) AS kopecks
    -- One by one: otherwise all postings are walked through.
    FROM piece t CROSS JOIN LATERAL (SELECT * FROM ledger_posting_door l
        WHERE l.transaction_id = t.transaction_id AND l.book = 'receivable' OFFSET 0) p GROUP BY 1, 2
)
SELECT DISTINCT coalesce(due.key, stands.key) FROM due FULL JOIN stands USING (key, account_id)
WHERE due.kopecks IS DISTINCT FROM stands.kopecks ORDER BY 1 LIMIT 100
"""  # noqa: S608 - no names but our own
_REFUNDS: Final = {**promises.REFUNDS, **promises.GIVEN_BACK, **DISPUTES}
_BOOKS: Final = {**promises.SOURCES, **promises.ACTS, **promises.SUSPENSE, **ORIGINS}


def row_pieces() -> dict[int, int]:
    """The pieces of the keys of rows of registers, how many there are in each and how many wait no more."""
    waiting = ImportedPayment.objects.filter(
        state__in=[RegisterState.SUSPENSE.value, RegisterState.DIFFERS.value]
    )
    return _marks(rows_by_piece(ImportedPayment.objects.all()), rows_by_piece(waiting))


def order_pieces() -> dict[int, int]:
    """The pieces of the keys of orders, how many there are in each and how many of them are closed."""
    waiting = Order.objects.filter(state__in=[state.value for state in (*OPEN, OrderState.REVIEW)])
    return _marks(rows_by_piece(Order.objects.all()), rows_by_piece(waiting))


def broken_credits_in(piece: int) -> list[str]:
    """I-2 of the transactions of a piece."""
    return _in_piece(promises.CREDITS, _TRANSACTIONS, piece)


def broken_refunds_in(piece: int) -> list[str]:
    """I-5 of the transactions of a piece."""
    return _in_piece(_REFUNDS, _TRANSACTIONS, piece)


def broken_books_in(piece: int) -> list[str]:
    """I-21 of the transactions of a piece: each moved what its source says."""
    return _in_piece(_BOOKS, _TRANSACTIONS, piece) + _said(
        {MOVED: _of_piece(_MOVED_IN, _TRANSACTIONS, piece)}
    )


def broken_rows(piece: int) -> list[str]:
    """I-21 of the rows of registers of a piece: each is posted as it says."""
    return _in_piece(promises.SOURCES, _ROWS, piece)


def broken_orders(piece: int) -> list[str]:
    """I-2 of the orders of a piece: each is credited as it says."""
    return _in_piece(promises.CREDITS, _ORDERS, piece)


def broken_groups_in(piece: int) -> list[str]:
    """I-4 of the orders of a piece."""
    return _in_piece(promises.GROUPS, _ORDERS, piece)


def broken_refunds_beside() -> list[str]:
    """I-5 but for what :func:`broken_refunds_in` says."""
    return _said({words: each for words, each in _REFUNDS.items() if not _begins(each, _TRANSACTIONS)})


def broken_books_beside() -> list[str]:
    """I-21 but for what :func:`broken_books_in` and :func:`broken_rows` say."""
    return _said(
        {
            words: each
            for words, each in _BOOKS.items()
            if words != MOVED and not _begins(each, _TRANSACTIONS) and not _begins(each, _ROWS)
        }
    )


def _marks(rows: Mapping[int, int], waiting: Mapping[int, int]) -> dict[int, int]:
    return {piece: count * UNIT + count - waiting.get(piece, 0) for piece, count in rows.items()}


def _begins(statement: str, table: tuple[str, str]) -> bool:
    """Whether a statement goes through this table from its beginning."""
    return (
        statement.split("FROM ", 1)[1].startswith((f"{table[0]} ", f"{table[0]}\n"))
        and "WITH" not in statement
    )


def _in_piece(statements: Mapping[str, str], table: tuple[str, str], piece: int) -> list[str]:
    driven = {words: each for words, each in statements.items() if _begins(each, table)}
    return _said({words: _of_piece(each, table, piece) for words, each in driven.items()})


def _of_piece(statement: str, table: tuple[str, str], piece: int) -> str:
    name, key = table
    some = (
        f"(SELECT * FROM {name.split()[0]} WHERE {key} >= {piece * PIECE} AND {key} < {(piece + 1) * PIECE})"  # noqa: S608
    )
    for whole, indexed in _JOINS.items():
        statement = statement.replace(whole, indexed)
    return statement.replace(f"FROM {name}", f"FROM {some} {name.split()[1]}", 1)


def _said(statements: Mapping[str, str]) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for words, statement in statements.items():
            cursor.execute(statement)
            said = gettext(words)
            found += [f"{said} {row[0]}" for row in cursor.fetchall()]
    return found
