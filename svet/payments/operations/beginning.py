"""«Оплатить»: keep the order, have the bank asked for its page, and wait for that a little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.payments.models import Order
from svet.payments.operations.errands import ask_errand, wait_for
from svet.payments.operations.orders import OrderRequest, create_order
from svet.payments.rules.errands import ErrandKind, is_silent
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class BegunPayment:
    """An order that was made: where it stands now that the bank was asked, and the page if it gave one."""

    public_id: str
    state: OrderState
    bank_page_url: str


def begin_payment(*, by: Actor, wanted: OrderRequest, now: datetime) -> BegunPayment:
    """Make an order and have a job hand it to the bank; what that has not done in time it does later.

    An order on a bound card (``wanted.card``) has no page: its bank has decided, or soon will.

    :raises Refused: as :func:`create_order`; a silent or refusing bank is no refusal, the order tells of it
    """
    asked: list[int] = []

    def ask(order: Order) -> None:
        asked.append(ask_page(order, now=now))

    order = create_order(by=by, wanted=wanted, now=now, then=ask)
    return hand_over(order, now=now, errand_id=asked[0] if asked else None)


def ask_page(order: Order, *, now: datetime) -> int:
    """Have the bank asked for an order's page (a step), with the order or not at all. The errand."""
    return ask_errand(ErrandKind.PAGE, order_id=order.pk, now=now)


def hand_over(order: Order, *, now: datetime, errand_id: int | None = None) -> BegunPayment:
    """Wait for the bank's page of an order; one that was pressed before is asked about anew if it must be."""
    unsent = order.state == OrderState.CREATED or (
        order.state == OrderState.SENT and not order.bank_reference
    )
    if errand_id is None and unsent:
        with use_case():
            errand_id = ask_page(order, now=now)
    if errand_id is not None:
        wait_for(errand_id, now=now)
        order.refresh_from_db()
    return BegunPayment(order.public_id, OrderState(order.state), order.bank_page_url)


def look_at_order(*, order_id: int, now: datetime) -> bool:
    """Have the bank asked about an order that somebody looks at; True: it is known not to answer."""
    with use_case():
        errand_id = ask_errand(ErrandKind.LOOK, order_id=order_id, now=now)
    ended = wait_for(errand_id, now=now)
    return ended is not None and is_silent(ended.refused, word=BankReasonText.BANK_SILENT.value)
