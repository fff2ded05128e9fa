"""What goes wrong outside of any page: a page for people, a problem (RFC 9457) for programs and banks."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from svet.api.shell import problems
from svet.cabinet.shell import errors
from svet.kernel.locks import Busy
from svet.kernel.transactions import is_away
from svet.look.forms import BUSY

FOR_MACHINES = ("/api/", "/callbacks/")
log = logging.getLogger("svet.incidents")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    if not _by_machine(request):
        return errors.bad_request(request, exception)
    return _problem(request, 400, "malformed", _("Мы не поняли запрос"))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the caller may not do this."""
    if not _by_machine(request):
        return errors.denied(request, exception)
    return _problem(request, 403, "refused", _("Сюда вам нельзя"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address."""
    if not _by_machine(request):
        return errors.not_found(request, exception)
    return problems.answer(problems.not_found())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a session writes without its secret; a program that forgot its token is told so."""
    if not _by_machine(request):
        return errors.csrf_failure(request, reason)
    return _problem(request, 403, "refused", _("Нужен ключ доступа, а сеансу — X-CSRFToken."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 when the database does not answer."""
    if not _by_machine(request):
        return errors.server_error(request)
    if is_away(sys.exc_info()[1]):
        later = {"Retry-After": "60"}
        return _problem(request, 503, "unavailable", _("Кабинет ненадолго недоступен"), later)
    return _problem(request, 500, "server_error", _("Это наша ошибка, мы о ней уже знаем."))


def busy(request: HttpRequest) -> HttpResponse:
    """503: somebody's large work stands before this one; nothing was written."""
    if not _by_machine(request):
        return errors.busy(request)
    return _problem(request, 503, "busy", str(BUSY), {"Retry-After": "60"})


class BusyMiddleware:
    """Answers for whoever could not have a lock in time (``svet.kernel.locks``): docs/adr/0246."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for people, a problem for programs; None: it is another fault."""
        return busy(request) if isinstance(exception, Busy) else None


def _by_machine(request: HttpRequest) -> bool:
    return request.path.startswith(FOR_MACHINES)


def _problem(
    request: HttpRequest, status: int, code: str, title: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "status=%d path=%s code=%s", status, request.path[:200], code)
    return problems.answer(problems.ApiProblem(status, code, title, headers=headers))
