"""Lives dealt from a shuffled deck, a handful at a time, acting in turn."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress

from svet.kernel.refusals import Refused
from svet.payments import operations
from svet.payments.models import ImportedPayment, Order
from svet.payments.rules.states import OrderState
from tests.chaos.catalogue import declared, reached
from tests.chaos.lives import LIVES
from tests.chaos.play import Play
from tests.jobs import run_jobs

#: So many lives are under way at once.
ABREAST = 6
#: So many times lives are lived again for the situations that a run has missed.
AGAIN = 5


def live(play: Play, *, lives: int) -> None:
    """Live so many lives to their end; every kind is dealt before any comes a second time."""
    waiting = _deck(play, lives)
    under_way: list[Iterator[None]] = []
    for life in waiting:
        under_way.append(life)
        if len(under_way) >= ABREAST:
            _step(play, under_way)
    while under_way:
        _step(play, under_way)


def live_missed(play: Play) -> None:
    """Live once more, nobody beside them, the lives whose situations the others came between."""
    for _ in range(AGAIN):
        missed = declared() - reached()
        if not missed:
            return
        named = [life for life in LIVES if any(each in inspect.getsource(life) for each in missed)]
        for life in named or LIVES:
            for _turn in life(play):
                pass


def _deck(play: Play, lives: int) -> Iterator[Iterator[None]]:
    dealt = 0
    while True:
        deck = list(LIVES)
        play.random.shuffle(deck)
        for life in deck:
            if dealt == lives:
                return
            dealt += 1
            yield life(play)


def _step(play: Play, under_way: list[Iterator[None]]) -> None:
    """Somebody acts; it goes on until one of them is over."""
    before = len(under_way)
    while len(under_way) == before:
        chosen = play.random.choice(under_way)
        try:
            next(chosen)
        except StopIteration:
            under_way.remove(chosen)


def quiet(play: Play) -> None:
    """Nobody acts any more: the janitor, the lists and the worker end what was begun, then a person does."""
    for hours in (0.1, 1.2, 7, 25):
        play.look(hours=hours)
        run_jobs(queue="payments", later=True, keep_failed=True)
    for order in Order.objects.filter(state=OrderState.REVIEW):
        for act in (operations.credit_reviewed, operations.send_back, operations.cancel_reviewed):
            order.refresh_from_db()
            if order.state == OrderState.REVIEW:
                with suppress(Refused, operations.BankUnavailable):
                    act(order_public_id=order.public_id, by=play.town.staff, now=play.now, comment="сверено")
    for row in ImportedPayment.objects.filter(state="suspense"):
        operations.return_suspense(
            row_public_id=row.public_id, by=play.town.staff, now=play.now, reason="плательщик не найден"
        )
