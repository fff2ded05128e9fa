"""What granian's workers load: the front, with Django behind it."""

from __future__ import annotations

from django.conf import settings

from svet.config.front import Front
from svet.config.health import Observer
from svet.config.wsgi import application as django_application

observer = Observer()
application = Front(
    django_application,
    threads=settings.WEB_THREADS,
    patience=settings.QUEUE_SECONDS,
    direct={"/health/": observer.alive, "/ready/": observer.ready},
)
