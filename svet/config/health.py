"""``/health/``: this process lives; ``/ready/``: it can serve. For supervisors, balancers and alarms.

Neither needs a thread of the pages or their connections, and each has a time-out of its own: with a frozen
database ``/ready/`` says so within :data:`PATIENCE` seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from svet.config.front.bridge import Answer

PATIENCE: Final = 1.5
#: Whoever asks more often than this many seconds is told the same again.
KEPT: Final = 1.0
#: Seconds after which the next of several servers is asked as well.
NEXT_SERVER: Final = 0.3
#: Bytes beside SVET_DATA below which nothing can be kept any more.
LITTLE: Final = 100 * 2**20
#: The variable that names the file whose presence says that this server is about to stop.
DRAINING: Final = "SVET_DRAINING"

# The newest migrations of this code that the database has not seen, the oldest job that is due, by the moment
# it became so, and whether anything is taken at all.
_LOOK = """
    SELECT
        (SELECT count(*) FROM unnest(%s::text[], %s::text[]) AS wanted(app, name)
         WHERE NOT EXISTS (SELECT FROM django_migrations AS done
                           WHERE done.app = wanted.app AND done.name = wanted.name)),
        (SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
         FROM (
            SELECT id, scheduled_at FROM procrastinate_jobs
            WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
            ORDER BY id LIMIT 1
         ) AS job
         LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'),
        current_setting('transaction_read_only') = 'on'
"""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What of a web process is well; ``queue_age`` in seconds is only reported."""

    database: bool
    schema: bool
    statics: bool
    queue_age: float | None = None
    room: bool = True
    draining: bool = False
    writable: bool = True

    @property
    def ready(self) -> bool:
        whole = self.database and self.writable and self.schema and self.statics and self.room
        return whole and not self.draining

    def told(self) -> dict[str, object]:
        """The JSON of the answer."""
        return {
            "web": "draining" if self.draining else "ok",
            "database": "down" if not self.database else "ok" if self.writable else "read-only",
            "schema": "ok" if self.schema else "old" if self.database else "unknown",
            "statics": "ok" if self.statics else "missing",
            "disk": "ok" if self.room else "full",
            "queue_age_seconds": self.queue_age,
        }


class Observer:
    """Looks at the standing over a connection of its own, once however many ask."""

    def __init__(self) -> None:
        self.leaves = MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()
        self.statics = _statics_are_there()
        self._seen: tuple[float, Readiness] | None = None
        self._looking: asyncio.Task[Readiness] | None = None

    async def standing(self) -> Readiness:
        """The standing now, or as it was within the last second."""
        if _is_draining():
            # Said at once: a balancer has only a few seconds to hear of it.
            last = self._seen[1] if self._seen else Readiness(True, True, self.statics)
            return replace(last, draining=True)
        if self._seen is not None and time.monotonic() - self._seen[0] < KEPT:
            return self._seen[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.look())
        return await asyncio.shield(self._looking)

    async def look(self) -> Readiness:
        """Look, for ``PATIENCE`` seconds at most."""
        try:
            async with asyncio.timeout(PATIENCE):
                missing, age, only_read = await self._ask()
            age = round(max(float(age), 0.0), 1)
            found = Readiness(True, missing == 0, self.statics, age, _has_room(), writable=not only_read)
        except psycopg.errors.UndefinedTable:
            found = Readiness(True, False, self.statics, room=_has_room())
        except (psycopg.Error, TimeoutError, OSError):
            found = Readiness(False, False, self.statics, room=_has_room())
        self._seen = (time.monotonic(), found)
        return found

    async def _ask(self) -> tuple[int, Any, bool]:
        given = connection.get_connection_params()
        told = {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
        async with await _connected({**told, "autocommit": True}) as database:
            apps, names = zip(*self.leaves, strict=True)
            cursor = await database.execute(_LOOK, [list(apps), list(names)])
            row = await cursor.fetchone()
            assert row is not None
            return row[0], row[1], row[2]

    async def alive(self) -> Answer:
        """``/health/`` without a thread."""
        return _answer(200, {"web": "ok"})

    async def ready(self) -> Answer:
        """``/ready/`` without a thread."""
        found = await self.standing()
        return _answer(200 if found.ready else 503, found.told())


async def _connected(told: Mapping[str, Any]) -> psycopg.AsyncConnection[Any]:
    """A connection to the first of several servers that takes us, none of which is waited for long.

    The driver gives each as long as a page may take to connect: behind one that vanished the look would end
    before the next is asked, and every machine would be told out of service by its balancer.
    :raises psycopg.Error: the last one's, when none does
    """
    hosts, ports = (str(told.get(name) or "").split(",") for name in ("host", "port"))
    ways = [
        {**told, "host": host, "port": ports[place] if len(ports) > 1 else ports[0]}
        for place, host in enumerate(hosts)
    ]
    running: set[asyncio.Task[psycopg.AsyncConnection[Any]]] = set()
    try:
        while True:
            if ways:
                running.add(asyncio.create_task(psycopg.AsyncConnection.connect(**ways.pop(0))))
            done, running = await asyncio.wait(
                running, timeout=NEXT_SERVER if ways else None, return_when=asyncio.FIRST_COMPLETED
            )
            taken = [task.result() for task in done if task.exception() is None]
            for one in taken[1:]:
                await one.close()
            if taken:
                return taken[0]
            if not ways and not running:
                return done.pop().result()
    finally:
        for task in running:
            task.cancel()


def _statics_are_there() -> bool:
    """Without the list of collected files no page can name its style sheet."""
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    return hashed is None or bool(hashed) or settings.ENV == "test"


def _has_room() -> bool:
    """Whether this machine can keep an upload, a log line, a printed batch."""
    try:
        return shutil.disk_usage(settings.DATA).free >= LITTLE
    except OSError:
        return False


def _is_draining() -> bool:
    """Whether the server of this process was told to stop: it takes no new people, and ends those it has."""
    sign = os.environ.get(DRAINING, "")
    return bool(sign) and os.path.exists(sign)


def _answer(status: int, words: dict[str, object]) -> Answer:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Answer(status, headers, json.dumps(words).encode())


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200: this process answers. Behind the front this address is answered by the event loop."""
    return _response(_answer(200, {"web": "ok"}))


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served, else 503 with what is missing."""
    found = asyncio.run(Observer().look())
    return _response(_answer(200 if found.ready else 503, found.told()))


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
