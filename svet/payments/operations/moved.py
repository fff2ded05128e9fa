"""Steps about money that its payer moved, or asked to: judged again when signed, ended where it is gone."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.queries import provider_today, visible_accounts
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import require_transaction
from svet.payments.models import MoneyAct, Order
from svet.payments.operations.act_steps import accounts_of, decide_act, record_decision
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.refund_steps import locked_order
from svet.payments.operations.reserving import lines_left
from svet.payments.rules.acts import MoneyActReason, MoneyActRefused, MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.states import OrderState


def order_of(act: MoneyAct) -> Order | None:
    """The payment an act moves money of, or moves it back; held before the accounts, as refunds hold it."""
    require_transaction()
    moves = act if act.undoes is None else act.undoes
    return None if moves.of_order is None else locked_order(moves.of_order)


def check_move_stands(act: MoneyAct, order: Order | None, *, now: datetime) -> None:
    """Whether what a payer asked for can still be: a refund, a dispute or an unlinking may have come between.

    :raises MoneyActRefused: and why
    """
    if order is None or act.undoes is not None:
        return
    if order.chargebacks.filter(state=ChargebackState.TOLD).exists():
        raise MoneyActRefused(MoneyActReason.MOVE_DISPUTED)
    left = {line.account_id: money for line, money in lines_left(order, to_sign=False)}
    if order.state != OrderState.CREDITED or left[act.account_id] < act.money:
        raise MoneyActRefused(MoneyActReason.MOVE_NOT_LEFT)
    pair = [one for one in accounts_of(act) if one is not None]
    names = [one.public_id for one in pair]
    may = visible_accounts(Actor.person(act.written_by_id), public_ids=names, right=Right.PAY)
    if len(may) != len(pair):
        raise MoneyActRefused(MoneyActReason.MOVE_NO_RIGHT)
    closed = pair[-1].closed_on
    if closed is not None and closed <= provider_today(pair[-1].provider, now):
        raise MoneyActRefused(MoneyActReason.MOVE_CLOSED)


def leave_to_disputes(order: Order | None, *, now: datetime) -> None:
    """What came back to a payment by a decision about a move may be what an open dispute lacks (a step)."""
    require_transaction()
    if order is not None:
        grow_disputes(order, now=now)


def end_move(act: MoneyAct, *, note: str, by: Actor, now: datetime) -> None:
    """Turn down a move that waits because the bank has the money (a step)."""
    require_transaction()
    decide_act(act, MoneyActState.REFUSED, by=by, now=now, decision=note)
    record_decision(act, action="payments.act.refused", by=by, now=now, reason=note)


def waiting_moves(order: Order) -> list[MoneyAct]:
    """What payers asked to move of a payment and nobody has signed, the newest first."""
    return list(order.moved.select_for_update().filter(state=MoneyActState.WAITING.value).order_by("-pk"))


def end_moves_without_money(order: Order, *, note: str, by: Actor, now: datetime) -> None:
    """End the moves that wait for money which is not there any more, the newest first (a step)."""
    waiting = waiting_moves(order)
    if not waiting:
        return
    left = {line.account_id: money for line, money in lines_left(order, to_sign=False)}
    asked: dict[int, Money] = {}
    for act in reversed(waiting):
        wanted = asked.get(act.account_id, Money(0)) + act.money
        if wanted > left[act.account_id]:
            end_move(act, note=note, by=by, now=now)
        else:
            asked[act.account_id] = wanted
