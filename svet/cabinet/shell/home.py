"""The bare address, which leads on, the manifest of the installable app and the brand's colours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.look.branding import style
from svet.people.queries import signed_in_person
from svet.site.queries import installation


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send the person where the day's question is answered: what do I owe, what must I do, until when."""
    person = signed_in_person(request.user)
    if person is None:
        return redirect("/entrance/")
    return redirect("/simple/" if person.simple_account else "/today/")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put Svet on its home screen."""
    shown = installation()
    answer = JsonResponse(
        {
            "name": _("%(brand)s: личный кабинет") % {"brand": shown.brand},
            "short_name": shown.brand,
            "lang": request.LANGUAGE_CODE,
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f4ee",
            "theme_color": shown.primary_color,
            "icons": [
                {"src": static("look/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
                {"src": static("look/icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("look/icon-512.png"), "sizes": "512x512", "type": "image/png"},
                *(
                    {
                        "src": static(f"look/icon-maskable-{size}.png"),
                        "sizes": f"{size}x{size}",
                        "type": "image/png",
                        "purpose": "maskable",
                    }
                    for size in (192, 512)
                ),
            ],
            "shortcuts": [
                {"name": str(_("Передать показания")), "url": "/readings/"},
                {"name": str(_("Оплата")), "url": "/payment/"},
            ],
        },
        content_type="application/manifest+json",
    )
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


@require_safe
def brand(request: HttpRequest) -> HttpResponse:
    """The retailer's colours; the address carries them, so the answer may be kept for ever."""
    shown = installation()
    sheet = style(primary=shown.primary_color, accent=shown.accent_color)
    answer = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("brand.css", brand, name="brand"),
    path("manifest.webmanifest", manifest, name="manifest"),
]
