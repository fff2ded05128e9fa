"""The addresses for programs."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from svet.api.application import api, openapi, page
from svet.api.resources import callbacks

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", openapi, name="api-openapi"),
    path("api/v1/", page, name="api-page"),
    path("api/v1/", api.urls),
    *callbacks.urlpatterns,
]
