from datetime import date
from decimal import Decimal

import pytest

from svet.kernel.ids import new_public_id, new_receipt_number
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month, Span


@pytest.mark.parametrize(
    ("roubles", "kopecks"),
    [("0.005", 1), ("-0.005", -1), ("1.004", 100), ("271.932496", 27193), ("12.675", 1268)],
)
def test_roubles_round_half_up_to_kopecks(roubles: str, kopecks: int) -> None:
    assert Money.of_roubles(Decimal(roubles)) == Money(kopecks)


def test_money_refuses_anything_but_whole_kopecks() -> None:
    with pytest.raises(TypeError):
        Money(1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(True)


def test_money_adds_up() -> None:
    assert Money.total([Money(10), Money(-3)]) == Money(7)
    assert Money.total([]) == ZERO
    assert Money(12345).roubles == Decimal("123.45")


@pytest.mark.parametrize("text", ["2026-13", "26-01", "2026-1", "२०२६-01", "2026-01-01", "0001-01"])
def test_month_refuses_other_spellings(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


def test_month_arithmetic_crosses_years() -> None:
    december = Month.parse("2026-12")
    assert december.plus(1) == Month(2027, 1)
    assert december.end == date(2027, 1, 1)
    assert Month(2027, 2) - december == 2
    assert Month(2026, 2).day(31) == date(2026, 2, 28)


def test_span_is_half_open() -> None:
    span = Span(date(2026, 1, 1), date(2026, 2, 1))
    assert span.days == 31
    assert date(2026, 2, 1) not in span
    assert span.last == date(2026, 1, 31)


def test_ids_do_not_repeat_and_avoid_look_alikes() -> None:
    ids = {new_public_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert not set("".join(ids)) & set("ilou")
    assert len(new_receipt_number("П")) == 11
