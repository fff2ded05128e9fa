"""What else happens while people pay: months are charged and billed, the database is stopped at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier, Timer

from antithesis.assertions import reachable
from django.db import Error, connection

from svet.billing import operations as billing
from svet.billing.models import Charge
from svet.bills import operations as bills
from svet.bills.models import Bill
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from tests.chaos.database import stop_at_once
from tests.chaos.lives.common import state
from tests.chaos.play import Play, together

#: So many looks are on their way at the moment of the stop.
LOOKS = 12
#: Within so many seconds after the bank has answered them all.
SOON = 0.06
#: So many pay on the last day, over so many connections.
RUSH, SIDES = 80, 4


def a_month_charged_and_billed(play: Play) -> Iterator[None]:
    town, month = play.town, play.town.month
    if month >= Month.of(play.now.date()):
        return
    town.month = month.plus(1)
    for meter in town.meters:
        town.kwh[meter.pk] += play.random.randint(50, 400)
        make_reading(meter, town.kwh[meter.pk], read_on=month.first.replace(day=20))
    first, second = _paid(play), _paid(play)
    yield
    provider_id = town.accounts[0].provider_id

    def charge() -> None:
        billing.run(provider_id=provider_id, period=month, now=play.now)

    def issue() -> None:
        bills.issue(provider_id=provider_id, period=month, now=play.now)

    play.may_die(charge)
    together([_closing(charge), _closing(lambda: play.settle(first))])
    charges = Charge.objects.filter(period=month.first)
    for account_id, kopecks in charges.values_list("account_id", "total_kopecks"):
        town.expected[account_id] += kopecks
    if charges.count() == len(town.meters) and state(first) is OrderState.CREDITED:
        reachable("a month charged while a payment was credited", {})
    yield
    play.may_die(issue)
    together([_closing(issue), _closing(lambda: play.settle(second))])
    issued = Bill.objects.filter(period=month.first).count()
    if issued == len(town.meters) and state(second) is OrderState.CREDITED:
        reachable("bills issued while a payment was credited", {})


def the_database_stops_at_once(play: Play) -> Iterator[None]:
    orders = [_paid(play) for _ in range(LOOKS)]
    stop = Timer(play.random.uniform(0, SOON), stop_at_once, [play.database])
    broken: list[Order] = []

    def look(order: Order) -> Callable[[], None]:
        def looks() -> None:
            try:
                play.settle(order)
            except Error:
                broken.append(order)
            finally:
                connection.close()

        return looks

    # What was begun while the first bank was silent stands at another one, which does not answer this way.
    this_way = sum(order.shop is None for order in orders)
    play.line.gathering = Barrier(this_way, action=stop.start) if this_way else None
    together([look(order) for order in orders])
    play.line.gathering = None
    if stop.ident is None:  # a fault of another life met one of them, so they never were all there
        stop.start()
    stop.join()
    connection.close()
    play.database.start()
    if broken:
        reachable("the database stopped at once under twelve looks", {"broken": len(broken)})
    yield
    play.look(minutes=2)
    if broken and all(state(order) is OrderState.CREDITED for order in orders):
        reachable("looks that a stopped database broke were taken up by the janitor", {})


def everybody_on_the_last_day(play: Play) -> Iterator[None]:
    orders = [_paid(play) for _ in range(RUSH)]
    yield
    told = [message for order in orders for message in play.messages(order)[:1]]
    play.random.shuffle(told)

    def side(messages: list[bytes]) -> Callable[[], None]:
        return _closing(lambda: play.deliver(*messages))

    together([side(told[place::SIDES]) for place in range(SIDES)])
    yield
    play.work()
    if len(told) == RUSH and all(state(order) is OrderState.CREDITED for order in orders):
        reachable("eighty payments told of at once in another order", {})


def _paid(play: Play) -> Order:
    """An order that the bank has taken the money of, and nobody of us knows it."""
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)], dies=False)
    play.type_card(order)
    play.town.expect(account, -kopecks)
    return order


def _closing(act: Callable[[], object]) -> Callable[[], None]:
    """An act of a thread of its own, whose connection ends with it."""

    def acts() -> None:
        try:
            act()
        finally:
            connection.close()

    return acts
