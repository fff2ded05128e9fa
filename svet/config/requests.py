"""The two outermost layers: a number on every request, its log lines and its answer; and its true scheme."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from svet.kernel.locks import PATIENCE_OF_A_PAGE, patience
from svet.kernel.serving import serving
from svet.look.requests import comes_by_proxy

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
log = logging.getLogger("svet.requests")


class RequestNumberMiddleware:
    """The outermost middleware: whatever goes wrong inside, the line and the header are there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        began = time.monotonic()
        numbered = structlog.contextvars.bound_contextvars(request_id=number)
        with numbered, serving(), patience(PATIENCE_OF_A_PAGE):
            response = self.get_response(request)
            # The query string is left out: filters and search words may be personal.
            log.info(
                "%s %s %s",
                request.method,
                request.path[:200],
                response.status_code,
                extra={"ms": round((time.monotonic() - began) * 1000)},
            )
        response[HEADER] = number
        return response


class SchemeMiddleware:
    """Says by which scheme the person came, where a trusted proxy ends TLS.

    ``X-Forwarded-Proto`` counts only from ``SVET_TRUSTED_PROXIES``; a trusted proxy that does not send it is
    taken to serve what ``SVET_BASE_URL`` says. From anybody else the header changes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if comes_by_proxy(request):
            # Of several the last is the one our own proxy wrote.
            said = request.headers.get("X-Forwarded-Proto", "")[-40:].rsplit(",", 1)[-1].strip().lower()
            ours = settings.BASE_URL.partition(":")[0]
            request.META["wsgi.url_scheme"] = said if said in ("http", "https") else ours
        return self.get_response(request)
