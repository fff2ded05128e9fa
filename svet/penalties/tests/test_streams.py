"""What money went for: consumption, works, penalties; against a second count kopeck by kopeck."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.penalties.rules.streams import AllocationOrder, DuePosting, Shares, shares, streams_of

DAY = timedelta(days=1)
FIRST = date(2026, 1, 31)
MONTHLY = AllocationOrder.MONTH_BY_MONTH


def moved(*rows: tuple[str, str, int], named: Month | None = None) -> list[DuePosting]:
    """Movements by kind, day of 2026 («05-31») and kopecks."""
    return [
        DuePosting(kind, date.fromisoformat(f"2026-{on}"), Money(kopecks), "", None, at, named)
        for at, (kind, on, kopecks) in enumerate(rows, start=1)
    ]


def test_money_pays_all_consumption_then_works_then_penalties() -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("fee", "02-10", 300), ("penalty", "02-28", 50), ("charge", "02-28", 200),
        ("payment", "03-05", -1520),
    )  # fmt: skip
    found = shares(rows)
    assert found[-1] == Shares(-1200, -300, -20)
    assert streams_of(found) == Shares(0, 0, 30)


def test_by_the_other_order_the_oldest_month_is_paid_with_its_penalty() -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("penalty", "01-31", 50), ("charge", "02-28", 500),
        ("payment", "03-05", -1050),
    )  # fmt: skip
    assert streams_of(shares(rows, lambda _day: MONTHLY)) == Shares(500, 0, 0)
    assert streams_of(shares(rows)) == Shares(450, 0, 50)


def test_the_order_is_that_of_the_day_of_the_payment() -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("penalty", "01-31", 50), ("charge", "02-28", 500),
        ("payment", "03-05", -1050),
    )  # fmt: skip
    order = {True: MONTHLY, False: AllocationOrder.ENERGY_FIRST}
    assert streams_of(shares(rows, lambda day: order[day >= date(2026, 3, 1)])).penalty == 0
    assert streams_of(shares(rows, lambda day: order[day >= date(2026, 4, 1)])).penalty == 50


def test_a_month_that_is_named_is_paid_before_the_oldest_one() -> None:
    rows = moved(("charge", "01-31", 1000), ("penalty", "01-31", 30), ("charge", "02-28", 500))
    named = DuePosting("payment", date(2026, 3, 5), Money(-600), "", None, 4, Month(2026, 2))
    found = shares([*rows, named], lambda _day: MONTHLY)
    assert found[-1] == Shares(-600, 0, 0)
    # Of the oldest month 900 are left, and its penalty: the next payment without a name goes there.
    rest = DuePosting("payment", date(2026, 3, 6), Money(-920), "", None, 5)
    assert streams_of(shares([*rows, named, rest], lambda _day: MONTHLY)) == Shares(0, 0, 10)


def test_an_advance_pays_whatever_comes_and_never_a_stream_below_nothing() -> None:
    rows = moved(("payment", "01-05", -100), ("penalty", "01-31", 30), ("charge", "01-31", 50))
    found = shares(rows)
    assert found[0] == Shares(-70, 0, -30)
    assert streams_of(found) == Shares(-20, 0, 0)


def test_a_penalty_taken_back_lets_the_money_that_had_paid_it_go_on() -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("penalty", "02-28", 50), ("payment", "03-01", -1050),
        ("charge", "03-31", 70), ("penalty", "03-31", -50),
    )  # fmt: skip
    found = shares(rows)
    assert found[2] == Shares(-1050, 0, 0)
    assert streams_of(found) == Shares(20, 0, 0)


def test_what_is_not_paid_of_a_penalty_falls_first() -> None:
    rows = moved(("penalty", "01-31", 50), ("payment", "02-01", -20), ("penalty", "02-28", -25))
    assert streams_of(shares(rows)) == Shares(0, 0, 5)


def test_more_taken_back_than_there_was_is_the_customers_like_any_money() -> None:
    rows = moved(("charge", "01-31", 100), ("penalty", "01-31", 20), ("penalty", "02-28", -50))
    found = shares(rows)
    assert found[-1] == Shares(-30, 0, -20)
    assert streams_of(found) == Shares(70, 0, 0)


@pytest.mark.parametrize("kind", ["payment", "refund", "chargeback", "transfer"])
def test_money_given_back_is_owed_again_where_it_had_been_paid(kind: str) -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("penalty", "01-31", 50), ("payment", "02-05", -1030),
        (kind, "02-20", 1030),
    )  # fmt: skip
    found = shares(rows)
    assert found[-1] == Shares(1000, 0, 30)
    assert streams_of(found) == Shares(1000, 0, 50)


@pytest.mark.parametrize(
    ("kopecks", "again"),
    [(20, (0, 0, 20)), (30, (0, 0, 30)), (130, (0, 100, 30)), (500, (370, 100, 30)), (1130, (1000, 100, 30))],
)
def test_a_part_of_money_given_back_is_owed_again_where_it_was_paid_last(
    kopecks: int, again: tuple[int, int, int]
) -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("fee", "01-31", 100), ("penalty", "01-31", 30),
        ("payment", "02-05", -1130),
        ("refund", "02-20", kopecks),
    )  # fmt: skip
    assert shares(rows)[-1] == Shares(*again)
    # In two parts as in one.
    halves = [
        *rows[:-1],
        *moved(("refund", "02-20", kopecks // 2), ("refund", "02-21", kopecks - kopecks // 2)),
    ]
    assert streams_of(shares(halves)) == Shares(*again)


def test_an_advance_is_given_back_before_anything_that_was_paid() -> None:
    rows = moved(
        ("charge", "01-31", 1000),
        ("penalty", "01-31", 30),
        ("payment", "02-05", -1100),
        ("refund", "02-20", 90),
    )
    found = shares(rows)
    assert found[-1] == Shares(70, 0, 20)
    assert streams_of(found) == Shares(0, 0, 20)


def test_one_payment_is_given_back_once_and_then_the_one_before_it() -> None:
    rows = moved(
        ("charge", "01-31", 100), ("penalty", "01-31", 30), ("payment", "02-05", -100),
        ("payment", "02-06", -30),
        ("refund", "02-20", 50), ("refund", "02-21", 80), ("refund", "02-22", 7),
    )  # fmt: skip
    assert shares(rows)[-3:] == [Shares(20, 0, 30), Shares(80, 0, 0), Shares(7, 0, 0)]


def test_a_recalculation_of_the_same_sum_is_no_payment_that_can_be_given_back() -> None:
    rows = moved(
        ("charge", "01-31", 1000), ("penalty", "01-31", 50), ("payment", "02-05", -1050),
        ("charge", "02-10", 40), ("charge", "02-15", -40), ("refund", "02-20", 40),
    )  # fmt: skip
    assert shares(rows)[-1] == Shares(0, 0, 40)


def naive(rows: list[DuePosting], order: AllocationOrder) -> Counter[str]:
    """What is owed of each stream: every kopeck is a coin that looks for the next debt of its kind.

    For lives with charges, fees, penalties and payments alone; knows nothing of lots and shares.
    """
    owed: list[tuple[str, Month]] = []
    advance = 0
    rank = {"charge": 0, "fee": 1, "penalty": 2}
    for row in rows:
        if row.kind != "payment":
            for _ in range(row.money.kopecks):
                if advance:
                    advance -= 1
                else:
                    owed.append((row.kind, Month.of(row.effective_on)))
            continue
        for _ in range(-row.money.kopecks):
            wanted = [coin for coin in owed if coin[0] == "charge" and coin[1] == row.named]
            if not wanted and order is MONTHLY:
                wanted = sorted(owed, key=lambda coin: (coin[1], rank[coin[0]]))
            if not wanted:
                wanted = sorted(owed, key=lambda coin: rank[coin[0]])
            if wanted:
                owed.remove(wanted[0])
            else:
                advance += 1
    found = Counter(kind for kind, _ in owed)
    found["advance"] = advance
    return found


def life(seed: int) -> list[DuePosting]:
    chance = random.Random(seed)
    rows = []
    for at in range(chance.randint(1, 14)):
        kind = chance.choice(["charge", "charge", "payment", "payment", "penalty", "fee"])
        on = FIRST + chance.randrange(300) * DAY
        kopecks = chance.randint(1, 30)
        named = Month.of(FIRST + chance.randrange(300) * DAY) if chance.random() < 0.4 else None
        money = Money(-kopecks if kind == "payment" else kopecks)
        rows.append(DuePosting(kind, on, money, "", None, at, named if kind == "payment" else None))
    return rows


@pytest.mark.parametrize("order", AllocationOrder)
def test_a_thousand_lives_are_paid_as_a_second_count_coin_by_coin_says(order: AllocationOrder) -> None:
    for seed in range(1000):
        rows = life(seed)
        found = shares(rows, lambda _day: order)
        assert [each.kopecks for each in found] == [row.money.kopecks for row in rows], seed
        standing, told = streams_of(found), naive(rows, order)
        assert standing.energy == told["charge"] - told["advance"], seed
        assert (standing.fee, standing.penalty) == (told["fee"], told["penalty"]), seed


def test_what_a_payment_paid_is_not_changed_by_what_comes_after_it() -> None:
    """But for a penalty or fee that is taken back, which a life without acts has none of."""
    for seed in range(300):
        rows = life(seed)
        whole = shares(rows)
        for end in range(len(rows)):
            before = shares(rows[:end])
            for at, (row, each) in enumerate(zip(rows[:end], before, strict=True)):
                if row.kind != "payment":
                    assert each == whole[at]
                    continue
                # Only an advance goes on to what comes later.
                assert each.fee >= whole[at].fee
                assert each.penalty >= whole[at].penalty, seed


def test_whatever_is_given_back_and_taken_off_streams_add_up_and_never_fall_below_nothing() -> None:
    for seed in range(500):
        chance = random.Random(f"back {seed}")
        rows = life(seed)
        for kind in ("refund", "transfer", "refund", "penalty", "chargeback", "charge", "payment"):
            kopecks = chance.randint(1, 40) * (-1 if kind in ("penalty", "payment") else 1)
            place = chance.randint(0, len(rows))
            rows.insert(
                place, DuePosting(kind, FIRST + chance.randrange(300) * DAY, Money(kopecks), "", None)
            )
        found = shares(rows)
        assert [each.kopecks for each in found] == [row.money.kopecks for row in rows], seed
        standing = streams_of(found)
        assert min(standing.fee, standing.penalty) >= 0, seed
        assert standing.energy >= 0 or not standing.fee + standing.penalty, seed
