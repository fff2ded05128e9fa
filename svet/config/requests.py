"""Gives each request a number, puts it on every log line and into the answer, and logs how it ended."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

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
        with structlog.contextvars.bound_contextvars(request_id=number):
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
