"""Penalty for late payment (Housing Code, article 155 part 14); its terms are dated data, see ``law``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from svet.kernel.money import Money
from svet.kernel.periods import Span
from svet.tariffs.rules.law import Law, LawMissing

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueDebt:
    """What a bill asked for: to be paid up to and including ``due_on``; ``month`` begins what it is for.

    ``seq`` is the number of its movement on the account.
    """

    bill: str
    due_on: date
    money: Money
    month: date | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """What lessened the debt, on the day it counts for: when it was paid, not when we heard of it.

    ``named`` is the first day of the month that the payer named, ``seq`` the number of its movement on the
    account: of that month it pays what was known before it.
    """

    on: date
    money: Money
    named: date | None = None
    seq: int = 1


@dataclass(frozen=True, slots=True)
class LatePart:
    """A part of a debt that one credit paid; ``paid_on`` is empty while nothing has."""

    debt: DueDebt
    money: Money
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class PenaltySegment:
    """Days of one late part at one price, both included; ``percent`` a year, ``divisor`` of it for a day.

    ``first_number`` is the place of ``since`` among the days of the delay, from 1.
    """

    part: LatePart
    since: date
    until: date
    first_number: int
    percent: Decimal
    divisor: int
    money: Money

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def term(*, debt: Money, days: int, rate: Decimal, divisor: int) -> Decimal:
    """Roubles of penalty, unrounded, for ``days`` at one ``divisor`` of the yearly ``rate`` in percent."""
    return debt.roubles * days * rate / 100 / divisor


def percent_per_year(*, rate: Decimal, divisor: int, days: int = 365) -> Decimal:
    """What a divisor means as percent a year."""
    return rate / divisor * days


def settled(debts: Iterable[DueDebt], credits: Iterable[Credit]) -> list[LatePart]:
    """Which credit paid which debt, by the credits in the order of their days: each pays the month it names.

    What it names nothing for, or is left of it, pays the oldest due: a month that was charged after the
    credit was known had nothing to pay then, and what the credit has paid it never leaves again. What is paid
    before it is due is an advance and pays what comes; what is left of credits is nobody's.
    """
    owed = sorted(debts, key=lambda each: each.due_on)
    left = [debt.money.kopecks for debt in owed]
    parts: list[list[LatePart]] = [[] for _ in owed]
    first = 0
    for credit in sorted(credits, key=lambda each: (each.on, each.named is None)):
        rest = credit.money.kopecks
        while first < len(owed) and left[first] <= 0:
            first += 1
        named = [at for at in range(first, len(owed)) if _names(credit, owed[at])]
        for at in (*named, *range(first, len(owed))):
            paid = min(left[at], rest)
            if paid > 0:
                parts[at].append(LatePart(owed[at], Money(paid), credit.on))
                left[at] -= paid
                rest -= paid
            if not rest:
                break
    for at, kopecks in enumerate(left):
        if kopecks > 0:
            parts[at].append(LatePart(owed[at], Money(kopecks), None))
    return [part for of_debt in parts for part in of_debt]


def _names(credit: Credit, debt: DueDebt) -> bool:
    return credit.named is not None and debt.month == credit.named and debt.seq < credit.seq


def accrue(
    parts: Iterable[LatePart], *, until: date, law: Law, moratoria: Sequence[Span] = ()
) -> list[PenaltySegment]:
    """What each late part costs for its days after the due one, up to and including its payment or ``until``.

    A due day that is none of work moves to the next one (Civil Code, article 193). The rate is that of the
    day of payment, for a part that is not paid that of ``until``: what has been accrued so far changes with
    it. Days of a moratorium count as days of the delay and cost nothing. Rounded once a segment. Never of a
    penalty: pass debts for energy alone. Days that cost nothing need no rate and no calendar.
    :raises LawMissing: no act known here reaches a day of it
    """
    return [segment for part in parts for segment in _segments(part, until, law, moratoria)]


def is_late(part: LatePart, *, until: date, law: Law) -> bool:
    """Whether a part was not paid by its day; the day as it stands where no calendar says which works."""
    last = until if part.paid_on is None else min(part.paid_on, until)
    if last <= part.debt.due_on:
        return False
    try:
        return last > law.next_working_day(part.debt.due_on)
    except LawMissing:
        return True


def _segments(part: LatePart, until: date, law: Law, moratoria: Sequence[Span]) -> Iterator[PenaltySegment]:
    last = until if part.paid_on is None else min(part.paid_on, until)
    at_most = (last - part.debt.due_on).days
    if at_most <= 0 or part.money.kopecks <= 0 or law.step_on(last, number=at_most).divisor is None:
        return
    due_on = law.next_working_day(part.debt.due_on)

    def price(run: tuple[date, date]) -> int | None:
        day, _ = run
        step = law.step_on(day, number=(day - due_on).days)
        return None if any(day in span for span in moratoria) else step.divisor

    for divisor, runs in groupby(_alike(due_on, last, law, moratoria), key=price):
        found = list(runs)
        if divisor is not None:
            rate = law.penalty_rate_on(last)
            (since, _), (_, end) = found[0], found[-1]
            roubles = term(debt=part.money, days=(end - since).days + 1, rate=rate, divisor=divisor)
            first = (since - due_on).days
            yield PenaltySegment(part, since, end, first, rate, divisor, Money.of_roubles(roubles))


def _alike(due_on: date, last: date, law: Law, moratoria: Sequence[Span]) -> list[tuple[date, date]]:
    """The days of a delay as runs within which nothing changes: each may cost what the one before it does."""
    begins = {due_on + _DAY, *law.penalty_steps.changes()}
    begins.update(due_on + step.from_day * _DAY for rule in law.penalty_steps.rules for step in rule.value)
    for span in moratoria:
        begins.update((span.start, span.end))
    starts = sorted(day for day in begins if due_on < day <= last)
    return list(zip(starts, [*(day - _DAY for day in starts[1:]), last], strict=False))


def penalty(*, debt: Money, due_on: date, until: date, law: Law, moratoria: Sequence[Span] = ()) -> Money:
    """Penalty on a debt that is paid on ``until`` as a whole. :raises LawMissing: as :func:`accrue`"""
    part = LatePart(DueDebt("", due_on, debt), debt, until)
    found = accrue([part], until=until, law=law, moratoria=moratoria)
    return Money.total(segment.money for segment in found)
