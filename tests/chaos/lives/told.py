"""Payments that the bank tells of: once, a hundred times, never, too early, falsely."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator

from antithesis.assertions import reachable
from django.db import connection

from svet.accounts.models import Account
from svet.kernel.ids import new_public_id
from svet.payments import operations
from svet.payments.models import Callback, Order
from svet.payments.rules.states import CallbackOutcome, OrderState
from tests.chaos.lives.common import state
from tests.chaos.play import DECLINED, SILENT, STRANGER, Play, together


def paid_over_several_accounts(play: Play) -> Iterator[None]:
    lines = [(account, play.sum()) for account in play.random.sample(play.town.accounts, 3)]
    order = play.begin(lines)
    yield
    play.type_card(order)
    yield
    play.may_die(lambda: play.hears(order))
    yield
    play.work()
    for account, kopecks in lines:
        play.town.expect(account, -kopecks)
    play.settle(order)
    if state(order) is OrderState.CREDITED:
        reachable("a payment over several accounts credited whole", {})


def told_a_hundred_times(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    told = play.messages(order)[:1]
    for message in told:
        play.storm(message, copies=100)
    yield
    play.work()
    play.town.expect(account, -kopecks)
    if Callback.objects.filter(reference=order.bank_reference).count() >= 100:
        reachable("a callback a hundred times at once", {})
    if state(order) is OrderState.CREDITED:
        play.deliver(*told)
        yield
        play.work()
        reachable("a callback after the credit", {})


def never_told(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order, SILENT)
    play.town.expect(account, -kopecks)
    yield
    # Another life's round may have looked before the card was typed: the next look is a later one then.
    for minutes in (2, 6, 16, 61):
        if state(order) is not OrderState.CREDITED:
            play.look(minutes=minutes)
    if state(order) is OrderState.CREDITED:
        reachable("credited by the janitor, the callback never came", {})


def declined_then_paid_anew(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order, DECLINED)
    play.hears(order)
    play.work()
    if state(order) is OrderState.CANCELED:
        reachable("a declined card", {})
    yield
    again = play.begin([(account, kopecks)])
    yield
    play.type_card(again)
    play.settle(again)
    play.town.expect(account, -kopecks)


def told_before_our_create_returned(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()

    def meanwhile(method: str, path: str) -> None:
        try:
            made = play.newest_payments()[0]
            play.bank.type_card(made["confirmation"]["confirmation_url"])
            play.deliver(play.box.about(made["id"])[0])
            reachable("callback before our create returned", {})
        finally:
            connection.close()

    play.rested()
    play.line.meanwhile = meanwhile
    order = play.begin([(account, kopecks)], dies=False)
    play.town.expect(account, -kopecks)
    yield
    play.work()
    play.settle(order)


def forged(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.has_page(order)
    thing = {
        "id": order.bank_reference, "status": "succeeded", "paid": True,
        "amount": {"value": "999999.00", "currency": "RUB"}, "metadata": {"order_id": order.public_id},
        "recipient": {"account_id": "100500", "gateway_id": "1"},
    }  # fmt: skip
    raw = json.dumps({"type": "notification", "event": "payment.succeeded", "object": thing}).encode()
    play.deliver(raw, address=STRANGER)
    if Callback.objects.filter(raw=raw, outcome=CallbackOutcome.REJECTED).exists():
        reachable("a callback from a stranger's address", {})
    play.deliver(raw)
    play.work()
    if state(order) is OrderState.WAITING:
        reachable("an authentic address tells of money that was never taken", {})
    other = raw.replace(order.bank_reference.encode(), b"2d0a7f10-000f-5000-8000-1a2b3c4d5e6f").replace(
        order.public_id.encode(), new_public_id().encode()
    )
    play.deliver(other)
    yield
    play.work()
    waiting = Callback.objects.filter(outcome=CallbackOutcome.UNMATCHED, closed_at=None).first()
    if waiting is not None:
        operations.close_callback(callback_id=waiting.pk, by=play.town.staff, now=play.now, comment="не наш")
        reachable("a callback that fits no order closed by a person", {})
    play.bank.type_card(order.bank_page_url.rstrip("/") + "/cancel")
    play.settle(order)


def relatives_at_once(play: Play) -> Iterator[None]:
    account = play.town.accounts[0]
    begun: list[Order] = []

    def side(order: Order) -> Callable[[], None]:
        def pays() -> None:
            try:
                play.type_card(order)
                play.settle(order)
            finally:
                connection.close()

        return pays

    for person in (play.town.anna, play.town.boris):
        kopecks = play.sum()
        begun.append(play.begin([(account, kopecks)], who=person))
        play.town.expect(account, -kopecks)
    yield
    together([side(order) for order in begun])
    if all(state(order) is OrderState.CREDITED for order in begun):
        reachable("relatives pay one account at once", {})


def two_payees(play: Play) -> Iterator[None]:
    later, rest, kopecks = yield from _second_part(play)
    play.type_card(later)
    play.settle(later)
    play.town.expect(rest, -kopecks)


def second_payee_declined(play: Play) -> Iterator[None]:
    later, _, _ = yield from _second_part(play)
    play.type_card(later, DECLINED)
    play.settle(later)
    if state(later) is OrderState.CANCELED:
        reachable("the second payee's part declined after the first was credited", {})


def _second_part(play: Play) -> Generator[None, None, tuple[Order, Account, int]]:
    """One «Оплатить» for two payees: the first part is paid; the second's order, account and kopecks."""
    light, heat = play.account(), play.random.choice(play.town.heat)
    sums = {light: play.sum(), heat: play.sum()}
    order = play.begin(list(sums.items()), in_turn=True, dies=False)
    paid, rest = (light, heat) if order.lines.get().account_id == light.pk else (heat, light)
    yield
    play.type_card(order)
    play.settle(order)
    play.town.expect(paid, -sums[paid])
    if state(order) is OrderState.CREDITED:
        reachable("the first payee's part credited, the second waits", {})
    yield
    later = play.begin([(rest, sums[rest])], after=order.public_id, in_turn=True)
    yield
    return later, rest, sums[rest]
