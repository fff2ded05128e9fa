"""``/health/``: whether this process, the database and the queue are well; for load balancers and alarms."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# The oldest job that is due, by the moment it became so.
OLDEST_DUE = """
    SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
    FROM (
        SELECT id, scheduled_at FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY id LIMIT 1
    ) AS job
    LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
"""


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, 503 when the database does not answer; the queue is only reported."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(OLDEST_DUE)
            age = float(cursor.fetchone()[0])
    except DatabaseError:
        return JsonResponse({"web": "ok", "database": "down", "queue_age_seconds": None}, status=503)
    return JsonResponse({"web": "ok", "database": "ok", "queue_age_seconds": round(max(age, 0.0), 1)})
