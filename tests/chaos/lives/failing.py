"""Payments whose answers are lost, whose process dies, whose sum is another."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from antithesis.assertions import reachable
from django.db import OperationalError, connection
from django.db.utils import InterfaceError

from svet.accounts.models import Account
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from tests.chaos.lives.common import state
from tests.chaos.play import Fault, Play, quietly


def create_without_an_answer(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    fault = play.random.choice(list(Fault))
    play.rested()
    play.will(fault, method="POST")
    order = play.begin([(account, kopecks)], dies=False)
    play.line.will()
    if state(order) is OrderState.SENT:
        reachable("our create had no answer that could be read", {"fault": fault.value})
    yield
    play.look(minutes=2)
    order.refresh_from_db()
    play.type_card(order)
    play.town.expect(account, -kopecks)
    if sum(made["metadata"].get("order_id") == order.public_id for made in play.newest_payments()) == 1:
        reachable("the same key repeated after a lost answer made one payment", {})
    yield
    play.settle(order)


def status_without_an_answer(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    faults = play.random.sample(list(Fault), 3)
    play.will(*faults)
    for _ in faults:
        play.settle(order)
        if state(order) is not OrderState.CREDITED:
            reachable("the bank's answer about a paid order was unreadable", {})
    play.line.will()
    yield
    play.settle(order)


def killed_after_the_banks_yes(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    killed = play.dies(
        lambda: operations.settle(order_id=order.pk, now=play.now, by="chaos"), at=play.random.randint(3, 25)
    )
    if killed and state(order) is not OrderState.CREDITED:
        reachable("killed between the bank's yes and our commit", {})
    yield
    play.settle(order)


def pressed_again_after_a_death(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    before = play.kills
    order = play.begin([(account, kopecks)], at=play.random.randint(4, 16))
    if play.kills > before:
        reachable("«Оплатить» pressed again after a death", {})
    yield
    if play.random.random() < 0.5:
        play.settle(order)  # nobody has paid yet
    play.type_card(order)
    play.town.expect(account, -kopecks)
    yield
    play.may_die(lambda: operations.settle(order_id=order.pk, now=play.now, by="chaos"))


def the_database_hangs_up(play: Play) -> Iterator[None]:
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    connection.ensure_connection()
    ours = connection.connection.info.backend_pid

    def meanwhile(method: str, path: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [ours])
        finally:
            connection.close()

    play.line.meanwhile = meanwhile
    try:
        play.settle(order)
    except (OperationalError, InterfaceError):
        reachable("the database hung up while the bank was answering", {})
    connection.close()
    yield
    play.settle(order)


def overtaken(play: Play) -> Iterator[None]:
    """The bank's «pending» is on its way to us while somebody else learns that it was paid and credits it."""
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.town.expect(account, -kopecks)

    def meanwhile(method: str, path: str) -> None:
        try:
            play.type_card(order)
            play.settle(order)
            if state(order) is OrderState.CREDITED:
                reachable("a stale «pending» after the credit", {})
        finally:
            connection.close()

    play.line.meanwhile = meanwhile
    play.settle(order)
    yield
    play.settle(order)


def another_sum_credited(play: Play) -> Iterator[None]:
    order, account, kopecks = yield from _another_sum(play)
    play.may_die(
        lambda: operations.credit_reviewed(
            order_public_id=order.public_id, by=play.town.staff, now=play.now, comment="сверено"
        )
    )
    play.town.expect(account, -kopecks)


def another_sum_sent_back(play: Play) -> Iterator[None]:
    order, _, _ = yield from _another_sum(play)

    def back() -> None:
        operations.send_back(
            order_public_id=order.public_id, by=play.town.staff, now=play.now, comment="вернуть"
        )

    play.will(Fault.LOST, method="POST", path="/v3/refunds")
    quietly(back)()
    play.line.will()
    order.refresh_from_db()
    if order.refunds.filter(state="unknown").exists():
        reachable("a refund of ours had no answer", {})
    yield
    play.look(minutes=3)
    play.may_die(back)


def more_than_ordered(play: Play) -> Iterator[None]:
    order, account, kopecks = yield from _another_sum(play, by=100)
    if state(order) is OrderState.REVIEW and order.taken_kopecks == kopecks:
        reachable("the bank took more than was ordered", {})
    play.may_die(
        lambda: operations.credit_reviewed(
            order_public_id=order.public_id, by=play.town.staff, now=play.now, comment="сверено"
        )
    )
    play.town.expect(account, -kopecks)


def _another_sum(play: Play, *, by: int = -100) -> Generator[None, None, tuple[Order, Account, int]]:
    """The order in review, its account, and the kopecks that the bank says it took."""
    account, kopecks = play.account(), play.sum()
    # Our line to the first bank changes what it says: there it must be.
    play.back()
    play.rested()
    order = play.begin([(account, kopecks)], dies=False)
    yield
    play.has_page(order)
    assert order.shop is None
    play.altered[order.bank_reference] = kopecks + by
    play.type_card(order)
    play.settle(order)
    if state(order) is OrderState.REVIEW:
        reachable("the bank took another sum than was ordered", {})
    yield
    return order, account, kopecks + by
