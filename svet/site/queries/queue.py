"""The queue of background jobs: how late it is, who works, what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

#: More than this of one kind is not counted: a number so large says enough.
MOST = 100_000

_STANDING = """
SELECT
    (SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)
     FROM (SELECT id, scheduled_at FROM procrastinate_jobs
           WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1) AS j
     LEFT JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'deferred'),
    (SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers)
"""
_COUNTS = """
SELECT status::text, queue_name, count(*) FROM (
    SELECT status, queue_name FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') LIMIT %s
) AS found GROUP BY 1, 2
"""
_FAILED = """
SELECT j.id, j.task_name, j.queue_name, j.attempts,
    (SELECT max(e.at) FROM procrastinate_events AS e WHERE e.job_id = j.id AND e.type = 'failed')
FROM procrastinate_jobs AS j WHERE j.status = 'failed' AND j.id = coalesce(%s, j.id)
ORDER BY j.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class QueueView:
    """``age`` seconds the oldest due job waits; ``heard`` seconds since a worker spoke, None: never did."""

    age: float
    heard: float | None
    counts: Mapping[tuple[str, str], int]

    def total(self, status: str) -> int:
        """How many jobs of all queues are ``todo``, ``doing`` or ``failed``."""
        return sum(count for (state, _queue), count in self.counts.items() if state == status)


@dataclass(frozen=True, slots=True)
class FailedJobView:
    """A job that will not be tried again by itself; what it was about is not told."""

    job_id: int
    task: str
    queue: str
    attempts: int
    failed_at: datetime | None


def job_queue() -> QueueView:
    """How the queue stands now."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        age, heard = cursor.fetchone()
        cursor.execute(_COUNTS, [MOST])
        counts = {(state, queue): count for state, queue, count in cursor.fetchall()}
    return QueueView(max(float(age), 0.0), None if heard is None else float(heard), counts)


def failed_jobs(*, limit: int) -> Sequence[FailedJobView]:
    """The newest failed jobs."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [None, limit])
        return [FailedJobView(*row) for row in cursor.fetchall()]


def failed_job(job_id: int) -> FailedJobView | None:
    """One failed job, under a lock that others wait for (a step); None: it is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM procrastinate_jobs WHERE id = %s FOR UPDATE", [job_id])
        cursor.execute(_FAILED, [job_id, 1])
        row = cursor.fetchone()
    return None if row is None else FailedJobView(*row)
