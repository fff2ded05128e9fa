"""A page that would wait long for somebody else's work says so instead: nothing was written."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from svet.config import errors
from svet.kernel.locks import Busy


class BusyMiddleware:
    """Answers for whoever could not have a lock in time (``svet.kernel.locks``): docs/adr/0246."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for people, a problem for programs; None: it is another fault."""
        return errors.busy(request) if isinstance(exception, Busy) else None
