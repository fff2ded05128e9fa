"""Payments that are disputed at the bank: told by a letter, a list and both; won, lost, beside refunds."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from antithesis.assertions import reachable
from django.db import connection

from svet.accounts.models import Account
from svet.payments.models import Chargeback, Order
from svet.payments.operations import giving_back
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.chargebacks import ChargebackState, NewChargeback
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.states import RefundState
from tests.chaos.play import Play, quietly, together


def won(play: Play) -> Iterator[None]:
    _account, order, kopecks = yield from _paid(play)
    name = f"CB-{play.number()}"
    play.may_die(_letter(play, order, name, kopecks))
    yield
    play.may_die(lambda: play.disputes(_row(play, order, name, kopecks)))
    found = order.chargebacks.get()
    if found.way == "letter":
        reachable("a dispute told by a letter and a list is one", {})
    yield
    play.may_die(_end(play, found, won=True))
    if _state(found) is ChargebackState.WON:
        reachable("a dispute was won", {})


def lost_by_a_register(play: Play) -> Iterator[None]:
    account, order, kopecks = yield from _paid(play)
    name = f"CB-{play.number()}"
    play.town.expect(account, kopecks)
    play.may_die(lambda: play.disputes(_row(play, order, name, kopecks)))
    yield
    found = order.chargebacks.get()
    lost = _row(play, order, name, kopecks, state="lost")
    for point in range(8, 60):
        if not play.dies(lambda: play.disputes(lost), at=point):
            break
        if _state(found) is ChargebackState.TOLD:
            reachable("killed while a dispute was being lost", {})
            break
    if _state(found) is ChargebackState.TOLD:
        play.disputes(lost)
    assert _state(found) is ChargebackState.LOST
    reachable("a dispute was lost by the bank's list", {})
    yield
    play.disputes(lost, _row(play, order, name, kopecks))
    assert order.chargebacks.count() == 1


def told_by_two_at_once(play: Play) -> Iterator[None]:
    account, order, kopecks = yield from _paid(play)
    name = f"CB-{play.number()}"
    play.town.expect(account, kopecks)

    def side(act: Callable[[], object]) -> Callable[[], None]:
        def told() -> None:
            try:
                quietly(act)()
            finally:
                connection.close()

        return told

    register = side(lambda: play.disputes(_row(play, order, name, kopecks)))
    letter = side(_letter(play, order, name, kopecks))
    together([register, letter])
    if order.chargebacks.count() == 1:
        reachable("a dispute told by two ways at the same moment", {})
    yield
    _end(play, order.chargebacks.get(), won=False)()


def above_what_is_left(play: Play) -> Iterator[None]:
    account, order, kopecks = yield from _paid(play)
    back = kopecks // 3
    assert play.give_back(order, back) == ""
    play.settle(order)
    play.town.expect(account, kopecks)
    play.may_die(_letter(play, order, f"CB-{play.number()}", kopecks))
    found = order.chargebacks.get()
    if found.above_kopecks == back:
        reachable("a dispute above what was left of its payment", {})
    yield
    play.may_die(_end(play, found, won=False))
    assert found.posted.kopecks == kopecks - back


def beside_our_refund(play: Play) -> Iterator[None]:
    account, order, kopecks = yield from _paid(play)
    new = NewRefund({account.public_id: kopecks // 3}, "заявление плательщика")
    by = play.town.staff
    seen = giving_back.preview_refund(by=by, order_public_id=order.public_id, new=new, now=play.now)
    giving_back.write_refund(
        by=by, order_public_id=order.public_id, new=new, reason="ошибка", shown=seen.shown, now=play.now
    )
    play.town.expect(account, kopecks)
    play.may_die(_letter(play, order, f"CB-{play.number()}", kopecks))
    if order.refunds.get().state == RefundState.WITHDRAWN:
        reachable("a dispute called back a refund that was not sent", {})
    yield
    play.look(minutes=2)
    play.may_die(_end(play, order.chargebacks.get(), won=False))


def _paid(play: Play) -> Generator[None, None, tuple[Account, Order, int]]:
    """A credited payment over one account."""
    account, kopecks = play.account(), play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)
    play.settle(order)
    order.refresh_from_db()
    return account, order, kopecks


def _letter(play: Play, order: Order, name: str, kopecks: int) -> Callable[[], str]:
    today = play.now.astimezone().date()
    new = NewChargeback(name, kopecks, today, today)
    return lambda: keep_chargeback(
        by=play.town.staff, order_public_id=order.public_id, new=new, reason="письмо банка", now=play.now
    )


def _end(play: Play, found: Chargeback, *, won: bool) -> Callable[[], None]:
    return lambda: end_chargeback(
        by=play.town.staff,
        chargeback_public_id=found.public_id,
        won=won,
        on=found.told_on,
        reason="письмо банка",
        now=play.now,
    )


def _row(play: Play, order: Order, name: str, kopecks: int, *, state: str = "") -> str:
    day = play.now.astimezone().strftime("%d.%m.%Y")
    roubles = f"{kopecks // 100},{kopecks % 100:02d}"
    return f"{order.number};{name};{roubles};{day};{state};{day if state else ''}"


def _state(found: Chargeback) -> ChargebackState:
    found.refresh_from_db()
    return ChargebackState(found.state)
