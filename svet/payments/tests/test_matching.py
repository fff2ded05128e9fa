"""Days against rows of a statement: exact kopecks, the plainest way first, nothing by guess."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from svet.payments.rules.matching import Arrived, Expected, match

FIRST = date(2026, 11, 20)


def run(days: dict[int, int], rows: list[tuple[int, int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Days by their number since the first; rows as (number of day, kopecks), named by their place."""
    expected = [Expected(day, FIRST + timedelta(days=day), kopecks) for day, kopecks in days.items()]
    arrived = [Arrived(at, FIRST + timedelta(days=day), kopecks) for at, (day, kopecks) in enumerate(rows)]
    return [(one.days, one.rows) for one in match(expected, arrived)]


@pytest.mark.parametrize(
    ("days", "rows", "found"),
    [
        ({0: 100}, [(1, 100)], [((0,), (0,))]),
        ({0: 100}, [(0, 100)], [((0,), (0,))]),
        ({0: 100}, [(5, 100)], [((0,), (0,))]),
        # Too late, too early, a kopeck less.
        ({0: 100}, [(6, 100)], []),
        ({1: 100}, [(0, 100)], []),
        ({0: 100}, [(1, 99)], []),
        # A weekend in one order; a day in two.
        ({0: 100, 1: 20, 2: 3}, [(3, 123)], [((0, 1, 2), (0,))]),
        ({0: 123}, [(1, 100), (2, 23)], [((0,), (0, 1))]),
        # Days in a row only: the one between is not skipped.
        ({0: 100, 1: 20, 2: 3}, [(3, 103)], []),
        # Of equal sums the oldest day comes first.
        ({0: 100, 1: 100}, [(2, 100)], [((0,), (0,))]),
        ({0: 100, 1: 100}, [(2, 100), (2, 100)], [((0,), (0,)), ((1,), (1,))]),
        # A whole day is before a sum of days.
        ({0: 40, 1: 60, 2: 100}, [(3, 100)], [((2,), (0,))]),
        # More was given back than taken: less comes with the next day.
        ({0: -30, 1: 100}, [(2, 70)], [((0, 1), (0,))]),
        ({0: 0}, [(1, 0)], []),
        ({}, [(1, 5)], []),
    ],
)
def test_what_belongs_together(
    days: dict[int, int],
    rows: list[tuple[int, int]],
    found: list[tuple[tuple[int, ...], tuple[int, ...]]],
) -> None:
    assert run(days, rows) == found


def test_everything_is_used_once() -> None:
    days = {day: 10 + day % 3 for day in range(30)}
    rows = [(day + 1, 10 + day % 3) for day in range(30)]
    found = run(days, rows)
    used_days = [day for one, _ in found for day in one]
    used_rows = [row for _, one in found for row in one]
    assert sorted(used_days) == list(range(30)) == sorted(used_rows)
