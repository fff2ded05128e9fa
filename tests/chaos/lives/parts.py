"""One press for several payees: parts in a row, with everything that can come between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from antithesis.assertions import reachable

from svet.accounts.models import Account
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.limits.models import Bucket
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentSeries
from svet.payments.queries import SeriesView
from svet.payments.rules.parts import PartAct, SeriesNeed
from svet.payments.rules.states import FINAL, OrderState
from tests.chaos.lives.common import state
from tests.chaos.play import LAST_POINT, REVOKED, Play

#: So many times everybody has their say before a row must be over.
ROUNDS = 30


def parts_in_a_row(play: Play) -> Iterator[None]:
    first = _press(play, [play.account(), play.random.choice(play.town.heat)])
    yield
    play.type_card(first)
    for message in play.messages(first)[:1]:
        play.storm(message, copies=20)
    yield
    yield from _to_the_end(play, first)
    if _states(first) == [OrderState.CREDITED] * 2:
        reachable("two payees paid in a row with one card", {})


def killed_between_parts(play: Play) -> Iterator[None]:
    first = _press(play, [play.account(), play.random.choice(play.town.heat)])
    yield
    play.type_card(first)
    play.settle(first)
    second = Order.objects.filter(series=first.series_id, step__gt=first.step).get()
    if state(first) is OrderState.CREDITED and state(second) is OrderState.CREATED:
        reachable("the first part of a row is credited, the second not yet charged", {})

    def charge() -> None:
        # Whoever pays the same account meanwhile makes it ask, and the answer charges it.
        if _view(play, first).need is SeriesNeed.CHANGED:
            _say(play, first, PartAct.GO_ON)
        operations.settle(order_id=second.pk, now=play.now, by="chaos")

    for point in range(3, LAST_POINT, 2):
        died = play.dies(charge, at=point)
        if died and state(second) is OrderState.CREATED:
            reachable("a worker killed between the credit of a part and the charge of the next", {})
        if died and state(second) is OrderState.SENT:
            reachable("a worker killed between keeping and charging the second part", {})
        if state(second) is not OrderState.CREATED:
            break
    yield from _to_the_end(play, first)


def second_part_of_a_row_declined(play: Play) -> Iterator[None]:
    first = _press(play, [play.account(), play.random.choice(play.town.heat)], keep_card=True)
    yield
    # Its bank takes it once, and lets it be charged no more.
    play.type_card(first, REVOKED)
    play.settle(first)
    for _ in range(ROUNDS):
        play.work()
        view = _view(play, first)
        if view.need is SeriesNeed.RETRY:
            break
        for part in view.parts:
            play.settle(Order.objects.get(pk=part.order_id))
        if view.need in (SeriesNeed.CHANGED, SeriesNeed.SLOW):
            _say(play, first, PartAct.GO_ON)
        yield
    if _view(play, first).need is SeriesNeed.RETRY:
        reachable("the second part of a row declined after the first was credited", {})
        _say(play, first, PartAct.OTHER_CARD)
        again = Order.objects.filter(series=first.series_id).latest("step", "attempt")
        if again.attempt > 1:
            play.type_card(again)
            reachable("a declined part paid by another card", {})
    yield from _to_the_end(play, first)


def relative_pays_between_parts(play: Play) -> Iterator[None]:
    shared = play.town.accounts[0]
    first = _press(play, [play.random.choice(play.town.heat), shared])
    yield
    kopecks = play.sum()
    theirs = play.begin([(shared, kopecks)], who=play.town.boris)
    play.town.expect(shared, -kopecks)
    play.type_card(theirs)
    play.settle(theirs)
    yield
    play.type_card(first)
    play.settle(first)
    play.work()
    if _view(play, first).need is SeriesNeed.CHANGED:
        reachable("a relative paid the second part's account before its turn", {})
    yield from _to_the_end(play, first)


def card_unbound_between_parts(play: Play) -> Iterator[None]:
    first = _press(play, [play.account(), play.random.choice(play.town.heat)], keep_card=True)
    yield
    play.type_card(first)
    play.settle(first)
    card = PaymentSeries.objects.get(orders=first).card
    with suppress(Refused):
        operations.unbind_card(
            by=Actor.person(first.person_id), card_public_id=card.public_id if card else "", now=play.now
        )
    if _view(play, first).need is SeriesNeed.CARD:
        reachable("the card of a row unbound before the second part", {})
        _say(play, first, PartAct.STOP)
        if _view(play, first).need is SeriesNeed.OVER:
            reachable("a row stopped by its payer in the middle", {})
    yield from _to_the_end(play, first)


def _press(play: Play, accounts: list[Account], *, keep_card: bool = False) -> Order:
    lines = [(account, play.sum()) for account in accounts]
    return play.begin(lines, in_row=True, keep_card=keep_card)


def _view(play: Play, first: Order) -> SeriesView:
    found = queries.series_of(person_id=first.person_id, public_id=first.public_id, now=play.now)
    assert found is not None
    return found


def _states(first: Order) -> list[OrderState]:
    rows = Order.objects.filter(series=first.series_id).order_by("step", "attempt")
    return [OrderState(order.state) for order in rows]


def _say(play: Play, first: Order, act: PartAct) -> None:
    Bucket.objects.all().delete()
    with suppress(Refused):
        operations.decide_parts(
            by=Actor.person(first.person_id), public_id=first.public_id, act=act, now=play.now
        )


def _to_the_end(play: Play, first: Order) -> Iterator[None]:
    """Everybody has their say until the row is over; what it did to the accounts is expected then."""
    for _ in range(ROUNDS):
        play.work()
        for order in Order.objects.filter(series=first.series_id).order_by("step", "attempt"):
            if order.state not in FINAL:
                play.settle(order)
        need = _view(play, first).need
        if need in (SeriesNeed.CHANGED, SeriesNeed.SLOW):
            _say(play, first, PartAct.GO_ON)
        elif need in (SeriesNeed.RETRY, SeriesNeed.CARD):
            _say(play, first, PartAct.STOP)
        if all(each in FINAL for each in _states(first)):
            break
        yield
    _say(play, first, PartAct.STOP)
    for order in Order.objects.filter(series=first.series_id, state=OrderState.CREDITED):
        for line in order.lines.select_related("account"):
            play.town.expect(line.account, -line.kopecks)
