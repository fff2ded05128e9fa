"""Programs of customers, called at addresses they gave us: never our own network, never for long."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from svet.gateways.webhooks.caller import WebhookCaller


def gateway() -> WebhookCaller:
    """The caller of this installation; ``SVET_WEBHOOK_ORIGINS`` are origins inside the house it may call."""
    return _gateway(tuple(settings.WEBHOOK_ORIGINS))


@lru_cache(maxsize=8)
def _gateway(origins: tuple[str, ...]) -> WebhookCaller:
    return WebhookCaller(origins=origins)
