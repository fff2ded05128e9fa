"""What a careless or hostile program sends, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.api import jobs
from svet.api.application import document
from svet.api.models import IdempotentCall
from svet.api.shell.identity import PARAMETERS
from svet.api.tests.test_v1 import V1, Cast, cast, code_of, readings_url  # noqa: F401
from svet.gateways import acquiring
from svet.metering.models import ReadingSet
from svet.payments.models import Order
from svet.payments.tests.factories import StubBank
from svet.people import operations as people
from svet.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


def line(cast: Cast) -> dict[str, Any]:  # noqa: F811
    return {"account_id": cast.account.public_id, "amount_kopecks": 30_000}


def test_no_quick_hash_of_a_password_is_kept() -> None:
    body = json.dumps(
        {"phone": "+79995550199", "password": "Kx7mVq2p-Fonar", "agreed": True, "consented": True}
    )
    sent = Client().post(
        f"{V1}/registrations", body, content_type="application/json", headers={"Idempotency-Key": "a"}
    )
    assert sent.status_code == 202, sent.content
    plain = json.dumps(["POST", f"{V1}/registrations", body])
    assert IdempotentCall.objects.get().body_sha256 != hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize("address", ["a@b.ru\r\nBcc: c@d.ru", "no address", "@", "анна@почта.рф", "a@b"])
def test_a_receipt_goes_only_to_an_address(cast: Cast, bank: StubBank, address: str) -> None:  # noqa: F811
    response = cast.anna.post("/payments", {"lines": [line(cast)], "receipt_email": address})
    assert code_of(response)[0] == 422
    assert response.json()["field"] == "receipt_email"
    assert not Order.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31", "2199-01-01"])
def test_years_beyond_the_calendar_are_refused(cast: Cast, day: str) -> None:  # noqa: F811
    assert code_of(cast.anna.get(f"/history?since={day}&until={day}"))[0] == 422
    for path in ("readings", "bills"):
        assert cast.anna.get(f"/{path}?since={day}&until={day}").status_code in (200, 422)


def test_half_a_letter_is_refused(cast: Cast) -> None:  # noqa: F811
    half = b'{"account_number":"\\ud800","meter_number":"1234"}'
    assert code_of(cast.anna.post("/accounts", half))[0] == 422


@pytest.mark.parametrize(
    "query",
    ["ordering=password", "filter[user__password__startswith]=p", "since=2026-01-01&since=2026-02-01"],
)
def test_a_parameter_nobody_offers_is_refused(cast: Cast, query: str) -> None:  # noqa: F811
    for path in ("accounts", "readings", "bills", "history"):
        assert code_of(cast.anna.get(f"/{path}?{query}"))[0] == 422


def test_every_parameter_that_is_offered_is_known() -> None:
    paths: Any = document()["paths"]
    offered = {
        parameter["name"]
        for operations in paths.values()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter.get("in") == "query"
    }
    assert offered <= PARAMETERS


def test_signs_of_every_script_come_back_as_they_were(cast: Cast) -> None:  # noqa: F811
    name = "дом 🏠 \u05d0\u05d1 e\u0301 <b>"
    people.issue_token(
        person_id=Person.objects.exclude(link=None).order_by("pk")[0].pk,
        name=name,
        scopes=["accounts:read"],
        now=timezone.now(),
    )
    assert name in [token["name"] for token in cast.anna.get("/tokens").json()]


def test_a_payment_needs_a_key_and_one_key_is_one_payment(cast: Cast, bank: StubBank) -> None:  # noqa: F811
    body = {"lines": [line(cast)]}
    assert code_of(cast.anna.post("/payments", body, key="")) == (400, "idempotency_key_required")
    assert code_of(cast.anna.post("/payments", body, key="k" * 300)) == (422, "idempotency_key")
    first = cast.anna.post("/payments", body, key="p")
    assert first.status_code == 201, first.content
    assert cast.anna.post("/payments", body, key="p").json() == first.json()
    other = {"lines": [line(cast) | {"amount_kopecks": 30_001}]}
    assert code_of(cast.anna.post("/payments", other, key="p")) == (409, "key_reused")
    IdempotentCall.objects.filter(key="p").update(status=None, answer=None)
    assert code_of(cast.anna.post("/payments", body, key="p")) == (409, "in_progress")
    IdempotentCall.objects.filter(key="p").update(started_at=timezone.now() - timedelta(minutes=3))
    assert cast.anna.post("/payments", body, key="p").json()["id"] == first.json()["id"]
    assert Order.objects.count() == 1


def test_the_keys_of_money_and_readings_outlive_their_kept_answers(
    cast: Cast,  # noqa: F811
    bank: StubBank,
) -> None:
    paid = cast.anna.post("/payments", {"lines": [line(cast)]}, key="p").json()["id"]
    cast.anna.post(readings_url(cast), {"values": {"single": "3600"}}, key="r")
    now = timezone.now()
    jobs.forget_old(int(now.timestamp()))
    assert IdempotentCall.objects.count() == 2
    jobs.forget_old(int((now + timedelta(days=8)).timestamp()))
    assert not IdempotentCall.objects.exists()
    assert cast.anna.post("/payments", {"lines": [line(cast)]}, key="p").json()["id"] == paid
    other = {"lines": [line(cast) | {"amount_kopecks": 1_00}]}
    assert code_of(cast.anna.post("/payments", other, key="p")) == (409, "key_reused")
    assert code_of(cast.anna.post(readings_url(cast), {"values": {"single": "3601"}}, key="r")) == (
        409,
        "key_reused",
    )
    assert ReadingSet.objects.filter(kind="customer").count() == 1
