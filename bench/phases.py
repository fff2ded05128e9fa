"""What benches over a database begin with: a server of their own, and phases in processes of their own.

A phase is ``python -m MODULE NAME ARGUMENTS``; what it found is the last line that it prints, as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from svet.launcher.postgres import Server


@contextmanager
def database(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A fresh embedded PostgreSQL with durable settings; phases find it by the environment.

    It stands in a folder that is gone afterwards; beside it there is room for files.
    """
    from svet.launcher.postgres import Server

    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Server(folder / "database", settings=dict(settings or {}))
        server.start()
        try:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "svet.config.settings",
                "SVET_ENV": "test",
                "SVET_DATA": str(folder / "data"),
                "SVET_DATABASE_URL": server.url(),
            }
            yield server
        finally:
            server.stop()


def set_up() -> None:
    """Begin a phase that asks the program."""
    import django

    django.setup()


def tell(**values: Any) -> None:
    """End a phase: what it found, with the MB it held at most."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**values, "memory": round(memory)}))


def phase(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What one phase found."""
    (found,) = phases(module, *arguments, processes=1, environment=environment)
    return found


def phases(
    module: str, *arguments: object, processes: int, environment: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What the same phase found in so many processes at once; ``environment`` in place of ours."""
    words = [sys.executable, "-m", module, *map(str, arguments)]
    started = [
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(processes)
    ]
    found = []
    for process in started:
        said, _ = process.communicate()
        assert process.returncode == 0, f"{module} {arguments[0]} failed"
        found.append(json.loads(said.splitlines()[-1]))
    return found


def own_cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def server_cpu(cluster: Path) -> float:
    """CPU seconds of PostgreSQL so far: of its processes that live, and of those that are over."""
    parent = int((cluster / "postmaster.pid").read_text().splitlines()[0])
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            ticks += int(words[11]) + int(words[12])
        elif path.parent.name == str(parent):
            ticks += sum(map(int, words[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
