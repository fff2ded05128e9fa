"""Rows of bank statements: kept once, settled against what was taken, or a customer's payment (ADR 112)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from svet.accounts import queries as accounts
from svet.accounts.queries import ProviderView
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import BankStatement, DaySettlement, Source, StatementRow
from svet.payments.operations.disputes_stated import is_of_dispute, settle_disputes
from svet.payments.operations.netted import netted_payouts, post_netted
from svet.payments.operations.registers import Outcome, PaymentToApply, apply_register_payments
from svet.payments.queries.sendings import owes_money, sent_between
from svet.payments.queries.statements import DueDay, due_days, transfer_id
from svet.payments.rules.chargebacks import speaks_of_dispute
from svet.payments.rules.matching import (
    STATEMENT_MOVES,
    TRANSFERS,
    WITHIN,
    Arrived,
    Expected,
    StatementState,
    match,
)
from svet.payments.rules.registers import WaitReason

#: Words by which money that an acquirer or agent takes from our account is known for its fee.
_FEE: Final = re.compile(r"комисс|вознагражд|\bfee\b", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatementMovement:
    """One movement as a statement of any form tells it; ``kopecks`` below zero left our account."""

    line_no: int
    number: str
    booked_on: date
    kopecks: int
    name: str
    inn: str
    account: str
    bic: str
    purpose: str


@dataclass(frozen=True, slots=True)
class MovementFate:
    """What became of one movement: where its row stands, or that it was there already (``state`` None)."""

    line_no: int
    state: StatementState | None
    kopecks: int
    number: str
    in_suspense: bool = False


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What a statement says of itself; sums in kopecks."""

    account: str
    sha256: str
    name: str
    form: str
    begins_on: date
    ends_on: date
    opening: int
    closing: int


def keep_statement(
    *,
    facts: StatementFacts,
    provider: ProviderView,
    movements: Sequence[StatementMovement],
    by: Actor,
    now: datetime,
) -> list[MovementFate]:
    """Keep a statement and its movements (a step), each once; then settle what fits now.

    A source's waits for its days; other money in is a payment on the account its purpose names, or suspense.
    """
    require_transaction()
    hold(Lock.RECONCILIATION)
    statement = BankStatement.objects.create(
        provider_id=provider.provider_id,
        account=facts.account,
        sha256=facts.sha256,
        name=facts.name[:200],
        form=facts.form,
        begins_on=facts.begins_on,
        ends_on=facts.ends_on,
        opening_kopecks=facts.opening,
        closing_kopecks=facts.closing,
        taken_at=now,
        taken_by=(by.name or f"{by.kind}:{by.person_id}")[:100],
    )
    sources = {source.inn: source for source in Source.objects.exclude(inn="")}
    named = {(one.number, one.booked_on, one.kopecks) for one in movements}
    fates: list[MovementFate] = []
    fresh: list[StatementRow] = []
    for one in movements:
        row, known = _row(statement, provider, one, sources.get(one.inn), named=named, now=now)
        if known:
            fates.append(MovementFate(one.line_no, None, one.kopecks, one.number))
        else:
            row.save(force_insert=True)
            fresh.append(row)
    waits = take_transfers([row for row in fresh if row.state == StatementState.PAYMENT], provider, now=now)
    for row in fresh:
        is_fee = _FEE.search(row.purpose) and not speaks_of_dispute(row.purpose)
        if row.state == StatementState.WAITING and row.kopecks < 0 and is_fee:
            _post_fee(row, provider, now=now)
    settle_statements(provider=provider, now=now)
    for row in fresh:
        row.refresh_from_db(fields=["state"])
        fates.append(
            MovementFate(row.line_no, StatementState(row.state), row.kopecks, row.number, row.pk in waits)
        )
    return sorted(fates, key=lambda fate: fate.line_no)


def _row(
    statement: BankStatement,
    provider: ProviderView,
    one: StatementMovement,
    source: Source | None,
    *,
    named: Collection[tuple[str, date, int]],
    now: datetime,
) -> tuple[StatementRow, bool]:
    """The row of a movement and whether it was there before; another body under its identity is a twin.

    Another sum of a document that an earlier statement told and this one (``named``) does not tell any more
    is a correction.
    """
    alike = list(
        StatementRow.objects.filter(
            own_account=statement.account,
            number=one.number,
            booked_on=one.booked_on,
            kopecks=one.kopecks,
            party_account=one.account,
            party_bic=one.bic,
        ).order_by("twin")
    )
    for known in alike:
        if (known.purpose, known.party_name, known.party_inn) == (one.purpose, one.name, one.inn):
            return known, True
    if alike or _corrects(statement, one, named):
        state = StatementState.DIFFERS
    elif source is not None and source.provider_id in (None, provider.provider_id):
        state = StatementState.WAITING
    elif one.kopecks > 0 and sent_between(provider, (one.account, one.inn), one.number, one.kopecks):
        state = StatementState.ASIDE
    else:
        state = StatementState.PAYMENT if one.kopecks > 0 else StatementState.ASIDE
    row = StatementRow(
        statement=statement,
        provider_id=provider.provider_id,
        own_account=statement.account,
        line_no=one.line_no,
        number=one.number,
        booked_on=one.booked_on,
        kopecks=one.kopecks,
        party_name=one.name,
        party_inn=one.inn,
        party_account=one.account,
        party_bic=one.bic,
        purpose=one.purpose,
        twin=len(alike),
        state=state,
        source=source if state is StatementState.WAITING else None,
        taken_at=now,
    )
    row.ledger_key = f"settle:{row.public_id}" if state is StatementState.PAYMENT else ""
    return row, False


def _corrects(
    statement: BankStatement, one: StatementMovement, named: Collection[tuple[str, date, int]]
) -> bool:
    earlier = StatementRow.objects.filter(
        own_account=statement.account,
        number=one.number,
        booked_on=one.booked_on,
        party_account=one.account,
        party_bic=one.bic,
    ).exclude(statement=statement)
    return any(
        (one.number, one.booked_on, kopecks) not in named
        for kopecks in earlier.values_list("kopecks", flat=True)
    )


def take_transfers(rows: Sequence[StatementRow], provider: ProviderView, *, now: datetime) -> set[int]:
    """A customer's money is a payment as of a register, on our account already; which went to suspense."""
    if not rows:
        return set()
    Source.objects.get_or_create(code=TRANSFERS, defaults={"name": "Выписка банка", "added_at": now})
    payments = [_payment(row, provider, now=now) for row in rows]
    fates = apply_register_payments(source=TRANSFERS, rows=payments, now=now)
    for row in rows:
        legs = [Leg(Book.SETTLEMENT, None, row.money), Leg(Book.BANK, None, -row.money)]
        _post(row.ledger_key, legs, day=row.booked_on, provider=provider, memo=row.number)
    return {row.pk for row, fate in zip(rows, fates, strict=True) if fate.outcome is not Outcome.CREDITED}


def _payment(row: StatementRow, provider: ProviderView, *, now: datetime) -> PaymentToApply:
    today = accounts.provider_today(provider, now)
    old = row.booked_on < today - timedelta(days=settings.PAYMENT_OLDEST_DAYS)
    named = {text for text in _DIGITS.findall(row.purpose) if len(text) in provider.account_lengths}
    found = [key for key in accounts.account_keys(named) if key.provider_id == provider.provider_id]
    owed = owes_money(provider, (row.party_account, row.party_inn))
    account = found[0] if len(found) == 1 and not owed else None
    return PaymentToApply(
        external_id=transfer_id(row),
        account_id=account.account_id if account else None,
        account_text=account.number if account else next(iter(sorted(named)), ""),
        amount=row.money,
        paid_on=row.booked_on,
        provider_id=provider.provider_id,
        office=row.party_bic,
        payer=f"{row.party_name}; {row.purpose}"[:200],
        doubt=WaitReason.DAY_OLD if old else None,
        effective_on=today if old else None,
    )


def _post_fee(row: StatementRow, provider: ProviderView, *, now: datetime) -> None:
    key = f"fee:{row.public_id}"
    legs = [Leg(Book.COMMISSION, None, -row.money), Leg(Book.SETTLEMENT, None, row.money)]
    _post(key, legs, day=row.booked_on, provider=provider, memo=row.number)
    move_row(
        row,
        moves=STATEMENT_MOVES,
        to=StatementState.SETTLED,
        changes={"settled_at": now, "ledger_key": key},
    )


def settle_statements(*, provider: ProviderView, now: datetime) -> int:
    """Match waiting rows with disputes and the days they came of (a step), a transaction each; how many."""
    require_transaction()
    settled = settle_disputes(provider=provider, now=now)
    waiting = StatementRow.objects.select_for_update(of=("self",)).filter(
        provider_id=provider.provider_id, state=StatementState.WAITING, kopecks__gt=0
    )
    rows = [row for row in waiting.order_by("booked_on", "pk") if not is_of_dispute(row, provider)]
    for source in Source.objects.filter(pk__in={row.source_id for row in rows}).order_by("pk"):
        own = {row.pk: row for row in rows if row.source_id == source.pk}
        since = min(row.booked_on for row in own.values()) - WITHIN - timedelta(days=WITHIN.days)
        due = {
            one.day: one
            for one in due_days(source_id=source.pk, provider_id=provider.provider_id, since=since)
        }
        for found in match(
            [Expected(one.day, one.day, one.kopecks) for one in due.values()],
            [Arrived(row.pk, row.booked_on, row.kopecks) for row in own.values()],
        ):
            days = [due.pop(day) for day in found.days]
            _settle([own.pop(key) for key in found.rows], days, source=source, now=now)
            settled += len(found.rows)
        left = list(own.values()) if source.acquirer else []
        for netted in netted_payouts(left, due, provider=provider):
            days = [due[day] for day in netted.days]
            _settle([own[netted.row]], days, source=source, now=now)
            post_netted(netted, own[netted.row], provider=provider)
            settled += 1
    return settled


def _settle(rows: Sequence[StatementRow], days: Sequence[DueDay], *, source: Source, now: datetime) -> None:
    provider = accounts.provider_by_id(rows[0].provider_id)
    key = f"settle:{rows[0].public_id}"
    # What came, but for disputes that the acquirer kept out of it.
    money = Money(sum(day.kopecks for day in days))
    kept = Money(sum(day.commission for day in days))
    legs = [
        Leg(Book.SETTLEMENT, None, money),
        Leg(Book.COMMISSION, None, kept),
        Leg(Book.BANK, None, -(money + kept)),
    ]
    booked_on = max(row.booked_on for row in rows)
    _post(key, [leg for leg in legs if leg.money], day=booked_on, provider=provider, memo=source.code)
    DaySettlement.objects.bulk_create(
        DaySettlement(
            provider_id=provider.provider_id,
            source=source,
            day=day.day,
            kopecks=day.kopecks,
            commission_kopecks=day.commission,
            settled_at=now,
            ledger_key=key,
        )
        for day in days
    )
    for row in rows:
        changes = {"settled_at": now, "ledger_key": key}
        move_row(row, moves=STATEMENT_MOVES, to=StatementState.SETTLED, changes=changes)


def _post(key: str, legs: Sequence[Leg], *, day: date, provider: ProviderView, memo: str) -> None:
    ledger.post(
        key=key,
        kind=TransactionKind.SETTLEMENT,
        legs=legs,
        occurred_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(provider.time_zone)),
        effective_on=day,
        provider_id=provider.provider_id,
        memo=memo,
    )
