"""An order that its bank has not begun goes to another: who stands in, and what proves that nothing began.

Each call that opens a payment is counted before it is made and taken off the count again when it is known to
have done nothing: there was no connection, or the bank refused. An order with no call left was begun nowhere,
and only such a one may change its shop. One call whose end nobody knows keeps it where it is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum

import structlog
from django.db.models import QuerySet

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import Order, OrderLine, PaymentSeries, Shop
from svet.payments.operations.receipts import maker_of
from svet.payments.operations.shops import FIRST, abilities_of
from svet.payments.operations.turns import locked_series
from svet.payments.operations.waking import wake
from svet.payments.queries.shops import common_shops, in_order, silent_shops
from svet.payments.rules.states import OrderState

BY = "payments.other_bank"
log = structlog.get_logger(__name__)


class Onward(Enum):
    """Where an order goes when a call did nothing at its bank."""

    NOWHERE = "nowhere"
    NEXT = "next"  # to another bank, at once
    LATER = "later"  # to another bank, by a job


def came_to_nothing(order_id: int, *, tried: Collection[Shop | None], hurried: bool) -> Onward:
    """A call did nothing at its bank: whether another may be asked. Who is in a hurry leaves it to a job."""
    with use_case():
        series_id = Order.objects.values_list("series_id", flat=True).get(pk=order_id)
        series = None if series_id is None else locked_series(series_id)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        if order.state != OrderState.SENT or order.bank_reference or not order.calls:
            return Onward.NOWHERE
        order.calls -= 1
        order.save(update_fields=["calls"])
        if order.calls or not [shop for shop in _able(order, series) if shop not in tried]:
            return Onward.NOWHERE
        if hurried:
            wake(order_id=order.pk)
        return Onward.LATER if hurried else Onward.NEXT


def choose_bank(order: Order, *, tried: Collection[Shop | None], now: datetime) -> None:
    """Put an order that no bank has begun to the shop that can take it best (a step).

    The parts of its row that wait for it go along: the card of one is charged for the next.
    """
    require_transaction()
    series = order.series
    able = in_order(_able(order, series), silent=silent_shops())
    best = next((shop for shop in able if shop not in tried), order.shop)
    if best == order.shop:
        return
    before, order.shop = order.shop, best
    order.keeps_card = order.keeps_card and _keeps_cards(best)
    order.receipts = maker_of(best).value
    order.save(update_fields=["shop", "keeps_card", "receipts"])
    if series is not None:
        _following(order, series).update(shop=best, receipts=order.receipts)
    journal.record(
        by=Actor.system(BY),
        action="payments.order.other_bank",
        subject="order",
        subject_id=order.public_id,
        now=now,
        before={"shop": before.code if before else FIRST},
        after={"shop": best.code if best else FIRST},
    )
    log.warning("payments.other_bank", order=order.public_id, shop=best.code if best else "")


def _able(order: Order, series: PaymentSeries | None) -> list[Shop | None]:
    """The shops that may take the order: a kept card is charged by the bank that keeps it, by no other."""
    charged = bool(order.card_id or order.card_reference or order.unattended)
    if charged or (series is not None and order.step != series.page_step):
        return [order.shop]
    following = [] if series is None else list(_following(order, series))
    rows = OrderLine.objects.filter(order__in=[order, *following]).order_by("order__step", "position")
    providers = list(dict.fromkeys(rows.values_list("account__provider_id", flat=True)))
    able = common_shops(providers, row=bool(following))
    return [shop for shop in able if shop is None or shop.off_at is None]


def _following(order: Order, series: PaymentSeries) -> QuerySet[Order]:
    return Order.objects.filter(series=series, state=OrderState.CREATED, step__gt=order.step)


def _keeps_cards(shop: Shop | None) -> bool:
    return abilities_of(shop).keeps_cards and (shop is None or shop.keeps_cards)
