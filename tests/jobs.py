"""Runs the waiting background jobs inside the test's own process, connection and transaction."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from django.db import connection
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

NEXT = """
    UPDATE procrastinate_jobs SET status = 'doing'
    WHERE id = (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND (%(later)s OR scheduled_at IS NULL OR scheduled_at <= %(now)s)
          AND (%(queue)s = '' OR queue_name = %(queue)s)
        ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, status, task_name, priority, lock, queueing_lock, args, scheduled_at,
              queue_name, attempts, abort_requested, worker_id
"""


def run_jobs(*, queue: str = "", later: bool = False, limit: int = 1000, keep_failed: bool = False) -> int:
    """Do every job that is due, and those they enqueue; return how many ran.

    ``later`` also does the jobs planned for the future, as if time had passed. A failing job whose task
    allows a retry is planned again; any other failure is raised here unless ``keep_failed``.
    """
    for done in range(limit):
        job = _take(queue=queue, later=later)
        if job is None:
            return done
        _run(job, keep_failed=keep_failed)
    raise AssertionError(f"more than {limit} jobs: does one enqueue itself?")


def waiting_jobs(*, task: str = "") -> int:
    """How many jobs wait (now or planned), of one task or of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (%(task)s = '' OR task_name = %(task)s)",
            {"task": task},
        )
        return int(cursor.fetchone()[0])


def _take(*, queue: str, later: bool) -> Job | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"queue": queue, "later": later, "now": datetime.now(UTC)})
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    # Django's cursors leave jsonb as text.
    if isinstance(values["args"], str):
        values["args"] = json.loads(values["args"])
    return Job.from_row(values)


def _run(job: Job, *, keep_failed: bool) -> None:
    task = app.tasks.get(job.task_name)
    if task is None:
        raise AssertionError(f"no task is called {job.task_name}")
    context = JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None)
    try:
        task(*([context] if task.pass_context else []), **job.task_kwargs)
    except Exception as error:
        retry = task.get_retry_exception(exception=error, job=job)
        if retry is not None:
            _plan_again(job, retry)
        else:
            _finish(job, "failed")
            if not keep_failed:
                raise
    else:
        _finish(job, "succeeded")


def _plan_again(job: Job, retry: exceptions.JobRetry) -> None:
    at = retry.retry_decision.retry_at or datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = %s"
            " WHERE id = %s",
            [at, job.id],
        )


def _finish(job: Job, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_finish_job_v1(%s, %s::procrastinate_job_status, %s)",
            [job.id, status, status == "succeeded"],
        )
