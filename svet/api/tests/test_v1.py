"""The API as programs meet it: the journey's operations, strict bodies, keys, and strangers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.api.application import document
from svet.billing import operations as billing
from svet.journal.models import Entry
from svet.metering.models import Meter, ReadingSet
from svet.metering.tests.factories import make_meter
from svet.payments.models import Order
from svet.people import operations as people
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
BASE = {scope.value for scope in Scope}


class Program:
    """A program with a token."""

    def __init__(self, person: Person, scopes: set[str] = BASE) -> None:
        _, self.secret = people.issue_token(
            person_id=person.pk, name="test", scopes=sorted(scopes), now=timezone.now()
        )
        self.client = Client(raise_request_exception=True)

    def get(self, path: str) -> Any:
        return self.client.get(V1 + path, headers={"Authorization": f"Bearer {self.secret}"})

    def delete(self, path: str) -> Any:
        return self.client.delete(V1 + path, headers={"Authorization": f"Bearer {self.secret}"})

    def post(self, path: str, body: object, *, key: str = "k1", **headers: str) -> Any:
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key} | headers
        if not key:
            del sent["Idempotency-Key"]
        return self.client.post(V1 + path, raw, content_type="application/json", headers=sent)


@dataclass
class Cast:
    anna: Program
    boris: Program
    vera: Program
    account: Account
    meter: Meter


@pytest.fixture
def cast() -> Cast:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account()
    meter = make_meter(account=account, initial=3589, digits=5)
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account, can_submit=False, can_pay=False)
    return Cast(Program(anna), Program(boris), Program(vera), account, meter)


def code_of(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.status_code, json.loads(response.content)["code"]


def readings_url(cast: Cast) -> str:
    return f"/meters/{cast.meter.public_id}/readings"


def test_the_document_is_openapi_3_1_and_describes_every_write_with_its_key() -> None:
    found = document()
    assert str(found["openapi"]).startswith("3.1")
    paths: Any = found["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert operation["description"], path
            if method == "post":
                assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], path
    assert found["components"]["parameters"]["IdempotencyKey"]["name"] == "Idempotency-Key"


def test_the_document_is_not_made_again_for_everybody_who_asks() -> None:
    assert document() is document()


def test_the_document_and_its_page_are_public(client: Client) -> None:
    assert client.get(f"{V1}/openapi.json").json()["info"]["title"] == "Svet"
    page = client.get(f"{V1}/")
    assert page.status_code == 200
    assert "/api/v1/payments" in page.content.decode()


def test_without_a_token_with_a_revoked_one_and_with_another_scope(cast: Cast) -> None:
    assert code_of(Client().get(f"{V1}/accounts")) == (401, "unauthorized")
    assert code_of(Client().get(f"{V1}/accounts", headers={"Authorization": "Bearer x"})) == (
        401,
        "unauthorized",
    )
    reader = Program(make_person(), {Scope.BILLS_READ.value})
    assert code_of(reader.get("/accounts")) == (403, "scope")
    assert reader.get("/bills").status_code == 200


def test_accounts_and_meters_are_the_callers_own(cast: Cast) -> None:
    (mine,) = cast.anna.get("/accounts").json()
    assert mine["number"] == cast.account.number
    assert mine["confirmed"] is True
    (shared,) = cast.boris.get("/accounts").json()
    assert "*" in shared["holder"]
    assert cast.vera.get("/accounts").json() == []
    (meter,) = cast.anna.get("/meters").json()
    assert meter["zones"][0]["last_value"] == "3589"
    assert cast.vera.get("/meters").json() == []


def test_a_reading_is_sent_once_per_key(cast: Cast) -> None:
    body = {"values": {"single": "3600"}}
    first = cast.anna.post(readings_url(cast), body, key="abc")
    again = cast.anna.post(readings_url(cast), body, key="abc")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["consumption"] == {"single": "11"}
    assert ReadingSet.objects.filter(kind="customer").count() == 1
    other = cast.anna.post(readings_url(cast), {"values": {"single": "3601"}}, key="abc")
    assert code_of(other) == (409, "key_reused")


def test_an_odd_reading_is_asked_about_and_taken_when_confirmed(cast: Cast) -> None:
    odd = cast.anna.post(readings_url(cast), {"values": {"single": 3589}})
    assert code_of(odd) == (422, "zero")
    assert odd.json()["needs_confirmation"] is True
    taken = cast.anna.post(readings_url(cast), {"values": {"single": 3589}, "confirmed": True}, key="k2")
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"single": ""}, "required"),
        ({"single": "3,600"}, "fraction"),
        ({"single": "-1"}, "chars"),
        ({"single": "NaN"}, "chars"),
        ({"single": "३६००"}, "chars"),
        ({"single": "100000"}, "capacity"),
        ({"single": 3600.1}, "type"),
        ({"single": True}, "type"),
        ({"day": "1"}, "required"),
        ({"pigeon": "1"}, "unknown_zone"),
        ([], "type"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_kept(cast: Cast, values: object, code: str) -> None:
    response = cast.anna.post(readings_url(cast), {"values": values})
    assert response.status_code == 422, response.content
    found = response.json()["code"]
    assert found == code or (code == "type" and found in ("type", "value"))
    assert not ReadingSet.objects.filter(kind="customer").exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-31", 5])
def test_a_strange_day_is_refused(cast: Cast, day: object) -> None:
    response = cast.anna.post(readings_url(cast), {"values": {"single": "3600"}, "read_on": day})
    assert response.status_code == 422
    assert not ReadingSet.objects.filter(kind="customer").exists()


def test_strangers_and_relatives_without_the_right_get_404_and_change_nothing(cast: Cast) -> None:
    for program in (cast.vera, cast.boris):
        response = program.post(readings_url(cast), {"values": {"single": "3600"}})
        assert code_of(response) == (404, "not_found")
        line = {"account_id": cast.account.public_id, "amount_kopecks": 10_000}
        assert code_of(program.post("/payments", {"lines": [line]}, key="p")) == (404, "not_found")
    assert code_of(cast.vera.get(f"/accounts/{cast.account.public_id}")) == (404, "not_found")
    assert code_of(cast.vera.get(f"/readings?account_id={cast.account.public_id}")) == (404, "not_found")
    assert not ReadingSet.objects.filter(kind="customer").exists()
    assert not Order.objects.exists()
    assert Entry.objects.filter(action="api.meter_not_found").exists()


@pytest.mark.parametrize("wrong", ["1 OR 1=1", "1;2", "%00", "x" * 16, "../1"])
def test_ids_that_are_none_are_404(cast: Cast, wrong: str) -> None:
    for path in ("/accounts/", "/bills/", "/payments/"):
        assert cast.anna.get(path + wrong).status_code == 404


def test_the_preview_keeps_nothing(cast: Cast) -> None:
    shipped = resources.files("svet.tariffs") / "data" / "tariffs" / "chelyabinsk.csv"
    with resources.as_file(shipped) as file:
        billing.load_tariffs(file=file, now=timezone.now())
    response = cast.anna.post(f"/meters/{cast.meter.public_id}/preview", {"values": {"single": "3689"}})
    assert response.status_code == 200, response.content
    found = response.json()
    assert found["kwh"] == "100"
    assert found["total_kopecks"] == sum(line["kopecks"] for line in found["lines"]) > 0
    assert not ReadingSet.objects.filter(kind="customer").exists()


BODIES: list[tuple[bytes, int, str]] = [
    (b"", 400, "malformed_json"),
    (b"null", 422, "type"),
    (b"[]", 422, "type"),
    (b'"text"', 422, "type"),
    (b'{"a":', 400, "malformed_json"),
    (b"/*c*/{}", 400, "malformed_json"),
    (b'{"values":{},"values":{}}', 400, "duplicate_key"),
    (b'{"values":{"single":1e400}}', 422, "number"),
    (b"[" * 100_000, 413, "too_large"),
    (b"[" * 50_000, 400, "too_deep"),
    (b" " * (10 * 1024 * 1024), 413, "too_large"),
    (b'{"values":{"single":"a\\u0000b"}}', 422, "chars"),
    ('{"values":{}}'.encode("utf-16"), 400, "malformed_json"),
    (b'{"values":{"single":"3600"},"is_staff":true,"balance":0}', 422, "unknown_field"),
]


@pytest.mark.parametrize(("body", "status", "code"), BODIES)
def test_a_body_is_read_strictly(cast: Cast, body: bytes, status: int, code: str) -> None:
    assert code_of(cast.anna.post(readings_url(cast), body)) == (status, code)
    assert not ReadingSet.objects.filter(kind="customer").exists()


@pytest.mark.parametrize("wrong", [3, "x", None, [], True])
def test_what_is_no_object_in_a_list_is_of_a_wrong_type(cast: Cast, wrong: object) -> None:
    for path, field in (("/payments", "lines"), ("/readings", "sets")):
        answer = cast.anna.post(path, {field: [wrong]})
        assert (*code_of(answer), answer.json()["field"]) == (422, "type", f"{field}.0")


def test_only_plain_json_is_taken(cast: Cast) -> None:
    url = V1 + readings_url(cast)
    headers = {"Authorization": f"Bearer {cast.anna.secret}", "Idempotency-Key": "k"}
    text = Client().post(url, '{"values":{}}', content_type="text/plain", headers=headers)
    assert code_of(text) == (415, "media_type")
    packed = cast.anna.post(readings_url(cast), b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert code_of(packed) == (415, "encoding")


def test_a_write_needs_a_sane_key(cast: Cast) -> None:
    body = {"values": {"single": "3600"}}
    assert code_of(cast.anna.post(readings_url(cast), body, key="")) == (400, "idempotency_key_required")
    assert code_of(cast.anna.post(readings_url(cast), body, key="k" * 300)) == (422, "idempotency_key")


def test_a_session_writes_only_with_its_csrf_token(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Person.objects.exclude(link=None).order_by("pk")[0])
    assert browser.get(f"{V1}/accounts").status_code == 200
    response = browser.post(
        V1 + readings_url(cast),
        {"values": {"single": "3600"}},
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert code_of(response) == (403, "refused")
    assert code_of(browser.delete(f"{V1}/openapi.json")) == (403, "refused")
    assert not ReadingSet.objects.filter(kind="customer").exists()


@pytest.mark.parametrize("path", ["/accounts", "/openapi.json", "/"])
def test_a_method_that_an_address_has_not_is_a_problem_for_programs(cast: Cast, path: str) -> None:
    bearer = {"Authorization": f"Bearer {cast.anna.secret}"}
    response = Client().generic("PUT", V1 + path, "", headers=bearer)
    assert code_of(response) == (405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]
    assert code_of(Client().get(f"{V1}/no/such/call", headers=bearer)) == (404, "not_found")


def test_a_method_override_is_ignored(cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {cast.anna.secret}", "X-HTTP-Method-Override": "DELETE"}
    token_id = cast.anna.get("/tokens").json()[0]["id"]
    response = Client().post(
        f"{V1}/tokens/{token_id}", "{}", content_type="application/json", headers=headers
    )
    assert code_of(response) == (405, "method_not_allowed")
    assert cast.anna.get("/me").status_code == 200


def test_tokens_are_made_by_password_listed_and_revoked(cast: Cast) -> None:
    person = people.register_directly(
        phone="+79995550102", password="Kx7mVq2p-Fonar", now=timezone.now(), first_name="Анна"
    )
    body = {"phone": person.phone, "password": "Kx7mVq2p-Fonar", "name": "дом", "scopes": ["accounts:read"]}
    headers = {"Idempotency-Key": "t1"}
    made = Client().post(f"{V1}/tokens", body, content_type="application/json", headers=headers)
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    mine = {"Authorization": f"Bearer {secret}"}
    assert Client().get(f"{V1}/me", headers=mine).json()["phone"] == person.phone
    assert "secret" not in Client().get(f"{V1}/tokens", headers=mine).json()[0]
    foreign = Client().delete(
        f"{V1}/tokens/{made.json()['id']}", headers={"Authorization": f"Bearer {cast.vera.secret}"}
    )
    assert foreign.status_code == 404
    assert Client().delete(f"{V1}/tokens/{made.json()['id']}", headers=mine).status_code == 204
    assert Client().get(f"{V1}/me", headers=mine).status_code == 401
    wrong = Client().post(
        f"{V1}/tokens", body | {"password": "Wrong-pass1"}, content_type="application/json", headers=headers
    )
    assert wrong.status_code == 422


def test_registration_answers_known_and_unknown_phones_alike(cast: Cast) -> None:
    known = make_person()

    def start(phone: str, key: str) -> Any:
        body = {"phone": phone, "password": "Kx7mVq2p-Fonar", "agreed": True, "consented": True}
        return Client().post(
            f"{V1}/registrations", body, content_type="application/json", headers={"Idempotency-Key": key}
        )

    one, two = start(known.phone, "a"), start("+7 999 555-44-33", "b")
    assert one.status_code == two.status_code == 202, one.content
    assert one.json().keys() == two.json().keys()
    flow = two.json()["id"]
    confirm = Client().post(
        f"{V1}/registrations/{flow}/confirm",
        {"code": "000000"},
        content_type="application/json",
        headers={"Idempotency-Key": "c"},
    )
    assert confirm.status_code == 422
    assert not Person.objects.filter(phone="+79995554433").exists()


def test_the_history_and_readings_show_what_was_sent(cast: Cast) -> None:
    cast.anna.post(readings_url(cast), {"values": {"single": "3600"}})
    since = (date.today() - timedelta(days=30)).isoformat()
    events = cast.anna.get(f"/history?since={since}").json()["events"]
    assert [event["kind"] for event in events] == ["reading"]
    (reading,) = cast.anna.get(f"/readings?since={since}").json()
    assert reading["values"] == {"single": "3600"}
    assert cast.anna.get("/history?since=2026-03-01&until=2026-01-01").status_code == 422
    assert cast.anna.get("/history?operation=password").status_code == 422
    for operation in ("payment", "bill", "control"):
        assert cast.anna.get(f"/history?since={since}&operation={operation}").json()["events"] == []
    assert cast.anna.get(f"/history?since={since}&operation=reading").json()["events"] == events
