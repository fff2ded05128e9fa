"""What of a debt is late, by the bills that asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol

from svet.kernel.money import ZERO, Money


class OwedBill(Protocol):
    """A bill: kopecks it closes with, and what it took in that lessened the debt it found."""

    @property
    def due_on(self) -> date: ...
    @property
    def closing(self) -> int: ...
    @property
    def taken(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Arrears:
    """An account's debt beyond the money on its way: ``late`` of it since ``since``, the rest by a day.

    ``coming``: what of it is asked by which day that is not over, the newest first; a charge that stands on
    no bill yet is in none of them. ``by_word``: no bill asks by ``due_on``, somebody has promised it.
    """

    owed: Money
    late: Money
    since: date | None
    due_on: date | None
    coming: tuple[tuple[date, Money], ...] = ()
    by_word: bool = False


@dataclass(frozen=True, slots=True)
class PromisedPart:
    """What is still to be paid of a debt that somebody has promised to pay by a day."""

    money: Money
    until: date


def arrears_in_parts(*, ask: Money, until: date, transit: Money, today: date) -> Arrears:
    """What of a debt that is paid in parts is asked: the next part and the bills with it, by its day."""
    owed = max(ask - transit, ZERO)
    if not owed:
        return Arrears(ZERO, ZERO, None, None)
    if until < today:
        return Arrears(owed, owed, until, None)
    return Arrears(owed, ZERO, None, until, ((until, owed),))


def arrears_of(
    *,
    balance: Money,
    transit: Money,
    bills: Sequence[OwedBill],
    today: date,
    promised: PromisedPart | None = None,
) -> Arrears:
    """What of the debt is late; ``bills`` are the newest first: money pays the oldest one first.

    A charge that stands on no bill yet is owed by no day; it is never late. While the day is ahead by which
    what was ``promised`` is to be paid, that much of what is oldest is asked by it, the rest by its bills.
    """
    owed = max(balance - transit, ZERO)
    ahead = promised if promised is not None and promised.until >= today else None
    apart = min(owed, max(ahead.money - transit, ZERO)) if ahead is not None else ZERO
    word_on = ahead.until if ahead is not None and apart else None
    worded = ((word_on, apart),) if word_on is not None else ()
    if not owed or not bills:
        return Arrears(owed, ZERO, None, word_on, worded, by_word=word_on is not None)
    newest = bills[0]
    spent = max(0, newest.closing - balance.kopecks) + transit.kopecks
    rest, late, since, due_on = owed.kopecks, 0, None, None
    asks: list[tuple[date, int]] = []
    for bill in bills:
        rest = min(rest, bill.closing - spent)
        asked = rest - apart.kopecks
        if asked <= 0:
            break
        if bill.due_on < today:
            late, since = max(late, asked), bill.due_on
        else:
            # The oldest of those ahead is the last one seen here: its day comes first.
            due_on = bill.due_on
        asks.append((bill.due_on, asked))
        spent += bill.taken
    # What a bill asks holds what the older ones ask: its own is the difference.
    coming = tuple(
        (on, Money(asked - older))
        for (on, asked), (_on, older) in pairwise([*asks, (today, 0)])
        if on >= today and asked > older
    )
    return Arrears(
        owed,
        Money(late),
        since,
        due_on or word_on,
        (*coming, *worded),
        by_word=due_on is None and word_on is not None,
    )
