"""The web server: granian with the front as its application, and its workers started again when they die.

python -m svet.config.webserver HOST PORT WORKERS PATIENCE
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

#: Connections a worker holds at once: they cost memory and no thread. So many files must be allowed.
CONNECTIONS: Final = 8_192
#: Milliseconds for a head to arrive, and for a kept connection to ask again.
HEAD_MILLISECONDS: Final = 15_000
#: A worker that lived less is not well; after each such death the next start waits longer.
YOUNG: Final = 10.0
LONGEST_PAUSE: Final = 10.0
#: Deaths of each worker, all young, after which a server that never stood gives up.
TRIES: Final = 5


def web_server_words(*, host: str, port: int, workers: int, patience: int) -> list[str]:
    """Arguments for Python, for the demo and for ``svet web``."""
    return ["-m", "svet.config.webserver", host, str(port), str(workers), str(patience)]


class SteadyServer(MPServer):
    """granian, but two deaths of one worker within seconds do not end it: docs/adr/0082."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deaths: deque[float] = deque(maxlen=1_000)
        self._stood = False

    def _respawn_workers(self, workers: Any, spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        now = time.monotonic()
        for index in workers:
            if now - self.wrks[index].birth >= YOUNG:
                self._stood = True
                self._deaths.clear()
            self._deaths.append(now)
        if not self._stood and len(self._deaths) >= TRIES * self.workers:
            # It cannot start at all: whoever watches this command should see that.
            self.interrupt_children += list(workers)
            self.interrupt_signal = True
            self.main_loop_interrupt.set()
            return
        self._pause(min(LONGEST_PAUSE, 0.1 * 2.0 ** (len(self._deaths) - 1)))
        if self.interrupt_signal:
            return
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        # By this the server would know a worker that dies soon again, and end.
        self.respawned_wrks.clear()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.interrupt_signal:
            time.sleep(0.05)


def serve(*, host: str, port: int, workers: int, patience: int) -> None:
    """Serve until a signal comes; workers get ``patience`` seconds to finish what they have begun."""
    _allow_files(CONNECTIONS + 1_000)
    _share_counts(port)
    SteadyServer(
        "svet.config.web:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # Without it a stop that comes while the pages are being imported hangs for ever.
        workers_kill_timeout=patience,
    ).serve()


def _share_counts(port: int) -> None:
    """An empty folder in which the workers of this server add up what they count, also when one dies."""
    folder = Path(os.environ.get("SVET_DATA", ".svet")) / "run" / f"metrics-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.absolute())


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    serve(host=sys.argv[1], port=int(sys.argv[2]), workers=int(sys.argv[3]), patience=int(sys.argv[4]))
