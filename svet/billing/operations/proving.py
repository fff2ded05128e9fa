"""Proving what is charged, a thousand accounts at a time, and keeping who was proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svet.billing.queries.checks import CheckedAccounts, checked, newest_charges
from svet.billing.queries.proofs import LongestAgo, Newest, RunPrices
from svet.kernel.transactions import is_copy, picture, use_case

_MOST = 100
_KEEP = """
INSERT INTO billing_provedaccount
    (account_id, charge_id, lines, facts, prices, prices_of_today, proved_at)
SELECT *, %s FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::varchar[], %s::boolean[])
ON CONFLICT (account_id) DO UPDATE SET charge_id = excluded.charge_id, lines = excluded.lines,
    facts = excluded.facts, prices = excluded.prices, prices_of_today = excluded.prices_of_today,
    proved_at = excluded.proved_at
"""
_COMPARED = "UPDATE billing_provedaccount SET proved_at = %s WHERE account_id = ANY(%s)"
# A proof of what was charged before would stay the oldest for ever, and keep others from their turn.
_NO_MORE = "DELETE FROM billing_provedaccount WHERE account_id = ANY(%s)"


class Proved(NamedTuple):
    """Breaches of I-11 (``books``) and I-18 (``twice``) in some accounts, of which so many have not moved.

    ``compared``: of so many that have not moved the rows were counted again.
    """

    books: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    looked: int = 0
    unmoved: int = 0
    compared: int = 0

    def and_(self, other: Proved) -> Proved:
        """Both together."""
        return Proved(
            self.books + other.books,
            self.twice + other.twice,
            self.looked + other.looked,
            self.unmoved + other.unmoved,
            self.compared + other.compared,
        )


def prove(
    *,
    since: bool,
    now: datetime,
    after: int = 0,
    until: int | None = None,
    longest_ago: LongestAgo | None = None,
) -> Proved:
    """Recompute what is charged to the accounts behind ``after``, up to ``until``, and keep the proofs.

    ``since``: only of those that are not proved yet, or of which something has moved since: rows are counted
    of those whose proofs were looked at ``longest_ago``, of the others news alone are looked for (None: rows
    of all). A thousand at a time is seen in one unmoving picture. On a copy that cannot be written nothing is
    kept.
    """
    found, prices = Proved(), RunPrices()
    steps = newest_charges(after=after, until=until)
    while len(found.books) + len(found.twice) < _MOST:
        with picture():
            accounts: Sequence[Newest] = next(steps, [])
            if not accounts:
                break
            part = checked(accounts, prices=prices, since=since, until=longest_ago)
        _keep(part, now=now)
        counted = (part.looked, part.unmoved, len(part.compared))
        found = found.and_(Proved(tuple(part.books), tuple(part.twice), *counted))
    return found


def ranges(parts: int) -> list[tuple[int, int | None]]:
    """About so many pieces of the keys of the charged accounts, for processes to share: (behind, up to)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(account_id), max(account_id) FROM billing_charge")
        first, last = cursor.fetchone()
    if first is None:
        return []
    width = max(1, -(-(last - first + 1) // parts))
    starts = range(first - 1, last, width)
    return [(start, start + width if start + width < last else None) for start in starts]


def _keep(part: CheckedAccounts, *, now: datetime) -> None:
    if not (part.proofs or part.compared or part.unproved) or is_copy():
        return
    with use_case(), connection.cursor() as cursor:
        if part.proofs:
            cursor.execute(_KEEP, [now, *(list(column) for column in zip(*part.proofs, strict=True))])
        cursor.execute(_COMPARED, [now, part.compared])
        cursor.execute(_NO_MORE, [part.unproved])
