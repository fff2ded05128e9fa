"""Proving books and bills by several processes; they import this module before Django is ready."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svet.billing.operations.proving import Proved
    from svet.bills.operations.proving import ProvedBills

#: Enough pieces for each process that one that is done early takes another.
_PIECES = 8


def prove_all(*, since: bool, jobs: int, now: datetime) -> tuple[Proved, ProvedBills]:
    """Every charged account and every bill, by so many processes; see ``prove`` and ``prove_bills``."""
    from django.db import connection

    from svet.billing.operations.proving import Proved, prove, ranges
    from svet.bills.operations.proving import ProvedBills, bill_ranges, prove_bills

    if jobs == 1:
        return prove(since=since, now=now), prove_bills(since=since, now=now)
    books, bills = Proved(), ProvedBills()
    # Fresh processes: one that is split off would share our connection with the database.
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_ready,
        initargs=(str(connection.settings_dict["NAME"]),),
    ) as pool:
        accounts = [pool.submit(_books, since, now, *keys) for keys in ranges(jobs * _PIECES)]
        blocks = [pool.submit(_bills, since, now, *keys) for keys in bill_ranges(jobs * _PIECES)]
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


def _books(since: bool, now: datetime, after: int, until: int | None) -> Proved:
    from svet.billing.operations.proving import prove

    return prove(since=since, now=now, after=after, until=until)


def _bills(since: bool, now: datetime, first: int, end: int | None) -> ProvedBills:
    from svet.bills.operations.proving import prove_bills

    return prove_bills(since=since, now=now, first=first, end=end)
