"""Rows of a statement by which an acquirer takes disputed money off our account, or puts it there again."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from svet.accounts.queries import ProviderView
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.queries import transaction_exists
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Chargeback, Order, StatementRow
from svet.payments.operations.disputing import tell_chargeback
from svet.payments.rules.chargebacks import (
    ChargebackConflict,
    ChargebackRefused,
    ChargebackState,
    ChargebackWay,
    NewChargeback,
    dispute_named,
    speaks_of_dispute,
)
from svet.payments.rules.matching import STATEMENT_MOVES, StatementState

_WORD: Final = re.compile(r"[\w-]{6,64}")
#: A dispute told by a statement has one round; the next one is told by a letter or a register.
_ROUND: Final = 1
_BY: Final = "payments.statement"


def settle_disputes(*, provider: ProviderView, now: datetime) -> int:
    """Match waiting rows that speak of disputes (a step); says how many were settled.

    Money out: the purpose names a payment of ours, and either the dispute, which is kept if nobody told of it
    before, or one known dispute of that sum. Money in: a dispute that was won. Any other row waits on.
    """
    require_transaction()
    rows = StatementRow.objects.select_for_update(of=("self",)).filter(
        provider_id=provider.provider_id, state=StatementState.WAITING
    )
    speaking = [row for row in rows.order_by("booked_on", "pk") if speaks_of_dispute(row.purpose)]
    return sum(_settle(row, provider, now=now) for row in speaking)


def is_of_dispute(row: StatementRow, provider: ProviderView) -> bool:
    """Whether a row speaks of a dispute of a payment of ours: never money of a day of equal sum."""
    return speaks_of_dispute(row.purpose) and _payment_of(row, provider) is not None


def _settle(row: StatementRow, provider: ProviderView, *, now: datetime) -> bool:
    order = _payment_of(row, provider)
    if order is None:
        return False
    found = _told(row, order, now=now) if row.kopecks < 0 else _won(row, order)
    if found is None:
        return False
    key = _key(found, row)
    ledger.post(
        key=key,
        kind=TransactionKind.SETTLEMENT,
        legs=[Leg(Book.SETTLEMENT, None, row.money), Leg(Book.BANK, None, -row.money)],
        occurred_at=datetime.combine(row.booked_on, time(12), tzinfo=ZoneInfo(provider.time_zone)),
        effective_on=row.booked_on,
        provider_id=provider.provider_id,
        memo=row.number,
    )
    changes = {"settled_at": now, "ledger_key": key}
    move_row(row, moves=STATEMENT_MOVES, to=StatementState.SETTLED, changes=changes)
    return True


def _key(found: Chargeback, row: StatementRow) -> str:
    """The money of a dispute leaves our account once and comes back once."""
    return f"dispute-{'out' if row.kopecks < 0 else 'in'}:{found.public_id}"


def _payment_of(row: StatementRow, provider: ProviderView) -> Order | None:
    """The one credited payment of this supplier that the purpose names by our number or the bank's."""
    words = set(_WORD.findall(row.purpose))
    named = Q(bank_reference__in=words) | Q(number__in={word.upper() for word in words})
    orders = Order.objects.filter(named, lines__account__provider_id=provider.provider_id)
    keys = set(orders.values_list("pk", flat=True)[:20])
    if len(keys) != 1:
        return None
    return Order.objects.select_for_update(of=("self",)).get(pk=keys.pop())


def _told(row: StatementRow, order: Order, *, now: datetime) -> Chargeback | None:
    name = _named(row, order)
    known = order.chargebacks.filter(reference__iexact=name)
    if not name or known.exists():
        return _free(row, order, name, set(ChargebackState))
    new = NewChargeback(name, -row.kopecks, row.booked_on, None, _ROUND)
    way, by, said = ChargebackWay.STATEMENT, Actor.system(_BY), _("Выписка банка")
    try:
        return tell_chargeback(order=order, new=new, way=way, by=by, reason=said, now=now)[0]
    except (ChargebackRefused, ChargebackConflict):
        return None


def _won(row: StatementRow, order: Order) -> Chargeback | None:
    return _free(row, order, _named(row, order), {ChargebackState.WON})


def _named(row: StatementRow, order: Order) -> str:
    return dispute_named(row.purpose, payment=(order.number, order.bank_reference))


def _free(row: StatementRow, order: Order, name: str, states: set[ChargebackState]) -> Chargeback | None:
    """The dispute of the payment with this sum whose money has not gone this way yet.

    By its name it is the earliest round; without one there may be only one.
    """
    alike = order.chargebacks.filter(kopecks=abs(row.kopecks), state__in=sorted(states))
    if name:
        alike = alike.filter(reference__iexact=name)
    free = [one for one in alike.order_by("no", "pk") if not transaction_exists(_key(one, row))]
    return free[0] if free and (name or len(free) == 1) else None
