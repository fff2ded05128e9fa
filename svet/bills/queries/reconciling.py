"""The reconciliation statement of an account, gathered from the ledger and the bills."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.bills.models import Bill
from svet.bills.queries.reading import is_masked
from svet.bills.rules.reconciliation import (
    ReconciliationParties,
    ReconciliationRow,
    ReconciliationStatement,
    reconcile,
    statement_period,
)
from svet.kernel.actors import Actor
from svet.ledger import queries as ledger
from svet.ledger.queries import NumberedEntry
from svet.ledger.rules import TransactionKind


def reconciliation(
    *, actor: Actor, account_public_id: str, since: date, until: date, now: datetime
) -> ReconciliationStatement:
    """The account's statement of ``since``…``until``, both included, as the actor may see it.

    The holder is named only to whoever a bill names him to.

    :raises AccountNotFound: absent or not for the actor
    :raises ReconciliationRefused: no statement of such a period
    :raises BooksDisagree: the ledger contradicts itself
    """
    account = account_queries.account_for(actor, public_id=account_public_id)
    today = account_queries.provider_today(account.provider, now)
    period = statement_period(since, until, today=today)
    zone = ZoneInfo(account.provider.time_zone)
    found = ledger.span(account.account_id, since=period.since, until=period.end)
    bills = _bills(account.account_id)
    return reconcile(
        parties=_parties(account, masked=is_masked(actor=actor, account_id=account.account_id)),
        period=period,
        made_at=now.astimezone(zone),
        seq=found.standing.seq,
        opening=found.opening.kopecks,
        moved=[_row(each, bills=bills, zone=zone) for each in found.entries],
        later=found.later.kopecks,
        balance=found.standing.balance.kopecks,
    )


def _bills(account_id: int) -> list[tuple[str, int, int]]:
    """Number, first and last posting of each bill of the account."""
    rows = Bill.objects.filter(account_id=account_id).order_by("no")
    return list(rows.values_list("number", "from_seq", "to_seq"))


def _row(each: NumberedEntry, *, bills: list[tuple[str, int, int]], zone: ZoneInfo) -> ReconciliationRow:
    document = each.entry.memo
    if each.entry.kind is TransactionKind.CHARGE:
        # The one bill on which it stands; none yet between the charging and the issue.
        document = next((number for number, first, last in bills if first <= each.seq <= last), "")
    return ReconciliationRow(
        seq=each.seq,
        kind=each.entry.kind,
        on=each.entry.effective_on,
        known_on=each.known_at.astimezone(zone).date(),
        kopecks=each.entry.money.kopecks,
        document=document,
    )


def _parties(account: AccountView, *, masked: bool) -> ReconciliationParties:
    provider = account.provider
    return ReconciliationParties(
        supplier=provider.legal_name or provider.name,
        inn=provider.inn,
        account_number=account.number,
        holder=account_queries.shown_holder(account, confirmed=not masked),
        address=account_queries.shown_address(account, confirmed=not masked),
    )
