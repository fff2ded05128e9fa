"""Promises by the rule alone: when one may be made, and what postings say of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from svet.arrangements.rules import (
    PastPromise,
    PromiseMovement,
    PromiseReason,
    PromiseRefused,
    PromiseState,
    PromiseTerms,
    check_day,
    judged,
    left_of,
    paid_on,
    pause_from,
    why_not,
)
from svet.kernel.money import Money
from svet.ledger.rules import TransactionKind

TODAY = date(2026, 11, 20)
UNTIL = date(2026, 12, 1)
TERMS = PromiseTerms(days=14, pause=60)
PAYMENT, CHARGE, REFUND = TransactionKind.PAYMENT, TransactionKind.CHARGE, TransactionKind.REFUND


def on(day: int) -> date:
    """Days of November, past its end."""
    return date(2026, 11, 1) + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("balance", "open_", "broken_on", "reason"),
    [
        (300_00, False, None, None),
        (0, False, None, PromiseReason.NO_DEBT),
        (-5, False, None, PromiseReason.NO_DEBT),
        (300_00, True, None, PromiseReason.OPEN),
        (300_00, False, TODAY - timedelta(days=60), PromiseReason.BROKEN_LATELY),
        (300_00, False, TODAY - timedelta(days=61), None),
    ],
)
def test_when_a_promise_is_taken(
    balance: int, open_: bool, broken_on: date | None, reason: PromiseReason | None
) -> None:
    assert (
        why_not(TERMS, balance=Money(balance), living=False, open_=open_, broken_on=broken_on, today=TODAY)
        is reason
    )


def test_a_retailer_may_take_none() -> None:
    off = PromiseTerms(days=0, pause=60)
    assert (
        why_not(off, balance=Money(1), living=False, open_=False, broken_on=None, today=TODAY)
        is PromiseReason.OFF
    )


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, False), (1, True), (14, True), (15, False)])
def test_the_day_is_after_today_and_near(days: int, taken: bool) -> None:
    until = TODAY + timedelta(days=days)
    if taken:
        check_day(TERMS, until=until, today=TODAY)
        return
    with pytest.raises(PromiseRefused) as refused:
        check_day(TERMS, until=until, today=TODAY)
    assert (refused.value.reason, refused.value.field) == (PromiseReason.DAY, "until")


@pytest.mark.parametrize(
    ("movements", "paid"),
    [
        ([], None),
        ([PromiseMovement(PAYMENT, on(25), -300)], on(25)),
        ([PromiseMovement(PAYMENT, on(31), -300)], on(31)),
        ([PromiseMovement(PAYMENT, on(32), -300)], None),
        # In parts, told backwards.
        ([PromiseMovement(PAYMENT, on(28), -200), PromiseMovement(PAYMENT, on(22), -100)], on(28)),
        ([PromiseMovement(PAYMENT, on(28), -299)], None),
        # A new bill has a day of its own.
        ([PromiseMovement(CHARGE, on(24), 900), PromiseMovement(PAYMENT, on(26), -300)], on(26)),
        # Recalculated away, written off: nobody owes it any more.
        ([PromiseMovement(CHARGE, on(24), -300)], on(24)),
        ([PromiseMovement(TransactionKind.WRITE_OFF, on(24), -300)], on(24)),
        # Given back, and paid again.
        (
            [PromiseMovement(PAYMENT, on(22), -300), PromiseMovement(TransactionKind.REFUND, on(23), 300)],
            None,
        ),
        (
            [
                PromiseMovement(PAYMENT, on(22), -300),
                PromiseMovement(TransactionKind.REFUND, on(23), 300),
                PromiseMovement(PAYMENT, on(27), -300),
            ],
            on(27),
        ),
    ],
)
def test_what_counts_as_paid(movements: list[PromiseMovement], paid: date | None) -> None:
    assert paid_on(Money(300), movements, until=on(31)) == paid


def test_the_order_in_which_it_becomes_known_changes_nothing() -> None:
    known = [PromiseMovement(PAYMENT, on(21 + day), -50) for day in range(6)]
    for turn in range(6):
        assert paid_on(Money(300), known[turn:] + known[:turn], until=on(31)) == on(26)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (on(30), PromiseState.OPEN),
        (on(31), PromiseState.OPEN),
        (on(34), PromiseState.OPEN),
        (on(35), PromiseState.BROKEN),
        (on(90), PromiseState.BROKEN),
    ],
)
def test_it_is_broken_when_a_register_would_have_told(today: date, state: PromiseState) -> None:
    assert judged(Money(300), [], until=on(31), state=PromiseState.OPEN, today=today) == (state, None)


def test_a_run_on_any_day_says_the_same_of_what_was_paid() -> None:
    paid = [PromiseMovement(PAYMENT, on(31), -300)]
    for today in (on(31), on(34), on(40), on(90)):
        for state in (PromiseState.OPEN, PromiseState.BROKEN):
            found = judged(Money(300), paid, until=on(31), state=state, today=today)
            assert found == (PromiseState.KEPT, on(31))
    late = [PromiseMovement(PAYMENT, on(32), -300)]
    assert judged(Money(300), late, until=on(31), state=PromiseState.OPEN, today=on(90)) == (
        PromiseState.BROKEN,
        None,
    )


def test_what_was_dropped_stays_and_what_was_kept_is_asked_again_when_registers_have_come() -> None:
    for state, on_34, on_35 in (
        (PromiseState.DROPPED, PromiseState.DROPPED, PromiseState.DROPPED),
        (PromiseState.KEPT, PromiseState.KEPT, PromiseState.BROKEN),
    ):
        assert judged(Money(300), [], until=on(31), state=state, today=on(34)) == (on_34, None)
        assert judged(Money(300), [], until=on(31), state=state, today=on(35)) == (on_35, None)


@pytest.mark.parametrize(
    ("movements", "paid"),
    [
        # A new charge and its correction, in either order of their days.
        ([PromiseMovement(CHARGE, on(24), 500), PromiseMovement(CHARGE, on(25), -500)], None),
        ([PromiseMovement(CHARGE, on(25), 500), PromiseMovement(CHARGE, on(24), -500)], None),
        # Taken back beyond what is new: the rest was owed before.
        ([PromiseMovement(CHARGE, on(24), 500), PromiseMovement(CHARGE, on(25), -800)], on(25)),
        ([PromiseMovement(CHARGE, on(24), 500), PromiseMovement(CHARGE, on(25), -799)], None),
        # A fee of before the promise is no part of the new charge.
        ([PromiseMovement(CHARGE, on(24), 500), PromiseMovement(TransactionKind.FEE, on(25), -300)], on(25)),
    ],
)
def test_what_undoes_a_new_charge_pays_nothing(movements: list[PromiseMovement], paid: date | None) -> None:
    assert paid_on(Money(300), movements, until=on(31)) == paid


def taken_back(made: int, recalled: int) -> PastPromise:
    return PastPromise(on(made), on(made + 14), on(recalled))


@pytest.mark.parametrize(
    ("past", "since"),
    [
        ([], None),
        ([PastPromise(on(1), on(9), None)], on(9)),
        ([taken_back(2, 3)], on(3)),
        # On its own day once, for which nobody waits; the next is the second within the pause.
        ([taken_back(2, 2)], None),
        ([taken_back(2, 2), taken_back(2, 2)], on(2)),
        ([taken_back(day, day) for day in range(2, 31)], on(30)),
        ([taken_back(2, 2), taken_back(62, 62)], on(62)),
        ([taken_back(2, 2), taken_back(63, 63)], None),
        # The free one after a pause begins the days anew, in whatever order they are read.
        ([taken_back(70, 70), taken_back(63, 63), taken_back(2, 2)], on(70)),
        ([PastPromise(on(1), on(9), None), taken_back(80, 80)], on(9)),
    ],
)
def test_one_taken_back_on_its_day_is_free_once_in_a_pause(
    past: list[PastPromise], since: date | None
) -> None:
    assert pause_from(past, pause=TERMS.pause) == since
    assert pause_from(past[::-1], pause=TERMS.pause) == since


@pytest.mark.parametrize(
    ("movements", "left"),
    [
        ([], 300),
        ([PromiseMovement(PAYMENT, on(25), -200)], 100),
        ([PromiseMovement(CHARGE, on(24), 900), PromiseMovement(PAYMENT, on(40), -200)], 100),
        ([PromiseMovement(PAYMENT, on(25), -900)], 0),
        ([PromiseMovement(PAYMENT, on(25), -300), PromiseMovement(REFUND, on(26), 50)], 50),
    ],
)
def test_what_is_left_of_it_is_without_new_charges(movements: list[PromiseMovement], left: int) -> None:
    assert left_of(Money(300), movements) == Money(left)
