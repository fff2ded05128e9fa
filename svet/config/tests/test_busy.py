"""Whoever could not have a lock in time is told so: people by a page, programs by a problem."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from svet.kernel.locks import Busy, Lock


def refuse(*_args: object, **_how: object) -> None:
    raise Busy(Lock.PHONE)


@pytest.mark.django_db
def test_a_page_and_a_program_are_told_to_come_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.middleware.csrf.CsrfViewMiddleware.process_view", lambda *_: None)
    monkeypatch.setattr("django.core.handlers.base.BaseHandler.make_view_atomic", lambda *_: refuse)
    page = client.get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert "Сейчас это занято" in page.content.decode()
    program = client.get("/api/v1/accounts")
    assert (program.status_code, program["Retry-After"]) == (503, "60")
    said = json.loads(program.content)
    assert (said["code"], program["Content-Type"]) == ("busy", "application/problem+json")
