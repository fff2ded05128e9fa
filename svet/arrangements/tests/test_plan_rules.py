"""Plans of instalments without a database: days, sums, what lacks, what is said of them."""

from __future__ import annotations

import math
import random
import sys
from datetime import date, timedelta

import pytest

from svet.arrangements.rules.plans import (
    FEWEST,
    InstalmentMovement,
    InstalmentPartView,
    InstalmentReason,
    InstalmentState,
    InstalmentTerms,
    asked_of,
    asked_on,
    part_days,
    part_lacks,
    plan_free_on,
    plan_judged,
    split_debt,
    why_no_plan,
)
from svet.kernel.money import Money
from svet.ledger.rules import TransactionKind

TERMS = InstalmentTerms(months=12, least=1_000_00, alone=30_000_00, most=300_000_00, pause=12)
TODAY = date(2026, 11, 20)
DAYS = (date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15))
PARTS = split_debt(3_000_00, days=DAYS)
PAID, CHARGE = TransactionKind.PAYMENT, TransactionKind.CHARGE


def workday(day: date) -> date:
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def move(kind: TransactionKind, kopecks: int, on: date, due: date | None = None) -> InstalmentMovement:
    return InstalmentMovement(kind, on, due or asked_on(on, due_day=15), kopecks)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"debt": 999_99}, InstalmentReason.TOO_LITTLE),
        ({"debt": 1_000_00}, None),
        ({"debt": 300_000_00}, None),
        ({"debt": 300_000_01}, InstalmentReason.TOO_MUCH),
        ({"living": True}, InstalmentReason.LIVING),
        ({"promised": True}, InstalmentReason.PROMISED),
        ({"paused_since": date(2025, 11, 21)}, InstalmentReason.BROKEN_LATELY),
        ({"paused_since": date(2025, 11, 20)}, None),
    ],
)
def test_who_may_have_a_plan(changes: dict[str, object], reason: InstalmentReason | None) -> None:
    facts = {"debt": 5_000_00, "living": False, "promised": False, "paused_since": None} | changes
    assert why_no_plan(TERMS, today=TODAY, **facts) is reason  # type: ignore[arg-type]


def test_a_retailer_may_give_none() -> None:
    off = InstalmentTerms(months=1, least=0, alone=0, most=10, pause=0)
    why = why_no_plan(off, debt=5, living=False, promised=False, paused_since=None, today=TODAY)
    assert why is InstalmentReason.OFF
    assert plan_free_on(TERMS, since=date(2024, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize("kopecks", [2, 3, 99_99, 100_001, 12_345_67, 299_999_99])
@pytest.mark.parametrize("months", range(FEWEST, 13))
def test_parts_add_up_to_the_kopeck_and_differ_by_one_at_most(kopecks: int, months: int) -> None:
    parts = split_debt(kopecks, days=part_days(months, today=TODAY, due_day=15, working=workday))
    sums = [part.money.kopecks for part in parts]
    assert sum(sums) == kopecks
    assert max(sums) - min(sums) <= 1
    assert sums == sorted(sums, reverse=True)


@pytest.mark.parametrize("today", [date(2026, 11, 4) + timedelta(days=each) for each in range(60)])
@pytest.mark.parametrize("due_day", [1, 15, 31])
def test_days_are_working_ones_a_month_apart_and_the_first_leaves_time(today: date, due_day: int) -> None:
    days = part_days(12, today=today, due_day=due_day, working=workday)
    assert all(day.weekday() < 5 for day in days)
    assert list(days) == sorted(set(days))
    assert timedelta(days=10) <= days[0] - today <= timedelta(days=10 + 31 + 2)


def test_a_charge_is_asked_on_the_next_day_that_leaves_time_for_its_bill() -> None:
    assert asked_on(date(2026, 11, 30), due_day=15) == date(2026, 12, 15)
    assert asked_on(date(2026, 12, 5), due_day=15) == date(2026, 12, 15)
    assert asked_on(date(2026, 12, 6), due_day=15) == date(2027, 1, 15)


def lack(movements: list[InstalmentMovement], no: int = 1, by: date | None = None) -> int:
    part = PARTS[no - 1]
    return part_lacks(PARTS, movements, part, by=by or part.due_on)


def test_a_part_asks_itself_those_before_it_and_the_bills_of_its_day() -> None:
    november = move(CHARGE, 700_00, date(2026, 11, 30))
    assert lack([]) == 1_000_00
    assert lack([november]) == 1_700_00
    assert lack([november, move(PAID, -1_700_00, DAYS[0])]) == 0
    assert lack([november, move(PAID, -1_700_00, DAYS[0] + timedelta(days=1))]) == 1_700_00
    # Whoever pays the bills only has not paid the debt.
    assert lack([november, move(PAID, -700_00, DAYS[0])]) == 1_000_00
    assert lack([november], no=2) == 2_700_00


def test_what_takes_charges_back_lessens_the_bills_first_and_the_parts_by_the_rest_only() -> None:
    december = move(CHARGE, 700_00, date(2026, 12, 10))  # asked in January
    assert lack([december, move(CHARGE, -700_00, date(2026, 12, 11))]) == 1_000_00
    assert lack([december, move(CHARGE, -900_00, date(2026, 12, 11))]) == 800_00
    november = move(CHARGE, 700_00, date(2026, 11, 30))
    assert lack([november, move(CHARGE, -300_00, date(2026, 12, 11))]) == 1_400_00
    assert lack([november, december, move(CHARGE, -1_000_00, date(2026, 12, 11))]) == 1_000_00
    write_off = move(TransactionKind.WRITE_OFF, -1_000_00, date(2026, 12, 1))
    assert lack([write_off]) == 0
    assert lack([write_off, move(TransactionKind.REFUND, 200_00, date(2026, 12, 2))]) == 200_00


def judged(
    movements: list[InstalmentMovement], today: date, parts: tuple[InstalmentPartView, ...] = PARTS
) -> tuple[InstalmentState, int]:
    found = plan_judged(parts, movements, agreed_on=TODAY, today=today)
    return found.state, 0 if found.late is None else found.late.no


def test_a_missed_part_is_told_first_and_breaks_the_plan_days_after_that() -> None:
    assert judged([], DAYS[0] + timedelta(days=2)) == (InstalmentState.STANDING, 0)
    assert judged([], DAYS[0] + timedelta(days=3)) == (InstalmentState.STANDING, 1)
    # However late the job comes, it is told first.
    assert judged([], DAYS[0] + timedelta(days=200)) == (InstalmentState.STANDING, 1)
    told = DAYS[0] + timedelta(days=3)
    parts = (InstalmentPartView(1, DAYS[0], Money(1_000_00), None, told), *PARTS[1:])
    assert parts[0].last_on == told + timedelta(days=5)
    assert judged([], told + timedelta(days=8), parts) == (InstalmentState.STANDING, 0)
    assert judged([], told + timedelta(days=9), parts) == (InstalmentState.BROKEN, 0)
    # What was paid by the last day counts, whenever it becomes known.
    paid = [move(PAID, -1_000_00, told + timedelta(days=5))]
    assert judged(paid, told + timedelta(days=9), parts) == (InstalmentState.STANDING, 0)
    # Nothing is called broken that has come by then; what comes that morning is too late.
    late = [move(PAID, -1_000_00, told + timedelta(days=8))]
    assert judged(late, told + timedelta(days=9), parts) == (InstalmentState.STANDING, 0)
    later = [move(PAID, -1_000_00, told + timedelta(days=9))]
    assert judged(later, told + timedelta(days=9), parts) == (InstalmentState.BROKEN, 0)


def test_a_plan_is_paid_off_by_the_first_day_on_which_nothing_lacked() -> None:
    early = [move(PAID, -3_000_00, date(2026, 12, 1))]
    assert judged(early, date(2026, 12, 1))[0] is InstalmentState.PAID
    # New bills after that day, and what is given back later, are another matter.
    after = [*early, move(CHARGE, 900_00, date(2026, 12, 31)), move(TransactionKind.REFUND, 1, DAYS[0])]
    assert judged(after, date(2027, 6, 1))[0] is InstalmentState.PAID
    # Bills after the last part are asked as ever, so a payment after it may leave them.
    past = [move(CHARGE, 700_00, date(2027, 2, 25)), move(PAID, -3_000_00, date(2027, 3, 20))]
    assert judged(past, date(2027, 3, 20))[0] is InstalmentState.PAID
    storno = [*early, move(PAID, 3_000_00, date(2026, 12, 1))]
    assert judged(storno, date(2026, 12, 2))[0] is InstalmentState.STANDING


def test_the_rule_decides_ninety_five_of_a_hundred_requests_alone() -> None:
    """Debts of 1,000 roubles and more, spread as arrears are: most of some months, few of many (ADR 171)."""
    dice, asked, alone = random.Random(171), 0, 0
    while asked < 20_000:
        debt = int(dice.lognormvariate(math.log(6_000_00), 0.9))
        if debt < TERMS.least:
            continue
        asked += 1
        why = why_no_plan(TERMS, debt=debt, living=False, promised=False, paused_since=None, today=TODAY)
        # Too much is for the support, so a person's work; above the limit two members sign.
        alone += why is None and debt <= TERMS.alone
    sys.stdout.write(f"decided by rule: {alone} of {asked}, {100 * alone / asked:.1f} %\n")
    assert alone / asked >= 0.95


def test_nothing_is_asked_above_the_balance_nor_below_nothing() -> None:
    assert asked_of(1_000_00, balance=300_00) == 300_00
    assert asked_of(300_00, balance=1_000_00) == 300_00
    assert asked_of(300_00, balance=-1_00) == 0
    assert asked_of(0, balance=1_00) == 0
