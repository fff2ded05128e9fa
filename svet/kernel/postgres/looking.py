"""Whether a connection that rested in its pool still stands, seen without asking the server.

A server that ends, or ends a connection, says so: the socket has something to read, a last word or the end.
Of a connection that is silent nothing is known that asking would tell: a machine that vanished without a word
lets the question wait as long as the statement behind it. So only one that spoke unasked is asked, and a page
has one trip less (ADR 243).
"""

from __future__ import annotations

import select
from typing import Any

from psycopg_pool import ConnectionPool


def look_at(connection: Any) -> None:
    """Let a connection pass that is silent, and one that answers. :raises psycopg.Error: it is broken"""
    found = select.poll()
    found.register(connection.fileno(), select.POLLIN)
    if found.poll(0):
        ConnectionPool.check_connection(connection)
