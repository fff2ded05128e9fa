"""The register of opening balances: each account's debt is brought along once, before anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from svet.accounts import queries as account_queries
from svet.accounts import texts as account_texts
from svet.accounts.queries import ProviderView, provider_today, providers
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.bills.queries import chain as bills
from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.operations.outcomes import RowOutcome, State, changed, refused, rejected
from svet.exchange.rules import openings as register
from svet.exchange.rules.openings import OpeningRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger import queries as ledger_queries
from svet.ledger.rules import Book, LedgerConflict, Leg, NewTransaction, PostingReason, TransactionKind

BATCH = 5_000
_PROFILE = "openings"
#: What is brought already, by the identity of its row; of a balance of nothing nobody kept the day.
_Brought = dict[str, tuple[Money, date | None]]


def apply(text: str, *, now: datetime) -> list[RowOutcome]:
    """Post the opening balances of a register (a step); an account that was moved or billed keeps its books.

    :raises FileRefused: heading or control lines
    """
    found = register.parse(text)
    outcomes = [rejected(line, fault) for line, fault in found.faults]
    known = {provider.code: provider for provider in providers()}
    readable: dict[str, list[OpeningRow]] = {}
    for row in found.rows:
        if row.provider not in known:
            outcomes.append(_refusal(row, RowReason.PROVIDER_UNKNOWN, column="provider"))
            continue
        checked = _checked(row, known[row.provider], now=now)
        if isinstance(checked, RowOutcome):
            outcomes.append(checked)
        else:
            readable.setdefault(row.provider, []).append(checked)
    for code, rows in readable.items():
        here: _Brought = {}
        for start in range(0, len(rows), BATCH):
            outcomes += _bring(known[code], rows[start : start + BATCH], here)
    return outcomes


def _checked(row: OpeningRow, provider: ProviderView, *, now: datetime) -> OpeningRow | RowOutcome:
    try:
        number = normalise_account_number(row.account, frozenset(provider.account_lengths))
    except NumberRefused as refusal:
        return _refusal(row, RowReason.REFUSED, account_texts.explain(refusal), column="account")
    if row.on > provider_today(provider, now):
        return _refusal(row, RowReason.OPENING_AHEAD, column="date")
    return replace(row, account=number)


def _bring(provider: ProviderView, rows: Sequence[OpeningRow], here: _Brought) -> list[RowOutcome]:
    """Some of one supplier's rows; ``here`` is what this file has brought before them, and grows.

    Whoever posts on one of the accounts meanwhile makes the batch look again.
    """
    tries = 3
    while True:
        tries -= 1
        try:
            with transaction.atomic():
                outcomes, brought = _post(provider, rows, here)
        except LedgerConflict as conflict:
            if conflict.reason is not PostingReason.NOT_FIRST or not tries:
                raise
        else:
            here |= brought
            return outcomes


def _post(
    provider: ProviderView, rows: Sequence[OpeningRow], here: _Brought
) -> tuple[list[RowOutcome], _Brought]:
    accounts = {
        account.number: account.account_id
        for account in account_queries.accounts_of_provider(
            provider.provider_id, numbers=[row.account for row in rows]
        )
    }
    brought = _brought(rows) | here
    standings = ledger_queries.standings(list(accounts.values()))
    billed = bills.before(account_ids=list(accounts.values()))
    outcomes: list[RowOutcome] = []
    fresh: list[NewTransaction] = []
    for row in rows:
        account_id = accounts.get(row.account)
        if account_id is None:
            outcomes.append(_refusal(row, RowReason.ACCOUNT_UNKNOWN, column="account"))
        elif row.external_id in brought:
            outcomes.append(_again(row, brought[row.external_id]))
        elif account_id in billed:
            outcomes.append(_refusal(row, RowReason.ALREADY_BILLED))
        elif standings[account_id].seq:
            outcomes.append(_refusal(row, RowReason.ALREADY_MOVED))
        else:
            brought[row.external_id] = (row.sum, row.on)
            key = f"opening:{account_id}"
            if row.sum:
                fresh.append(_transaction(row, key=key, account_id=account_id, provider=provider))
            outcomes.append(_outcome(row, State.APPLIED, reference=key))
    ledger.post_first(fresh)
    return outcomes, brought


def _brought(rows: Sequence[OpeningRow]) -> _Brought:
    """What earlier registers have brought of these accounts."""
    taken = ImportRow.objects.filter(
        profile=_PROFILE, state=State.APPLIED, external_id__in=[row.external_id for row in rows]
    ).values_list("external_id", "kopecks", "reference")
    days: Mapping[str, date] = ledger_queries.effective_days([key for _, _, key in taken])
    return {external_id: (Money(kopecks), days.get(key)) for external_id, kopecks, key in taken}


def _again(row: OpeningRow, known: tuple[Money, date | None]) -> RowOutcome:
    money, on = known
    if money == row.sum and on in (None, row.on):
        return _outcome(row, State.REPEATED)
    return changed(
        row.line_no,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        text=texts.other_opening(row.account, money, on=on),
    )


def _transaction(row: OpeningRow, *, key: str, account_id: int, provider: ProviderView) -> NewTransaction:
    return NewTransaction(
        key=key,
        kind=TransactionKind.OPENING,
        legs=[Leg(Book.RECEIVABLE, account_id, row.sum), Leg(Book.OPENING, None, -row.sum)],
        occurred_at=datetime.combine(row.on, time(0), tzinfo=ZoneInfo(provider.time_zone)),
        effective_on=row.on,
        provider_id=provider.provider_id,
    )


def _outcome(row: OpeningRow, state: State, *, reference: str = "") -> RowOutcome:
    return RowOutcome(
        row.line_no,
        state,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        reference=reference,
        kopecks=row.sum.kopecks,
    )


def _refusal(row: OpeningRow, reason: RowReason, text: str = "", *, column: str = "") -> RowOutcome:
    return refused(row.line_no, row.raw, reason=reason, external_id=row.external_id, text=text, column=column)
