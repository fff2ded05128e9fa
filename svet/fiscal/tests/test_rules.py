"""Which lines a receipt has, the VAT within them, when it is sent again: no database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from svet.fiscal.rules.lines import LineLeft, ReceiptPart, split_paid, take_back, use_advances
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import (
    RECEIPT_MOVES,
    ReceiptLineKind,
    ReceiptState,
    look_again_after,
    send_again_after,
)
from svet.fiscal.rules.vat import (
    NO_VAT,
    RATES,
    Supplied,
    Taxation,
    VatUnknown,
    by_rates,
    debt_left,
    same_vat,
    vat_of,
)
from svet.kernel.money import ZERO, Money

SETTLED, ADVANCE = ReceiptLineKind.SETTLEMENT, ReceiptLineKind.ADVANCE
TODAY = date(2026, 11, 27)


def left(line: int, kind: ReceiptLineKind, kopecks: int, *, account: int = 1) -> LineLeft:
    return LineLeft(line, account, kind, Money(kopecks))


@pytest.mark.parametrize(
    ("paid", "owed", "parts"),
    [
        (300_00, 300_00, [(SETTLED, 300_00)]),
        (100_00, 300_00, [(SETTLED, 100_00)]),
        (350_01, 300_00, [(SETTLED, 300_00), (ADVANCE, 50_01)]),
        (350_00, 0, [(ADVANCE, 350_00)]),
        (350_00, -10_00, [(ADVANCE, 350_00)]),
    ],
)
def test_up_to_the_debt_is_settled_and_the_rest_is_an_advance(
    paid: int, owed: int, parts: list[tuple[ReceiptLineKind, int]]
) -> None:
    found = split_paid([(1, Money(paid))], {1: Money(owed)})
    assert [(one.kind, one.money.kopecks) for one in found] == parts
    assert Money.total(one.money for one in found) == Money(paid)


def test_each_account_is_settled_by_itself() -> None:
    found = split_paid([(1, Money(100)), (2, Money(100))], {1: Money(500)})
    assert [(one.account_id, one.kind) for one in found] == [(1, SETTLED), (2, ADVANCE)]


def test_what_goes_back_is_an_advance_first_and_never_more_than_was_fiscalised() -> None:
    lines = [left(1, SETTLED, 300), left(2, ADVANCE, 50)]
    assert take_back([(1, Money(70))], lines) == [
        ReceiptPart(1, ADVANCE, Money(50), 2),
        ReceiptPart(1, SETTLED, Money(20), 1),
    ]
    assert Money.total(one.money for one in take_back([(1, Money(999))], lines)) == Money(350)
    assert take_back([(2, Money(70))], lines) == []
    assert take_back([(1, Money(70))], [left(1, SETTLED, 0)]) == []


@pytest.mark.parametrize(
    ("balance", "used"),
    [
        (-150, []),
        (-200, []),
        (-120, [(1, 30)]),
        (-40, [(1, 100), (2, 10)]),
        (0, [(1, 100), (2, 50)]),
        (900, [(1, 100), (2, 50)]),
    ],
)
def test_an_advance_is_used_by_what_the_account_is_no_more_overpaid_by(
    balance: int, used: list[tuple[int, int]]
) -> None:
    parts = use_advances(balance=Money(balance), advances=[left(2, ADVANCE, 50), left(1, ADVANCE, 100)])
    assert [(one.of, one.money.kopecks) for one in parts] == used
    assert {one.kind for one in parts} <= {SETTLED}


@pytest.mark.parametrize(
    ("kopecks", "day", "kind", "word", "within"),
    [
        (122_00, TODAY, SETTLED, "vat22", 22_00),
        (122_00, TODAY, ADVANCE, "vat122", 22_00),
        (120_00, date(2025, 12, 31), SETTLED, "vat20", 20_00),
        (120_00, date(2025, 12, 31), ADVANCE, "vat120", 20_00),
        (100_00, date(2026, 1, 1), SETTLED, "vat22", 18_03),
        (1, TODAY, SETTLED, "vat22", 0),
        (3, TODAY, SETTLED, "vat22", 1),
    ],
)
def test_vat_is_within_the_sum_by_the_rate_of_the_day(
    kopecks: int, day: date, kind: ReceiptLineKind, word: str, within: int
) -> None:
    vat = vat_of(Money(kopecks), kind, taxation=Taxation.GENERAL, day=day)
    assert (vat.word, vat.money.kopecks) == (word, within)


def test_who_pays_no_vat_says_so_on_any_day() -> None:
    vat = vat_of(Money(100), SETTLED, taxation=Taxation.INCOME, day=date(2099, 1, 1))
    assert (vat.word, vat.money) == (NO_VAT, ZERO)


@pytest.mark.parametrize("day", [RATES[-1].until, RATES[0].since - timedelta(days=1)])
def test_a_day_beyond_the_table_is_refused_and_says_which(day: date) -> None:
    with pytest.raises(VatUnknown) as refusal:
        vat_of(Money(100), SETTLED, taxation=Taxation.GENERAL, day=day)
    assert refusal.value.reason is ReceiptReason.VAT
    assert refusal.value.details == {"day": day.isoformat()}


@pytest.mark.parametrize(("word", "within"), [("vat20", 20_00), ("vat120", 20_00), ("none", 0)])
def test_what_goes_back_has_the_vat_with_which_it_came(word: str, within: int) -> None:
    assert (same_vat(Money(120_00), word).word, same_vat(Money(120_00), word).money.kopecks) == (word, within)


OLD, OLDER, NEW = date(2025, 12, 31), date(2025, 11, 30), date(2026, 1, 31)
DEBT = [Supplied(NEW, Money(30)), Supplied(OLDER, Money(10)), Supplied(OLD, Money(20))]


@pytest.mark.parametrize(
    ("settled", "parts"),
    [
        (5, [(OLDER, 5)]),
        (25, [(OLD, 25)]),
        (45, [(OLD, 30), (NEW, 15)]),
        (70, [(OLD, 30), (TODAY, 40)]),
    ],
)
def test_a_debt_is_settled_from_its_oldest_supply_at_the_rate_of_each(
    settled: int, parts: list[tuple[date, int]]
) -> None:
    found = by_rates(Money(settled), debt=DEBT, otherwise=TODAY)
    assert [(one.day, one.money.kopecks) for one in found] == parts


def test_what_is_left_of_a_debt_is_its_newest() -> None:
    assert debt_left(DEBT, settled=Money(25)) == [Supplied(OLD, Money(5)), Supplied(NEW, Money(30))]
    assert debt_left(DEBT, settled=Money(60)) == []


def test_a_day_without_a_rate_is_a_part_of_its_own() -> None:
    far = RATES[-1].until
    found = by_rates(Money(50), debt=[Supplied(NEW, Money(30))], otherwise=far)
    assert [one.day for one in found] == [NEW, far]


def test_the_rates_follow_each_other_without_a_gap() -> None:
    assert all(one.until == following.since for one, following in pairwise(RATES))


def test_nothing_follows_a_document_and_waits_grow() -> None:
    assert not RECEIPT_MOVES[ReceiptState.DONE]
    assert [send_again_after(tries) for tries in range(1, 9)] == sorted(map(send_again_after, range(1, 9)))
    assert look_again_after(0) == timedelta(seconds=5)
    assert look_again_after(99) == send_again_after(99) == timedelta(hours=1)
