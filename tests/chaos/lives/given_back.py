"""Money that we send back: its answers lost, its process killed, the bank giving back beside us."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import Any

from antithesis.assertions import reachable
from django.db import connection

from svet.accounts.models import Account
from svet.kernel.actors import Actor
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations import giving_back
from svet.payments.operations.returning import ask_refund
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.states import RefundState
from tests.chaos.play import Fault, Play, quietly


def sent_without_an_answer(play: Play) -> Iterator[None]:
    # More than one member may send alone.
    account, order, back = yield from _paid(play, play.random.randint(4_000_00, 9_000_00))
    fault = play.random.choice(list(Fault))
    refund = write_refund(play, order, account, back)
    play.town.expect(account, back)
    play.will(fault, method="POST", path="/v3/refunds")
    quietly(lambda: ask_refund(refund_id=refund.pk, now=play.now))()
    play.line.will()
    if _state(refund) is RefundState.UNKNOWN:
        reachable("the answer to our refund was lost", {"fault": fault.value})
    yield
    play.look(minutes=2)
    if _state(refund) is RefundState.DONE and _given(play, order) == [back]:
        reachable("our refund asked for again was given once", {})


def killed_while_giving_back(play: Play) -> Iterator[None]:
    account, order, back = yield from _paid(play)
    refund = write_refund(play, order, account, back)
    play.town.expect(account, back)
    for point in range(6, 40):
        if not play.dies(lambda: ask_refund(refund_id=refund.pk, now=play.now), at=point):
            break
        if _given(play, order) and _state(refund) is RefundState.SENT:
            reachable("killed between the bank's yes to our refund and our commit", {})
            break
    yield
    play.look(minutes=2)


def told_before_our_refund_returned(play: Play) -> Iterator[None]:
    account, order, back = yield from _paid(play)
    refund = write_refund(play, order, account, back)
    play.town.expect(account, back)

    def meanwhile(method: str, path: str) -> None:
        try:
            play.deliver(*play.messages(order, count=2)[1:2])
            play.settle(order)
            if _state(refund) is RefundState.DONE:
                reachable("our refund told by a callback before our call returned", {})
        finally:
            connection.close()

    play.line.meanwhile = meanwhile
    quietly(lambda: ask_refund(refund_id=refund.pk, now=play.now))()
    play.line.meanwhile = None
    yield
    play.work()


def given_back_by_the_bank_first(play: Play) -> Iterator[None]:
    account, order, back = yield from _paid(play)
    refund = write_refund(play, order, account, back)
    yield from _all_of_it(play, account, order)
    if _state(refund) is RefundState.WITHDRAWN:
        reachable("the bank gave back by itself what we were about to send", {})


def given_back_by_the_bank_while_ours_is_unknown(play: Play) -> Iterator[None]:
    account, order, back = yield from _paid(play)
    refund = write_refund(play, order, account, back)
    play.will(Fault.DEAF, method="POST", path="/v3/refunds")
    quietly(lambda: ask_refund(refund_id=refund.pk, now=play.now))()
    play.line.will()
    yield from _all_of_it(play, account, order)
    if _state(refund) is RefundState.REFUSED:
        reachable("our refund was refused and its reserve undone", {})


def _all_of_it(play: Play, account: Account, order: Order) -> Iterator[None]:
    rest = sum(line.credited_kopecks or 0 for line in order.lines.all())
    assert play.give_back(order, rest) == ""
    play.town.expect(account, rest)
    play.settle(order)
    yield
    play.look(minutes=2)


def called_back(play: Play) -> Iterator[None]:
    account, order, back = yield from _paid(play)
    refund = write_refund(play, order, account, back)
    play.may_die(
        lambda: giving_back.withdraw_refund(
            by=play.town.staff,
            refund_public_id=refund.request.public_id,
            reason="передумали",
            now=play.now,
        )
    )
    if _state(refund) is RefundState.WITHDRAWN and not _given(play, order):
        reachable("a refund called back before it was sent", {})
    yield
    play.look(minutes=2)


def _paid(play: Play, kopecks: int = 0) -> Generator[None, None, tuple[Account, Order, int]]:
    """A credited payment, and how much of it goes back."""
    account, kopecks = play.account(), kopecks or play.sum()
    order = play.begin([(account, kopecks)])
    yield
    play.type_card(order)
    play.town.expect(account, -kopecks)
    play.settle(order)
    play.settle(order)
    order.refresh_from_db()
    return account, order, kopecks // 3


def write_refund(play: Play, order: Order, account: Account, back: int) -> PaymentRefund:
    """A member writes it down, another signs where two must; whoever dies meanwhile does it again."""
    new = NewRefund({account.public_id: back}, "заявление плательщика")

    def write() -> None:
        if order.refunds.exists():
            return
        terms: dict[str, Any] = {"by": play.town.staff, "order_public_id": order.public_id, "new": new}
        seen = giving_back.preview_refund(**terms, now=play.now)
        giving_back.write_refund(**terms, reason="ошибка", shown=seen.shown, now=play.now)

    def sign() -> None:
        request = order.refunds.get().request
        terms: dict[str, Any] = {
            "by": Actor.staff(play.town.boris.pk, name="Борис"),
            "refund_public_id": request.public_id,
        }
        seen = giving_back.preview_waiting_refund(**terms, now=play.now)
        giving_back.sign_refund(**terms, shown=seen.shown, now=play.now)

    play.may_die(write)
    refund = order.refunds.get()
    if refund.state == RefundState.TO_SIGN:
        play.may_die(sign)
        reachable("a refund of ours signed by two", {})
    assert _state(refund) is RefundState.APPROVED
    return refund


def _state(refund: PaymentRefund) -> RefundState:
    refund.refresh_from_db()
    return RefundState(refund.state)


def _given(play: Play, order: Order) -> list[int]:
    """What the bank has given back of it."""
    made = [one for one in play.refunds() if one["payment_id"] == order.bank_reference]
    return [int(Decimal(one["amount"]["value"]) * 100) for one in made]
