"""The run's own database server: the tests' one belongs to others too, this one may be stopped at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from svet.config.environment import parse_database_url
from svet.launcher.postgres import Server
from tests.prepared import copy_installation

#: A commit that was told must outlive the processes of the server, though not the machine.
_DURABLE = {"fsync": "off", "full_page_writes": "off"}


def stop_at_once(server: Server) -> None:
    """Immediate shutdown: every backend ends where it stands, nothing is written down first."""
    assert server.process is not None
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(20)


@contextmanager
def own_database(folder: Path) -> Iterator[Server]:
    """A fresh server that all threads and children of this process speak with, until the end."""
    folder.chmod(0o755)
    copy_installation(folder / "database")
    server = Server(folder / "database", settings=_DURABLE)
    ours = settings.DATABASES["default"]
    names = ("NAME", "USER", "HOST", "PORT")
    before = {name: ours[name] for name in names}
    try:
        server.start()
        there = parse_database_url(server.url())
        _turn({name: there[name] for name in names})
        yield server
    finally:
        _turn(before)
        server.stop()


def _turn(address: dict[str, str]) -> None:
    connection.close()
    settings.DATABASES["default"].update(address)
    connection.settings_dict.update(address)
