"""«Оплатить»: keep the order and get the bank's page for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from svet.gateways.acquiring.port import HURRIED
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.models import Order
from svet.payments.operations.orders import Line, create_order
from svet.payments.operations.sending import BankUnavailable, send_to_bank

log = structlog.get_logger(__name__)


def begin_payment(
    *,
    by: Actor,
    lines: Sequence[Line],
    key: UUID,
    expected_total: Money | None,
    return_url_base: str,
    now: datetime,
    receipt_email: str = "",
    card: str = "",
    keep_card: bool = False,
    in_turn: bool = False,
    after: str = "",
) -> Order:
    """Make an order and hand it to the bank; without an answer the order waits in state ``sent``.

    An order on a bound card (``card``, its outer id) has no page: its bank has decided, or soon will.

    :raises Refused: as :func:`create_order`; a silent or refusing bank is no refusal, the order tells of it
    """
    order = create_order(
        by=by,
        lines=lines,
        key=key,
        expected_total=expected_total,
        return_url_base=return_url_base,
        now=now,
        receipt_email=receipt_email,
        card=card,
        keep_card=keep_card,
        in_turn=in_turn,
        after=after,
    )
    try:
        return send_to_bank(order_id=order.pk, now=now, patience=HURRIED)
    except BankUnavailable as failure:
        log.warning("payments.bank_unavailable", order=order.public_id, code=failure.details.get("code"))
        order.refresh_from_db()
        return order
