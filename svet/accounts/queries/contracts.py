"""Contracts as whoever charges them needs them: days, price group, residents; no names, no addresses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from svet.accounts.models import Account
from svet.accounts.queries.terms import terms_of
from svet.kernel.ids import AccountId

_BORDERS = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_account WHERE provider_id = %(provider)s
) numbered WHERE place %% %(every)s = 0 ORDER BY id
"""


class Contract(NamedTuple):
    """One account's contract with its group and residents of the last day; None: nobody knows how many."""

    account_id: AccountId
    number: str
    tariff_group: str
    residents: int | None
    opened_on: date
    closed_on: date | None


def contracts(
    *,
    provider_id: int,
    opened_before: date,
    closed_after: date | None = None,
    after: int = 0,
    limit: int | None = None,
    account_ids: Collection[int] | None = None,
) -> list[Contract]:
    """Contracts of a supplier in the order of their keys, beginning behind the key ``after``.

    Those opened before a day and, with ``closed_after``, not closed on that day or earlier. What has changed
    meanwhile is told as of the day before ``opened_before``.
    """
    rows = _chosen(provider_id, opened_before, closed_after, account_ids).filter(pk__gt=after)
    found = list(rows.order_by("pk").values_list("pk", "number", "opened_on", "closed_on")[:limit])
    terms = terms_of([row[0] for row in found], on=opened_before - timedelta(days=1))
    return [
        Contract(AccountId(key), number, terms[key].tariff_group, terms[key].residents, opened_on, closed_on)
        for key, number, opened_on, closed_on in found
    ]


def contract_ids(
    *, provider_id: int, opened_before: date, closed_after: date, after: int, until: int | None, limit: int
) -> list[int]:
    """The keys of what :func:`contracts` would tell of, behind the key ``after``, ``until`` in it."""
    rows = _chosen(provider_id, opened_before, closed_after, None).filter(pk__gt=after)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def contract_borders(*, provider_id: int, every: int) -> list[int]:
    """The keys that end ranges of so many contracts of a supplier; what is behind the last one is a range."""
    with connection.cursor() as cursor:
        cursor.execute(_BORDERS, {"provider": provider_id, "every": every})
        return [key for (key,) in cursor.fetchall()]


def contract_count(*, provider_id: int, opened_before: date, closed_after: date) -> int:
    """How many of them there are."""
    return _chosen(provider_id, opened_before, closed_after, None).count()


def _chosen(
    provider_id: int, opened_before: date, closed_after: date | None, account_ids: Collection[int] | None
) -> QuerySet[Account]:
    rows = Account.objects.filter(provider_id=provider_id, opened_on__lt=opened_before)
    if closed_after is not None:
        rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=closed_after))
    return rows if account_ids is None else rows.filter(pk__in=account_ids)
