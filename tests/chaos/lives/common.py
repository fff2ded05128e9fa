"""What every life asks."""

from __future__ import annotations

from svet.payments.models import Order
from svet.payments.rules.states import OrderState


def state(order: Order) -> OrderState:
    order.refresh_from_db()
    return OrderState(order.state)
