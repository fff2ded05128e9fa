"""A payer takes back their own request about a payment while nobody has decided it: a refund, a move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from svet.accounts.operations import lock_account
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.transactions import use_case
from svet.payments.models import MoneyAct, Order, RefundRequest
from svet.payments.operations.act_steps import decide_act, record_act
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.refund_steps import locked_order, record_refund
from svet.payments.queries.views import OrderNotFound
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.refusals import OrderLookupReason
from svet.payments.rules.states import REFUND_MOVES, RefundState


def call_off_back(*, by: Actor, order_public_id: str, now: datetime) -> bool:
    """Take back one's own request for an overpayment; False: none waits, nothing was done.

    Whoever asked needs no letter about it. :raises OrderNotFound: not their payment
    """
    order = _own(by, order_public_id)
    with use_case():
        order = locked_order(order)
        waiting = RefundRequest.objects.select_related("refund").filter(
            refund__order=order, refund__state=RefundState.TO_SIGN, by_payer=True
        )
        request = waiting.first()
        if request is None:
            return False
        move_row(request.refund, moves=REFUND_MOVES, to=RefundState.WITHDRAWN, changes={})
        request.ended_at = now
        request.save(update_fields=["ended_at"])
        record_refund(order, request, "payments.refund.withdrawn", by=by, now=now)
        grow_disputes(order, now=now)
        return True


def call_off_move(*, by: Actor, order_public_id: str, act_public_id: str, now: datetime) -> bool:
    """Take back one's own request to move money; False: it does not wait any more, nothing was done.

    :raises OrderNotFound: not their payment
    """
    order = _own(by, order_public_id)
    with use_case():
        locked_order(order)
        asked = MoneyAct.objects.filter(of_order=order, public_id=act_public_id)
        # A member who signs holds the accounts, not the payment.
        for ids in asked.values_list("account_id", "to_account_id"):
            for account_id in sorted(one for one in ids if one is not None):
                lock_account(account_id)
        act = asked.filter(state=MoneyActState.WAITING, undoes__isnull=True).first()
        if act is None:
            return False
        decide_act(act, MoneyActState.REFUSED, by=replace(by, name=""), now=now)
        record_act(act, action="payments.act.called_off", by=by, now=now)
        return True


def _own(by: Actor, public_id: str) -> Order:
    found = Order.objects.filter(public_id=public_id, person_id=by.person_id or 0).first()
    if found is None:
        raise OrderNotFound(OrderLookupReason.NOT_FOUND)
    return found
