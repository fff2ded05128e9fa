"""What a payer may have back of an overpayment: the rule alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from svet.kernel.money import ZERO, Money
from svet.payments.rules.overpaid import (
    BackReason,
    BackRefused,
    BackTerms,
    PaidLine,
    alone_left,
    back_of,
    check_asked,
    too_old,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TERMS = BackTerms(alone=Money(5_000_00), times=3, days=365)


def line(
    balance: int,
    *,
    left: int = 1_000,
    later: int | None = 0,
    waiting: int = 0,
    granted: int = 0,
    moved: bool = False,
) -> PaidLine:
    came = None if later is None else Money(later)
    return PaidLine(Money(balance), Money(waiting), Money(left), came, Money(granted), moved)


@pytest.mark.parametrize(
    ("standing", "most", "why"),
    [
        (line(-400), 400, None),
        (line(-4_000), 1_000, None),
        (line(-1), 1, None),
        (line(0), 0, BackReason.NOT_OVERPAID),
        (line(400), 0, BackReason.NOT_OVERPAID),
        (line(-400, waiting=400), 0, BackReason.NOT_OVERPAID),
        (line(-400, waiting=150), 250, None),
        (line(-400, left=0), 0, BackReason.GIVEN_BACK),
        (line(-400, later=None), 0, BackReason.GIVEN_BACK),
        (line(-400, left=0, moved=True), 0, BackReason.MOVED),
        # A benefit of 300 came after the payment: it is no payer's.
        (line(-400, granted=300), 100, None),
        (line(-400, granted=400), 0, BackReason.BY_STAFF),
        (line(-400, later=100, granted=300), 0, BackReason.BY_STAFF),
        (line(-400, later=400, granted=300), 0, BackReason.LATER_PAYMENT),
        # Boris paid 300 after Anna: of the 400 that are too much 300 are his.
        (line(-400, later=300), 100, None),
        (line(-400, later=400), 0, BackReason.LATER_PAYMENT),
        (line(-400, later=9_000), 0, BackReason.LATER_PAYMENT),
    ],
)
def test_what_is_too_much_is_of_the_last_payments(
    standing: PaidLine, most: int, why: BackReason | None
) -> None:
    assert back_of(standing) == (Money(most), why)


def test_all_payers_together_never_have_more_than_is_overpaid() -> None:
    """Payments in their order, each with what came after it: the shares add up to the overpayment."""
    paid = [700, 300, 500, 200]
    for overpaid in range(0, 1_701, 50):
        shares = [
            back_of(line(-overpaid, left=kopecks, later=sum(paid[at + 1 :])))[0].kopecks
            for at, kopecks in enumerate(paid)
        ]
        assert sum(shares) == overpaid


def first_come(paid: list[int], charged: int) -> list[int]:
    """The second, naive calculation: payments settle what was charged one after the other; what is over."""
    over = []
    for kopecks in paid:
        used = min(kopecks, charged)
        charged -= used
        over.append(kopecks - used)
    return over


@pytest.mark.parametrize("seed", range(60))
def test_lives_of_many_payers_agree_with_settling_charges_in_their_order(seed: int) -> None:
    """Payments, charges, recalculations and requests in any order: each may have what is over of theirs."""
    luck = random.Random(seed)
    paid: list[int] = []
    charged = 0
    for _step in range(40):
        match luck.choice(["pay", "charge", "recalculate", "ask"]):
            case "pay":
                paid.append(luck.randrange(1, 900))
            case "charge":
                charged += luck.randrange(1, 700)
            case "recalculate":
                charged -= min(charged, luck.randrange(1, 300))
            case _ if paid:
                at = luck.randrange(len(paid))
                most = shares(paid, charged)[at]
                paid[at] -= luck.randint(0, most)
        assert shares(paid, charged) == first_come(paid, charged)
        assert sum(shares(paid, charged)) == max(sum(paid) - charged, 0)


def shares(paid: list[int], charged: int) -> list[int]:
    """What each payer may have, the newest payment last."""
    balance = charged - sum(paid)
    return [
        back_of(line(balance, left=kopecks, later=sum(paid[at + 1 :])))[0].kopecks
        for at, kopecks in enumerate(paid)
    ]


@pytest.mark.parametrize(
    ("days", "bank_days", "old"), [(365, 365, False), (366, 365, True), (366, 1_095, True), (100, 90, True)]
)
def test_the_banks_term_and_the_retailers_end_by_the_shorter(days: int, bank_days: int, old: bool) -> None:
    assert too_old(paid_at=NOW - timedelta(days=days), bank_days=bank_days, terms=TERMS, now=NOW) is old


def test_what_one_had_lately_counts() -> None:
    assert alone_left(terms=TERMS, lately=Money(4_999_00)) == Money(1_00)
    assert alone_left(terms=TERMS, lately=Money(6_000_00)) == ZERO


@pytest.mark.parametrize(
    ("lines", "reason", "field"),
    [
        ({}, BackReason.NOTHING, ""),
        ({"a": 0}, BackReason.SUM, "a"),
        ({"a": -5}, BackReason.SUM, "a"),
        ({"a": 401}, BackReason.ABOVE, "a"),
        ({"b": 1}, BackReason.NO_ACCOUNT, ""),
    ],
)
def test_no_more_is_asked_than_may_be_had(lines: dict[str, int], reason: BackReason, field: str) -> None:
    with pytest.raises(BackRefused) as refused:
        check_asked(lines, may={"a": Money(400)})
    assert (refused.value.reason, refused.value.field) == (reason, field)
    check_asked({"a": 400}, may={"a": Money(400)})
