"""After a restore: what may have happened at the bank in the lost time is asked about, never done again.

The bank knows our keys for a day. A backup may be older, so a refund or a charge that it shows as still to be
made may have been made under a key that the bank has forgotten: making it "again" would be a second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from svet.gateways.acquiring.port import BankReason
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.transactions import use_case
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.moving import move
from svet.payments.operations.reserving import give_up
from svet.payments.operations.shops import abilities_of
from svet.payments.queries.shops import every_shop
from svet.payments.rules.states import (
    AT_BANK,
    ON_ITS_WAY,
    REFUND_MOVES,
    RESEND_WITHIN,
    OrderState,
    RefundState,
)

BY = "payments.restored"
_NOTE = "restored from a backup"
_GOING = ON_ITS_WAY | {RefundState.TO_SIGN}
#: Of a bank without a list payments so old are asked about, so many a minute beside those that people make.
_REFUNDED_WITHIN = timedelta(days=366)
_A_MINUTE = 100


@dataclass(frozen=True, slots=True)
class MoneyAfterRestore:
    """What was put right: refunds looked for in the bank's list, refunds called back, orders ended.

    ``asked_again`` payments are asked about one by one: their banks give no list.
    """

    looked_for: int
    called_back: tuple[str, ...]
    ended: tuple[str, ...]
    asked_again: int


def money_on_its_way() -> tuple[int, int]:
    """Refunds written, approved or at the bank, and orders the bank has not been asked for, as they stand."""
    refunds = PaymentRefund.objects.filter(state__in=sorted(_GOING)).count()
    return refunds, _never_sent().count()


def distrust(*, now: datetime) -> MoneyAfterRestore:
    """Leave nothing that would be made a second time at the bank.

    Refunds are looked for in the bank's own list before anything else is done with them; where several of one
    payment wait, the later ones are called back for a person to write anew, and so is what waits for a
    signature, which it may have got, and been made, in the lost time. Parts of a payment for several
    payees that had not begun are ended: their cards would be charged by a job. What a bank without a list
    gave back in the lost time is learned by asking about each payment of the last year. Safe to repeat.
    """
    looked, back = 0, []
    for order_id in _with_refunds():
        with use_case():
            order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
            looked += _look_in_the_list(order, now=now)
            for refund in order.refunds.filter(state__in=sorted(_GOING - AT_BANK)):
                give_up(order, refund, RefundState.WITHDRAWN, note=_NOTE, by=Actor.system(BY), now=now)
                back.append(order.number)
            grow_disputes(order, now=now)
    ended = []
    # What had come to no bank by then may have been begun by one since: it stays where it is.
    Order.objects.filter(state=OrderState.SENT, calls=0).update(calls=None)
    for order_id in list(_never_sent().values_list("pk", flat=True)):
        with use_case():
            order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
            if order.state == OrderState.CREATED:
                move(
                    order,
                    new=OrderState.CANCELED,
                    at=now,
                    by=BY,
                    note=_NOTE,
                    bank_reason=BankReason.EXPIRED.value,
                    next_look_at=None,
                )
                ended.append(order.number)
    return MoneyAfterRestore(looked, tuple(back), tuple(ended), _ask_each(now=now))


def _ask_each(*, now: datetime) -> int:
    """Have the janitor look at what banks without a list took: who gave some of it back told us once only."""
    shops = [shop for shop in every_shop() if not abilities_of(shop).lists]
    asked = 0
    for shop in shops:
        taken = Order.objects.filter(shop=shop, state=OrderState.CREDITED, paid_at__gt=now - _REFUNDED_WITHIN)
        left = taken.filter(taken_kopecks__gt=F("refunded_kopecks")).order_by("-paid_at")
        ids = list(left.values_list("pk", flat=True))
        for start in range(0, len(ids), _A_MINUTE):
            at = now + timedelta(minutes=start // _A_MINUTE)
            Order.objects.filter(pk__in=ids[start : start + _A_MINUTE]).update(next_look_at=at)
        asked += len(ids)
    return asked


def _with_refunds() -> list[int]:
    waiting = PaymentRefund.objects.filter(state__in=sorted(_GOING))
    return list(waiting.order_by("order_id").values_list("order_id", flat=True).distinct())


def _never_sent() -> QuerySet[Order]:
    return Order.objects.filter(state=OrderState.CREATED)


def _look_in_the_list(order: Order, *, now: datetime) -> int:
    """Have at most one refund be at the bank, and for longer than the bank knows its key (a step)."""
    forgotten = now - RESEND_WITHIN
    refund = order.refunds.filter(state__in=sorted(AT_BANK)).first()
    if refund is None:
        refund = order.refunds.filter(state=RefundState.APPROVED).order_by("pk").first()
        if refund is None:
            return 0
        move_row(refund, moves=REFUND_MOVES, to=RefundState.SENT, changes={"sent_at": forgotten})
    elif refund.next_look_at is None:
        return 0  # a person has it already
    PaymentRefund.objects.filter(pk=refund.pk).update(sent_at=forgotten, next_look_at=now)
    return 1
