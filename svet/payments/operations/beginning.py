"""«Оплатить»: keep the order and get the bank's page for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from svet.gateways.acquiring.port import HURRIED
from svet.kernel.actors import Actor
from svet.payments.models import Order
from svet.payments.operations.orders import OrderRequest, create_order
from svet.payments.operations.sending import BankUnavailable, send_to_bank
from svet.payments.rules.states import OrderState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BegunPayment:
    """An order that was made: where it stands now that the bank was asked, and the page if it gave one."""

    public_id: str
    state: OrderState
    bank_page_url: str


def begin_payment(*, by: Actor, wanted: OrderRequest, now: datetime) -> BegunPayment:
    """Make an order and hand it to the bank; without an answer the order waits in state ``sent``.

    An order on a bound card (``wanted.card``) has no page: its bank has decided, or soon will.

    :raises Refused: as :func:`create_order`; a silent or refusing bank is no refusal, the order tells of it
    """
    return hand_over(create_order(by=by, wanted=wanted, now=now), now=now)


def hand_over(order: Order, *, now: datetime) -> BegunPayment:
    """Hand an order that is kept to the bank, for a person who waits for it; again is no harm."""
    try:
        return _begun(send_to_bank(order_id=order.pk, now=now, patience=HURRIED))
    except BankUnavailable as failure:
        log.warning("payments.bank_unavailable", order=order.public_id, code=failure.details.get("code"))
        order.refresh_from_db()
        return _begun(order)


def _begun(order: Order) -> BegunPayment:
    return BegunPayment(order.public_id, OrderState(order.state), order.bank_page_url)
