from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.kernel.money import Money
from svet.payments import texts
from svet.payments.rules import (
    LIMITS,
    AmountReason,
    AmountRefused,
    body_hash,
    fill,
    parse_amount,
    share_refund,
)
from svet.payments.rules.states import FINAL, LOOKS, MOVES, OrderState, next_look
from svet.payments.tests.odd_sums import EXPECTED, TYPED, typed


@pytest.mark.parametrize("row", TYPED, ids=lambda row: row["shown"])
def test_every_hostile_amount_has_its_outcome(row: dict[str, object]) -> None:
    raw, expected = typed(row), EXPECTED[int(str(row["n"]))]
    if isinstance(expected, int):
        assert parse_amount(raw) == Money(expected)
        return
    with pytest.raises(AmountRefused) as refused:
        parse_amount(raw)
    assert refused.value.reason is expected
    assert str(row["expected"]).startswith(f"ERR {expected}")
    assert texts.explain(refused.value)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("٣٠٠", AmountReason.CHARS),
        ("300\x00", AmountReason.CHARS),
        ("12 34", AmountReason.AMBIGUOUS),
        ("1 2345", AmountReason.AMBIGUOUS),
        (",50", AmountReason.AMBIGUOUS),
        ("300,", AmountReason.FRACTION),
        ("1,2,3", AmountReason.AMBIGUOUS),
        ("-", AmountReason.CHARS),
        ("--5", AmountReason.NEGATIVE),
        ("\u2212300,00", AmountReason.NEGATIVE),
        ("   ", AmountReason.REQUIRED),
        ("Infinity", AmountReason.CHARS),
    ],
)
def test_other_odd_amounts_are_refused(raw: str, reason: AmountReason) -> None:
    with pytest.raises(AmountRefused) as refused:
        parse_amount(raw)
    assert refused.value.reason is reason


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(raw: str) -> None:
    try:
        money = parse_amount(raw)
    except AmountRefused:
        return
    assert LIMITS.line_min <= money <= LIMITS.line_max


@given(st.integers(LIMITS.line_min.kopecks, LIMITS.line_max.kopecks))
def test_what_the_page_prefills_reads_back(kopecks: int) -> None:
    text = f"{kopecks // 100},{kopecks % 100:02d}"
    assert parse_amount(text) == Money(kopecks)


def test_the_minimum_says_how_much() -> None:
    with pytest.raises(AmountRefused) as refused:
        parse_amount("0,01")
    assert texts.explain(refused.value) == "Минимальный платёж 1\u00a0₽."


def test_a_body_is_the_same_in_any_order() -> None:
    assert body_hash([("a", Money(1)), ("b", Money(2))]) == body_hash([("b", Money(2)), ("a", Money(1))])
    assert body_hash([("a", Money(1))]) != body_hash([("a", Money(2))])


def test_money_the_bank_took_late_can_still_be_credited() -> None:
    for state in (OrderState.CANCELED, OrderState.FAILED, OrderState.REVIEW):
        assert MOVES.allows(state, OrderState.PAID)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=8), st.integers(1, 10**8))
def test_a_taken_sum_is_laid_on_the_lines_whole(wanted: list[int], taken: int) -> None:
    laid = fill(Money(taken), [Money(kopecks) for kopecks in wanted])
    assert Money.total(laid) == Money(taken)
    assert all(part.kopecks >= 0 for part in laid)
    assert [part.kopecks for part in fill(Money(sum(wanted)), [Money(k) for k in wanted])] == wanted


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=8), st.integers(1, 10**8))
def test_a_refund_takes_no_more_off_a_line_than_is_left(left: list[int], refund: int) -> None:
    laid = share_refund(Money(refund), [Money(kopecks) for kopecks in left])
    assert all(0 <= part.kopecks <= most for part, most in zip(laid, left, strict=True))
    assert Money.total(laid) == Money(min(refund, sum(left)))


@pytest.mark.parametrize(
    ("refund", "left", "laid"),
    [
        (335_38, (300_00, 35_38), (300_00, 35_38)),
        (400_00, (300_00, 35_38), (300_00, 35_38)),
        (35_38, (300_00, 35_38), (0, 35_38)),
        (100_00, (300_00, 35_38), (89_45, 10_55)),
        (50_00, (50_00, 50_00), (25_00, 25_00)),
        (1, (50_00, 50_00), (1, 0)),
    ],
)
def test_the_documented_shares_of_a_refund(refund: int, left: tuple[int, ...], laid: tuple[int, ...]) -> None:
    found = share_refund(Money(refund), [Money(kopecks) for kopecks in left])
    assert tuple(part.kopecks for part in found) == laid


def test_only_a_paid_order_becomes_credited_and_then_stays() -> None:
    assert [old for old in OrderState if MOVES.allows(old, OrderState.CREDITED)] == [OrderState.PAID]
    assert not MOVES[OrderState.CREDITED]
    assert set(MOVES) == set(OrderState)
    assert OrderState.CREDITED in FINAL


def test_the_looks_follow_the_promise_and_end() -> None:
    made = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    seconds = [30, 60, 120, 300, 900, 3600, 21600, 86400]
    assert [int(look.total_seconds()) for look in LOOKS[:8]] == seconds
    assert len(LOOKS) == 15
    assert next_look(created_at=made, looks=0, now=made) == made + timedelta(seconds=30)
    assert next_look(created_at=made, looks=1, now=made + timedelta(hours=2)) == made + timedelta(hours=6)
    assert next_look(created_at=made, looks=15, now=made) is None
