"""A sample of what SQL is about to charge, computed by the rules too: a difference is an alarm."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from svet.accounts.queries.contracts import contracts
from svet.billing.operations.computing import Computed, compute
from svet.billing.queries.facts import ProviderFacts
from svet.billing.queries.standing import books
from svet.billing.rules import ESTIMATES, Line
from svet.billing.rules.causes import why_of
from svet.kernel.periods import Month

_SAMPLE: Final = """
SELECT c.account_id, w.touches, c.facts, c.settled, c.kwh, c.kopecks, c.estimated, c.demonstration
FROM sets_charge c JOIN sets_wanted w ON w.account_id = c.account_id
WHERE mod(hashint8(c.account_id)::bigint + %s, %s) = 0 ORDER BY c.account_id
"""
_LINES: Final = """
SELECT l.account_id, l.cause, l.cause_set_id, l.month, v.point, v.scheme, v.zone, l.basis, v.since, v.until,
       l.since_on, l.until_on, l.range_no, l.price, l.kwh, l.kopecks, v.meter_id, l.row_id, v.previous_value,
       v.previous_on, v.previous_set_id, v.current_value, v.current_on, v.current_set_id, v.span_kwh, v.base
FROM sets_line l JOIN sets_volume v ON v.no = l.volume
WHERE l.account_id = ANY(%s) ORDER BY l.account_id, l.position
"""
_SURPLUS: Final = """
SELECT account_id, 'reading', cause_set_id, line_id FROM sets_surplus
WHERE account_id = ANY(%s) ORDER BY account_id, position
"""
_Rows = list[tuple[Any, ...]]
_NOTHING: Final = (None, None, None)


class SetsDiffer(Exception):
    """What SQL would charge is not what the rules charge: the program has a fault, and nothing is written."""


def prove(*, provider_id: int, provider: ProviderFacts, period: Month, sample: int) -> None:
    """Compare one of ``sample`` easy accounts with the rules; of whom something came meanwhile tells nothing.

    :raises SetsDiffer:
    """
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, [period.year * 12 + period.month, sample])
        found = cursor.fetchall()
        charges, noted = {row[0]: row[2:] for row in found}, {row[0]: set(row[1] or ()) for row in found}
        if not charges:
            return
        rows: dict[int, _Rows] = {key: [] for key in charges}
        for query in (_SURPLUS, _LINES):
            cursor.execute(query, [list(charges)])
            for key, *row in cursor.fetchall():
                rows[key].append(tuple(row))
    keys = list(charges)
    known = contracts(provider_id=provider_id, opened_before=provider.cut(period), account_ids=keys)
    for each in compute(known, period=period, provider=provider, known=books(keys)):
        came = set(each.touches) != noted[each.account_id]
        if not came and _told(each, period) != (charges[each.account_id], rows[each.account_id]):
            raise SetsDiffer(f"account {each.account_id}, {period}: SQL and the rules do not agree")


def _told(each: Computed, period: Month) -> tuple[tuple[Any, ...], _Rows] | None:
    """The charge, what is taken back and the lines as SQL has them; None: it cannot have this account."""
    if each.problem is not None or each.settled is None:
        return None
    post, taken = each.found.post, each.found.reverse
    rows: _Rows = [(*_why(each, line), name) for name, line in sorted(taken, key=lambda pair: pair[1].month)]
    for line in post:
        evidence = line.evidence
        rows.append(
            (
                *_why(each, line), line.month.first, *line[2:5], line.basis.value, *line[6:14],
                evidence.meter_id, evidence.row_id, *(evidence.previous or _NOTHING),
                *(evidence.current or _NOTHING), evidence.span_kwh,
                [month.first for month in evidence.base] or None,
            )
        )  # fmt: skip
    kwh = sum(line.kwh for line in post) - sum(line.kwh for _, line in taken)
    estimated = any(line.basis in ESTIMATES and line.month == period for line in post)
    made_up = any(line.evidence.demonstration for line in post)
    return (each.facts, each.settled.first, kwh, each.found.kopecks, estimated, made_up), rows


def _why(each: Computed, line: Line) -> tuple[str, int | None]:
    why = why_of(line, each.whys[line.month])
    return why.cause.value, why.set_id
