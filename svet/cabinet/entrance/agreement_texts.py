"""The texts people agree to: the version in force, and every earlier one."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_safe

from svet.kernel.refusals import NotFound
from svet.look.requests import now_of
from svet.site import queries as site
from svet.site.rules import AgreementKind

_MOST_VERSIONS = 10_000


@require_safe
def agreement(request: HttpRequest, kind: str, version: int | None = None) -> HttpResponse:
    """Show one text to read; public, so that it can be read before agreeing."""
    if kind not in [known.value for known in AgreementKind] or (version or 0) > _MOST_VERSIONS:
        raise Http404
    today = timezone.localdate(now_of(request))
    try:
        text = (
            site.current_agreement(kind=AgreementKind(kind), today=today)
            if version is None
            else site.agreement(kind=AgreementKind(kind), version=version)
        )
    except NotFound:
        raise Http404 from None
    return render(request, "cabinet/agreement.html", {"text": text, **_standing(text, today=today)})


def _standing(text: site.AgreementView, *, today: date) -> dict[str, object]:
    """How a version stands beside the one in force: what holds, what comes, whether it was taken back."""
    current = site.current_agreement(kind=text.kind, today=today)
    return {
        "current": current,
        "coming": site.coming_agreement(kind=text.kind, today=today),
        "waits": not text.taken_back and text.version > current.version,
    }


urlpatterns: list[URLPattern] = [
    path("agreement/<slug:kind>/", agreement),
    path("agreement/<slug:kind>/<int:version>/", agreement),
]
