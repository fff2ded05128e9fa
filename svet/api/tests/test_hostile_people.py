"""Every hostile phone and password through the API: told by field and code, nothing done, nothing echoed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from svet.notices.models import Delivery
from svet.people import tests as people_tests
from svet.people.models import Code
from svet.people.tests.factories import PASSWORD, publish_missing_agreements

pytestmark = pytest.mark.django_db

DATA = Path(people_tests.__file__).parent / "data"


def rows(name: str) -> list[dict[str, Any]]:
    found = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return [row for row in found if row.get("raw") is not None]


def register(**changes: str) -> Any:
    publish_missing_agreements()
    body = {"phone": "+79117178512", "password": PASSWORD, "agreed": True, "consented": True, **changes}
    return Client().post(
        "/api/v1/registrations", body, content_type="application/json", headers={"Idempotency-Key": "k"}
    )


def judge(answer: Any, *, field: str, expected: str) -> None:
    if expected.startswith("OK"):
        assert answer.status_code == 202, answer.content
        return
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["field"] == field
    assert told["code"]
    assert told["title"]
    assert not Delivery.objects.exists()
    assert not Code.objects.exists()


@pytest.mark.parametrize("row", rows("phone"), ids=lambda row: str(row["n"]))
def test_a_hostile_phone_is_told_by_its_field(row: dict[str, Any]) -> None:
    judge(register(phone=row["raw"]), field="phone", expected=row["expected"])


@pytest.mark.parametrize("row", rows("password"), ids=lambda row: str(row["n"]))
def test_a_hostile_password_is_told_by_its_field_and_never_echoed(row: dict[str, Any]) -> None:
    answer = register(password=row["raw"])
    judge(answer, field="password", expected=row["expected"])
    if len(row["raw"]) > 5:
        assert row["raw"] not in answer.content.decode()
