"""The one place where an order changes its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from svet.kernel.moving import Trail, move_row
from svet.payments.models import Order, StateChange
from svet.payments.rules.states import MOVES, OrderState

_TRAIL = Trail(StateChange, subject="order", before="old", after="new")


def move(order: Order, *, new: OrderState, at: datetime, by: str, note: str = "", **changes: Any) -> None:
    """Change the state by compare-and-set and keep the step; ``changes`` are columns set with it.

    :raises IllegalMove: the table does not know the move
    :raises LostRace: somebody else moved the order first; nothing was changed
    """
    step = {"at": at, "by": by, "note": note[:300]}
    move_row(order, moves=MOVES, to=new, changes=changes, trail=_TRAIL, step=step)
