"""Care of the queue itself, and every night a look at all promises.

Jobs of dead workers are taken up again, old ones are swept out.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from svet.config.jobs import messenger as messenger
from svet.config.jobs import retention

log = logging.getLogger("svet.jobs")

# A worker says it is alive every 10 s: after this silence its jobs belong to nobody.
SILENCE_SECONDS = 45
#: Seconds after which a look at the promises counts as hung.
VERIFY_SECONDS = 5 * 3600


@app.periodic(cron="* * * * *")
@app.task(queue="care", name="config.retry_stalled", queueing_lock="config.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died back to the queue; every job is written to bear a second run."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE_SECONDS):
        log.warning(
            "a job of a dead worker is taken up again", extra={"job": job.task_name, "job_id": job.id}
        )
        await manager.retry_job(job)


@app.periodic(cron="17 * * * *")
@app.task(
    queue="care", name="config.sweep_finished", queueing_lock="config.sweep_finished", pass_context=True
)
async def sweep_finished(context: JobContext, timestamp: int) -> None:
    """Delete jobs that ended: done ones after an hour, failed ones when staff had time to look."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=1)
    if settings.KEEP_FAILED_JOBS_DAYS:
        await manager.delete_old_jobs(
            nb_hours=settings.KEEP_FAILED_JOBS_DAYS * 24,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )


@app.periodic(cron="35 22 * * *")
@app.task(
    queue="care",
    name="config.retain",
    queueing_lock="config.retain",
    lock="config.retain",
    pass_context=False,
)
def retain(timestamp: int) -> None:
    """Forget what has outlived its term, nightly."""
    retention.retain(now=datetime.fromtimestamp(timestamp, tz=UTC))


class PromiseBroken(Exception):
    """``svet verify`` found a breach, or could not finish."""


@app.periodic(cron="10 21 * * *")
@app.task(
    queue="care",
    name="config.verify",
    queueing_lock="config.verify",
    lock="config.verify",
    pass_context=False,
)
def verify(timestamp: int) -> None:
    """Prove every promise, at night in Russia, in a process of its own that others go before.

    What came of it stands at «Состояние» and in the metrics. :raises PromiseBroken: a job that failed is seen
    """
    if not settings.NIGHTLY_VERIFY:
        return
    words = ["nice", "-n", "10", sys.executable, "-m", "svet", "verify", "--since"]
    done = subprocess.run(
        words, env=dict(os.environ), capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False
    )
    if done.returncode:
        log.error("a promise is broken", extra={"said": (done.stdout + done.stderr)[-2000:]})
        raise PromiseBroken(done.stderr.strip()[-200:] or "see «Состояние»")
