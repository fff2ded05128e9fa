"""Penalties and fees of accounts as a bill says them, and whether bills said what the books give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from svet.accounts.queries.registry import accounts_by_id
from svet.bills.models import Bill
from svet.bills.queries.chain import Preceding
from svet.bills.queries.dues import due_postings_of
from svet.bills.rules import BillStreams, Posted, from_snapshot
from svet.bills.rules.streams import bill_streams
from svet.bills.rules.sums import FEE, PENALTY
from svet.kernel.pieces import keys_of
from svet.penalties.queries import broken as broken_penalties
from svet.penalties.queries import choices_of, shown_rows
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.showing import ShownPart
from svet.penalties.rules.streams import AllocationOrder, DuePosting

_AT_ONCE: Final = 500
_TOLD_APART: Final = frozenset({PENALTY, FEE})


def streams_on(
    providers: Mapping[int, int],
    posted: Mapping[int, Sequence[Posted]],
    before: Mapping[int, Preceding],
    last: Mapping[int, int],
) -> dict[int, BillStreams]:
    """The streams of new bills, by account; accounts without penalties and fees have none.

    ``posted`` are the bills' own movements, ``last`` the number of each one's last.
    """
    concerned = [
        account_id
        for account_id, own in posted.items()
        if (account_id in before and before[account_id].streams)
        or not _TOLD_APART.isdisjoint([each.kind for each in own])
    ]
    if not concerned:
        return {}
    moved, shown = due_postings_of(concerned), shown_rows(concerned)
    orders = {provider_id: order_on(choices_of(provider_id)) for provider_id in set(providers.values())}
    found = {}
    for account_id in concerned:
        ended = before[account_id].to_seq if account_id in before else 0
        streams = bill_streams(
            [each for each in moved[account_id] if each.seq <= last[account_id]],
            ended=ended,
            order_on=orders[providers[account_id]],
            parts=[row.part for row in shown[account_id] if ended < row.posting_seq <= last[account_id]],
        )
        if streams is not None:
            found[account_id] = streams
    return found


def broken(*, limit: int = 50) -> list[str]:
    """I-24: penalties are in the books as shown, streams add up to balances, and bills say them as such."""
    found = broken_penalties(limit=limit)
    return (found + _of_bills(Bill.objects.all(), limit - len(found)))[:limit]


def broken_streams(piece: int) -> list[str]:
    """I-24 of the bills of a piece: they say the streams that the books give."""
    keys = keys_of(piece)
    return _of_bills(Bill.objects.filter(pk__gte=keys["first"], pk__lt=keys["end"]), 50)


def _of_bills(rows: QuerySet[Bill], limit: int) -> list[str]:
    found: list[str] = []
    accounts = _with_streams(rows)
    while len(found) < limit and (batch := dict(islice(accounts, _AT_ONCE))):
        found += _of_accounts(batch)
    return found


def _with_streams(bills: QuerySet[Bill]) -> Iterator[tuple[int, list[Bill]]]:
    """Accounts, each with its bills, read on as they are asked for."""
    rows = bills.filter(snapshot__has_key="streams").order_by("account_id", "no")
    for account_id, own in groupby(rows.iterator(chunk_size=_AT_ONCE), key=lambda bill: bill.account_id):
        yield account_id, list(own)


def _of_accounts(bills: Mapping[int, Sequence[Bill]]) -> Iterator[str]:
    moved, shown = due_postings_of(bills), shown_rows(bills)
    accounts: dict[int, int] = {one.account_id: one.provider.provider_id for one in accounts_by_id(bills)}
    orders = {provider_id: order_on(choices_of(provider_id)) for provider_id in set(accounts.values())}
    for account_id, own in bills.items():
        parts = [(row.posting_seq, row.part) for row in shown[account_id]]
        yield from _of_account(own, moved[account_id], parts, orders[accounts[account_id]])


def _of_account(
    bills: Sequence[Bill],
    moved: Sequence[DuePosting],
    parts: Sequence[tuple[int, ShownPart]],
    order: Callable[[date], AllocationOrder],
) -> Iterator[str]:
    for bill in bills:
        said = from_snapshot(bill.snapshot).streams
        ended = bill.from_seq - 1
        should = bill_streams(
            [each for each in moved if each.seq <= bill.to_seq],
            ended=ended,
            order_on=order,
            parts=[part for seq, part in parts if ended < seq <= bill.to_seq],
        )
        if said != should:
            yield _("в счёте {number} пени и потребление не те, что в книгах").format(number=bill.number)
