"""What of contracts decides prices and norms, as facts: the dated terms that the accounts keep."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from svet.accounts.queries.terms import dated_terms
from svet.accounts.rules.terms import DatedTerms
from svet.billing.rules.facts import AccountTerms


def account_terms(
    account_ids: Collection[int], *, known_at: datetime | None = None
) -> dict[int, tuple[AccountTerms, ...]]:
    """The terms of each account in order of time, as known at a moment or as now: one query.

    An account without any has terms without a group: it has no price, and a run says so.
    """
    return {
        account_id: tuple(map(_fact, history)) or (AccountTerms(""),)
        for account_id, history in dated_terms(account_ids, known_at=known_at).items()
    }


def _fact(row: DatedTerms) -> AccountTerms:
    values = row.values
    return AccountTerms(
        group=values.tariff_group,
        residents=values.residents,
        since=row.since,
        until=row.until,
        rooms=values.rooms,
        area=values.area,
        stove=values.stove.value if values.stove else None,
        electric_heating=values.electric_heating,
    )
