"""However a supplier's runs come, the same penalties stand in the end; against a second count day by day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.penalties.rules.counting import count_penalties
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.showing import to_post
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

    @property
    def posted(self) -> int:
        return sum(row.money.kopecks for row in self.rows if row.kind == "penalty")

    def run(self, month: Month, *, today: date) -> int:
        until = max([min(month.end - DAY, today), *self.through])
        should = count_penalties(numbered(self.rows), until=until, law=KNOWN).money.kopecks
        more = to_post(should=should, posted=self.posted, by_hand=0, mode=PenaltyMode.SHOWN)
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
