"""A bill explains the common needs of the house: of what, by which area, how many kWh."""

from __future__ import annotations

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import NOW
from svet.billing.tests.houses import (
    DECEMBER,
    IN_DECEMBER,
    LATER,
    NOVEMBER,
    make_flats,
    make_house,
    read_flats,
    read_house,
    run,
)
from svet.bills import operations, texts
from svet.bills.models import Bill
from svet.bills.queries.checks import checked_blocks
from svet.bills.rules import BillDocument, compare, from_snapshot

pytestmark = pytest.mark.django_db


def first_bill() -> BillDocument:
    return from_snapshot(Bill.objects.order_by("account_id", "-period").first().snapshot)  # type: ignore[union-attr]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def test_the_line_of_a_house_says_its_arithmetic_and_no_dial_shows_it() -> None:
    make_house()
    meters = make_flats()
    read_house("2026-11", "1020")
    run(NOVEMBER)
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    bill = first_bill()
    own, house = bill.lines
    assert (own.basis, house.basis) == ("reading", "house")
    assert plain(texts.foundation(house)) == (
        "дом H-1: 600 - 427 = 173 кВт·ч; доля по площади: 173 кВт·ч × 50,1 м² ÷ 200 м² = 43,337 кВт·ч"
    )
    assert len(bill.readings) == 1
    assert bill.readings[0].kwh == 137
    assert any("Общедомовые нужды" in note for note in texts.notes(bill))
    assert plain(texts.sentence(compare(bill))).startswith("В ноябре 137 кВт·ч")
    # The reading of the house was wrong: the next bill gives the difference, and compares the flat alone.
    read_house("2026-11", "1018", at=LATER)
    read_house("2026-12", "1030", at=LATER)
    read_flats(meters, 1250)
    run(DECEMBER)
    operations.issue(provider_id=make_provider().pk, period=DECEMBER, now=IN_DECEMBER)
    later = first_bill()
    (corrected,) = [line for line in later.lines if line.corrects is not None]
    assert texts.foundation(corrected) == "исправлен общедомовой объём"
    assert "было 180,337, стало 165,307" in texts.range_label(corrected)
    comparison = compare(later)
    # The flat alone: 113 kWh after 137, whatever its house used.
    assert comparison.usage.kwh == 113
    assert comparison.difference_kwh == -24
    assert [part.breaches for part in checked_blocks(since=False) if part.breaches] == []


def test_a_house_that_used_no_more_than_its_rooms_says_why_nothing_is_charged() -> None:
    make_house()
    make_flats()
    read_house("2026-11", "1010")
    run(NOVEMBER)
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    *_, house = first_bill().lines
    assert house.kopecks == 0
    assert "дом показал не больше помещений" in texts.foundation(house)
