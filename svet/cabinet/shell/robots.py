"""What machines ask for first: which pages may be found, and whom to tell about a hole.

A page that is not named here is private; it also says ``noindex``, because a link elsewhere may name it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_safe

from svet.site.queries import installation

PUBLIC = (
    "/entrance/$",
    "/entrance/?tab=sign-in$",
    "/help/",
    "/tariffs/",
    "/agreement/",
    "/static/",
    "/brand.css",
)
# RFC 9116, section 2.5.5: the file must say when it is stale, less than a year ahead.
SECURITY_DAYS = 180


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Allow the public pages and what they are drawn with, and nothing else (RFC 9309)."""
    lines = ["User-agent: *", "Allow: /$", *(f"Allow: {address}" for address in PUBLIC), "Disallow: /", ""]
    answer = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


@require_safe
def security(_request: HttpRequest) -> HttpResponse:
    """Whom to write to about a weakness (RFC 9116): the reception, or else the help page with its phone."""
    shown = installation()
    base = settings.BASE_URL.rstrip("/")
    contact = f"mailto:{shown.reception_email}" if shown.reception_email else f"{base}/help/"
    # Whole days, so that the text does not change with every asking.
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    stale = (today + timedelta(days=SECURITY_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        f"Contact: {contact}",
        f"Expires: {stale}",
        "Preferred-Languages: ru, en",
        f"Canonical: {base}/.well-known/security.txt",
        "",
    ]
    answer = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on their own when they show something that is not a page of ours."""
    return HttpResponsePermanentRedirect(static("look/icon-192.png"))


urlpatterns: list[URLPattern] = [
    path("robots.txt", robots, name="robots"),
    path(".well-known/security.txt", security, name="security"),
    path("favicon.ico", favicon, name="favicon"),
]
