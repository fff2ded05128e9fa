"""Penalties and fees of accounts as a bill says them, and whether bills said what the books give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from svet.accounts.queries.registry import accounts_by_id
from svet.bills.models import Bill
from svet.bills.queries.chain import Preceding
from svet.bills.queries.dues import due_postings_of
from svet.bills.rules import BillStreams, Posted, from_snapshot
from svet.bills.rules.streams import bill_streams
from svet.bills.rules.sums import FEE, PENALTY
from svet.penalties.queries import broken as broken_penalties
from svet.penalties.queries import choices_of, shown_rows
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.showing import ShownPart
from svet.penalties.rules.streams import DuePosting

_AT_ONCE: Final = 500


def streams_on(
    providers: Mapping[int, int],
    posted: Mapping[int, Sequence[Posted]],
    before: Mapping[int, Preceding],
    last: Mapping[int, int],
) -> dict[int, BillStreams]:
    """The streams of new bills, by account; accounts without penalties and fees have none.

    ``posted`` are the bills' own movements, ``last`` the number of each one's last.
    """
    bills = [before[account_id].bill_id for account_id in posted if account_id in before]
    spoke = set(
        Bill.objects.filter(pk__in=bills, snapshot__has_key="streams").values_list("account_id", flat=True)
    )
    concerned = [
        account_id
        for account_id, own in posted.items()
        if account_id in spoke or any(each.kind in (PENALTY, FEE) for each in own)
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
    for account_id, bills in _bills_with_streams():
        if len(found) >= limit:
            break
        found += _of_account(account_id, bills)
    return found[:limit]


def _bills_with_streams() -> Iterator[tuple[int, list[Bill]]]:
    rows = Bill.objects.filter(snapshot__has_key="streams").order_by("account_id", "no")
    by_account: dict[int, list[Bill]] = defaultdict(list)
    for bill in rows.iterator(chunk_size=_AT_ONCE):
        by_account[bill.account_id].append(bill)
    yield from by_account.items()


def _of_account(account_id: int, bills: Sequence[Bill]) -> Iterator[str]:
    (account,) = accounts_by_id([account_id])
    order = order_on(choices_of(account.provider.provider_id))
    moved: list[DuePosting] = due_postings_of([account_id])[account_id]
    parts: list[tuple[int, ShownPart]] = [
        (row.posting_seq, row.part) for row in shown_rows([account_id])[account_id]
    ]
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
