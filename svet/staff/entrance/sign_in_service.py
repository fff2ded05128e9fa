"""The door by the retailer's own sign-in service: away to it, and back with an answer."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from svet.kernel.refusals import Refused
from svet.look.requests import client_address, now_of
from svet.staff.shell.desk import SECOND_FACTOR, SIGN_IN
from svet.staff.shell.paths import going_to
from svet.staff.shell.session import bind_later, open_work, prove_work
from svet.staffing import operations as staffing
from svet.staffing import texts

_KEY = "provider"
_BACK = "/staff/sign-in/provider/back/"
#: How long one may be away at the service, in seconds.
_AWAY = 600


@require_safe
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the service, remembering what only this browser may bring back."""
    if not settings.OIDC_ISSUER:
        return redirect(SIGN_IN)
    now = now_of(request)
    try:
        begun = staffing.begin_at_provider(back=_back(), address=client_address(request), now=now)
    except Refused as refused:
        return _stay(request, texts.explain(refused))
    request.session[_KEY] = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": going_to(request),
        "at": now.timestamp(),
    }
    return redirect(begun.url)


@require_safe
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Take the answer once; on to the second factor, or past it when the service has asked for one."""
    kept: dict[str, Any] = request.session.pop(_KEY, None) or {}
    now = now_of(request)
    state = request.GET.get("state", "")
    known = bool(kept) and secrets.compare_digest(state.encode(), str(kept["state"]).encode())
    # RFC 9207: an answer of another service that was led here.
    ours = request.GET.get("iss", settings.OIDC_ISSUER) == settings.OIDC_ISSUER
    if not settings.OIDC_ISSUER or not known or not ours or now.timestamp() - kept["at"] > _AWAY:
        return _stay(request, _("Этот вход уже закончен или начат в другом браузере. Начните ещё раз."))
    if "code" not in request.GET:
        return _stay(request, _("Вход через службу входа отменён."))
    try:
        found = staffing.finish_at_provider(
            nonce=kept["nonce"],
            verifier=kept["verifier"],
            code=request.GET["code"][:4000],
            back=_back(),
            address=client_address(request),
            now=now,
        )
    except Refused as refused:
        return _stay(request, texts.explain(refused))
    target = str(kept["next"])
    open_work(request, person_id=found.person_id)
    if found.strong:
        prove_work(request)
        return redirect(target or "/staff/")
    if not found.bound:
        bind_later(request, digest=found.digest)
    return redirect(f"{SECOND_FACTOR}?next={target}" if target else SECOND_FACTOR)


def _back() -> str:
    return urljoin(settings.STAFF_URL or settings.BASE_URL, _BACK)


def _stay(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return redirect(SIGN_IN)


urlpatterns: list[URLPattern] = [
    path("sign-in/provider/", leave, name="staff-provider"),
    path("sign-in/provider/back/", back, name="staff-provider-back"),
]
