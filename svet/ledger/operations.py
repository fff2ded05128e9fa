"""Posting: one transaction, or thousands at once; the same key is posted once for ever.

Every way to post is a batch, one being a batch of one, and ends in one function of the database (ADR 107).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from svet.kernel.bulk import take_ids
from svet.kernel.transactions import require_transaction
from svet.ledger.models import Posting, Transaction
from svet.ledger.rules import (
    Book,
    LedgerConflict,
    Leg,
    NewTransaction,
    PostingReason,
    TransactionKind,
    body,
    check,
)

__all__ = [
    "NEXT_TRANSACTION",
    "PostedTransaction",
    "copy_postings",
    "post",
    "post_first",
    "post_many",
    "post_payments",
    "post_table",
]

#: The key of a transaction to be, as an expression of SQL.
NEXT_TRANSACTION = "nextval('ledger_transaction_id_seq')"


#: Legs of one statement, about.
MOST_LEGS: Final = 10_000
_Leg = tuple[int, str, int | None, int]
TransactionCells = (
    tuple[str, str, datetime, date, int, str] | tuple[str, str, datetime, date, int, str, date | None]
)
_CELLS: Final = 7


@dataclass(frozen=True, slots=True)
class PostedTransaction:
    """The transaction a key stands for; ``fresh`` is false when the key had been posted before."""

    id: int
    key: str
    fresh: bool


def post(
    *,
    key: str,
    kind: TransactionKind,
    legs: Sequence[Leg],
    occurred_at: datetime,
    effective_on: date,
    provider_id: int,
    memo: str = "",
    named_month: date | None = None,
) -> PostedTransaction:
    """Post one transaction under a key; the same key with the same legs returns the first one.

    A parallel post of the same key waits for the other to commit.
    :raises LedgerRefused: the legs do not make a transaction.
    :raises LedgerConflict: the key stands for other legs.
    """
    require_transaction()
    transaction = NewTransaction(key, kind, legs, occurred_at, effective_on, provider_id, memo, named_month)
    check(transaction)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_transaction
                (key, kind, occurred_at, effective_on, provider_id, memo, named_month)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
            """,
            [key, kind.value, occurred_at, effective_on, provider_id, memo, named_month],
        )
        row = cursor.fetchone()
        if row is None:
            return _posted_before(transaction)
    _post_legs([(row[0], leg.book.value, leg.account_id, leg.money.kopecks) for leg in legs])
    return PostedTransaction(id=row[0], key=key, fresh=True)


def _posted_before(transaction: NewTransaction) -> PostedTransaction:
    found = Transaction.objects.get(key=transaction.key)
    legs = sorted(
        (book, account_id or 0, kopecks)
        for book, account_id, kopecks in Posting.objects.filter(transaction=found).values_list(
            "book", "account_id", "kopecks"
        )
    )
    if (found.kind, found.provider_id, tuple(legs)) != body(transaction):
        raise LedgerConflict(PostingReason.KEY_TAKEN, details={"key": transaction.key})
    return PostedTransaction(id=found.pk, key=found.key, fresh=False)


def post_many(transactions: Sequence[NewTransaction]) -> list[PostedTransaction]:
    """Post a batch, in the given order; keys posted before are skipped as in :func:`post`.

    A parallel batch with one of the keys makes this one fail on the unique key: run it again.
    :raises LedgerRefused: :raises LedgerConflict:
    """
    require_transaction()
    for transaction in transactions:
        check(transaction)
    keys = [transaction.key for transaction in transactions]
    known = set(Transaction.objects.filter(key__in=keys).values_list("key", flat=True))
    result: dict[str, PostedTransaction] = {}
    fresh: list[NewTransaction] = []
    bodies: dict[str, object] = {}
    for transaction in transactions:
        if transaction.key in known:
            result[transaction.key] = _posted_before(transaction)
        elif transaction.key not in bodies:
            bodies[transaction.key] = body(transaction)
            fresh.append(transaction)
        elif bodies[transaction.key] != body(transaction):
            raise LedgerConflict(PostingReason.KEY_TAKEN, details={"key": transaction.key})
    ids = copy_postings(
        [
            (t.key, t.kind.value, t.occurred_at, t.effective_on, t.provider_id, t.memo, t.named_month)
            for t in fresh
        ],
        [[(leg.book.value, leg.account_id, leg.money.kopecks) for leg in t.legs] for t in fresh],
    )
    for transaction, identity in zip(fresh, ids, strict=True):
        result[transaction.key] = PostedTransaction(id=identity, key=transaction.key, fresh=True)
    return [result[key] for key in keys]


def post_first(transactions: Sequence[NewTransaction]) -> None:
    """Post a batch whose accounts have no postings before it, as :func:`post_many`.

    :raises LedgerConflict: somebody was first on one of the accounts; nothing of the batch may be committed
    """
    posted = [each.id for each in post_many(transactions) if each.fresh]
    if Posting.objects.filter(transaction_id__in=posted, seq__gt=1).exists():
        raise LedgerConflict(PostingReason.NOT_FIRST)


def copy_postings(
    transactions: Sequence[TransactionCells],
    legs: Sequence[Sequence[tuple[str, int | None, int]]],
) -> list[int]:
    """The bare writing under :func:`post_many`, for a caller that makes fresh keys and balanced legs itself.

    Rows are ``(key, kind, occurred_at, effective_on, provider_id, memo)``, of payments that name a month with
    its first day, and, at the same place of ``legs``, their ``(book, account_id, kopecks)``. The database
    still refuses a taken key and an unbalanced transaction.
    """
    require_transaction()
    if not transactions:
        return []
    ids = take_ids(model=Transaction, count=len(transactions))
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(
            "COPY ledger_transaction"
            " (id, key, kind, occurred_at, effective_on, provider_id, memo, named_month) FROM STDIN"
        ) as copy,
    ):
        for identity, row in zip(ids, transactions, strict=True):
            copy.write_row((identity, *row) if len(row) == _CELLS else (identity, *row, None))
    if sum(map(len, legs)) > MOST_LEGS:
        _lock({account_id for of_one in legs for book, account_id, _ in of_one if account_id is not None})
    rows: list[_Leg] = []
    for identity, of_one in zip(ids, legs, strict=True):
        # A transaction balances within one statement.
        if len(rows) >= MOST_LEGS:
            _post_legs(rows)
            rows = []
        rows += [(identity, *leg) for leg in of_one]
    _post_legs(rows)
    return ids


def _lock(account_ids: Collection[int]) -> None:
    """Hold the balances of accounts until the transaction ends, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_accountbalance WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE",
            [sorted(account_ids)],
        )


def _post_legs(legs: Sequence[_Leg]) -> None:
    """Keep legs in their order; each that moves an account's debt takes the account's next number.

    One statement of the database: it locks the accounts' balances in the order of their keys.
    """
    if not legs:
        return
    columns = [list(column) for column in zip(*legs, strict=True)]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute("SELECT ledger_post(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[])", columns)


def post_table(
    source: str,
    *,
    kind: TransactionKind,
    credit: Book,
    occurred_at: datetime,
    effective_on: date,
    provider_id: int,
) -> None:
    """Post every row of a temporary table with a ``transaction_id``: what :func:`copy_postings` does, by SQL.

    The table has ``transaction_id`` (:data:`NEXT_TRANSACTION`, empty where nothing moves), ``key``,
    ``account_id`` (each once) and ``kopecks``: what the account owes more, against the supplier's ``credit``.
    """
    require_transaction()
    table = connection.ops.quote_name(source)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transaction (id, key, kind, occurred_at, effective_on, provider_id, memo)"  # noqa: S608
            " SELECT transaction_id, key, %s, %s, %s, %s, ''"
            f" FROM {table} WHERE transaction_id IS NOT NULL",
            [kind.value, occurred_at, effective_on, provider_id],
        )
        cursor.execute(
            "WITH stand AS (INSERT INTO ledger_accountbalance AS b (account_id, last_seq, kopecks)"  # noqa: S608
            f" SELECT account_id, 1, kopecks FROM {table}"
            " WHERE transaction_id IS NOT NULL ORDER BY account_id"
            " ON CONFLICT (account_id) DO UPDATE"
            " SET last_seq = b.last_seq + 1, kopecks = b.kopecks + excluded.kopecks"
            " RETURNING b.account_id, b.last_seq, b.kopecks)"
            " INSERT INTO ledger_posting"
            " (transaction_id, book, account_id, kopecks, seq, balance_before, balance_after)"
            " SELECT s.transaction_id, leg.book, CASE WHEN leg.own THEN s.account_id END,"
            " CASE WHEN leg.own THEN s.kopecks ELSE -s.kopecks END, CASE WHEN leg.own THEN b.last_seq END,"
            " CASE WHEN leg.own THEN b.kopecks - s.kopecks END, CASE WHEN leg.own THEN b.kopecks END"
            f" FROM {table} s JOIN stand b USING (account_id)"
            " CROSS JOIN (VALUES (%s::text, true), (%s::text, false)) leg (book, own)"
            " WHERE s.transaction_id IS NOT NULL",
            [Book.RECEIVABLE.value, credit.value],
        )


def post_payments(source: str, *, count: int) -> None:
    """Post every row of a temporary table as money of a bank on an account: :func:`copy_postings` by SQL.

    The table has ``place`` (1 … ``count``), ``transaction_id`` (:data:`NEXT_TRANSACTION`), ``key``,
    ``provider_id``, ``account_id``, ``kopecks`` (what was paid), ``effective_on``, ``occurred_at``, ``memo``,
    ``named_month``.
    """
    require_transaction()
    table = connection.ops.quote_name(source)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transaction"  # noqa: S608
            " (id, key, kind, occurred_at, effective_on, provider_id, memo, named_month)"
            " SELECT transaction_id, key, %s, occurred_at, effective_on, provider_id, memo, named_month"
            f" FROM {table}",
            [TransactionKind.PAYMENT.value],
        )
        if 2 * count > MOST_LEGS:
            cursor.execute(
                "SELECT FROM ledger_accountbalance WHERE account_id IN"  # noqa: S608
                f" (SELECT account_id FROM {table}) ORDER BY account_id FOR UPDATE"
            )
        for start in range(0, count, MOST_LEGS // 2):
            cursor.execute(
                "SELECT ledger_post(array_agg(id), array_agg(book), array_agg(account), array_agg(moved))"  # noqa: S608
                " FROM (SELECT transaction_id AS id, leg.book,"
                " CASE WHEN leg.own THEN account_id END AS account,"
                " CASE WHEN leg.own THEN -kopecks ELSE kopecks END AS moved"
                f" FROM {table} CROSS JOIN (VALUES (%s::text, false), (%s::text, true)) leg (book, own)"
                " WHERE place > %s AND place <= %s ORDER BY place, leg.own) legs",
                [Book.BANK.value, Book.RECEIVABLE.value, start, start + MOST_LEGS // 2],
            )
