"""Programs and water: the service, the unit, three decimals, and what is refused with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.api.tests.test_v1 import Cast, Program, code_of, readings_url
from svet.kernel.services import Service
from svet.metering.models import ReadingSet
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account(
        provider=make_provider(code="voda", name="Водоканал", service=Service.COLD_WATER), tariff_group=""
    )
    meter = make_meter(
        account=account, initial={Zone.SINGLE: Decimal("212.345")}, digits=5, decimals=3,
        installed_on=date(2026, 1, 10),
    )  # fmt: skip
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account, can_submit=False, can_pay=False)
    return Cast(Program(anna), Program(boris), Program(vera), account, meter)


def test_the_service_and_the_unit_are_named(cast: Cast) -> None:
    (account,) = cast.boris.get("/accounts").json()
    assert account["service"] == "cold_water"
    (meter,) = cast.boris.get("/meters").json()
    assert (meter["unit"], meter["decimals"], meter["zones"][0]["name"]) == ("m3", 3, "Холодная вода")
    assert cast.vera.get("/meters").json() == []


def test_readings_are_taken_and_their_price_is_the_suppliers_own_affair(cast: Cast) -> None:
    sent = cast.anna.post(readings_url(cast), {"values": {"single": "216.007"}})
    assert sent.status_code == 201
    assert sent.json()["consumption"] == {"single": "3.662"}
    assert ReadingSet.objects.get(channel="api").values.get().value == Decimal("216.007")
    asked = cast.anna.post(f"/meters/{cast.meter.public_id}/preview", {"values": {"single": "217"}}, key="k2")
    assert code_of(asked) == (422, "supplier_charges_itself")
    assert cast.vera.post(readings_url(cast), {"values": {"single": "216.007"}}, key="k3").status_code == 404
