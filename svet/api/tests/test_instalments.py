"""Instalments by the API: the same rule, the same words."""

from __future__ import annotations

import pytest

from svet.api.tests.test_v1 import Program
from svet.payments.tests.factories import make_family, owe

pytestmark = pytest.mark.django_db


def test_a_plan_is_seen_agreed_on_once_told_and_given_up() -> None:
    family = make_family()
    owe(family.first, 2_700_00)
    anna, address = Program(family.anna), f"/accounts/{family.first.public_id}/instalments"
    offer = anna.get(address).json()
    assert (offer["may"], offer["owed_kopecks"], offer["signed"], offer["plans"]) == (
        True,
        3_000_00,
        False,
        [],
    )
    assert [choice["months"] for choice in offer["choices"]] == list(range(2, 13))
    for choice in offer["choices"]:
        assert sum(part["amount_kopecks"] for part in choice["parts"]) == 3_000_00
    asked = {"months": 3, "shown": offer["shown"]}
    odd = anna.post(address, {**asked, "months": 13}, key="odd")
    assert (odd.status_code, odd.json()["code"], odd.json()["field"]) == (422, "plan_months", "months")
    changed = anna.post(address, {**asked, "shown": ""}, key="changed")
    assert (changed.status_code, changed.json()["code"]) == (409, "plan_changed")
    for _again in range(2):
        made = anna.post(address, asked, key="plan")
        assert made.status_code == 201, made.content
    (one,) = made.json()["plans"]
    assert (one["state"], one["ask_kopecks"], one["ask_on"]) == (
        "standing",
        1_000_00,
        one["parts"][0]["due_on"],
    )
    other = anna.post(address, asked, key="other")
    assert (other.status_code, other.json()["code"]) == (409, "plan_living")
    (account,) = [each for each in anna.get("/accounts").json() if each["agreed"]]
    assert (account["id"], account["agreed"]) == (
        family.first.public_id,
        {"kind": "instalments", "ask_kopecks": 1_000_00, "until": one["parts"][0]["due_on"]},
    )
    (told,) = anna.get("/today").json()["instalments"]
    assert told["account_id"] == family.first.public_id
    seen = {"plan": one["id"], "state": "standing"}
    for person in (family.boris, family.vera):
        assert Program(person).get(address).status_code == 404
        assert Program(person).post(address, asked).status_code == 404
        assert Program(person).post(f"{address}/withdraw", seen).status_code == 404
    for stale in ({**seen, "state": "waiting"}, {**seen, "plan": "another"}):
        kept = anna.post(f"{address}/withdraw", stale, key=f"stale-{stale['state']}")
        assert (kept.status_code, anna.get(address).json()["plans"][0]["state"]) == (409, "standing")
    for _again in range(2):
        gone = anna.post(f"{address}/withdraw", seen, key="withdraw")
        assert (gone.status_code, gone.json()["plans"][0]["state"]) == (200, "withdrawn")
    again = anna.post(address, asked, key="paused")
    assert (again.status_code, again.json()["code"]) == (422, "plan_broken_lately")
