"""The job worker: takes jobs over its own connections, runs them over Django's."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import procrastinate
from django.db import close_old_connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker
from prometheus_client import Counter, Histogram

from svet.config.checks import refuse_unsafe
from svet.kernel.spans import span

log = logging.getLogger("svet.worker")
#: Seconds: from a message to a month of a large supplier.
STEPS = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
JOBS = Histogram("svet_job_seconds", "One run of a background job", ["task"], buckets=STEPS)
JOB_FAULTS = Counter("svet_job_faults", "Runs of a background job that ended with a fault", ["task"])


def _with_fresh_connections(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Give each job a connection that works, as Django does for each request; of a copy none is done."""
    # Here and not above: tables are found only when Django is ready.
    from svet.site.queries import database_hold

    close_old_connections()
    try:
        if database_hold() is not None:
            # Restored under our feet. The job is nobody's then, and taken up again after `svet resume`.
            log.critical("this database is a restored copy: svet resume")
            os._exit(1)
        task = context.job.task_name
        with span(f"job {task}"), JOBS.labels(task).time(), JOB_FAULTS.labels(task).count_exceptions():
            return call_next()
    finally:
        close_old_connections()


def run_worker(*, queues: Sequence[str], concurrency: int, patience: float) -> None:
    """Do jobs until SIGTERM or SIGINT; finished ones are deleted, failed ones stay for staff to see."""
    refuse_unsafe()
    # Here and not above: the jobs are found only when Django is ready.
    from svet.notices.jobs import listen as hear_sms

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    # A second app fetches and finishes jobs over its own pool. The tasks keep the first one, whose connector
    # is Django's connection: a job enqueued by a job is part of that job's transaction.
    fetching = procrastinate.App(connector=connector.get_worker_connector(), import_paths=app.import_paths)
    fetching.tasks = app.tasks
    fetching.periodic_registry = app.periodic_registry
    with fetching.open():
        hear_sms()
        fetching.run_worker(
            queues=list(queues) or None,
            concurrency=concurrency,
            delete_jobs="successful",
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=patience,
            task_middleware=[_with_fresh_connections],
        )
