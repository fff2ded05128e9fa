"""Three banks for one supplier: another takes what the first has not begun, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from antithesis.assertions import reachable

from svet.payments import operations
from svet.payments.models import BankSilence, Order, Shop
from svet.payments.operations.returning import ask_refund
from svet.payments.operations.unattended import send_unattended
from svet.payments.rules.states import OrderState, RefundState
from svet.sandbox.world.faults import BankFault
from tests.chaos.lives.agreed import kept_card, kept_charge
from tests.chaos.lives.common import NOWHERE, first_away, state
from tests.chaos.lives.given_back import write_refund
from tests.chaos.play import LAST_POINT, SECOND, THIRD, Fault, Play, quietly

#: Where the others open a payment.
OPENS = {SECOND: "/tbank/v2/Init", THIRD: "/payment/rest/register.do"}


def another_bank_takes_it(play: Play) -> Iterator[None]:
    account, kopecks, code = play.account(), play.sum(), play.random.choice([SECOND, THIRD])
    play.prefers(code)
    with first_away(play):
        order = play.begin(
            [(account, kopecks)], at=play.random.choice([0, 0, play.random.randint(4, LAST_POINT)])
        )
        play.settle(order)
        if BankSilence.objects.filter(shop=None).exists():
            reachable("the breaker of a bank opened", {})
        later = play.begin([(account, kopecks)], dies=False)
    for each in (order, later):
        each.refresh_from_db()
        if each.shop is not None and each.shop.code == code:
            reachable("another bank took the payment of one that was not reached", {"bank": code})
    play.back()
    if not BankSilence.objects.exists():
        reachable("the breaker of a bank closed", {})
    yield
    for each in (order, later):
        play.type_card(each)
        play.town.expect(account, -kopecks)
    yield
    for each in (order, later):
        play.hears(each)
        play.work()
        play.settle(each)


def nobody_is_reached(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    known = dict(Shop.objects.values_list("pk", "address"))
    with first_away(play):
        for key, address in known.items():
            Shop.objects.filter(pk=key).update(address=address.replace(f":{play.bank.port}/", NOWHERE))
        order = play.begin([(account, kopecks)], dies=False)
        play.settle(order)
        for key, address in known.items():
            Shop.objects.filter(pk=key).update(address=address)
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
    with first_away(play):
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
    """The others know no keys: what a call without an answer made is looked for, and taken back."""
    account, kopecks, code = play.account(), play.sum(), play.random.choice([SECOND, THIRD])
    play.prefers(code)
    with first_away(play):
        play.bank.fault(BankFault("lose", OPENS[code]))
        order = play.begin([(account, kopecks)], dies=False)
    play.back()
    play.settle(order)
    order.refresh_from_db()
    own = [one for one in play.other_payments() if one["order_id"] == order.public_id]
    if sorted(one["status"] for one in own) == ["canceled", "pending"]:
        reachable(
            "a bank without keys has two payments of one number, one of them taken back", {"bank": code}
        )
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.may_die(lambda: operations.settle(order_id=order.pk, now=play.now, by="chaos"))


def kept_and_charged_at_the_third(play: Play) -> Iterator[None]:
    """A card that Sber keeps is charged there as agreed, once, whoever dies: it knows no keys."""
    account, card = yield from kept_card(play, at=THIRD)
    if card is None:
        return
    kopecks, key = play.sum(), UUID(int=play.random.getrandbits(128), version=4)
    order_id = kept_charge(play, account, card, kopecks=kopecks, key=key)

    def charge() -> None:
        send_unattended(order_id=order_id, may=lambda: True, now=play.now)

    play.bank.fault(BankFault("lose", "/payment/rest/paymentOrderBinding.do"))
    play.dies(charge, at=play.random.randint(1, LAST_POINT))
    with suppress(operations.BankUnavailable):
        charge()
    play.town.expect(account, -kopecks)
    yield
    order = Order.objects.get(pk=order_id)
    # The card is charged by a look, and the one whose answer was lost is followed by another.
    for minutes in (2, 6, 16, 61):
        if state(order) is not OrderState.CREDITED:
            play.look(minutes=minutes)
    own = [one for one in play.other_payments() if one["order_id"] == order.public_id]
    if state(order) is OrderState.CREDITED and [one["status"] for one in own].count("succeeded") == 1:
        reachable("a card that a bank without keys keeps was charged once", {})


def refund_lost_at_the_third(play: Play) -> Iterator[None]:
    """Sber's refunds have no names: one whose answer was lost is told by the total that went back."""
    account, kopecks = play.account(), play.sum()
    play.prefers(THIRD)
    with first_away(play):
        order = play.begin([(account, kopecks)], dies=False)
        play.settle(order)
    play.back()
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)
    play.settle(order)
    back = kopecks // 3
    refund = write_refund(play, order, account, back)
    play.town.expect(account, back)
    play.bank.fault(BankFault("lose", "/payment/rest/refund.do"))
    quietly(lambda: ask_refund(refund_id=refund.pk, now=play.now))()
    refund.refresh_from_db()
    lost = refund.state == RefundState.UNKNOWN
    yield
    play.look(minutes=2)
    refund.refresh_from_db()
    given = [one["refunded_kopecks"] for one in play.other_payments() if one["order_id"] == order.public_id]
    if lost and refund.state == RefundState.DONE and given == [back]:
        reachable("a lost refund of a bank without keys was given once and found by its total", {})


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
