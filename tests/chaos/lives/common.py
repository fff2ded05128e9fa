"""What several lives ask and do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from tests.chaos.play import Play

#: Where nobody listens.
NOWHERE = ":9/"


def state(order: Order) -> OrderState:
    order.refresh_from_db()
    return OrderState(order.state)


@contextmanager
def first_away(play: Play) -> Iterator[None]:
    """Nobody listens at the first bank. Nobody else acts meanwhile."""
    before = settings.ACQUIRING_URL
    settings.ACQUIRING_URL = before.replace(f":{play.line.port}/", NOWHERE)
    try:
        yield
    finally:
        settings.ACQUIRING_URL = before
        play.rested()
