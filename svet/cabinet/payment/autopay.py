from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def skip(request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse("")


urlpatterns: list[URLPattern] = [
    path("autopay/", page, name="autopay"),
    path("autopay/skip/<slug:key>/", skip, name="autopay-skip"),
]
