"""A real installation for a measurement: embedded PostgreSQL, and web workers as `svet web` starts them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg

from bench.client import Order, Result
from bench.replay import LOG_PREFIX, Statement, statements
from svet.launcher.postgres import Server, binaries

WORKERS = 2
LIMITS_FACTOR = "1000000"


@dataclass(frozen=True, slots=True)
class Ground:
    """A database server that can be asked and listened to."""

    server: Server

    @property
    def pgbench(self) -> Path:
        return binaries() / "pgbench"

    def ask(self, text: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement on the database, outside any transaction."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            cursor = connection.execute(text.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def heard(self, act: Callable[[], object]) -> list[Statement]:
        """The statements that an act makes the server run."""
        for name, value in (("log_line_prefix", LOG_PREFIX), ("log_statement", "all")):
            self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")
        time.sleep(0.5)
        log = self.server.folder / "postgres.log"
        before = log.stat().st_size
        act()
        with log.open("rb") as file:
            file.seek(before)
            found = statements(file.read().decode("utf-8", "replace"))
        self.ask("ALTER SYSTEM RESET log_statement")
        self.ask("SELECT pg_reload_conf()")
        time.sleep(0.3)
        return [self._understood(each) for each in found]

    def _understood(self, statement: Statement) -> Statement:
        """The log tells no types of values: mostly the server finds them, else numbers are numbers."""
        if not statement.replayable:
            return statement
        try:
            self.ask(statement.prepare("probe"))
        except psycopg.ProgrammingError:
            statement = replace(statement, typed=True)
            self.ask(statement.prepare("probe"))
        return statement


@dataclass(frozen=True, slots=True)
class Stack(Ground):
    """What a measurement needs to know of the running installation."""

    port: int
    begins: dict[str, int]
    web: subprocess.Popen[bytes]
    environment: dict[str, str]

    def load(self, order: Order) -> Result:
        """Let the load generator, a process of its own, carry out the order."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.client"],
            input=json.dumps(asdict(order)), stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return Result(**json.loads(done.stdout))

    def listen(self, order: Order) -> list[Statement]:
        """The statements that one request of the order makes the server run, once the workers are warm."""

        def once() -> None:
            result = self.load(order)
            if result.errors or result.sent != 1:
                raise RuntimeError(f"the sample was not taken: {result.words}")

        return self.heard(once)

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far of everything that `svet web` started, and of PostgreSQL."""
        ticks: dict[int, tuple[int, int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                words = path.read_text().rpartition(")")[2].split()
                # With the children that are over and were waited for.
                ticks[int(path.parent.name)] = int(words[1]), sum(map(int, words[11:15]))
        server = int((self.server.cluster / "postmaster.pid").read_text().splitlines()[0])
        found = []
        for root in (self.web.pid, server):
            family = {root}
            for _ in range(5):
                family |= {pid for pid, (parent, _used) in ticks.items() if parent in family}
            used = sum(ticks[pid][1] for pid in family if pid in ticks)
            found.append(used / os.sysconf("SC_CLK_TCK"))
        return found[0], found[1]

    def memory(self) -> float:
        """The most memory the web workers ever held together, in megabytes."""
        parents: dict[int, int] = {}
        peaks: dict[int, float] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, KeyError, ValueError):
                lines = (folder / "status").read_text("utf-8", "replace").splitlines()
                fields = dict(line.split(":", 1) for line in lines if ":" in line)
                parents[int(folder.name)] = int(fields["PPid"])
                peaks[int(folder.name)] = int(fields["VmHWM"].split()[0]) / 1024
        family = {self.web.pid}
        for _ in range(5):
            family |= {pid for pid, parent in parents.items() if parent in family}
        # The leaves serve; `svet web` and granian's own process only watch over them.
        leaves = [pid for pid in family if pid not in parents.values()]
        return sum(peaks.get(pid, 0.0) for pid in leaves)


@contextlib.contextmanager
def running(*, meters: int, patience: int | None = 60) -> Iterator[Stack]:
    """Start everything on free ports with a town of so many meters; nothing is left afterwards.

    ``patience``: seconds a request may wait for a thread, None: as many as in production.
    """
    os.environ.setdefault("SVET_LIMITS_FACTOR", LIMITS_FACTOR)
    # One line of log for every request is part of the work; here it goes to a file, as in the demo.
    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name, contextlib.ExitStack() as tidy:
        folder = Path(name)
        folder.chmod(0o755)
        server = Server(folder / "database")
        tidy.callback(server.stop)
        server.start()
        environment = {
            **os.environ,
            "SVET_ENV": "demo",
            "SVET_DATA": str(folder / "data"),
            "SVET_DATABASE_URL": server.url(),
            "DJANGO_SETTINGS_MODULE": "svet.config.settings",
        }
        if patience is not None:
            # Waiting is measured then, not cut off.
            environment["SVET_QUEUE_SECONDS"] = str(patience)
        _step(environment, "svet", "build")
        _step(environment, "svet", "migrate")
        begins: dict[str, int] = json.loads(_step(environment, "bench.town", str(meters)).splitlines()[-1])
        port = _free_port()
        log = tidy.enter_context((folder / "web.log").open("wb"))
        web = subprocess.Popen(
            [sys.executable, "-m", "svet", "web", "--port", str(port), "--workers", str(WORKERS)],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        tidy.callback(_stop, web)
        _wait(port, web, folder / "web.log")
        yield Stack(server, port, begins, web, environment)


def _step(environment: dict[str, str], module: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and web.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/ready/")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"the web server does not answer: {log.read_text('utf-8', 'replace')[-800:]}")


def _stop(web: subprocess.Popen[bytes]) -> None:
    web.terminate()
    try:
        web.wait(15)
    except subprocess.TimeoutExpired:
        web.kill()
        web.wait()
