"""Money on our settlement account against what was taken: exact kopecks, no tolerance. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final, Generic, TypeVar

from svet.kernel.states import Moves

#: So many days after they were taken sums come to our account , and so many may come in one.
WITHIN: Final = timedelta(days=5)
#: Where money goes whose payer is neither a bank nor an agent: the source of its rows.
TRANSFERS: Final = "transfer"
UnitKey = TypeVar("UnitKey", bound=Hashable)
RowKey = TypeVar("RowKey", bound=Hashable)
DisputeKey = TypeVar("DisputeKey", bound=Hashable)
#: So many disputes a payout may be netted by, out of so many near it: beyond that a sum fits by chance.
_NETTED_MOST: Final = 3
_NEAR_MOST: Final = 12


class StatementState(StrEnum):
    """Where a row of a statement stands."""

    WAITING = "waiting"  # of an acquirer or agent: nothing fits it yet
    SETTLED = "settled"  # fits what was taken, or is a fee of theirs
    PAYMENT = "payment"  # a transfer of a customer: a payment, or in suspense
    ASIDE = "aside"  # leaves us for anybody else, another supplier's for moved payments, or a person's word
    DIFFERS = "differs"  # another body under a taken identity: a person decides


#: What waits for its days, or for a person.
STATEMENT_WAITS: Final = frozenset({StatementState.WAITING, StatementState.DIFFERS})

STATEMENT_MOVES: Final = Moves(
    {
        StatementState.WAITING: frozenset(
            {StatementState.SETTLED, StatementState.PAYMENT, StatementState.ASIDE}
        ),
        StatementState.SETTLED: frozenset(),
        StatementState.PAYMENT: frozenset(),
        StatementState.ASIDE: frozenset(),
        StatementState.DIFFERS: frozenset({StatementState.PAYMENT, StatementState.ASIDE}),
    }
)


@dataclass(frozen=True, slots=True)
class Expected(Generic[UnitKey]):
    """What is still to come of one day: net kopecks; below zero when more was given back than taken."""

    key: UnitKey
    day: date
    kopecks: int


@dataclass(frozen=True, slots=True)
class Arrived(Generic[RowKey]):
    """A row of a statement that waits."""

    key: RowKey
    day: date
    kopecks: int


@dataclass(frozen=True, slots=True)
class Matched(Generic[UnitKey, RowKey]):
    """These days came by these rows, kopeck for kopeck."""

    days: tuple[UnitKey, ...]
    rows: tuple[RowKey, ...]


def match(
    expected: Sequence[Expected[UnitKey]], arrived: Sequence[Arrived[RowKey]]
) -> Iterator[Matched[UnitKey, RowKey]]:
    """Days and rows that belong together, the plainest first and the oldest of equal ones.

    One row is one day; else one row is several days in a row; else several rows in a row are one day. A row
    comes on the day itself or within five days after the last of its days.
    """
    days = sorted((one for one in expected if one.kopecks), key=lambda one: one.day)
    rows = sorted(arrived, key=lambda one: one.day)
    for length in range(1, WITHIN.days + 2):
        for row in list(rows):
            run = _run(days, row, length)
            if run is not None:
                days = [one for one in days if one not in run]
                rows.remove(row)
                yield Matched(tuple(one.key for one in run), (row.key,))
    for day in days:
        near = [row for row in rows if day.day <= row.day <= day.day + WITHIN]
        parts = _parts(near, day.kopecks)
        if parts is not None:
            rows = [row for row in rows if row not in parts]
            yield Matched((day.key,), tuple(row.key for row in parts))


@dataclass(frozen=True, slots=True)
class Withheld(Generic[DisputeKey]):
    """Money of a dispute that has not gone through our account: below zero what the acquirer took back."""

    key: DisputeKey
    day: date
    kopecks: int


@dataclass(frozen=True, slots=True)
class Netted(Generic[UnitKey, RowKey, DisputeKey]):
    """These days came by this row, more or less by the money of these disputes, kopeck for kopeck."""

    days: tuple[UnitKey, ...]
    row: RowKey
    disputes: tuple[DisputeKey, ...]


def match_netted(
    expected: Sequence[Expected[UnitKey]],
    arrived: Sequence[Arrived[RowKey]],
    withheld: Sequence[Withheld[DisputeKey]],
) -> Iterator[Netted[UnitKey, RowKey, DisputeKey]]:
    """Rows out of which the acquirer kept disputed money, or with which it gave some back.

    For rows that :func:`match` left. A dispute is told on the day of the row or in the ten days before it.
    The fewest days, then the fewest disputes; two answers of one size are none: a person decides.
    """
    days = sorted((one for one in expected if one.kopecks), key=lambda one: one.day)
    free = sorted(withheld, key=lambda one: one.day)
    for row in sorted(arrived, key=lambda one: one.day):
        near = [one for one in free if row.day - 2 * WITHIN <= one.day <= row.day][-_NEAR_MOST:]
        found = _plainest(days, row, near)
        if found is not None:
            run, kept = found
            days = [one for one in days if one not in run]
            free = [one for one in free if one not in kept]
            yield Netted(tuple(one.key for one in run), row.key, tuple(one.key for one in kept))


def _plainest(
    days: Sequence[Expected[UnitKey]], row: Arrived[RowKey], near: Sequence[Withheld[DisputeKey]]
) -> tuple[Sequence[Expected[UnitKey]], Sequence[Withheld[DisputeKey]]] | None:
    before = [one for one in days if one.day <= row.day <= one.day + WITHIN]
    for length in range(1, len(before) + 1):
        runs = [before[start : start + length] for start in range(len(before) - length + 1)]
        for count in range(1, min(_NETTED_MOST, len(near)) + 1):
            fitting = [
                (run, kept)
                for run in runs
                for kept in combinations(near, count)
                if sum(one.kopecks for one in run) + sum(one.kopecks for one in kept) == row.kopecks
            ]
            if fitting:
                return fitting[0] if len(fitting) == 1 else None
    return None


def _run(
    days: Sequence[Expected[UnitKey]], row: Arrived[RowKey], length: int
) -> list[Expected[UnitKey]] | None:
    """The first ``length`` days in a row that make the sum of a row, all within five days before it."""
    near = [one for one in days if one.day <= row.day <= one.day + WITHIN]
    for start in range(len(near) - length + 1):
        run = near[start : start + length]
        if sum(one.kopecks for one in run) == row.kopecks:
            return list(run)
    return None


def _parts(rows: Sequence[Arrived[RowKey]], kopecks: int) -> list[Arrived[RowKey]] | None:
    """The first rows in a row, two or more, that make a sum."""
    for start in range(len(rows)):
        total = 0
        for end in range(start, len(rows)):
            total += rows[end].kopecks
            if total == kopecks and end > start:
                return list(rows[start : end + 1])
    return None
