"""Common needs of houses: from the house's meter to a line of each account, and back by a correction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.accounts.tests.factories import make_provider
from svet.billing.models import ChargeLine, HouseMonthRow, HouseProblem, HouseShareRow, Problem
from svet.billing.queries.explaining import explanation
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.rules.house_file import HouseFault, HouseFile, HouseFileRefused
from svet.billing.rules.houses import HouseVolume, HouseWay, MeterMonth, divided, metered, part_of
from svet.billing.rules.pricing import amount
from svet.billing.tests.houses import (
    DECEMBER, NOVEMBER, area_sum, make_flats, make_house, move_in, read_house, run, take,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def house_lines(month: str = "2026-11-01") -> list[ChargeLine]:
    return list(ChargeLine.objects.filter(basis="house", month=month).order_by("account_id", "position"))


def test_a_house_charges_its_flats_what_its_meter_shows_beyond_them() -> None:
    make_house()
    meters = make_flats()
    read_house("2026-11", "1020")
    report = run(NOVEMBER)
    assert report.problems == 0
    lines = house_lines()
    # (20 × 30 − 427) × m² ÷ 200
    assert [line.kwh for line in lines] == [Decimal("43.337"), Decimal("28.804"), Decimal("60.55")]
    assert [line.account_id for line in lines] == [meter.account_id for meter in meters]
    assert all(line.kopecks == amount(line.kwh, line.price) for line in lines)
