"""The one place where an order changes its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from svet.kernel.transactions import require_transaction
from svet.payments.models import Order, StateChange
from svet.payments.states import OrderState, may_move


class IllegalMove(RuntimeError):
    """The table of moves does not allow it: a fault of ours, never of the person."""


def move(order: Order, *, new: OrderState, at: datetime, by: str, note: str = "", **changes: Any) -> bool:
    """Change the state by compare-and-set and keep the step; ``changes`` are columns set with it.

    Returns False, changing nothing, when somebody else moved the order first.

    :raises IllegalMove: the table does not know the move
    """
    require_transaction()
    old = OrderState(order.state)
    if not may_move(old=old, new=new):
        raise IllegalMove(f"order {order.number}: {old} → {new}")
    if not Order.objects.filter(pk=order.pk, state=old).update(state=new, **changes):
        return False
    StateChange.objects.create(order=order, old=old, new=new, at=at, by=by, note=note[:300])
    order.state = new
    for name, value in changes.items():
        setattr(order, name, value)
    return True
