"""Proving books and bills by several processes; they import this module before Django is ready."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svet.billing.operations.proving import Proved
    from svet.billing.queries.proofs import LongestAgo
    from svet.bills.operations.proving import ProvedBills
    from svet.bills.queries.checks import BlockAgo

#: Enough pieces for each process that one that is done early takes another.
_PIECES = 8


def prove_all(*, since: bool, jobs: int, now: datetime, again: int) -> tuple[Proved, ProvedBills]:
    """Every charged account and every bill, by so many processes; see ``prove`` and ``prove_bills``.

    ``since``: of what was proved the rows of about ``again`` accounts and bills are counted, those that were
    looked at longest ago. A copy keeps no notes of what was looked at: there the rows of all are.
    """
    from django.db import connection

    from svet.billing.operations.proving import Proved, prove, ranges
    from svet.billing.queries.proofs import longest_ago
    from svet.bills.operations.proving import ProvedBills, bill_ranges, prove_bills
    from svet.bills.queries.checks import BLOCK
    from svet.bills.queries.checks import longest_ago as blocks_longest_ago
    from svet.kernel.transactions import is_copy

    books_ago, bills_ago = None, None
    if since and not is_copy():
        books_ago = longest_ago(again)
        bills_ago = {files: blocks_longest_ago(-(-again // BLOCK), files=files) for files in (False, True)}
    if jobs == 1:
        return (
            prove(since=since, now=now, longest_ago=books_ago),
            prove_bills(since=since, now=now, longest_ago=bills_ago),
        )
    books, bills = Proved(), ProvedBills()
    # Fresh processes: one that is split off would share our connection with the database.
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_ready,
        initargs=(str(connection.settings_dict["NAME"]),),
    ) as pool:
        accounts = [pool.submit(_books, since, now, books_ago, *keys) for keys in ranges(jobs * _PIECES)]
        blocks = [pool.submit(_bills, since, now, bills_ago, *keys) for keys in bill_ranges(jobs * _PIECES)]
        for piece in accounts:
            books = books.and_(piece.result())
        for block in blocks:
            bills = bills.and_(block.result())
    return books, bills


def _ready(database: str) -> None:
    """Let a fresh process speak with the same database as the one that started it."""
    from svet.launcher.embedded import django_ready

    django_ready()
    from django.db import connection

    connection.settings_dict["NAME"] = database


def _books(since: bool, now: datetime, ago: LongestAgo | None, after: int, until: int | None) -> Proved:
    from svet.billing.operations.proving import prove

    return prove(since=since, now=now, after=after, until=until, longest_ago=ago)


def _bills(
    since: bool, now: datetime, ago: dict[bool, BlockAgo | None] | None, first: int, end: int | None
) -> ProvedBills:
    from svet.bills.operations.proving import prove_bills

    return prove_bills(since=since, now=now, first=first, end=end, longest_ago=ago)
