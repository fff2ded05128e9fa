"""What granian's workers load: the front, with Django behind it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from svet.config.front import Front
from svet.config.front.bridge import Answer, RequestHead, answer_of, environ_of
from svet.config.front.metrics.durations import note_request
from svet.config.front.traces import start_traces
from svet.config.health import Observer
from svet.config.wsgi import application as django_application
from svet.kernel import starting
from svet.kernel.serving import serve_for_good


@dataclass
class _Nobody:
    """The head of a request that nobody sent."""

    path: str
    client: str = "127.0.0.1:0"
    server: str = "127.0.0.1:0"
    scheme: str = "http"
    http_version: str = "1.1"
    method: str = "GET"
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"host": settings.ALLOWED_HOSTS[0]})


#: The page everybody begins with.
_FIRST_PAGE: Final = "/entrance/"
#: Seconds for a look at the whole installation.
_METRICS_PATIENCE: Final = 8.0

# Nobody asks a bank here, whatever thread it comes from: docs/adr/0188.
serve_for_good()

# A process makes its first page many times as slowly as the next: it makes that one for nobody, before
# anybody waits in its queue. Without a database this is a 503, without static files no page at all. Neither
# matters here: `/ready/` says what is missing, for which the process must live.
try:
    answer_of(django_application, environ_of(_Nobody(_FIRST_PAGE), b""))
except Exception:
    logging.getLogger("svet.front").warning("the first page could not be made: /ready/ says what is missing")


async def metrics(scope: RequestHead) -> Answer | None:
    """``/metrics`` for those who may read it, made by a thread beside those of the pages."""
    # Here and not above: the tables are found only when Django is ready.
    from svet.config.front.metrics.telling import answer, may_read

    if not may_read(client=scope.client, headers=scope.headers):
        return None
    try:
        async with asyncio.timeout(_METRICS_PATIENCE):
            return await asyncio.to_thread(answer)
    except TimeoutError:
        return Answer(503, [("content-type", "text/plain")], b"the database does not answer\n")


start_traces("web")
observer = Observer()
application = Front(
    django_application,
    threads=settings.WEB_THREADS,
    patience=settings.QUEUE_SECONDS,
    direct={"/health/": observer.alive, "/ready/": observer.ready},
    guarded={"/metrics": metrics},
    note=lambda path, status, seconds: note_request(path=path, status=status, seconds=seconds),
)
# Addresses, templates and what the first page has read stay too.
starting.begun()
