"""Months and reasons from the lines of bills: every sum is one of theirs, to the kopeck."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from svet.bills.rules import LineRow
from svet.bills.rules.document import LinePart
from svet.bills.tests.factories import make_line
from svet.kernel.periods import Month
from svet.usage.rules import (
    ReasonKind,
    UsageMonth,
    UsageStory,
    energy_reasons,
    money_reasons,
    usage_month,
)

NOVEMBER = Month(2026, 11)


def line(kwh: int, price: str = "4.00", *, days: int = 30, **changes: object) -> LineRow:
    made = make_line(kwh=Decimal(kwh), price=Decimal(price))
    made = replace(
        made, since_on=date(2026, 10, 26), until_on=date.fromordinal(date(2026, 10, 26).toordinal() + days)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def month(*lines: LineRow, of: Month = NOVEMBER, away: list[tuple[date, date]] | None = None) -> UsageMonth:
    return usage_month(month=of, bill_public_id="b", lines=lines, away=away or [])


OCTOBER = date(2026, 10, 1)
CORRECTION = replace(line(-20), basis="recalculation", corrects=date(2026, 9, 1), kopecks=-8_000)
HOUSE = replace(line(7), basis="house", kopecks=2_800)
DECIDED = replace(line(0), basis="adjustment", kopecks=-500)


def test_the_parts_of_a_month_come_to_its_bill() -> None:
    lines = (line(200, zone="day"), line(90, "2.00", zone="night"), CORRECTION, HOUSE, DECIDED)
    found = month(*lines)
    assert [(each.zone, each.kwh, each.kopecks) for each in found.zones] == [
        ("day", Decimal(200), 80_000),
        ("night", Decimal(90), 18_000),
    ]
    assert (found.kwh, found.house, found.corrected, found.decided) == (Decimal(290), 2_800, -8_000, -500)
    assert found.corrected_kwh == -20
    assert found.kopecks == sum(each.kopecks for each in lines)


def test_what_nobody_has_read_what_the_office_has_and_days_away_are_marked() -> None:
    plain = month(line(200))
    assert (plain.estimated, plain.control, plain.away, plain.plain) == (Decimal(0), False, False, True)
    guessed = month(line(120), line(80, basis="average"))
    assert (guessed.estimated, guessed.plain) == (Decimal(80), False)
    assert month(line(200, current_source="control")).control
    away = [(date(2026, 11, 1), date(2026, 11, 7))]
    assert month(line(200), away=away).away
    assert not month(line(200), away=[(date(2026, 11, 1), date(2026, 11, 6))]).away
    assert not month(line(200), away=[(date(2026, 7, 1), date(2026, 7, 30))]).away


def test_a_corrected_month_stands_in_kwh_in_kopecks_and_as_read() -> None:
    guessed = line(300, basis="average")
    read = LinePart(Decimal(100), Decimal("4.00"), 40_000, "reading")
    house = [LinePart(Decimal(kwh), Decimal("4.00"), kwh * 400, "house") for kwh in (7, 9)]
    was = (LinePart(Decimal(300), Decimal("4.00"), 120_000, "average"), house[0])
    once = replace(
        line(-198), basis="recalculation", corrects=OCTOBER, kopecks=-79_200, was=was, now=(read, house[1])
    )
    found = usage_month(month=NOVEMBER.plus(-1), bill_public_id="b", lines=[guessed], later=[once])
    stands = found.stands("single")
    assert (stands.kwh, stands.kopecks) == (Decimal(100), 40_000), "without the house's"
    assert (found.estimated, found.standing_estimate) == (Decimal(300), Decimal(0))
    bare = replace(once, kwh=Decimal(-200), kopecks=-80_000, was=(), now=())
    found = usage_month(month=NOVEMBER.plus(-1), bill_public_id="b", lines=[guessed], later=[bare])
    assert (found.stands("single").kopecks, found.standing_estimate) == (40_000, Decimal(0))
    dearer = replace(
        once, kwh=Decimal(0), kopecks=6_000, was=was[:1], now=(replace(was[0], kopecks=126_000),)
    )
    found = usage_month(month=NOVEMBER.plus(-1), bill_public_id="b", lines=[guessed], later=[dearer])
    assert (found.stands("single").kopecks, found.standing_estimate) == (126_000, Decimal(300)), (
        "still nobody's reading"
    )


def test_a_month_lasts_by_its_own_use_alone() -> None:
    own = line(200)
    early = replace(CORRECTION, since_on=date(2026, 10, 1), until_on=date(2026, 10, 25))
    assert month(early, own, replace(HOUSE, since_on=date(2026, 11, 1))).span == (own.since_on, own.until_on)
    assert month(early).span is None


def test_a_longer_month_and_more_a_day_are_told_apart() -> None:
    now, then = month(line(341, days=31)), month(line(300, days=30))
    assert [(each.kind, each.kwh) for each in energy_reasons(now, then)] == [
        (ReasonKind.DAYS, Decimal(10)),
        (ReasonKind.PER_DAY, Decimal(31)),
    ]


def test_money_is_told_by_price_days_use_and_the_rest() -> None:
    now = month(line(341, "4.40", days=31), CORRECTION, HOUSE)
    then = month(line(300, "4.00", days=30), DECIDED)
    found = {each.kind: each.kopecks for each in money_reasons(now, then)}
    assert found == {
        ReasonKind.TARIFF: 13_640,  # 341 × 0,40 ₽
        ReasonKind.DAYS: 4_000,  # a day of 10 kWh at the old price
        ReasonKind.PER_DAY: 150_040 - 120_000 - 13_640 - 4_000,
        ReasonKind.HOUSE: 2_800,
        ReasonKind.CORRECTED: -8_000,
        ReasonKind.DECIDED: 500,
    }


@pytest.mark.parametrize("kwh", [0, 1, 7, 333, 4_000])
@pytest.mark.parametrize("days", [28, 30, 31, 59])
@pytest.mark.parametrize("price", ["3.99", "4.07", "7.17"])
def test_reasons_come_to_the_difference_to_the_kopeck(kwh: int, days: int, price: str) -> None:
    now, then = month(line(kwh, price, days=days), CORRECTION), month(line(211, "4.07"), HOUSE)
    assert sum(each.kopecks for each in money_reasons(now, then)) == now.kopecks - then.kopecks
    assert sum((each.kwh for each in energy_reasons(now, then)), Decimal(0)) == now.kwh - then.kwh
    guessed = month(line(kwh, price, basis="average"))
    assert sum(each.kopecks for each in money_reasons(guessed, then)) == guessed.kopecks - then.kopecks


def test_a_month_nobody_read_is_not_taken_apart() -> None:
    now, then = month(line(341, basis="average")), month(line(300))
    assert [each.kind for each in energy_reasons(now, then)] == [ReasonKind.READ]
    assert ReasonKind.DAYS not in {each.kind for each in money_reasons(now, then)}


def story(*kwh: int) -> UsageStory:
    return UsageStory(tuple(month(line(each), of=NOVEMBER.plus(-place)) for place, each in enumerate(kwh)))


def test_this_year_stands_over_the_last_only_when_both_are_whole() -> None:
    whole = story(*range(100, 124))
    this, before = whole.years
    assert (sum(each.kwh for each in this), sum(each.kwh for each in before)) == (1266, 1410)
    assert whole.shown == tuple(NOVEMBER.plus(step) for step in range(-11, 1))
    assert story(*range(23)).years[1] == ()
    assert story().shown == ()


def test_a_month_is_held_against_a_year_ago_else_against_the_one_before() -> None:
    long, short = story(*range(100, 124)), story(5, 4)
    assert long.compared_with(NOVEMBER) == long.month(NOVEMBER.plus(-12))
    assert short.compared_with(NOVEMBER) == short.month(NOVEMBER.plus(-1))
    assert short.compared_with(NOVEMBER.plus(-1)) is None


def test_zones_stand_in_the_order_of_a_bill() -> None:
    found = UsageStory((month(line(1, zone="night"), line(1, zone="day")), month(line(1, zone="single"))))
    assert found.zones == ("single", "day", "night")
    three = month(*(line(1, zone=zone) for zone in ("night", "new", "semipeak", "peak")))
    assert [each.zone for each in three.zones] == ["peak", "semipeak", "night", "new"]
