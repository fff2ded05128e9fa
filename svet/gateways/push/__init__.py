"""Notices in the browser, by the push services of ``SVET_PUSH_HOSTS`` and under the key ``SVET_PUSH_KEY``."""

from __future__ import annotations

from email.utils import parseaddr
from functools import lru_cache

from django.conf import settings

from svet.gateways.push.web_push import WebPushService


def gateway() -> WebPushService:
    """The push services of this installation; one set of connections per process."""
    return _gateway(settings.PUSH_KEY, settings.DEFAULT_FROM_EMAIL, tuple(settings.PUSH_HOSTS))


@lru_cache(maxsize=8)
def _gateway(private_key: str, sender: str, hosts: tuple[str, ...]) -> WebPushService:
    return WebPushService(private_key=private_key, contact=parseaddr(sender)[1], hosts=hosts)
