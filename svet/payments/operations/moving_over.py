"""Who paid a wrong account of their own moves the money to the right one: at once where it is overpaid.

What would leave a debt on the account that was paid waits for a member of staff, as an act about the books.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, provider_today, visible_accounts
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as balances
from svet.payments.models import Order, OrderLine
from svet.payments.operations.act_steps import create_act, post_act, record_act
from svet.payments.operations.hands import alone_yet, asked_to_move, beyond
from svet.payments.operations.refund_steps import locked_order
from svet.payments.operations.reserving import lines_left
from svet.payments.operations.shares import share_of
from svet.payments.queries.views import OrderNotFound
from svet.payments.rules.acts import MoneyActKind, MoneyActState, NewMoneyAct, act_digest
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.misdirected import (
    MoveConflict,
    MoveReason,
    MoveRefused,
    check_move,
    needs_staff,
)
from svet.payments.rules.overpaid import back_of
from svet.payments.rules.refusals import OrderLookupReason
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One account of the payment: what is left of it there, and what of that needs nobody."""

    account_public_id: str
    account_number: str
    left: Money
    at_once: Money


@dataclass(frozen=True, slots=True)
class MoveOffer:
    """From which accounts of a payment its payer may move money; ``shown`` stands for what they have seen."""

    order_public_id: str
    order_number: str
    lines: tuple[MoveLine, ...]
    why: MoveReason | None
    shown: str

    @property
    def movable(self) -> list[MoveLine]:
        """The lines of which anything is left."""
        return [line for line in self.lines if line.left]


def offer_move(*, by: Actor, order_public_id: str) -> MoveOffer:
    """What of the person's own payment they may move; nothing is written. :raises OrderNotFound:"""
    return _offer(_own(by, order_public_id), by=by)


def move_over(
    *,
    by: Actor,
    order_public_id: str,
    from_: str,
    to: str,
    kopecks: int,
    shown: str,
    now: datetime,
    along: Callable[[bool], None] | None = None,
) -> bool:
    """Move kopecks of an own payment between two accounts (outer ids) of the person; whether it waits.

    ``along`` is what the caller does with this answer in the same transaction.

    :raises OrderNotFound: not their payment :raises MoveRefused: the rule says no, and why
    :raises MoveConflict: an account or the payment has moved since it was shown
    """
    order = _own(by, order_public_id)
    source, target = _account(by, from_, MoveReason.FROM), _account(by, to, MoveReason.TO)
    if source.account_id == target.account_id:
        raise MoveRefused(MoveReason.SAME, field="to")
    if source.provider.provider_id != target.provider.provider_id:
        raise MoveRefused(MoveReason.OTHER_PROVIDER, field="to")
    with use_case():
        order = locked_order(order)
        own = set(order.lines.values_list("account_id", flat=True))
        for account_id in sorted(own | {target.account_id}):
            lock_account(account_id)
        # The right may have ended, and the account been closed, while this waited for the lock.
        target = _account(by, to, MoveReason.TO)
        if target.closed_on is not None and target.closed_on <= provider_today(target.provider, now):
            raise MoveRefused(MoveReason.CLOSED, field="to")
        offer = _offer(order, by=by)
        if offer.why is not None:
            raise MoveRefused(offer.why)
        if offer.shown != shown:
            raise MoveConflict(MoveReason.CHANGED)
        line = next((one for one in offer.lines if one.account_public_id == from_), None)
        if line is None:
            raise MoveRefused(MoveReason.FROM, field="from")
        check_move(kopecks, left=line.left)
        waits = needs_staff(kopecks, overpaid=line.at_once)
        before = asked_to_move(source, now=now)
        if waits and beyond(source, kopecks + before.kopecks, now=now):
            # Two members would have to sign: that is for the desk, by a document.
            most = min(max(alone_yet(source, now=now) - before, line.at_once), line.left)
            raise MoveRefused(MoveReason.TOO_MUCH, field="amount", details={"most": most})
        _keep(order, source, target, kopecks, waits=waits, by=by, now=now)
        if along is not None:
            along(waits)
        return waits


def _own(by: Actor, public_id: str) -> Order:
    found = Order.objects.filter(public_id=public_id, person_id=by.person_id or 0).first()
    if found is None:
        raise OrderNotFound(OrderLookupReason.NOT_FOUND)
    return found


def _account(by: Actor, public_id: str, reason: MoveReason) -> AccountView:
    found = visible_accounts(by, public_ids=[public_id], right=Right.PAY)
    if not found:
        raise MoveRefused(reason, field="from" if reason is MoveReason.FROM else "to")
    return found[0]


def _offer(order: Order, *, by: Actor) -> MoveOffer:
    paid = lines_left(order, to_sign=True)
    names = [line.account.public_id for line, _ in paid]
    mine = {one.public_id for one in visible_accounts(by, public_ids=names, right=Right.PAY)}
    rows = [(line, left) for line, left in paid if line.account.public_id in mine]
    stand = balances.standings([line.account_id for line, _ in rows])
    lines = tuple(_line(order, line, left, stand[line.account_id].balance) for line, left in rows)
    why = None
    if order.state != OrderState.CREDITED:
        why = MoveReason.NOT_CREDITED
    elif order.chargebacks.filter(state=ChargebackState.TOLD).exists():
        why = MoveReason.DISPUTED
    elif not any(line.left for line in lines):
        why = MoveReason.NOTHING_LEFT
    places = [(line.account_id, stand[line.account_id]) for line, _ in rows]
    seen = [(line.left, line.at_once) for line in lines]
    return MoveOffer(order.public_id, order.number, lines, why, act_digest([order.pk, places, seen]))


def _line(order: Order, line: OrderLine, left: Money, balance: Money) -> MoveLine:
    share = share_of(order, line, left=left, balance=balance)
    return MoveLine(line.account.public_id, line.account.number, share.left, back_of(share)[0])


def _keep(
    order: Order,
    source: AccountView,
    target: AccountView,
    kopecks: int,
    *,
    waits: bool,
    by: Actor,
    now: datetime,
) -> None:
    today = provider_today(source.provider, now)
    new = NewMoneyAct(MoneyActKind.TRANSFER, kopecks, order.number, today)
    act = create_act(new=new, account=source, to_account=target, reason="", by=by)
    act.of_order, act.written_by_name, act.written_at = order, "", now
    act.state = (MoneyActState.WAITING if waits else MoneyActState.POSTED).value
    act.save()
    if not waits:
        post_act(act, now=now)
    record_act(act, action="payments.act.asked", by=by, now=now)
