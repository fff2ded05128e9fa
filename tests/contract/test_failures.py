"""What goes wrong outside of the API's own operations is a problem for programs all the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InternalError, OperationalError
from django.test import Client
from psycopg.errors import ReadOnlySqlTransaction

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def failing(error: Exception) -> Any:
    def fail(*_args: object, **_more: object) -> None:
        raise error

    return fail


def only_reading() -> Exception:
    """What is raised when something is written into a database that became another's copy."""
    error = InternalError("cannot execute INSERT in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction(str(error))
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("the database is gone"), 503, "unavailable"),
        (only_reading(), 503, "unavailable"),
        (InternalError("something else"), 500, "server_error"),
        (ZeroDivisionError("secret words"), 500, "server_error"),
    ],
)
def test_a_broken_call_is_a_problem_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr("svet.api.shell.identity.person_by_token", failing(error))
    client = Client(raise_request_exception=False)
    answer = client.get("/api/v1/accounts", headers={"Authorization": "Bearer svet_x"})
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["code"] == code
    assert str(error) not in answer.content.decode()
    assert ("Retry-After" in answer) == (status == 503)


def test_an_address_that_is_none_is_a_problem_for_a_program_and_a_page_for_a_person() -> None:
    answer = Client().get("/api/v1/no-such-thing")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["code"] == "not_found"
    assert Client().get("/no-such-thing/")["Content-Type"].startswith("text/html")


def test_a_401_names_the_way_in() -> None:
    answer = Client().get("/api/v1/accounts")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
