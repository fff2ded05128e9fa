"""SIGKILL between any two statements of a use case.

PostgreSQL forgets the whole of an open transaction, wherever in it the process dies, and what was only read leaves
nothing behind. So a run of everything dies once in each: at the first statement of a transaction, before its commit
and after it, at every statement outside of transactions that writes, and at the one that follows a word to the outer
world. ``make kills`` dies at each statement there is.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
from psycopg.pq import TransactionStatus

#: More statements than any use case has.
MOST = 200
EVERY = os.environ.get("SVET_KILLS", "") == "every"


def enough(kills: int, *, every: int, short: int) -> bool:
    """Whether it died as often as this use case has places to die at: ``every`` of them, or the ``short`` form."""
    return kills >= (every if EVERY else short)


def killed_at(point: int, act: Callable[[], Any], *, every: bool = EVERY) -> bool:
    """Do ``act`` in a child that dies before statement or commit ``point``; False if it got through.

    Each commit is two points: before it and after it. Without ``every`` only those points count after which the
    database or the outer world may have something else than after the one before.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        seen, told, only_read = 0, False, False

        def count(*, reads: bool = False) -> None:
            nonlocal seen, told, only_read
            told, only_read = False, reads
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)

        def begins() -> bool:
            """Whether no transaction is open: the statement is alone or the first of one."""
            link = connection.connection
            return link is None or link.info.transaction_status == TransactionStatus.IDLE

        def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            # Functions that write are selected too, but not from a table of Django's.
            reads = not connection.in_atomic_block and str(sql).startswith("SELECT") and ' FROM "' in str(sql)
            if every or told or (begins() and not (reads and only_read)):
                count(reads=reads)
            return execute(sql, params, many, context)

        # The database is not spoken to by sockets of Python: what goes through one goes to the outer world.
        for name in ("send", "sendall"):

            def tell(self: socket.socket, *sent: Any, _plain: Any = getattr(socket.socket, name)) -> Any:
                nonlocal told
                told = True
                return _plain(self, *sent)

            setattr(socket.socket, name, tell)

        real_commit = connection._commit  # type: ignore[attr-defined]

        def commit() -> None:
            count()
            real_commit()
            count()

        connection._commit = commit  # type: ignore[attr-defined]
        try:
            with connection.execute_wrapper(watch):
                act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the child failed at point {point}"
    return os.WIFSIGNALED(status)
