"""The dated terms of accounts: group, residents, area, rooms, stove, heating, each from a day on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from svet.accounts.models.terms import Terms
from svet.accounts.rules.terms import DatedTerms, Stove, TermsSource, TermsValues, terms_at
from svet.kernel.lookups import key_array
from svet.kernel.making import quickly

_COUNTING = """
SELECT id, account_id, since, lead(since) OVER (PARTITION BY account_id ORDER BY since),
       tariff_group, residents, area, rooms, stove, electric_heating
FROM accounts_terms WHERE account_id = ANY(%(accounts)s::bigint[]) AND {counts} ORDER BY account_id, since
"""
_NOW = _COUNTING.format(counts="gone_at IS NULL")
_THEN = _COUNTING.format(counts="known_at <= %(known_at)s AND (gone_at IS NULL OR gone_at > %(known_at)s)")


_dated, _values = quickly(DatedTerms), quickly(TermsValues)


@dataclass(frozen=True, slots=True)
class TermsEntry:
    """A row as the office reads it; ``gone_at``: another one has taken its place."""

    terms: DatedTerms
    source: TermsSource
    reason: str
    known_at: datetime
    gone_at: datetime | None


def dated_terms(
    account_ids: Collection[int], *, known_at: datetime | None = None
) -> dict[int, tuple[DatedTerms, ...]]:
    """The terms that count of each account, in order of time, without a hole: one query.

    ``known_at``: those that counted at that moment. Accounts that are not in the registry have none.
    """
    found: dict[int, list[DatedTerms]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            _NOW if known_at is None else _THEN, {"accounts": key_array(found), "known_at": known_at}
        )
        for key, account_id, since, until, group, residents, area, rooms, stove, heating in cursor.fetchall():
            values = _values(group, residents, area, rooms, Stove(stove) if stove else None, heating)
            found[account_id].append(_dated(key, since, until, values))
    return {account_id: tuple(rows) for account_id, rows in found.items()}


def terms_of(account_ids: Collection[int], *, on: date) -> dict[int, TermsValues]:
    """What holds for each account on a day: one query."""
    return {
        account_id: terms_at(history, on).values if history else TermsValues()
        for account_id, history in dated_terms(account_ids).items()
    }


def terms_history(account_id: int) -> list[TermsEntry]:
    """Every row there ever was, the latest day first; of one day the one that counts first."""
    rows = Terms.objects.filter(account_id=account_id).order_by("-since", "-pk")
    counting: Mapping[int, DatedTerms] = {
        each.terms_id: each for each in dated_terms([account_id])[account_id]
    }
    return [
        TermsEntry(
            counting.get(row.pk) or DatedTerms(row.pk, row.since, None, terms_values(row)),
            TermsSource(row.source),
            row.reason,
            row.known_at,
            row.gone_at,
        )
        for row in rows
    ]


def terms_values(row: Terms) -> TermsValues:
    """The values of a row; for this room."""
    stove = Stove(row.stove) if row.stove else None
    return TermsValues(row.tariff_group, row.residents, row.area, row.rooms, stove, row.electric_heating)
