"""Proving the books by several processes; they import this module before Django is ready."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svet.billing.operations.proving import Proved

#: Enough pieces for each process that one that is done early takes another.
_PIECES = 8


def prove_all(*, since: bool, jobs: int, now: datetime) -> Proved:
    """Every charged account, by so many processes; see :func:`svet.billing.operations.proving.prove`."""
    from django.db import connection

    from svet.billing.operations.proving import Proved, prove, ranges

    if jobs == 1:
        return prove(since=since, now=now)
    found = Proved()
    # Fresh processes: one that is split off would share our connection with the database.
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_ready,
        initargs=(str(connection.settings_dict["NAME"]),),
    ) as pool:
        pieces = [pool.submit(_piece, since, now, *keys) for keys in ranges(jobs * _PIECES)]
        for piece in pieces:
            found = found.and_(piece.result())
    return found


def _ready(database: str) -> None:
    """Let a fresh process speak with the same database as the one that started it."""
    from svet.launcher.embedded import django_ready

    django_ready()
    from django.db import connection

    connection.settings_dict["NAME"] = database


def _piece(since: bool, now: datetime, after: int, until: int | None) -> Proved:
    from svet.billing.operations.proving import prove

    return prove(since=since, now=now, after=after, until=until)
