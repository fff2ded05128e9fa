"""Charges of a bound card that were agreed upon before, with nobody before a screen.

Who agrees, tells and decides when, is an upper room; here such a charge is an order like any other, with no
page: a bank that would ask for the CVC is never begun with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from svet.accounts.queries import AccountView
from svet.gateways.acquiring.port import PATIENT, BankReason
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.kernel.transactions import require_transaction
from svet.payments.models import BoundCard, Order, Shop
from svet.payments.operations.cards import CardRefused, card_to_charge
from svet.payments.operations.keeping import OrderPlace, keep_one
from svet.payments.operations.moving import move
from svet.payments.operations.requests import OrderRefused, OrderRequest
from svet.payments.operations.sending import send_to_bank
from svet.payments.operations.shops import abilities_of
from svet.payments.queries.cards import CardView, card_view
from svet.payments.queries.shops import shops_of
from svet.payments.rules import check_line
from svet.payments.rules.refusals import CardReason, OrderReason
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class UnattendedCard:
    """A bound card, and why it cannot be charged while its holder is away; None: it can."""

    card_id: int
    view: CardView
    refusal: CardReason | None


def cards_for(*, person_id: int, provider_id: int) -> list[UnattendedCard]:
    """The person's bound cards, the newest first, each judged for payments to one provider."""
    shops = shops_of([provider_id])[provider_id]
    rows = _bound.all(person_id)
    return [UnattendedCard(row.pk, card_view(row), _refusal(row, shops)) for row in rows]


@frozen
def _bound(person_id: int) -> QuerySet[BoundCard]:
    return BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True).order_by("-bound_at", "-id")


def card_for(*, person_id: int, public_id: str, provider_id: int, now: datetime) -> UnattendedCard:
    """One of them, which can be charged.

    :raises CardNotFound: absent, unbound or somebody else's
    :raises CardRefused: the pause after a recovery; another shop's; the bank asks for the CVC, keeps no cards
    """
    row = card_to_charge(person_id=person_id, public_id=public_id, now=now)
    refusal = _refusal(row, shops_of([provider_id])[provider_id])
    if refusal is not None:
        raise CardRefused(refusal, field="card")
    return UnattendedCard(row.pk, card_view(row), None)


def keep_unattended(
    *,
    person_id: int,
    card_public_id: str,
    account: AccountView,
    money: Money,
    key: UUID,
    by: str,
    now: datetime,
) -> int:
    """Keep the order of one agreed charge (a step); the same key gives the same order. Its inner key.

    Nothing is asked of the bank before :func:`send_unattended`.

    :raises CardNotFound: :raises CardRefused: as :func:`card_for`
    :raises AmountRefused: a sum that cannot be paid
    :raises OrderRefused: the shop takes no new payments
    """
    require_transaction()
    known = Order.objects.filter(person_id=person_id, key=key).first()
    if known is not None:
        return known.pk
    check_line(money)
    provider_id = account.provider.provider_id
    card = card_to_charge(person_id=person_id, public_id=card_public_id, now=now)
    refusal = _refusal(card, shops_of([provider_id])[provider_id])
    if refusal is not None:
        raise CardRefused(refusal, field="card")
    shop = card.shop
    if shop is not None and shop.off_at is not None:
        raise OrderRefused(OrderReason.SHOP_OFF, field="lines")
    lines = [(account.public_id, money)]
    wanted = OrderRequest(
        lines=lines, key=key, expected_total=money, return_url_base=settings.BASE_URL, card=card.public_id
    )
    order = keep_one(
        wanted,
        by=Actor(Actor.system(by).kind, person_id, name=by),
        accounts={account.public_id: account},
        lines=lines,
        place=OrderPlace(
            key=key, step=1, steps=1, shop=shop, card=card, series=None, ends=True, unattended=True
        ),
        now=now,
    )
    return order.pk


def send_unattended(*, order_id: int, may: Callable[[], bool], now: datetime) -> bool:
    """Hand such an order to the bank, outside every transaction; again is no harm.

    ``may`` is asked under the order's lock, in the transaction that says the bank is being asked: what it
    holds then cannot have ended before. It is asked again before each call while no bank has begun the order.
    False: it said no, and no bank has begun it.

    :raises BankUnavailable: no answer, the janitor asks again with the same key; or a refusal
    """
    order = send_to_bank(order_id=order_id, now=now, patience=PATIENT, may=may)
    return not (order.state == OrderState.CREATED or order.untouched)


def withdraw_unattended(*, order_id: int, note: str, by: str, now: datetime) -> bool:
    """Take an order back that no bank has begun (a step); False when one may have.

    Whoever sends it holds it before the agreement: so must the caller.
    """
    require_transaction()
    order = Order.objects.select_for_update().get(pk=order_id)
    if not order.unattended or not (order.state == OrderState.CREATED or order.untouched):
        return False
    move(
        order,
        new=OrderState.CANCELED,
        at=now,
        by=by,
        note=note,
        bank_reason=BankReason.CANCELED.value,
        next_look_at=None,
    )
    return True


def _refusal(card: BoundCard, shops: Sequence[Shop | None]) -> CardReason | None:
    """Why a card cannot be charged for a provider of these shops: it stays with the shop that keeps it."""
    shop = card.shop
    if shop not in shops:
        return CardReason.OTHER_SHOP
    can = abilities_of(shop)
    if not can.keeps_cards or (shop is not None and not shop.keeps_cards):
        return CardReason.NOT_KEPT
    return CardReason.ASKS_CVC if can.asks_cvc else None
