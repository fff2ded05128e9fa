"""Lines as a reader sees them, and the sentence about the month: rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from svet.bills import texts
from svet.bills.rules import (
    BillDocument,
    LinePart,
    LineRow,
    TariffChange,
    Usage,
    UsageChange,
    compare,
    merged,
    usage,
)
from svet.bills.tests.factories import make_document, make_line


@pytest.fixture(autouse=True)
def _russian() -> object:
    with translation.override("ru"):
        yield


def part(kwh: int, since: date, until: date, **how: object) -> LineRow:
    """A part of the 250 kWh between the same two readings."""
    line = replace(
        make_line(kwh=Decimal(kwh), price=Decimal("5.58")),
        since_on=since,
        until_on=until,
        previous_value=Decimal(1500),
        current_value=Decimal(1750),
    )
    return replace(line, **how)  # type: ignore[arg-type]


FIRST = part(129, date(2026, 8, 24), date(2026, 9, 25))
SECOND = part(121, date(2026, 9, 25), date(2026, 10, 23))


def said(document: BillDocument) -> str:
    return texts.sentence(compare(document)).replace("\xa0", " ")


def test_parts_of_equal_price_are_one_line_whose_formula_holds() -> None:
    (line,) = merged([FIRST, replace(SECOND, tariff_from=date(2026, 10, 1), decree="Новое постановление")])
    assert (line.kwh, line.kopecks) == (Decimal(250), 139_500)
    assert (line.since_on, line.until_on) == (date(2026, 8, 24), date(2026, 10, 23))
    assert texts.volume_formula(line).replace("\xa0", " ") == "1 750 − 1 500"
    assert "Новое постановление" in line.decree


@pytest.mark.parametrize(
    "other",
    [
        replace(SECOND, price=Decimal("5.60"), kopecks=67_760),
        replace(SECOND, meter_serial="2"),
        replace(SECOND, basis="average"),
        replace(SECOND, since_on=date(2026, 9, 26)),
        # Together they would be a kopeck off.
        replace(SECOND, kopecks=SECOND.kopecks + 1),
        replace(SECOND, current_value=Decimal(1800)),
    ],
)
def test_parts_that_differ_in_what_is_paid_stay_apart(other: LineRow) -> None:
    assert len(merged([FIRST, other])) == 2


def test_range_of_two_months_stays_in_two_lines_beyond_its_limit() -> None:
    limits = {"range_upper_kwh": Decimal(200), "range_over_kwh": None}
    assert len(merged([replace(FIRST, **limits), replace(SECOND, **limits)])) == 2  # type: ignore[arg-type]
    limits["range_upper_kwh"] = Decimal(3900)
    assert len(merged([replace(FIRST, **limits), replace(SECOND, **limits)])) == 1  # type: ignore[arg-type]


def test_part_of_a_volume_says_which_part_it_is() -> None:
    formula = texts.volume_formula(FIRST).replace("\xa0", " ")
    assert formula == "1 750 − 1 500 = 250 кВт·ч; в этой строке 129 кВт·ч"


def corrected(kwh: int, **how: object) -> LineRow:
    """September 2026, of which so many kWh more are charged now than the 170 of an average."""
    price = Decimal("5.58")
    line = replace(
        make_line(kwh=Decimal(kwh), price=price, basis="recalculation"),
        corrects=date(2026, 9, 1),
        was=(LinePart(Decimal(170), price, 94_860, "average"),),
        now=(LinePart(Decimal(170 + kwh), price, 94_860 + 558 * kwh, "reading"),),
        cause="control",
        cause_value=Decimal(1700),
        cause_on=date(2026, 11, 20),
        cause_source="control",
    )
    return replace(line, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kwh", "words"), [(-50, "возвращено 50 кВт·ч"), (30, "доначислено 30 кВт·ч"), (0, "")]
)
def test_recalculation_is_told_apart_from_the_month_and_never_negative(kwh: int, words: str) -> None:
    document = make_document(lines=(make_line(), corrected(kwh)))
    found = compare(document)
    # The month itself is compared by its own days, whatever is corrected beside it.
    assert (found.change, int(found.difference_kwh), found.recalculated) == (UsageChange.MORE, 38, kwh != 0)
    assert said(document).startswith("В ноябре 212 кВт·ч — на 38 больше, чем в октябре")
    assert words in said(document)
    assert ("за прежние месяцы" in said(document)) == bool(kwh)


def test_recalculation_says_what_was_and_is_and_why() -> None:
    taken = corrected(-50)
    assert texts.line_title(taken).replace("\xa0", " ") == "Круглосуточный, перерасчёт за сентябрь 2026"
    assert texts.range_label(taken) == "было 170, стало 120"
    assert texts.line_formula(taken).replace("\xa0", " ") == (
        "было 170 кВт·ч × 5,58 = 948,60 ₽; стало 120 кВт·ч × 5,58 = 669,60 ₽; разница −279,00 ₽"
    )
    assert texts.foundation(taken).replace("\xa0", " ") == "контрольные показания 1 700 от 20.11.2026"
    same = corrected(0)
    assert texts.line_formula(same).startswith("подтверждено: 170")
    # Two months are never one line, though nothing in them differs for the reader.
    assert len(merged([taken, replace(taken, corrects=date(2026, 8, 1))])) == 2
    causes = ("reading", "replacement", "withdrawn", "act", "terms", "tariff", "recalculation")
    assert len({texts.foundation(replace(taken, cause=cause)) for cause in causes}) == len(causes)


def test_estimate_is_stated_and_says_its_base() -> None:
    line = replace(make_line(kwh=Decimal(206), basis="average"), current_value=None, current_on=None)
    document = make_document(lines=(line,))
    assert said(document).startswith("В ноябре показаний не было, начислено 206 кВт·ч")
    assert "около 6,9 кВт·ч в день" in texts.foundation(line).replace("\xa0", " ")


def test_months_of_different_length_are_compared_by_the_day() -> None:
    before = Usage(Decimal(310), 147_870, date(2026, 8, 24), date(2026, 10, 24), plain=True)
    document = replace(make_document(), previous_usage=before)
    found = compare(document)
    assert (found.daily, found.change, found.difference_kopecks) == (True, UsageChange.MORE, 0)
    assert said(document).startswith(
        "С 24.10.2026 по 22.11.2026 (30 дней) 212 кВт·ч, 7,1 в день — на 2 больше, чем в октябре"
    )


def test_month_before_with_an_estimate_is_not_compared_with() -> None:
    before = usage([make_line(kwh=Decimal(170), basis="average")])
    document = replace(make_document(), previous_usage=before)
    assert compare(document).change is UsageChange.NONE
    assert said(document).startswith("В ноябре 212 кВт·ч;")


def test_tariff_that_changed_within_the_bill_is_never_called_unchanged() -> None:
    newer = replace(SECOND, price=Decimal("5.90"), kopecks=71_390)
    document = replace(make_document(lines=(FIRST, newer)), previous_prices={"single/1": Decimal("5.90")})
    found = compare(document)
    assert (found.tariff, found.old_price, found.new_price) == (
        TariffChange.ROSE,
        Decimal("5.58"),
        Decimal("5.90"),
    )


@pytest.mark.parametrize(
    ("opening", "paid", "issued", "state", "words"),
    [
        (0, 0, date(2026, 12, 1), "due", "до 15 декабря 2026"),
        (0, 0, date(2026, 12, 20), "overdue", "срок прошёл 15 декабря 2026"),
        (0, 500_000, date(2026, 12, 1), "over", ""),
        (0, 101_124, date(2026, 12, 1), "even", ""),
    ],
)
def test_bill_asks_only_for_what_is_owed(
    opening: int, paid: int, issued: date, state: str, words: str
) -> None:
    document = replace(make_document(opening=opening, paid=paid), issued_on=issued)
    assert document.money_state.value == state
    if words:
        assert texts.due_words(document).replace("\xa0", " ") == words
