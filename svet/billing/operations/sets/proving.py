"""A sample of what SQL is about to charge, computed by the rules too: a difference is an alarm."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from svet.accounts.queries.contracts import contracts
from svet.billing.operations.computing import Computed, compute
from svet.billing.queries.facts import ProviderFacts
from svet.billing.queries.standing import books
from svet.billing.rules import Basis, LineCause
from svet.kernel.periods import Month

_SAMPLE: Final = """
SELECT account_id, facts, kwh, kopecks, demonstration FROM sets_charge
WHERE mod(hashint8(account_id)::bigint + %s, %s) = 0 ORDER BY account_id
"""
_LINES: Final = """
SELECT account_id, point, scheme, zone, previous_on, current_on, since_on, until_on, range_no, price, kwh,
       kopecks, meter_id, row_id, previous_value, previous_on, previous_set_id, current_value, current_on,
       current_set_id, span_kwh
FROM sets_line WHERE account_id = ANY(%s) ORDER BY account_id, position
"""


class SetsDiffer(Exception):
    """What SQL would charge is not what the rules charge: the program has a fault, and nothing is written."""


def prove(*, provider_id: int, provider: ProviderFacts, period: Month, sample: int) -> None:
    """Compare one of ``sample`` easy accounts with the rules. :raises SetsDiffer:"""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, [period.year * 12 + period.month, sample])
        charges = {row[0]: row[1:] for row in cursor.fetchall()}
        if not charges:
            return
        lines: dict[int, list[tuple[Any, ...]]] = {key: [] for key in charges}
        cursor.execute(_LINES, [list(charges)])
        for key, *row in cursor.fetchall():
            lines[key].append(tuple(row))
    keys = list(charges)
    found = contracts(provider_id=provider_id, opened_before=provider.cut(period), account_ids=keys)
    for each in compute(found, period=period, provider=provider, known=books(keys)):
        if _told(each, period) != (charges[each.account_id], lines[each.account_id]):
            raise SetsDiffer(f"account {each.account_id}, {period}: SQL and the rules do not agree")


def _told(each: Computed, period: Month) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]] | None:
    """The charge and the lines as SQL has them; None: there is something it cannot have."""
    post = each.found.post
    if (
        each.problem is not None
        or each.found.reverse
        or each.settled != period
        or any(line.basis is not Basis.READING or line.month != period for line in post)
        or any(why.cause is not LineCause.FIRST for why in each.whys.values())
    ):
        return None
    lines = []
    for line in post:
        evidence = line.evidence
        assert evidence.previous is not None
        assert evidence.current is not None
        lines.append(
            (
                *line[2:5], *line[6:14], evidence.meter_id, evidence.row_id, *evidence.previous,
                *evidence.current, evidence.span_kwh,
            )
        )  # fmt: skip
    made_up = any(line.evidence.demonstration for line in post)
    kwh = sum(line.kwh for line in post)
    return (each.facts, kwh, each.found.kopecks, made_up), lines
