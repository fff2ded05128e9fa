"""The switches in the footer: the language, the theme and «Крупный шрифт»."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from svet.cabinet.shell.frame import SIZE_COOKIE, THEME_COOKIE, THEMES
from svet.cabinet.shell.session import client_address, now_of, visitor
from svet.people import operations as people

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe and target.startswith("/") else "/")


def _remember(response: HttpResponse, *, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak Russian or English from now on, on this device and to this person."""
    code = request.POST.get("language", "")
    response = _back(request)
    if code in dict(settings.LANGUAGES):
        _remember(response, name=settings.LANGUAGE_COOKIE_NAME, value=code)
        person = visitor(request)
        if person is not None:
            people.change_language(
                person_id=person.person_id,
                language=code,
                now=now_of(request),
                address=client_address(request),
            )
    return response


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Choose the theme or the size of the text."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _remember(response, name=THEME_COOKIE, value=theme)
        _keep(request, theme=theme)
    size = request.POST.get("size", "")
    if size in ("normal", "large"):
        _remember(response, name=SIZE_COOKIE, value=size)
        _keep(request, large_text=size == "large")
    return response


def _keep(request: HttpRequest, *, theme: str | None = None, large_text: bool | None = None) -> None:
    """Keep the choice with the person, so that it follows them to another device."""
    person = visitor(request)
    if person is not None:
        people.change_appearance(
            person_id=person.person_id, theme=theme, large_text=large_text, now=now_of(request)
        )


urlpatterns: list[URLPattern] = [
    path("language/", language, name="language"),
    path("appearance/", appearance, name="appearance"),
]
