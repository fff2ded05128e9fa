"""Money that goes back at the bank without us."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from antithesis.assertions import reachable
from django.db import connection

from svet.payments import operations
from svet.payments.rules.states import OrderState
from tests.chaos.lives.common import state
from tests.chaos.play import SILENT, Play, together


def returned_before_our_credit(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order, SILENT)
    back = kopecks // 3
    assert play.give_back(order, back) == ""
    if state(order) is not OrderState.CREDITED:
        reachable("a refund at the bank before our credit", {})
    play.town.expect(account, -(kopecks - back))
    yield
    play.may_die(lambda: operations.settle(order_id=order.pk, now=play.now, by="chaos"))


def returned_and_never_told(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.settle(order)
    yield
    back = play.random.choice((kopecks, kopecks // 2))
    assert play.give_back(order, back) == ""
    play.town.expect(account, -(kopecks - back))
    if play.give_back(order, kopecks):
        reachable("the bank refuses to give back more than is left", {})
    yield
    play.look(minutes=2)
    order.refresh_from_db()
    if order.refunded_kopecks == back:
        reachable("a refund known only from the bank's list", {})


def returned_in_parts_told_backwards(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.settle(order)
    parts = (kopecks // 4, kopecks // 5)
    for part in parts:
        assert play.give_back(order, part) == ""
    play.town.expect(account, -(kopecks - sum(parts)))
    yield
    told = play.messages(order, count=3)
    for message in reversed(told):
        play.deliver(message, message)
        play.work()
        yield
    order.refresh_from_db()
    if told and order.refunded_kopecks == sum(parts):
        reachable("two partial refunds told in the wrong order", {})


def refund_beside_a_callback(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    back = kopecks // 2
    assert play.give_back(order, back) == ""
    told = play.messages(order, count=2)
    play.town.expect(account, -(kopecks - back))

    def side(raw: bytes) -> Callable[[], None]:
        def hears() -> None:
            try:
                play.deliver(raw)
                play.settle(order)
            finally:
                connection.close()

        return hears

    if told:
        message, refund = told[:2]
        together([side(message), side(refund), side(message)])
        reachable("a refund beside a callback", {})
    else:
        play.look(minutes=2)
    yield
    play.work()
