"""The first page of the back office: what waits where, and the keys."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.staff.shell.desk import member_page


@require_safe
@member_page
def home(request: HttpRequest) -> HttpResponse:
    """The queues of this role with their counts."""
    return render(request, "staff/home.html")


@require_safe
@member_page
def keys(request: HttpRequest) -> HttpResponse:
    """Every shortcut of the keyboard."""
    return render(request, "staff/keys.html")


urlpatterns: list[URLPattern] = [
    path("", home, name="staff"),
    path("keys/", keys, name="staff-keys"),
]
