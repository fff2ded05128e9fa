"""Months as they are known now, from sums of charges: what their lines tell one by one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from svet.billing.queries.billed import move
from svet.kernel.periods import Month

FIRST = Month(2026, 5)
#: (account, months after the first of the posting, months before that of the consumption, kWh, kopecks)
Posted = tuple[int, int, int, Decimal, int]
_kwh = st.sampled_from([Decimal(each) for each in ("0.000", "0.000", "60.000", "-60.000", "0.125", "36.500")])
_posted = st.tuples(
    st.integers(1, 3), st.integers(0, 3), st.integers(0, 3), _kwh, st.sampled_from([0, 0, 485, -485, 1])
)


def _by_lines(lines: list[Posted]) -> list[tuple[int, date, Decimal, int]]:
    sums: dict[tuple[int, date], tuple[Decimal, int]] = {}
    for account, at, back, kwh, kopecks in lines:
        if at >= back:
            key = account, FIRST.plus(at - back).first
            before = sums.get(key, (Decimal("0.000"), 0))
            sums[key] = before[0] + kwh, before[1] + kopecks
    return sorted((*key, *own) for key, own in sums.items())


@given(lines=st.lists(_posted, max_size=14), empty=st.sets(st.tuples(st.integers(1, 3), st.integers(0, 3))))
def test_sums_of_charges_tell_what_their_lines_tell(lines: list[Posted], empty: set[tuple[int, int]]) -> None:
    charges = {key: (Decimal("0.000"), 0) for key in empty | {line[:2] for line in lines}}
    moved = []
    for account, at, back, kwh, kopecks in lines:
        before = charges[account, at]
        charges[account, at] = before[0] + kwh, before[1] + kopecks
        if back:
            moved.append((account, FIRST.plus(at).first, FIRST.plus(at - back).first, kwh, kopecks))
    charged = [(account, FIRST.plus(at).first, *own) for (account, at), own in sorted(charges.items())]
    unclear = move(charged, moved, since=FIRST, until=FIRST.plus(3))
    told = [row for row in charged if row[0] not in unclear]
    assert told == [row for row in _by_lines(lines) if row[0] not in unclear]
    assert [str(row[2]) for row in told] == [str(row[2]) for row in _by_lines(lines) if row[0] not in unclear]
    # Only where a month's own kWh are nothing, or a month has no charge, it cannot be told.
    own = {(line[0], line[1]): Decimal(0) for line in lines} | dict.fromkeys(empty, Decimal(0))
    for account, at, back, kwh, _ in lines:
        own[account, at] += kwh * (not back)
    nothing = {account for (account, _), kwh in own.items() if not kwh}
    gaps = {account for account in (1, 2, 3) for at in range(4) if (account, at) not in own}
    assert unclear <= nothing | gaps
    assert nothing - gaps <= unclear
