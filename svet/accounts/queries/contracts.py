"""Contracts as whoever charges them needs them: days, price group, residents; no names, no addresses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from svet.accounts.models import Account, ContractEnd
from svet.accounts.queries.terms import terms_of
from svet.kernel.ids import AccountId

_BORDERS = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_account WHERE provider_id = %(provider)s
) numbered WHERE place %% %(every)s = 0 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class EndEntry:
    """What was entered about the end of a contract; no day: an end was taken back."""

    closed_on: date | None
    reason: str
    known_at: datetime


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
    known_at: datetime | None = None,
) -> list[Contract]:
    """Contracts of a supplier in the order of their keys, beginning behind the key ``after``.

    Those opened before a day and, with ``closed_after``, not closed on that day or earlier. What has changed
    meanwhile is told as of the day before ``opened_before``. ``known_at``: with the ends of those that this
    chooses as they were known at that moment.
    """
    rows = _chosen(provider_id, opened_before, closed_after, account_ids).filter(pk__gt=after)
    found = list(rows.order_by("pk").values_list("pk", "number", "opened_on", "closed_on")[:limit])
    terms = terms_of([row[0] for row in found], on=opened_before - timedelta(days=1))
    then = _ends_known([row[0] for row in found], known_at) if known_at is not None else {}
    return [
        Contract(
            AccountId(key),
            number,
            terms[key].tariff_group,
            terms[key].residents,
            opened_on,
            then.get(key, closed_on),
        )
        for key, number, opened_on, closed_on in found
    ]


def _ends_known(account_ids: Collection[int], moment: datetime) -> dict[int, date | None]:
    """The end of each contract of which one was ever entered, as it was known at a moment."""
    found: dict[int, date | None] = {}
    rows = ContractEnd.objects.filter(account_id__in=list(account_ids)).order_by("pk")
    for account_id, closed_on, known_at in rows.values_list("account_id", "closed_on", "known_at"):
        found[account_id] = closed_on if known_at <= moment else found.get(account_id)
    return found


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


def contract_ends(account_id: int) -> list[EndEntry]:
    """All that was entered about the end of an account's contract, the latest first."""
    rows = ContractEnd.objects.filter(account_id=account_id).order_by("-pk")
    return [EndEntry(*row) for row in rows.values_list("closed_on", "reason", "known_at")]
