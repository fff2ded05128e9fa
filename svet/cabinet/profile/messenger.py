"""«Уведомления в мессенджере»: a link that connects it, shown once, and the way out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from svet.cabinet.shell.session import client_address, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound, Refused
from svet.notices.queries.messengers import messenger_name
from svet.people import operations as people
from svet.people import texts

_SETTINGS = "/profile/notifications/"


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Make the link and show it; whoever comes back by the address alone finds the settings."""
    if request.method != "POST":
        return redirect(_SETTINGS)
    try:
        invitation = people.invite_messenger(person_id=person_of(request).person_id, now=now_of(request))
    except NotFound:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, texts.explain(refused))
        return redirect(_SETTINGS)
    # The sandbox's bot is at an address of our own; a camera needs the whole of it.
    link = request.build_absolute_uri(invitation.link)
    context = {"invitation": invitation, "link": link, "messenger": messenger_name()}
    return render(request, "cabinet/messenger.html", context)


@signed_in
@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    """Write nothing more there; asked twice, it is the same."""
    try:
        people.disconnect_messenger(
            person_id=person_of(request).person_id, address=client_address(request), now=now_of(request)
        )
    except NotFound:
        messages.info(request, _("Мессенджер уже отключён."))
    else:
        messages.success(request, _("Мессенджер отключён: туда больше ничего не придёт."))
    return redirect(_SETTINGS)


urlpatterns: list[URLPattern] = [
    path("profile/messenger/", connect, name="messenger"),
    path("profile/messenger/off/", disconnect),
]
