"""However a supplier's runs come, the same penalties stand in the end; against a second count day by day."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.penalties.rules.counting import count_penalties
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.showing import ByHand, to_post
from svet.penalties.rules.streams import DuePosting, shares, streams_of
from svet.penalties.tests.test_rules import DAY, OFF, law

FIRST = Month(2025, 9)
LAST = 15
KNOWN = law(16)


def life(seed: int) -> list[tuple[date, DuePosting]]:
    """Charges of some months with their bills, payments in time or late, each with the day it became known.

    Nobody pays more than the consumption that is owed: what goes to a penalty depends on what was shown.
    """
    chance = random.Random(seed)
    charges = [
        DuePosting(
            "charge", month.end - DAY, Money(chance.randint(1, 900_000)), f"b{place}", month.plus(1).day(15)
        )
        for place, month in enumerate(FIRST.plus(step) for step in range(chance.randint(1, 8)))
    ]
    found = [(each.effective_on + DAY, each) for each in charges]
    for known in sorted(FIRST.first + chance.randrange(40, 400) * DAY for _ in range(chance.randint(0, 6))):
        owed = sum(each.money.kopecks for at, each in found if at <= known)
        if owed > 1:
            on = known - chance.choice([0, 0, 3, 45, 100]) * DAY
            found.append((known, DuePosting("payment", on, Money(-chance.randint(1, owed)), "", None)))
    return sorted(found, key=lambda row: row[0])


def numbered(rows: list[DuePosting]) -> list[DuePosting]:
    return [
        DuePosting(row.kind, row.effective_on, row.money, row.bill, row.due_on, seq)
        for seq, row in enumerate(rows, start=1)
    ]


class Books:
    """An account's movements as they become known, and the runs that post to it."""

    def __init__(self) -> None:
        self.rows: list[DuePosting] = []
        self.through: list[date] = []
        self.acts: list[int] = []

    @property
    def standing(self) -> int:
        return sum(row.money.kopecks for row in self.rows if row.kind == "penalty")

    @property
    def posted(self) -> int:
        return self.standing - sum(self.acts)

    def act(self, kopecks: int, on: date) -> None:
        """Somebody shows penalties by hand, or writes them off."""
        self.acts.append(kopecks)
        self.rows.append(DuePosting("penalty", on, Money(kopecks), "", None))

    def run(self, month: Month, *, today: date) -> int:
        until = max([min(month.end - DAY, today), *self.through])
        should = count_penalties(numbered(self.rows), until=until, law=KNOWN).money.kopecks
        more = to_post(
            should=should, posted=self.posted, by_hand=ByHand.of(self.acts), mode=PenaltyMode.SHOWN
        )
        if more:
            self.rows.append(DuePosting("penalty", until, Money(more), "", None))
            self.through.append(until)
        return more


def naive(rows: list[DuePosting], until: date) -> int:
    """A second count: each day's payments are laid against the bills in order, each bill part day by day."""
    dues = [row.due_on or until for row in rows if row.money.kopecks > 0]
    left = [row.money.kopecks for row in rows if row.money.kopecks > 0]
    parts: list[tuple[date, int, date | None]] = []
    for row in sorted((row for row in rows if row.money.kopecks < 0), key=lambda row: row.effective_on):
        rest = -row.money.kopecks if row.effective_on <= until else 0
        for place, due in enumerate(dues):
            taken = min(rest, left[place])
            if taken:
                parts.append((due, taken, row.effective_on))
                left[place] -= taken
                rest -= taken
    parts += [(due, kopecks, None) for due, kopecks in zip(dues, left, strict=True)]
    total = 0
    for due, kopecks, paid in parts:
        while due in OFF or due.isoweekday() > 5:
            due += DAY
        last = min(paid or until, until)
        cheap = dear = 0
        day, number = due + DAY, 1
        while day <= last:
            cheap += 30 < number <= 90
            dear += number > 90
            day, number = day + DAY, number + 1
        for days, divisor in ((cheap, 300), (dear, 130)):
            exact = Decimal(kopecks) * days * Decimal("9.5") / 100 / divisor
            total += int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return total


def test_a_thousand_accounts_cost_what_a_second_count_says() -> None:
    told = 0
    for seed in range(1000):
        rows = [row for _, row in life(seed)]
        until = FIRST.plus(12).first + timedelta(days=seed % 60)
        found = count_penalties(numbered(rows), until=until, law=KNOWN).money.kopecks
        assert found == naive(rows, until), seed
        told += found > 0
    assert told > 700


def test_in_whatever_order_runs_come_the_same_stands_in_the_end() -> None:
    fell = 0
    for seed in range(300):
        facts = life(seed)
        chance = random.Random(f"runs {seed}")
        books = Books()
        for known, row in facts:
            for _ in range(chance.randint(0, 3)):
                month = Month.of(known).plus(-chance.randint(0, 4))
                fell += books.run(month, today=known) < 0
            books.rows.append(row)
        last, today = FIRST.plus(LAST), FIRST.plus(LAST).end
        months = [last, *(last.plus(-chance.randint(0, 9)) for _ in range(3))]
        chance.shuffle(months)
        for month in months:
            books.run(month, today=today)
        books.run(last, today=today)
        assert [books.run(month, today=today) for month in months] == [0, 0, 0, 0]
        should = count_penalties(numbered([row for _, row in facts]), until=last.end - DAY, law=KNOWN)
        assert books.posted == should.money.kopecks, seed
        standing = streams_of(shares(numbered(books.rows)))
        assert standing.kopecks == sum(row.money.kopecks for row in books.rows)
        assert standing.penalty == books.posted or standing.energy <= 0
    assert fell > 20


def late() -> tuple[Books, Month, int]:
    """Books of one debt that nobody pays, a month that is run, and what the law gives through it."""
    books, month = Books(), FIRST.plus(6)
    books.rows.append(DuePosting("charge", FIRST.end - DAY, Money(900_000), "b", FIRST.plus(1).day(15)))
    should = count_penalties(numbered(books.rows), until=month.end - DAY, law=KNOWN).money.kopecks
    assert should > 1000
    return books, month, should


@pytest.mark.parametrize("first", [True, False], ids=["before the runs", "between them"])
def test_what_an_act_has_shown_no_run_asks_for_again(first: bool) -> None:
    books, month, should = late()
    if not first:
        books.run(month.plus(-1), today=month.end)
    books.act(should - books.posted, month.first)
    assert [books.run(month, today=month.end) for _ in range(3)] == [0, 0, 0]
    assert books.standing == should
    books.run(month.plus(1), today=month.plus(1).end)
    whole = count_penalties(numbered(books.rows), until=month.plus(1).end - DAY, law=KNOWN).money.kopecks
    assert books.standing == whole > should


def test_more_than_the_law_gives_stands_where_an_act_has_shown_it() -> None:
    books, month, should = late()
    books.act(should + 700, month.first)
    assert [books.run(month, today=month.end) for _ in range(2)] == [0, 0]
    assert books.standing == should + 700


@pytest.mark.parametrize("run_first", [True, False])
def test_what_was_shown_by_hand_and_written_off_is_not_shown_again(run_first: bool) -> None:
    books, month, should = late()
    if run_first:
        books.run(month.plus(-1), today=month.end)
    books.act(should - books.posted, month.first)
    books.act(-should, month.first)
    assert [books.run(month, today=month.end) for _ in range(2)] == [0, 0]
    assert books.standing == 0


def test_a_write_off_that_an_act_takes_back_is_as_if_it_had_never_been() -> None:
    books, month, should = late()
    books.run(month, today=month.end)
    for kopecks in (-should, should):
        books.act(kopecks, month.first)
        assert [books.run(month, today=month.end) for _ in range(2)] == [0, 0]
    assert books.standing == should


def test_acts_of_both_kinds_in_any_order_leave_what_is_not_written_off() -> None:
    """However acts and runs alternate, a run once more changes nothing and nobody ends below nothing."""
    for seed in range(300):
        chance = random.Random(f"acts {seed}")
        books, month, should = late()
        waived = shown = 0
        for _ in range(chance.randint(1, 8)):
            books.run(month.plus(-chance.randint(0, 3)), today=month.end)
            kopecks = chance.randint(1, 400) * chance.choice([1, -1])
            if books.standing + kopecks < 0:
                continue
            books.act(kopecks, month.first)
            back = min(waived, kopecks) if kopecks > 0 else 0
            shown, waived = shown + max(kopecks, 0) - back, waived + max(-kopecks, 0) - back
        books.run(month, today=month.end)
        assert books.run(month, today=month.end) == 0
        assert books.standing == max(should, waived, shown) - waived, seed


def of_august(*later: tuple[str, date, int, Month | None]) -> list[DuePosting]:
    """August's 1000 kopecks, late since 10.09, and what came after, months with their bills of the 10th."""
    first = DuePosting("charge", date(2025, 8, 31), Money(100_000), "8", date(2025, 9, 10), 1)
    rows = [first]
    for seq, (kind, on, kopecks, named) in enumerate(later, start=2):
        due_on = Month.of(on).plus(1).day(10) if kind == "charge" else None
        rows.append(DuePosting(kind, on, Money(kopecks), str(on.month), due_on, seq, named))
    return rows


OCTOBER = Month(2025, 10)
CHARGED = ("charge", date(2025, 10, 31), 100_000, None)


def cost(rows: list[DuePosting], until: date) -> int:
    return count_penalties(rows, until=until, law=KNOWN).money.kopecks


def test_a_payment_that_names_a_month_not_charged_yet_never_gives_an_old_debt_back() -> None:
    paid = ("payment", date(2025, 10, 20), -100_000, OCTOBER)
    before = cost(of_august(paid), date(2025, 10, 31))
    assert before > 0
    # October is charged and billed: the money has gone to August, and August costs no more.
    assert cost(of_august(paid, CHARGED), date(2025, 11, 30)) == before
    # What is left of such money is an advance on October.
    more = ("payment", date(2025, 10, 20), -150_000, OCTOBER)
    late = count_penalties(of_august(more, CHARGED), until=date(2025, 12, 15), law=KNOWN).late
    assert [(part.debt.bill, part.money.kopecks) for part in late] == [("10", 50_000)]


def test_a_month_that_is_charged_and_stands_on_no_bill_yet_can_be_named() -> None:
    rows = of_august(CHARGED, ("payment", date(2025, 11, 2), -100_000, OCTOBER))
    unbilled = [replace(row, bill="", due_on=None) if row.seq == 2 else row for row in rows]
    on = date(2025, 11, 30)
    assert cost(unbilled, on) == cost(rows, on) == cost(rows[:1], on)
