"""Tokens by the API: their end is said, and each revokes itself; another one only with the right to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.api.tests.test_v1 import BASE, Program
from svet.people import queries
from svet.people.models import Person, Token
from svet.people.rules import Scope
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import last_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Person:
    return make_person()


def newest(person: Person) -> str:
    return Token.objects.filter(person=person).latest("pk").public_id


def ask(program: Program, anna: Person, **more: Any) -> Any:
    body = {"phone": anna.phone, "password": PASSWORD, "name": "Щиток", "scopes": ["bills:read"], **more}
    return program.post("/tokens", body, key=f"k{len(more)}")


def test_a_token_says_until_when_it_is_good(anna: Person) -> None:
    program = Program(anna)
    usual, short = ask(program, anna).json(), ask(program, anna, expires_in_days=30).json()
    now = timezone.now()
    for made, days in ((usual, 365), (short, 30)):
        end = Token.objects.get(public_id=made["id"]).expires_at
        assert abs(end - now - timedelta(days=days)) < timedelta(minutes=1)
        assert made["expires_at"]
    refused = program.post(
        "/tokens",
        {
            "phone": anna.phone,
            "password": PASSWORD,
            "name": "x",
            "scopes": ["bills:read"],
            "expires_in_days": 366,
        },
        key="far",
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "term",
        "expires_in_days",
    )
    listed = program.get("/tokens").json()
    assert [row["expired"] for row in listed] == [False, False, False]


def test_an_expired_token_is_told_apart_and_opens_nothing(anna: Person) -> None:
    program = Program(anna)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = program.get("/accounts")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert "Срок ключа закончился" in answer.json()["title"]
    assert Token.objects.get().last_used_at is None
    Token.objects.update(revoked_at=timezone.now())
    assert program.get("/accounts").json()["code"] == "unauthorized"


@pytest.mark.parametrize("scope", sorted(BASE))
def test_which_scope_revokes_another_token(anna: Person, scope: str) -> None:
    spare = Program(anna)
    spare_id = newest(anna)
    program = Program(anna, {scope})
    answer = program.delete(f"/tokens/{spare_id}")
    allowed = scope == Scope.TOKENS_WRITE
    assert answer.status_code == (204 if allowed else 403)
    assert (queries.person_by_token(spare.secret) is None) is allowed
    if not allowed:
        assert answer.json()["code"] == "scope"
        # A key that may not even look is told the same of what never was.
        assert program.delete("/tokens/0000000000000000").status_code == 403


@pytest.mark.parametrize("scope", sorted(BASE))
def test_every_token_may_revoke_itself(anna: Person, scope: str) -> None:
    program = Program(anna, {scope})
    assert program.delete(f"/tokens/{newest(anna)}").status_code == 204
    assert program.get("/me").status_code == 401


def test_a_recovery_by_the_api_ends_the_tokens_of_before(anna: Person) -> None:
    program = Program(anna)
    assert program.get("/me").status_code == 200
    flow = program.post("/recoveries", {"phone": anna.phone}, key="a").json()["id"]
    assert program.post(f"/recoveries/{flow}/confirm", {"code": last_code(anna.phone)}).status_code == 204
    assert program.post(f"/recoveries/{flow}/password", {"password": "Lm9$wTr4z"}).status_code == 204
    for path in ("/me", "/accounts", "/tokens"):
        assert program.get(path).status_code == 401
    assert program.post("/groups", {"name": "x"}, key="b").status_code == 401
