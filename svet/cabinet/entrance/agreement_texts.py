"""The texts people agree to: the version in force, and every earlier one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.kernel.refusals import NotFound
from svet.site import queries as site
from svet.site.rules import AgreementKind

_MOST_VERSIONS = 10_000


@require_safe
def agreement(request: HttpRequest, kind: str, version: int | None = None) -> HttpResponse:
    """Show one text to read; public, so that it can be read before agreeing."""
    if kind not in [known.value for known in AgreementKind] or (version or 0) > _MOST_VERSIONS:
        raise Http404
    try:
        text = (
            site.current_agreement(kind=AgreementKind(kind))
            if version is None
            else site.agreement(kind=AgreementKind(kind), version=version)
        )
    except NotFound:
        raise Http404 from None
    return render(request, "cabinet/agreement.html", {"text": text})


urlpatterns: list[URLPattern] = [
    path("agreement/<slug:kind>/", agreement),
    path("agreement/<slug:kind>/<int:version>/", agreement),
]
