"""Closes the installation for a while: ``touch $SVET_DATA/maintenance``; removing the file opens it again.

Pages answer 503 with the hotline, the API and the callbacks answer 503 for machines (the bank calls again
later). What works without the database and without anybody's data stays open.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from svet.api.shell import problems
from svet.cabinet.shell import errors

FOR_MACHINES = ("/api/", "/callbacks/")
OPEN = ("/health/", "/ready/", "/brand.css", "/manifest.webmanifest", "/service-worker.js", "/offline/")
RETRY_AFTER = "1800"


def is_closed() -> bool:
    """Whether the file is there whose presence closes the installation; every request asks."""
    return os.path.exists(os.path.join(settings.DATA, "maintenance"))


class MaintenanceMiddleware:
    """Stands before anything that needs the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_closed() or request.path.startswith(OPEN):
            return self.get_response(request)
        if request.path.startswith(FOR_MACHINES):
            title = _("Мы обновляем кабинет")
            return problems.answer(
                problems.ApiProblem(503, "maintenance", title, headers={"Retry-After": RETRY_AFTER})
            )
        return errors.maintenance(request)
