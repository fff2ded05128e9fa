"""Hostile account and meter numbers by the page and the API: a clear answer, nothing attached, no 500."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Link
from svet.accounts.rules import NumberReason
from svet.accounts.tests.factories import make_account
from svet.accounts.tests.test_rules import rows
from svet.api.tests.test_v1 import V1, Program
from svet.limits.models import Bucket
from svet.metering.tests.factories import make_meter
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
CODES = {
    "ERR required": NumberReason.REQUIRED,
    "ERR length": NumberReason.LENGTH,
    "ERR chars": NumberReason.CHARS,
    "ERR too_long": NumberReason.TOO_LONG,
}
ACCOUNT, METER = "0356067000", "115268446"
NEUTRAL = "Мы не нашли такую пару номеров"


@pytest.fixture
def anna() -> Person:
    """Somebody signed in, and one real pair that no hostile number may open."""
    make_meter(account=make_account(number="0356067001"), serial="115268447", initial=1)
    return make_person()


def by_page(anna: Person, numbers: dict[str, str]) -> tuple[int, str]:
    client = Client()
    client.force_login(anna)
    answer = client.post("/accounts/add/", numbers)
    return answer.status_code, html.unescape(answer.content.decode())


def by_program(anna: Person, numbers: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = Program(anna).post("/accounts", numbers)
    return answer.status_code, dict(json.loads(answer.content))


def both(kind: str, raw: str) -> dict[str, str]:
    good = {"account_number": ACCOUNT, "meter_number": METER}
    return good | {f"{kind}_number": raw}


@pytest.mark.parametrize("kind", ["account", "meter"])
def test_every_number_has_its_outcome_on_the_page_and_by_the_api(kind: str, anna: Person) -> None:
    wrong = []
    for case in rows(kind):
        raw, expected = case.values
        Bucket.objects.all().delete()  # so many tries would rightly be stopped
        status, page = by_page(anna, both(kind, raw))
        api_status, api = by_program(anna, both(kind, raw))
        code = next((code for start, code in CODES.items() if expected.startswith(start)), None)
        if code is None:
            fine = (status, api_status) == (422, 422) and NEUTRAL in page and api["title"].startswith(NEUTRAL)
        else:
            # A number a megabyte long is turned away at the door, before any field is looked at.
            fine = status in (400, 413, 422) and api_status in (400, 413, 422)
            fine = fine and (api["code"] == code or code == NumberReason.TOO_LONG)
            fine = fine and bool(api["title"])
            fine = fine and (len(raw) > 100 or not raw.isprintable() or api["title"] in page)
        if not fine:
            wrong.append((case.id, raw[:40], status, api_status, api))
    assert wrong == []
    assert not Link.objects.exists()


def test_a_number_is_read_with_the_sign_it_has_on_a_bill_in_every_channel(anna: Person) -> None:
    numbers = {"account_number": "№ 0356 067 001", "meter_number": "№\u00a0115-268-447"}
    status, _ = by_program(anna, numbers)
    assert status == 201
    Link.objects.all().delete()
    status, _ = by_page(anna, numbers)
    assert status == 302
    assert Link.objects.count() == 1


def test_zeros_instead_of_a_meter_cost_no_try(anna: Person) -> None:
    for _ in range(20):
        status, page = by_page(anna, both("meter", "00000000"))
        assert (status, "Одни нули" in page) == (422, True)
        status, answer = by_program(anna, both("meter", "0000"))
        assert (status, answer["code"]) == (422, "zeros")
    assert not Bucket.objects.filter(name__startswith="linking").exists()


@pytest.mark.parametrize("body", [{"account_number": 356067000}, {"account_number": [ACCOUNT]}, {}])
@pytest.mark.parametrize("meter", [115268446, {"gt": ""}, None])
def test_numbers_of_another_type_are_refused_by_the_schema(body: Any, meter: Any, anna: Person) -> None:
    status, answer = by_program(anna, {**body, "meter_number": meter})
    assert status == 422
    assert answer["title"]


def test_a_parameter_given_twice_is_not_chosen_from(anna: Person) -> None:
    client = Client()
    client.force_login(anna)
    raw = f"account_number={ACCOUNT}&meter_number=1&meter_number={METER}"
    answer = client.post("/accounts/add/", raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "несколько раз" in answer.content.decode()


def test_a_number_in_the_address_is_no_way_in(anna: Person) -> None:
    client = Client()
    client.force_login(anna)
    for path in (f"/accounts/{ACCOUNT}/../../1", f"/accounts/{ACCOUNT}/"):
        assert client.get(path).status_code == 404
    assert Program(anna).get(f"/accounts/{ACCOUNT}").status_code == 404
    assert Client().get(f"{V1}/accounts/{ACCOUNT}").status_code == 401
