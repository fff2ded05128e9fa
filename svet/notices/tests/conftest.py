"""The outer world on real sockets, with this installation's gateways pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from svet.gateways import sms
from tests.world import World, world


@pytest.fixture
def outer(tmp_path: Path, settings: Settings) -> Iterator[World]:
    """A world to which this test's SMS and letters go."""
    with world(tmp_path) as running:
        settings.SMS_URL = running.sms_url
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.smtp
        yield running
        sms.gateway().close()
