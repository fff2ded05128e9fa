"""What an upper room that charges by agreement must know of orders and cards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from svet.arrangements.queries.plans import asked_by_plans
from svet.kernel.frozen import frozen
from svet.kernel.money import ZERO, Money
from svet.ledger import queries as ledger
from svet.payments.models import BoundCard, Order, OrderLine, StateChange
from svet.payments.queries.cards import CardView, card_view
from svet.payments.queries.parts import owed
from svet.payments.rules.states import OPEN, OrderState

#: So long after its end a page may still bring money.
_GRACE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ChargeStanding:
    """Where an order stands; ``reason`` is why the bank did not take the money.

    ``unbegun``: no bank has begun it, sent or not. ``withdrawn``: we took it back before any had.
    ``late``: the bank said yes after its no.
    """

    order_id: int
    public_id: str
    number: str
    state: OrderState
    reason: str
    total: Money
    unbegun: bool
    withdrawn: bool
    late: bool


def charges(order_ids: Collection[int]) -> dict[int, ChargeStanding]:
    """Where these orders stand."""
    ids = [*order_ids]
    late, withdrawn = frozenset(_yes_after_no.all(ids)), frozenset(_never_begun.all(ids))
    return {
        row.pk: ChargeStanding(
            row.pk,
            row.public_id,
            row.number,
            OrderState(row.state),
            row.bank_reason,
            row.total,
            row.state == OrderState.CREATED or row.untouched,
            row.pk in withdrawn,
            row.pk in late,
        )
        for row in _orders.all(ids)
    }


@frozen
def _orders(order_ids: Collection[int]) -> QuerySet[Order]:
    return Order.objects.filter(pk__in=order_ids)


@frozen
def _never_begun(order_ids: Collection[int]) -> QuerySet[StateChange, int]:
    rows = StateChange.objects.filter(
        Q(old=OrderState.CREATED) | Q(old=OrderState.SENT, order__calls=0, order__bank_reference=""),
        order_id__in=order_ids,
        new=OrderState.CANCELED,
    )
    return rows.values_list("order_id", flat=True)


@frozen
def _yes_after_no(order_ids: Collection[int]) -> QuerySet[StateChange, int]:
    rows = StateChange.objects.filter(
        order_id__in=order_ids, old__in=[OrderState.CANCELED, OrderState.FAILED], new=OrderState.PAID
    )
    return rows.values_list("order_id", flat=True)


def being_paid(account_ids: Collection[int], *, but_order: int = 0, now: datetime) -> frozenset[int]:
    """Of these accounts those for which a payment has begun whose end is not known: it may still be paid."""
    rows = OrderLine.objects.filter(
        account_id__in=account_ids, order__state__in=sorted(OPEN), order__expires_at__gt=now - _GRACE
    )
    return frozenset(rows.exclude(order_id=but_order).values_list("account_id", flat=True))


def in_doubt(account_ids: Collection[int]) -> dict[int, Money]:
    """What charges of a bound card may have taken of these accounts, and nobody knows yet.

    It is not asked for again, whoever asked first: an agreement, or a person whose bank was silent. A page
    nobody paid on holds nothing so long (:func:`being_paid`). What is known to be taken is money on its way.
    Accounts without any are absent.
    """
    return {account_id: Money(int(kopecks)) for account_id, kopecks in _doubts.all([*account_ids])}


@frozen
def _doubts(account_ids: Collection[int]) -> QuerySet[OrderLine, tuple[int, int]]:
    unknown = [*sorted(OPEN - {OrderState.PAID}), OrderState.REVIEW]
    rows = OrderLine.objects.filter(
        Q(order__unattended=True) | ~Q(order__card_reference=""),
        account_id__in=account_ids,
        order__state__in=unknown,
        order__taken_kopecks__isnull=True,
    )
    return rows.values_list("account_id").annotate(sum=Sum("kopecks"))


def left_to_charge(account_ids: Collection[int], *, now: datetime) -> dict[int, Money]:
    """What accounts owe less the money on its way, and less what an earlier charge may have taken.

    Of a debt that is paid in parts no more than the one whose turn it is, with the bills until its day.
    """
    debts, doubts = owed([*account_ids]), in_doubt(account_ids)
    asks = asked_by_plans(account_ids, now=now)
    balances = ledger.balances(list(asks)) if asks else {}
    for key, ask in asks.items():
        debts[key] = min(debts[key], ask - (balances[key] - debts[key]))
    return {key: debt - doubts.get(key, ZERO) for key, debt in debts.items()}


def cards_by_id(card_ids: Collection[int]) -> dict[int, tuple[CardView, bool]]:
    """Cards by inner key, each with whether it is bound still."""
    rows = BoundCard.objects.filter(pk__in=card_ids)
    return {row.pk: (card_view(row), row.unbound_at is None) for row in rows}


def cards_off(card_ids: Collection[int]) -> frozenset[int]:
    """Of these cards those whose shop takes nothing new."""
    return frozenset(_off.all([*card_ids]))


@frozen
def _off(card_ids: Collection[int]) -> QuerySet[BoundCard, int]:
    rows = BoundCard.objects.filter(pk__in=card_ids, shop__off_at__isnull=False)
    return rows.values_list("pk", flat=True)
