"""Contracts as whoever charges them needs them: days, price group, residents; no names, no addresses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from svet.accounts.models import Account
from svet.kernel.ids import AccountId


class Contract(NamedTuple):
    """One account's contract; ``residents`` None: nobody knows."""

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

    Those opened before a day and, with ``closed_after``, not closed on that day or earlier.
    """
    rows = _chosen(provider_id, opened_before, closed_after, account_ids).filter(pk__gt=after)
    columns = ("pk", "number", "tariff_group", "premises__residents", "opened_on", "closed_on")
    return [Contract(*row) for row in rows.order_by("pk").values_list(*columns)[:limit]]


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
