"""Every address of the installation, by face. URLs are a public contract: see docs/urls.md."""

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from svet.config.health import health, ready

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("ready/", ready, name="ready"),
    path("", include("svet.api.urls")),
    path("", include("svet.staff.urls")),
    path("", include("svet.cabinet.urls")),
]
if settings.SANDBOX:
    urlpatterns.insert(0, path("sandbox/", include("svet.sandbox.urls")))

handler404 = "svet.config.errors.not_found"
handler500 = "svet.config.errors.server_error"
handler403 = "svet.config.errors.denied"
handler400 = "svet.config.errors.bad_request"
