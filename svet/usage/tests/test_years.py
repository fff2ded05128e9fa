"""A calendar year from its bills: sums, the highest month, the same months before, prices that moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from svet.kernel.periods import Month
from svet.usage import texts
from svet.usage.rules import PriceMove, UsageMonth, YearStory, year_story, year_to_look_back_at
from svet.usage.tests.test_rules import CORRECTION, line, month


def of(year: int, number: int, kwh: int, price: str = "4.00") -> UsageMonth:
    return month(line(kwh, price), of=Month(year, number))


def told(*months: UsageMonth) -> YearStory:
    found = year_story(months, year=2026)
    assert found is not None
    return found


def test_a_whole_year_beside_the_year_before() -> None:
    now = [of(2026, number, 200 + number) for number in range(1, 13)]
    then = [of(2025, number, 200) for number in range(1, 13)]
    story = told(*reversed(now), *then)
    assert story.whole
    assert story.kwh == sum(range(201, 213))
    assert story.kopecks == story.kwh * 400
    assert (story.highest, story.lowest) == (now[11], now[0])
    assert story.compared == ((story.kwh, story.kopecks), (Decimal(2_400), 960_000))


def test_only_months_that_both_years_have_are_compared() -> None:
    story = told(of(2025, 11, 100), of(2025, 6, 900), of(2026, 11, 150), of(2026, 12, 300))
    assert not story.whole
    assert [each.month for each in story.before] == [Month(2025, 11)]
    assert story.compared == ((Decimal(150), 60_000), (Decimal(100), 40_000))
    assert told(of(2026, 12, 300)).compared is None


def test_equal_months_have_no_highest_and_the_earlier_of_two_wins() -> None:
    assert told(of(2026, 1, 200), of(2026, 2, 200)).highest is None
    story = told(of(2026, 1, 300), of(2026, 2, 300), of(2026, 3, 100), of(2026, 4, 100))
    assert story.highest is not None
    assert story.lowest is not None
    assert (story.highest.month, story.lowest.month) == (Month(2026, 1), Month(2026, 3))


def test_prices_that_moved_are_told_and_recalculations_are_none() -> None:
    story = told(of(2026, 1, 200), of(2026, 9, 200), of(2026, 10, 200, "4.50"), of(2026, 11, 200, "4.50"))
    assert story.prices == (
        PriceMove(line(1).zone, line(1).range_no, Decimal("4.00"), Decimal("4.50"), Month(2026, 10)),
    )
    assert told(of(2026, 1, 200), month(line(200), CORRECTION, of=Month(2026, 2))).prices == ()


def test_a_price_is_told_with_all_its_decimals_and_since_when() -> None:
    move = PriceMove("day", 1, Decimal("4.85102"), Decimal("4.85408"), Month(2026, 7))
    said = texts.price_move(move).replace("\xa0", " ")
    assert said == "День: было 4,85102 ₽, с июля 2026 стало 4,85408 ₽ за кВт·ч"
    second = replace(move, range_no=2, first=Decimal("4.80000"))
    assert "диапазон 2: было 4,80 ₽, с июля 2026" in texts.price_move(second).replace("\xa0", " ")
    with translation.override("en"):
        assert "since July 2026" in texts.price_move(move).replace("\xa0", " ")


def test_a_year_without_a_bill_is_no_year() -> None:
    assert year_story([of(2025, 12, 1)], year=2026) is None


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), 2026),
        (date(2027, 3, 1), 2026),
        (date(2027, 3, 2), None),
    ],
)
def test_the_last_year_is_looked_back_at_in_winter(today: date, year: int | None) -> None:
    assert year_to_look_back_at(today) == year
