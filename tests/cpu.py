"""A pytest plugin: what each file of a run costs in seconds of a processor, its server's part beside it.

``python -m pytest -p tests.cpu svet/payments``: the process itself, the processes that it has waited for, and
the backend of its connection. On a busy machine seconds of a clock say nothing.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_spent: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])


def _backend() -> tuple[int, float]:
    """The process of the server that serves our connection, and what it has spent."""
    from django.db import connection

    held: Any = connection.connection
    if held is None or held.closed:
        return 0, 0.0
    number = int(held.info.backend_pid)
    try:
        words = Path(f"/proc/{number}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0, 0.0
    return number, (int(words[11]) + int(words[12])) / _TICKS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    own, (before, of_server) = sum(os.times()[:4]), _backend()
    result = yield
    after, of_server_now = _backend()
    row = _spent[item.nodeid.partition("::")[0]]
    row[0] += 1
    row[1] += sum(os.times()[:4]) - own
    row[2] += of_server_now - (of_server if after == before else 0)
    return result


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.write_line("tests  Python  server  file")
    for file, (count, own, server) in sorted(_spent.items(), key=lambda row: -row[1][1] - row[1][2]):
        terminalreporter.write_line(f"{count:5.0f} {own:7.1f} {server:7.1f}  {file}")
