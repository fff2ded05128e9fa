"""The job worker: takes jobs over its own connections, runs them over Django's."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from typing import Any

import procrastinate
from django.conf import settings
from django.db import close_old_connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker
from prometheus_client import Counter, Histogram

from svet.config.checks import refuse_unsafe
from svet.kernel.spans import span

log = logging.getLogger("svet.worker")
#: The queue of jobs for which somebody waits before a page.
HURRIED = "hurried"
#: Their priority: whoever takes jobs takes these first.
FIRST = 100
# As the statement of the library, but for locks, of which these jobs have none.
_TAKE = """
UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker)s
WHERE id = (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND priority >= %(first)s AND queue_name = %(lane)s AND lock IS NULL
        AND (scheduled_at IS NULL OR scheduled_at <= now())
    ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts,
    worker_id
"""
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
    """Do jobs until SIGTERM or SIGINT; finished ones are deleted, failed ones stay for staff to see.

    The queue of those who wait before a page is done by the lane, also where it is the only one.
    """
    refuse_unsafe()
    # Here and not above: the jobs are found only when Django is ready.
    from svet.notices.jobs import listen as hear_sms

    others = [queue for queue in queues if queue != HURRIED]
    if queues and not others:
        with hurried_lane(patience=patience):
            _until_stopped()
        return
    fetching = _fetching()
    fetching.periodic_registry = app.periodic_registry
    with (
        fetching.open(),
        nullcontext() if HURRIED not in (queues or [HURRIED]) else hurried_lane(patience=patience),
    ):
        hear_sms()
        fetching.run_worker(
            queues=others or None,
            concurrency=concurrency,
            delete_jobs="successful",
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=patience,
            task_middleware=[_with_fresh_connections],
        )


def _until_stopped() -> None:
    """Wait for SIGTERM or SIGINT."""
    stopped = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopped.set())
    stopped.wait()


@contextmanager
def hurried_lane(*, patience: float = 2.0) -> Iterator[None]:
    """Do the jobs for which somebody waits before a page, in a loop and threads of their own (ADR 188).

    Whatever the other jobs of this process are, and however many wait, these begin at once.
    """
    lane = _Lane(patience)
    lane.start()
    try:
        lane.listens.wait(10)
        yield
    finally:
        lane.end()


class _Lane(Thread):
    """The lane's loop. One that breaks takes the process with it: whoever watches that starts both again."""

    def __init__(self, patience: float) -> None:
        super().__init__(name="hurried", daemon=True)
        self.listens = Event()
        self._patience = patience
        self._work: asyncio.Task[None] | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            pass
        except Exception:
            log.critical("the lane of hurried jobs broke", exc_info=True)
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self.listens.set()

    def end(self) -> None:
        """Take no more jobs, and let those under way end in their time."""
        if self._work is not None and self.is_alive():
            self._work.get_loop().call_soon_threadsafe(self._work.cancel)
        self.join(self._patience + 5)

    async def _main(self) -> None:
        threads = settings.HURRIED_JOBS
        # The usual pool of a loop has as many threads as processors and four: too few for those who wait.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads, "hurried"))
        fetching = _fetching()
        fetching.job_manager = _HurriedJobs(fetching.connector)
        async with fetching.open_async():
            self._work = asyncio.create_task(
                fetching.run_worker_async(
                    queues=[HURRIED],
                    name="hurried",
                    concurrency=threads,
                    delete_jobs="successful",
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=self._patience,
                    task_middleware=[_with_fresh_connections],
                    install_signal_handlers=False,
                )
            )
            self.listens.set()
            await self._work


class _HurriedJobs(JobManager):
    """Takes the jobs of the lane by their priority, which no other job has: no other is walked through.

    The library's own statement looks at each waiting job while PostgreSQL does not know yet how many there
    are: a tenth of a second for each press, for the minute after a bill run has begun.
    """

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        named = {"first": FIRST, "lane": HURRIED, "worker": worker_id}
        found = await self.connector.execute_query_all_async(_TAKE, **named)
        return Job.from_row(found[0]) if found else None


def _fetching() -> procrastinate.App:
    """A second app that fetches and finishes jobs over its own pool.

    The tasks keep the first one, whose connector is Django's connection: a job enqueued by a job is part of
    that job's transaction.
    """
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    fetching = procrastinate.App(connector=connector.get_worker_connector(), import_paths=app.import_paths)
    fetching.tasks = app.tasks
    return fetching
