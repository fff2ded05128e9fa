"""Proving books and bills, by one process or by several."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from svet.billing.operations.proving import Proved, prove, ranges
from svet.billing.queries.proofs import LongestAgo, longest_ago
from svet.bills.operations.proving import ProvedBills, bill_ranges, prove_bills
from svet.bills.queries.checks import BLOCK, BlockAgo
from svet.bills.queries.checks import longest_ago as blocks_longest_ago
from svet.cli.verification.workers import Later, Submit
from svet.kernel.transactions import is_copy

#: Enough pieces for each process that one that is done early takes another.
_PIECES = 8


class Proving(NamedTuple):
    """Every charged account and every bill, as they are being proved; see ``prove`` and ``prove_bills``."""

    books: list[Later[Proved]]
    bills: list[Later[ProvedBills]]

    def result(self) -> tuple[Proved, ProvedBills]:
        """What came of all of them."""
        books, bills = Proved(), ProvedBills()
        for of_books in self.books:
            books = books.and_(of_books.result())
        for of_bills in self.bills:
            bills = bills.and_(of_bills.result())
        return books, bills


def begin_proving(submit: Submit, *, since: bool, jobs: int, now: datetime, again: int) -> Proving:
    """Give every charged account and every bill to whoever proves them.

    ``since``: of what was proved the rows of about ``again`` accounts and bills are counted, those that were
    looked at longest ago. A copy keeps no notes of what was looked at: there the rows of all are.
    """
    books_ago, bills_ago = None, None
    if since and not is_copy():
        books_ago = longest_ago(again)
        bills_ago = {files: blocks_longest_ago(-(-again // BLOCK), files=files) for files in (False, True)}
    accounts = [(0, None)] if jobs == 1 else ranges(jobs * _PIECES)
    blocks = [(0, None)] if jobs == 1 else bill_ranges(jobs * _PIECES)
    return Proving(
        [submit(_books, since, now, books_ago, *keys) for keys in accounts],
        [submit(_bills, since, now, bills_ago, *keys) for keys in blocks],
    )


def _books(since: bool, now: datetime, ago: LongestAgo | None, after: int, until: int | None) -> Proved:
    return prove(since=since, now=now, after=after, until=until, longest_ago=ago)


def _bills(
    since: bool, now: datetime, ago: dict[bool, BlockAgo | None] | None, first: int, end: int | None
) -> ProvedBills:
    return prove_bills(since=since, now=now, first=first, end=end, longest_ago=ago)
