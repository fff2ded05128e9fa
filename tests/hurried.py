"""The lane of hurried jobs in a test: where no worker runs, whoever waits for an errand does it.

Each test has this but those that ask for ``real_lane``, or start processes. The job is the one that a worker
runs, taken from the queue; it runs at the time of the test's story.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.db import connections

from svet.kernel.serving import serving
from tests.jobs import run_jobs


@contextmanager
def eager_errands() -> Iterator[Any]:
    """Let a page that waits for an errand run the lane first, as a worker beside it would."""
    from svet.payments import jobs
    from svet.payments.operations import errands

    really = errands.linger

    def linger(errand: Any, *, patience: float, now: datetime) -> Any:
        # Somebody else does it: not the thread that serves the page.
        with serving(False), patch.object(jobs, "timezone", SimpleNamespace(now=lambda: now)):
            run_jobs(queue="hurried")
        errand.refresh_from_db()
        return errand if errand.ended_at else really(errand, patience=patience, now=now)

    with patch.object(errands, "linger", linger):
        yield really


@contextmanager
def lane_beside() -> Iterator[None]:
    """The lane in a process of its own, as it runs beside one of pages; for tests that commit."""
    from svet.config.jobs.worker import hurried_lane

    connections.close_all()
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with hurried_lane():
            os.write(writes, b".")
            while True:
                signal.pause()
    os.close(writes)
    try:
        assert os.read(reads, 1), "the lane does not start"
        yield
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(reads)
