"""The lane of hurried jobs in a test: where no worker runs, whoever waits for an errand does it.

Each test has this but those that ask for ``real_lane``, or start processes. The job is the one that a worker
runs, taken from the queue; it runs at the time of the test's story.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

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
