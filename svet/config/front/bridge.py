"""Between granian's requests and the WSGI application: a whole request goes in, a whole answer comes out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class RequestHead(Protocol):
    """What we read of a request's head (RSGI)."""

    @property
    def client(self) -> str: ...

    @property
    def server(self) -> str: ...

    @property
    def scheme(self) -> str: ...

    @property
    def http_version(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def query_string(self) -> str: ...

    @property
    def headers(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def environ_of(scope: RequestHead, body: bytes) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333); ``body`` is all of it, whatever its head had promised."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]") or "localhost",
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if name in ("content-length", "transfer-encoding") or "_" in name:
            # WSGI cannot tell X_Forwarded_For from X-Forwarded-For: nobody may pass for a proxy that way.
            continue
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    return environ


def answer_of(application: WsgiApplication, environ: dict[str, Any]) -> Answer:
    """Let the application answer, to the last byte, in the thread that asks."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        said.append((status, headers))
        return None

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, headers = said[-1]
    # Django leaves a blank before a cookie.
    stripped = [(name, value.strip()) for name, value in headers]
    return Answer(int(status.split(" ", 1)[0]), stripped, body)
