"""Promises to pay by the API: the same rule, the same words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.accounts.models import Link
from svet.api.tests.test_v1 import Program
from svet.autopay.tests.factories import pay_by_hand
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_family, make_order, owe

pytestmark = pytest.mark.django_db


def test_a_promise_is_made_once_and_told() -> None:
    family, today = make_family(), timezone.localdate()
    anna, address = Program(family.anna), f"/accounts/{family.first.public_id}/promises"
    offer = anna.get(address).json()
    assert (offer["may"], offer["owed_kopecks"], offer["promises"]) == (True, 300_00, [])
    far = anna.post(address, {"until": (today + timedelta(days=40)).isoformat()}, key="far")
    assert (far.status_code, far.json()["code"], far.json()["field"]) == (422, "promise_day", "until")
    until = (today + timedelta(days=5)).isoformat()
    for _again in range(2):
        made = anna.post(address, {"until": until}, key="promise")
        assert made.status_code == 201
    (one,) = made.json()["promises"]
    assert (one["state"], one["until"], one["amount_kopecks"]) == ("open", until, 300_00)
    other = anna.post(address, {"until": until}, key="other")
    assert (other.status_code, other.json()["code"]) == (409, "promise_open")
    assert anna.get("/today").json()["promised"] == [
        {"account_id": family.first.public_id, "until": until, "amount_kopecks": 300_00}
    ]
    assert anna.get(f"/accounts/{family.first.public_id}").json()["agreed"] == {
        "kind": "promise",
        "ask_kopecks": 300_00,
        "until": until,
    }
    for person in (family.boris, family.vera):
        assert Program(person).get(address).status_code == 404
        assert Program(person).post(address, {"until": until}).status_code == 404


def test_a_promise_is_taken_back_by_whoever_made_it_and_by_nobody_else() -> None:
    family, today = make_family(), timezone.localdate()
    Link.objects.filter(person=family.boris).update(can_pay=True)
    anna, address = Program(family.anna), f"/accounts/{family.first.public_id}/promises"
    until = (today + timedelta(days=5)).isoformat()
    (one,) = anna.post(address, {"until": until}, key="promise").json()["promises"]
    body = {"promise": one["id"]}
    other = Program(family.boris).post(f"{address}/withdraw", body, key="boris")
    assert (other.status_code, other.json()["code"]) == (409, "promise_over")
    assert Program(family.vera).post(f"{address}/withdraw", body, key="vera").status_code == 404
    for _again in range(2):
        gone = anna.post(f"{address}/withdraw", body, key="withdraw")
        assert (gone.status_code, gone.json()["promises"][0]["state"]) == (200, "recalled")
    assert anna.get("/today").json()["promised"] == []
    # On the day it was made it had won no time: another day may be promised at once.
    assert anna.post(address, {"until": until}, key="again").status_code == 201


def test_nothing_is_asked_of_a_promise_that_was_paid_before_it_is_judged() -> None:
    family, today = make_family(), timezone.localdate()
    anna, address = Program(family.anna), f"/accounts/{family.first.public_id}"
    until = (today + timedelta(days=5)).isoformat()
    anna.post(f"{address}/promises", {"until": until}, key="promise")
    owe(family.first, 500_00)
    pay_by_hand(family.first, 200_00, at=timezone.now())
    assert anna.get(address).json()["agreed"] == {
        "kind": "promise",
        "ask_kopecks": 100_00,
        "until": until,
    }
    assert [one["amount_kopecks"] for one in anna.get("/today").json()["promised"]] == [100_00]
    # Nor of money that the bank has taken.
    order = make_order(person=family.anna, lines=[(family.first, 100_00)], now=timezone.now())
    Order.objects.filter(pk=order.pk).update(state=OrderState.PAID)
    assert anna.get(address).json()["agreed"] is None
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELED)
    assert anna.get(address).json()["agreed"] is not None
    pay_by_hand(family.first, 100_00, at=timezone.now())
    assert (anna.get(address).json()["agreed"], anna.get("/today").json()["promised"]) == (None, [])
