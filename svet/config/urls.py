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

handler404 = "svet.cabinet.shell.errors.not_found"
handler500 = "svet.cabinet.shell.errors.server_error"
handler403 = "svet.cabinet.shell.errors.denied"
handler400 = "svet.cabinet.shell.errors.bad_request"
