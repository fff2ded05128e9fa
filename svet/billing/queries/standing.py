"""Where accounts stand: which months of ours are charged, and the lines that nothing has taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from svet.billing.rules import Basis, Line, Reading
from svet.billing.rules.explained_lines import PostedLine
from svet.billing.rules.facts import ActKind
from svet.billing.rules.lines import Evidence
from svet.kernel.periods import Month

_BOOKS = """
SELECT a.id, c.period, c.floor, c.settled, c.facts,
       (SELECT min(r.period) FROM billing_problem p JOIN billing_billingrun r ON r.id = p.run_id
        WHERE p.account_id = a.id)
FROM unnest(%s::bigint[]) a (id)
LEFT JOIN LATERAL (
    SELECT period, floor, settled, facts FROM billing_charge c
    WHERE c.account_id = a.id ORDER BY c.period DESC LIMIT 1
) c ON true
"""
#: What of lines is not a reversal and not reversed until a month of postings.
STANDING = """
l.reverses_id IS NULL AND NOT EXISTS (
    SELECT FROM billing_chargeline r WHERE r.reverses_id = l.id AND r.period <= %(until)s)
"""
_COLUMNS = """
l.month, l.service, l.point, l.scheme, l.zone, l.basis, l.part_since, l.part_until, l.since_on, l.until_on,
l.range_no, l.price, l.kwh, l.kopecks, l.meter_id, l.tariff_row_id, l.previous_value, l.previous_on,
l.previous_set_id, l.current_value, l.current_on, l.current_set_id, l.span_kwh, l.base, l.act,
l.decision_id, l.house_share_id
"""
_LINES = f"""
SELECT l.account_id, l.id, {_COLUMNS}
FROM unnest(%(accounts)s::bigint[], %(after)s::date[]) w (account_id, after)
JOIN billing_chargeline l ON l.account_id = w.account_id AND l.period > w.after AND l.month > w.after
WHERE l.period <= %(until)s AND {STANDING}
ORDER BY l.account_id, l.period, l.position
"""  # noqa: S608
_POSTED = f"""
SELECT l.account_id, l.reverses_id, l.cause, {_COLUMNS}
FROM billing_chargeline l WHERE l.account_id = ANY(%s) AND l.period = %s
ORDER BY l.account_id, l.position
"""  # noqa: S608
_EVER = Month(2199, 12)

#: A line with the number by which it stands.
Standing = tuple[int, Line]


class AccountBook(NamedTuple):
    """What an account's book says: the last month posted, the first that is ours, the first open problem.

    ``settled`` and ``facts`` are those of the last charge.
    """

    last: Month | None = None
    floor: Month | None = None
    settled: Month | None = None
    facts: str = ""
    problem: Month | None = None

    def begins(self, period: Month) -> Month:
        """The first month that is ours to charge, seen from a run of ``period``.

        An account that has never been charged owes nothing for months in which no run knew it.
        """
        if self.floor is not None:
            return self.floor
        return period if self.problem is None else min(self.problem, period)


def books(account_ids: Sequence[int]) -> dict[int, AccountBook]:
    """Where each account stands."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS, [list(account_ids)])
        return {
            account_id: AccountBook(
                _month(last), _month(floor), _month(settled), facts or "", _month(problem)
            )
            for account_id, last, floor, settled, facts, problem in cursor.fetchall()
        }


def _month(day: date | None) -> Month | None:
    return None if day is None else Month.of(day)


def standing_lines(
    account_ids: Sequence[int], *, until: Month = _EVER, after: Mapping[int, Month] | None = None
) -> Mapping[int, list[Standing]]:
    """The lines that stand once everything posted until a month is counted, in the order of posting.

    ``after``: by account the month behind which its lines are wanted; without it all of them.
    """
    behind = after or {}
    found: dict[int, list[Standing]] = {account_id: [] for account_id in account_ids}
    months: dict[date, Month] = {}
    with connection.cursor() as cursor:
        days = [behind[key].first if key in behind else date.min for key in account_ids]
        cursor.execute(_LINES, {"accounts": list(account_ids), "after": days, "until": until.first})
        for account_id, line_id, day, *row in cursor.fetchall():
            month = months.get(day)
            if month is None:
                month = months[day] = Month.of(day)
            found[account_id].append((line_id, _line(month, row)))
    return found


def posted_lines(account_ids: Sequence[int], *, period: Month) -> Mapping[int, list[PostedLine]]:
    """What was taken back from and charged to accounts in a month of postings, in the order of the charge."""
    found: dict[int, list[PostedLine]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [list(account_ids), period.first])
        for account_id, reverses, cause, day, *row in cursor.fetchall():
            found[account_id].append(PostedLine(_line(Month.of(day), row), cause, reverses))
    return found


def _line(month: Month, row: Sequence[Any]) -> Line:
    """A stored row, from ``service`` on, as the rule made it."""
    meter_id, row_id, *readings, span_kwh, base, act, decision, house = row[13:]
    evidence = Evidence(
        meter_id=meter_id,
        row_id=row_id or 0,
        previous=_reading(readings[:3]),
        current=_reading(readings[3:]),
        span_kwh=span_kwh,
        base=tuple(Month.of(day) for day in base or ()),
        cause=ActKind(act) if act else None,
        decision=decision or 0,
        house=house or 0,
    )
    return Line._make((month, *row[:4], Basis(row[4]), *row[5:13], evidence))


def _reading(columns: Sequence[Any]) -> Reading | None:
    return None if columns[0] is None else Reading._make(columns)
