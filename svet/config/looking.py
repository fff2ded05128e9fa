"""A cabinet as its customer sees it, for a member of the staff: the one guard (docs/adr/0198).

Between the work session, which alone may open a look, and the customer's pages, which know nothing of it.
Everything is refused that is not named here; what is named is only read, by a transaction in which the
database refuses every write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import ResolverMatch
from django.utils.translation import gettext as _

from svet.cabinet.shell import looking as cabinet
from svet.journal import operations as journal
from svet.kernel.transactions import OnlyReading, only_reading
from svet.look.requests import now_of
from svet.staff.shell.looking import CustomerView, drop_look, look_at, look_was_begun

#: Pages that are shown as the customer sees them. Not here, so never shown: the profile with its devices,
#: keys and codes, cards, other people's access, invitations, files, what asks the bank or is done by a link.
SHOWN: Final = frozenset(
    {
        "",
        "today/",
        "simple/",
        "simple/sections/",
        "payment/",
        "payment/promise/",
        "payment/promise/<public_id:account_public_id>/",
        "payment/instalments/<public_id:account_public_id>/",
        "autopay/",
        "readings/",
        "readings/all/",
        "accounts/<public_id:account_public_id>/readings/",
        "readings/receipt/<public_id:set_public_id>/",
        "readings/photos/<public_id:photo_public_id>.jpg",
        "accounts/<public_id:account_public_id>/absence/",
        "history/",
        "bills/",
        "bills/<public_id:public_id>/",
        "accounts/",
        "accounts/<public_id:account_public_id>/",
        "accounts/<public_id:public_id>/charges/",
        "accounts/<public_id:public_id>/usage/",
        "accounts/<public_id:public_id>/usage/<int:year>/",
        "accounts/<public_id:public_id>/what-if/",
        "help/",
        "help/standing/",
        "help/appeals/",
        "help/appeals/<public_id:public_id>/",
        "help/appeals/photos/<public_id:appeal_photo_public_id>.jpg",
        "outages/",
        "tariffs/",
        "bell/",
    }
)
#: What has nothing of anybody: it goes on as if no look were open, and no session is read for it.
NOBODYS: Final = frozenset(
    {
        "health/",
        "ready/",
        "brand.css",
        "manifest.webmanifest",
        "favicon.ico",
        "robots.txt",
        ".well-known/security.txt",
        "service-worker.js",
        "offline/",
    }
)
#: The browser's own language, theme and size of text: the member's wish as of any other page of the desks,
#: and nothing of the customer's, who is not signed in here.
OWN: Final = frozenset({"language/", "appearance/"})


class CustomerViewMiddleware:
    """Stands last, next to the pages: all of them come through :meth:`process_view`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The page with the customer's eyes, a refusal, or nothing where no look is open."""
        match: ResolverMatch | None = request.resolver_match
        route = match.route if match is not None else ""
        if (
            route.startswith("staff/")
            or route in NOBODYS
            or route in OWN
            or settings.SESSION_COOKIE_NAME not in request.COOKIES
            or not look_was_begun(request)
        ):
            return None
        look = look_at(request)
        if look is None or not cabinet.banner(request, person_id=look.person_id, ends_at=look.ends_at):
            drop_look(request)
            messages.info(request, _("Просмотр глазами клиента закончен."))
            return redirect("staff")
        if request.method not in ("GET", "HEAD") or route not in SHOWN:
            return _refused(request, look, tried=request.method not in ("GET", "HEAD"))
        try:
            with cabinet.customers_eyes(request, person_id=look.person_id), only_reading():
                response = view(request, *args, **kwargs)
        except Http404:
            _note(request, look, "not_visible")
            raise
        except OnlyReading:
            return _refused(request, look, tried=True)
        return _marked(response)


def _refused(request: HttpRequest, look: CustomerView, *, tried: bool) -> HttpResponseBase:
    _note(request, look, "cabinet.view_refused")
    return _marked(cabinet.closed_page(request, tried=tried))


def _note(request: HttpRequest, look: CustomerView, action: str) -> None:
    """The member is the one who did it, not the customer."""
    journal.record_security(
        by=look.by,
        action=action,
        subject="page",
        subject_id=request.path[:64],
        details={"method": request.method or ""},
        now=now_of(request),
    )


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    """Kept by no browser, and by the worker of the installed app neither, which knows the page by this."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Svet-Look"] = "1"
    return response
