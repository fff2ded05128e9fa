"""SIGKILL between any two statements of a use case."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

#: More statements than any use case has.
MOST = 200


def killed_at(point: int, act: Callable[[], Any]) -> bool:
    """Do ``act`` in a child that dies before statement or commit ``point``; False if it got through.

    Each commit is two points: before it and after it.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        seen = 0

        def count() -> None:
            nonlocal seen
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)

        def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            count()
            return execute(sql, params, many, context)

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
