"""Two banks for one supplier: the other takes what the first has not begun, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from antithesis.assertions import reachable
from django.conf import settings

from svet.payments import operations
from svet.payments.models import BankSilence, Order, Shop
from svet.payments.rules.states import OrderState
from svet.sandbox.world.faults import BankFault
from tests.chaos.lives.common import state
from tests.chaos.play import LAST_POINT, SECOND, Fault, Play

#: Where nobody listens.
NOWHERE = ":9/"


def another_bank_takes_it(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    with _first_away(play):
        order = play.begin(
            [(account, kopecks)], at=play.random.choice([0, 0, play.random.randint(4, LAST_POINT)])
        )
        play.settle(order)
        if BankSilence.objects.filter(shop=None).exists():
            reachable("the breaker of a bank opened", {})
        later = play.begin([(account, kopecks)], dies=False)
    for each in (order, later):
        each.refresh_from_db()
        if each.shop is not None and each.shop.code == SECOND:
            reachable("another bank took the payment of one that was not reached", {})
    play.back()
    if not BankSilence.objects.exists():
        reachable("the breaker of a bank closed", {})
    yield
    for each in (order, later):
        play.type_card(each)
        play.town.expect(account, -kopecks)
    yield
    for each in (order, later):
        play.settle(each)


def nobody_is_reached(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    shop = Shop.objects.get(code=SECOND)
    address = shop.address
    with _first_away(play):
        Shop.objects.filter(pk=shop.pk).update(address=address.replace(f":{play.bank.port}/", NOWHERE))
        order = play.begin([(account, kopecks)], dies=False)
        play.settle(order)
        Shop.objects.filter(pk=shop.pk).update(address=address)
    order.refresh_from_db()
    if order.untouched:
        reachable("an order waits that no bank has begun", {})
    play.back()
    play.settle(order)
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)


def begun_at_the_first_it_stays_there(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    play.rested()
    play.will(Fault.LOST, method="POST")
    order = play.begin([(account, kopecks)], dies=False)
    play.line.will()
    with _first_away(play):
        for _ in range(2):
            play.settle(order)
        order.refresh_from_db()
        if order.shop is None and state(order) is OrderState.SENT:
            reachable("what a bank may have begun stayed with it while it was away", {})
    play.back()
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)


def two_of_one_number(play: Play) -> Iterator[None]:
    """The other bank knows no keys: what a call without an answer made is looked for, and taken back."""
    account, kopecks = play.account(), play.sum()
    with _first_away(play):
        play.bank.fault(BankFault("lose", "/tbank/v2/Init"))
        order = play.begin([(account, kopecks)], dies=False)
    play.back()
    play.settle(order)
    order.refresh_from_db()
    own = [one for one in play.second_payments() if one["order_id"] == order.public_id]
    if sorted(one["status"] for one in own) == ["canceled", "pending"]:
        reachable("a bank without keys has two payments of one number, one of them taken back", {})
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.may_die(lambda: operations.settle(order_id=order.pk, now=play.now, by="chaos"))


def a_key_too_old(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    play.rested()
    play.will(Fault.LOST, method="POST")
    order = play.begin([(account, kopecks)], dies=False)
    play.line.will()
    late = play.now + timedelta(hours=23, minutes=1)
    made = len(_made(play, order))
    operations.settle(order_id=order.pk, now=late, by="chaos")
    if state(order) is OrderState.SENT and made == 1 == len(_made(play, order)):
        reachable("a key older than 23 hours was not asked with again", {})
    play.settle(order)
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)


def _made(play: Play, order: Order) -> list[object]:
    return [one for one in play.newest_payments() if one["metadata"].get("order_id") == order.public_id]


@contextmanager
def _first_away(play: Play) -> Iterator[None]:
    """Nobody listens at the first bank. Nobody else acts meanwhile."""
    before = settings.ACQUIRING_URL
    settings.ACQUIRING_URL = before.replace(f":{play.line.port}/", NOWHERE)
    try:
        yield
    finally:
        settings.ACQUIRING_URL = before
        play.rested()
