"""Traces for OpenTelemetry, by setting; without it nothing of the library is even imported.

Spans say which page, job, statement or server took how long, in words of our own: routes and not addresses,
tables and not statements, kinds of faults and not what they said (docs/adr/0183).
"""

from __future__ import annotations

import atexit
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from svet import __version__
from svet.kernel.spans import tell_spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

#: Seconds that a collector has for an answer; spans of a silent one are thrown away.
_PATIENCE = 5.0
#: Seconds for what is left when the process ends: a collector that hangs may not hold a stop.
_LAST = 1.5
_STATEMENT = re.compile(r"\s*(\w+)(?:[^;]*?\b(?:FROM|INTO|UPDATE)\s+\"?(\w+))?", re.ASCII | re.IGNORECASE)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_tracer: Tracer | None = None
_end: Callable[[], None] | None = None


def start_traces(role: str) -> TracerProvider | None:
    """Send spans of this process to ``SVET_TRACES_URL``, in the background; None and nothing without it.

    Once a process, and after it was forked: the thread that sends does not survive that.
    """
    global _tracer, _end
    if not settings.TRACES_URL:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    told = {"service.name": "svet", "service.version": __version__, "svet.process": role}
    sampler = ParentBased(TraceIdRatioBased(settings.TRACES_PERCENT / 100))
    provider = TracerProvider(resource=Resource.create(told), sampler=sampler, shutdown_on_exit=False)
    token = settings.TRACES_TOKEN
    exporter = OTLPSpanExporter(
        settings.TRACES_URL,
        headers={"Authorization": f"Bearer {token}"} if token else None,
        timeout=_PATIENCE,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("svet", __version__)
    tell_spans(_span)
    connection_created.connect(_watch, dispatch_uid="traces")
    _end = _ending(provider)
    atexit.register(_end)
    return provider


def _ending(provider: TracerProvider) -> Callable[[], None]:
    """What sends the rest and waits for it a little.

    The library's own end waits half a minute and cannot be told otherwise. Its thread is begun now: an
    interpreter that ends lets none begin.
    """
    asked = threading.Event()

    def end() -> None:
        asked.wait()
        provider.shutdown()

    thread = threading.Thread(target=end, name="traces-end", daemon=True)
    thread.start()

    def ask() -> None:
        asked.set()
        thread.join(_LAST)

    return ask


def stop_traces() -> None:
    """Send what is left as long as that takes little, and tell nobody any more."""
    global _tracer, _end
    _tracer = None
    tell_spans(None)
    connection_created.disconnect(dispatch_uid="traces")
    if _end is not None:
        atexit.unregister(_end)
        _end()
        _end = None


class TracesMiddleware:
    """One span for each page; in the settings only where traces are wanted.

    What a stranger says of a trace of theirs (``traceparent``) is not believed: anybody could have every page
    of theirs sampled. The number of the request joins a span with the log and with the proxy's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _tracer is None:
            return self.get_response(request)
        method = request.method if request.method in _METHODS else "_OTHER"
        with _open(_tracer, str(method), {"http.request.method": str(method)}, server=True) as opened:
            response = self.get_response(request)
            route = f"/{request.resolver_match.route}" if request.resolver_match else ""
            if route:
                opened.update_name(f"{method} {route}")
                opened.set_attribute("http.route", route)
            opened.set_attribute("http.response.status_code", response.status_code)
            number = structlog.contextvars.get_contextvars().get("request_id")
            opened.set_attribute("svet.request_id", str(number))
            if response.status_code >= 500:
                _fail(opened, str(response.status_code))
            return response


@contextmanager
def _open(tracer: Tracer, name: str, facts: Mapping[str, str], *, server: bool = False) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind

    kind = SpanKind.SERVER if server else SpanKind.CLIENT if "server.address" in facts else SpanKind.INTERNAL
    with tracer.start_as_current_span(
        name, kind=kind, attributes=dict(facts), record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as fault:
            # Its kind alone: what a fault says may quote what somebody has typed.
            _fail(opened, type(fault).__name__)
            raise


def _fail(opened: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    opened.set_attribute("error.type", kind)
    opened.set_status(StatusCode.ERROR)


@contextmanager
def _span(name: str, facts: Mapping[str, str]) -> Iterator[object]:
    """What the kernel's ``span`` opens. Facts of a gateway name the server that is asked."""
    if _tracer is None:
        yield None
        return
    named = {"server.address" if key == "server" else f"svet.{key}": value for key, value in facts.items()}
    with _open(_tracer, name, named) as opened:
        yield opened


def _watch(sender: object, connection: Any, **_told: object) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """A span for a statement inside of another; its verb and its first table, never its text."""
    from opentelemetry.trace import get_current_span

    if _tracer is None or not get_current_span().is_recording():
        return execute(sql, params, many, context)
    found = _STATEMENT.match(sql if isinstance(sql, str) else "")
    verb, table = (found[1].upper(), found[2] or "") if found else ("SQL", "")
    facts = {"db.system.name": "postgresql", "db.operation.name": verb}
    if table:
        facts["db.collection.name"] = table
    with _open(_tracer, f"{verb} {table}".strip(), facts):
        return execute(sql, params, many, context)
