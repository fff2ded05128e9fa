"""What a phone keeps for the moments without a network: the service worker and the page «Нет связи»."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.cabinet.shell.frame import Frame

OFFLINE_PAGE = "/offline/"
#: The one page of a person that is kept: a meter often hangs where there is no network.
KEPT_PAGE = "/readings/"
#: What the frame and the page of readings are made of; sheets of parts travel within the page.
FRAME_FILES = (
    "look/svet.css",
    "look/pages/print.css",
    "look/icon.svg",
    "look/js/svet.js",
    "look/js/app.js",
    "look/js/odometer.js",
    "look/js/readings.js",
    "look/js/kept.js",
    "look/js/waiting.js",
    "look/js/lines.js",
    "django_htmx/htmx-2.min.js",
)


#: The worker sends the queue of readings and renews its address for notices: it holds those files too.
WORKER_FILES = ("look/js/kept.js", "look/js/push.js", "look/js/service-worker.js")


@cache
def _script() -> str:
    parts = []
    for name in WORKER_FILES:
        found = finders.find(name)
        if not isinstance(found, str):
            raise FileNotFoundError(name)
        parts.append(Path(found).read_text("utf-8"))
    return "\n".join(parts)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker with the list of today's files; a new list is a new worker, which drops the old files."""
    files = [static(name) for name in FRAME_FILES]
    brand = Frame(request).brand_style
    frame = {
        "files": [*files, brand] if brand else files,
        "offline": OFFLINE_PAGE,
        "kept": KEPT_PAGE,
        "icon": static("look/icon-192.png"),
    }
    source = json.dumps(frame) + _script()
    version = hashlib.sha256(source.encode()).hexdigest()[:12]
    body = f"const FRAME = {json.dumps({'version': version} | frame)};\n{_script()}"
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page shown instead of any other when there is no network; it holds nothing of a person."""
    return render(request, "cabinet/offline.html")


urlpatterns: list[URLPattern] = [
    path("service-worker.js", service_worker, name="service-worker"),
    path("offline/", offline, name="offline"),
]
