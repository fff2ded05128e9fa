"""Every address of the desks, under ``/staff/``."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from svet.staff import entrance, home, provider
from svet.staff.desks import MODULES

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "staff/",
        include(
            [
                *home.urlpatterns,
                *entrance.urlpatterns,
                *provider.urlpatterns,
                *(pattern for module in MODULES for pattern in module.urlpatterns),
            ]
        ),
    ),
]
