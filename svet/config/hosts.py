"""The desks of the staff on a host of their own, where the installation names one (ASVS 5.0, 3.5.4)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from svet.staff.shell.looking import look_was_begun

DESKS = "/staff/"
#: What both hosts serve: whether they live, and what a page is drawn with.
SHARED = (
    "/health/",
    "/ready/",
    "/brand.css",
    "/manifest.webmanifest",
    "/favicon.ico",
    "/robots.txt",
    "/language/",
    "/appearance/",
)


class DeskHostMiddleware:
    """With ``SVET_STAFF_URL`` the desks answer on its host alone, and nothing else does there.

    Cookies have no domain, so a session of one host is unknown to the other, and a browser that runs a script
    of one may not read the other. Without the setting both are on one host, as ever. While a member looks
    at a cabinet its pages are on the desks' host, without any script of theirs (docs/adr/0198).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_HOST and not request.path.startswith(SHARED):
            # Without the port: the server in front may not pass it on.
            host = urlsplit(f"//{request.get_host()}").hostname or ""
            here = host.removesuffix(".") == settings.STAFF_HOST
            desks = request.path.startswith(DESKS)
            if here and not desks and request.method in ("GET", "HEAD") and look_was_begun(request):
                # A cabinet with its customer's eyes: of these pages the next guard shows what may be shown.
                return self.get_response(request)
            if here:
                # What is not here is led to by its whole address.
                request.svet_site = settings.BASE_URL.rstrip("/")  # type: ignore[attr-defined]
            if here and request.path == "/":
                return redirect(DESKS)
            if here != desks:
                raise Http404("this address is on the other host")
        return self.get_response(request)
