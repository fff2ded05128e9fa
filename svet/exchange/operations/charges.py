"""The register of charges: what a supplier's own billing charged is posted once (decision 208)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from svet.accounts import queries as account_queries
from svet.accounts import texts as account_texts
from svet.accounts.queries import ProviderView, provider_today, providers
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.operations.outcomes import RowOutcome, State, changed, refused, rejected
from svet.exchange.rules import charges as register
from svet.exchange.rules.charges import ChargeRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind

BATCH = 5_000
_PROFILE = "charges"


def apply(text: str, *, now: datetime) -> list[RowOutcome]:
    """Post the charges of a register (a step); of a supplier that is charged here none is taken.

    :raises FileRefused: heading or control lines
    """
    found = register.parse(text)
    outcomes = [rejected(line, fault) for line, fault in found.faults]
    known = {provider.code: provider for provider in providers()}
    readable: dict[str, list[ChargeRow]] = {}
    # What the file itself has brought: a number is written in more ways than one.
    taken: dict[str, int] = {}
    for row in found.rows:
        checked = _checked(row, known.get(row.provider), now=now)
        if isinstance(checked, RowOutcome):
            outcomes.append(checked)
        else:
            readable.setdefault(row.provider, []).append(checked)
    for code, rows in readable.items():
        for start in range(0, len(rows), BATCH):
            outcomes += _post(known[code], rows[start : start + BATCH], taken, now=now)
    return outcomes


def _checked(row: ChargeRow, provider: ProviderView | None, *, now: datetime) -> ChargeRow | RowOutcome:
    if provider is None:
        return _refusal(row, RowReason.PROVIDER_UNKNOWN, column="provider")
    if provider.service.charged_here:
        return _refusal(row, RowReason.CHARGED_HERE, column="provider")
    try:
        number = normalise_account_number(row.account, frozenset(provider.account_lengths))
    except NumberRefused as refusal:
        return _refusal(row, RowReason.REFUSED, account_texts.explain(refusal), column="account")
    if row.month.first > provider_today(provider, now):
        return _refusal(row, RowReason.MONTH_AHEAD, column="month")
    return replace(row, account=number)


def _post(
    provider: ProviderView, rows: Sequence[ChargeRow], taken: dict[str, int], *, now: datetime
) -> list[RowOutcome]:
    accounts = {
        account.number: account.account_id
        for account in account_queries.accounts_of_provider(
            provider.provider_id, numbers=[row.account for row in rows]
        )
    }
    taken |= dict(
        ImportRow.objects.filter(
            profile=_PROFILE, state=State.APPLIED, external_id__in=[row.external_id for row in rows]
        ).values_list("external_id", "kopecks")
    )
    outcomes: list[RowOutcome] = []
    fresh: list[NewTransaction] = []
    for row in rows:
        account_id = accounts.get(row.account)
        if account_id is None:
            outcomes.append(_refusal(row, RowReason.ACCOUNT_UNKNOWN, column="account"))
        elif row.external_id in taken:
            outcomes.append(_again(row, Money(taken[row.external_id])))
        else:
            taken[row.external_id] = row.sum.kopecks
            key = f"billed:{account_id}:{row.month}" + (f":{row.record}" if row.record else "")
            if row.sum:
                fresh.append(_transaction(row, key, account_id, provider, now=now))
            outcomes.append(_outcome(row, State.APPLIED, reference=key))
    ledger.post_many(fresh)
    return outcomes


def _again(row: ChargeRow, known: Money) -> RowOutcome:
    """The same charge is a repetition; another sum needs a record of its own, or it would be charged over."""
    if known == row.sum:
        return _outcome(row, State.REPEATED)
    return changed(
        row.line_no,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        text=texts.other_charge(row.account, known, month=row.month),
    )


def _transaction(
    row: ChargeRow, key: str, account_id: int, provider: ProviderView, *, now: datetime
) -> NewTransaction:
    # A month that goes on is charged by now: no posting is of a day to come.
    on = min(row.month.end - timedelta(days=1), provider_today(provider, now))
    return NewTransaction(
        key=key,
        kind=TransactionKind.CHARGE,
        legs=[Leg(Book.RECEIVABLE, account_id, row.sum), Leg(Book.REVENUE, None, -row.sum)],
        occurred_at=now,
        effective_on=on,
        provider_id=provider.provider_id,
    )


def _outcome(row: ChargeRow, state: State, *, reference: str = "") -> RowOutcome:
    return RowOutcome(
        row.line_no,
        state,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        reference=reference,
        kopecks=row.sum.kopecks,
    )


def _refusal(row: ChargeRow, reason: RowReason, text: str = "", *, column: str = "") -> RowOutcome:
    return refused(row.line_no, row.raw, reason=reason, external_id=row.external_id, text=text, column=column)
