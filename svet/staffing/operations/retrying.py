"""A failed background job is tried once more, by a member's word."""

from __future__ import annotations

from datetime import datetime

from procrastinate import exceptions
from procrastinate.contrib.django import app

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.site.queries.queue import failed_job
from svet.staffing.rules import StaffReason


def retry_job(*, by: Actor, job_id: int, now: datetime) -> None:
    """Have a job that failed for good done again; every job bears a second run.

    :raises NotFound: there is no such failed job, or somebody was faster
    """
    with use_case():
        job = failed_job(job_id)
        if job is None:
            raise NotFound(StaffReason.NO_SUCH_JOB)
        try:
            app.job_manager.retry_job_by_id(job_id, retry_at=now)
        except exceptions.ConnectorException:
            raise NotFound(StaffReason.NO_SUCH_JOB) from None
        journal.record(
            by=by, action="jobs.retried", subject="job", subject_id=str(job_id), now=now,
            after={"task": job.task, "attempts": job.attempts},
        )  # fmt: skip
