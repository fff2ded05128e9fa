"""A test message really goes, and a server that does not take it is told."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from svet.notices.models import Delivery
from svet.notices.operations.trying import try_mail, try_sms
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_letter_and_a_text_go_out_and_are_kept_nowhere(outer: World) -> None:
    assert try_mail(to="olga@example.ru").taken
    assert try_sms(to="+79117178512").taken
    [message] = outer.phone("+79117178512")
    assert "проверка" in message["text"]
    assert message["parts"] == 1
    assert not Delivery.objects.exists()


def test_a_server_that_is_not_there_is_told(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    outcome = try_mail(to="olga@example.ru")
    assert not outcome.taken
    assert outcome.said
