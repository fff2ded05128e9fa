"""Contracts with an entered end, for the office: of a month or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncMonth

from svet.accounts.models import ContractEnd
from svet.accounts.queries.views import AccountView, account_view, shown_address
from svet.kernel.periods import Month


class EndedContract(NamedTuple):
    """An account whose contract ends: what was entered last, and when; ``address`` is whole."""

    account: AccountView
    address: str
    closed_on: date
    reason: str
    known_at: datetime


def ended_contracts(*, month: Month | None, offset: int, limit: int) -> list[EndedContract]:
    """A part of the contracts that end, in a month or in any, the latest day first."""
    rows = _standing().select_related("account__provider", "account__premises")
    if month is not None:
        rows = rows.filter(closed_on__gte=month.first, closed_on__lt=month.plus(1).first)
    return list(map(_ended, rows.order_by("-closed_on", "-pk")[offset : offset + limit]))


def every_ended_contract(*, month: Month | None, part: int) -> Iterator[list[EndedContract]]:
    """All of them, part by part."""
    place = 0
    while found := ended_contracts(month=month, offset=place, limit=part):
        yield found
        place += len(found)


def months_of_ends() -> list[tuple[Month, int]]:
    """The months in which contracts end, and how many do, the latest first."""
    rows = _standing().annotate(month=TruncMonth("closed_on")).values("month").annotate(count=Count("pk"))
    return [(Month.of(row["month"]), row["count"]) for row in rows.order_by("-month")]


def _standing() -> QuerySet[ContractEnd]:
    """The last row of each account, where it names a day."""
    later = ContractEnd.objects.filter(account_id=OuterRef("account_id"), pk__gt=OuterRef("pk"))
    return ContractEnd.objects.filter(~Exists(later), closed_on__isnull=False)


def _ended(row: ContractEnd) -> EndedContract:
    assert row.closed_on is not None
    view = account_view(row.account)
    return EndedContract(view, shown_address(view, confirmed=True), row.closed_on, row.reason, row.known_at)
