"""Every address of the installation, by face. URLs are a public contract: see docs/urls.md."""

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from svet.api.urls import urlpatterns as for_programs
from svet.cabinet.urls import urlpatterns as of_customers
from svet.config.health import health, ready
from svet.kernel.addresses import SteppedResolver
from svet.staff.urls import urlpatterns as of_desks

_addresses: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("ready/", ready, name="ready"),
    *for_programs,
    *of_desks,
    *of_customers,
]
if settings.SANDBOX:
    _addresses.insert(0, path("sandbox/", include("svet.sandbox.urls")))
urlpatterns: list[URLPattern | URLResolver] = [SteppedResolver(_addresses)]

handler404 = "svet.config.errors.not_found"
handler500 = "svet.config.errors.server_error"
handler403 = "svet.config.errors.denied"
handler400 = "svet.config.errors.bad_request"
