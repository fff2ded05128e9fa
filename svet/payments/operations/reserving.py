"""Steps of giving back: money taken off the accounts before the bank is asked, owed until it has answered."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, Sum

from svet.accounts.queries import provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import ChargebackLine, Order, OrderLine, PaymentRefund, RefundRequest
from svet.payments.operations.telling import (
    tell_refund_declined,
    tell_refund_failed,
    tell_refund_started,
    tell_refunded,
)
from svet.payments.queries.acts import moved_away
from svet.payments.queries.payees import payee_of
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.states import AT_BANK, REFUND_MOVES, SPOKEN_FOR, RefundState


def lines_left(order: Order, *, to_sign: bool) -> list[tuple[OrderLine, Money]]:
    """The lines of a credited order with what is left of each: not returned, disputed at the bank, nor moved.

    What its payer has moved stands on another account: the one it was moved from does not pay for it again.
    ``to_sign`` tells whether refunds and moves that wait for a signature are counted as gone too.
    """
    gone = SPOKEN_FOR if to_sign else SPOKEN_FOR - {RefundState.TO_SIGN}
    counted = Q(refund_lines__refund__state__in=sorted(gone))
    lines = order.lines.select_related("account").annotate(
        returned=Sum("refund_lines__kopecks", filter=counted)
    )
    disputed = dict(
        ChargebackLine.objects.filter(line__order=order)
        .exclude(chargeback__state=ChargebackState.WON)
        .values("line_id")
        .annotate(sum=Sum("kopecks"))
        .values_list("line_id", "sum")
    )
    moved = moved_away(order.pk, to_sign=to_sign)
    found: list[tuple[OrderLine, Money]] = []
    for line in lines.order_by("position"):
        away = (line.returned or 0) + disputed.get(line.pk, 0) + moved.get(line.account_id, 0)
        found.append((line, Money((line.credited_kopecks or 0) - away)))
    return found


def reserve(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """Take an approved refund off the accounts; it is owed to the payer from now on (a step)."""
    require_transaction()
    _post(order, refund, key=refund.reserve_key, sign=1, now=now)
    PaymentRefund.objects.filter(pk=refund.pk).update(reserved_at=now)
    refund.reserved_at = now
    tell_refund_started(order, refund, now=now)


def give_up(
    order: Order, refund: PaymentRefund, to: RefundState, *, note: str, by: Actor, now: datetime
) -> None:
    """End a refund of which nothing was given back: what was reserved stands on the accounts again (a step).

    :raises IllegalMove: :raises LostRace: it stands elsewhere by now
    """
    require_transaction()
    before = move_row(refund, moves=REFUND_MOVES, to=to, changes={"note": note[:300], "next_look_at": None})
    if refund.reserved_at is not None:
        _post(order, refund, key=f"un{refund.reserve_key}", sign=-1, now=now)
        tell_refund_failed(order, refund, now=now)
    elif RefundRequest.objects.filter(refund=refund, by_payer=True).exists():
        tell_refund_declined(order, refund, now=now)
    journal.record(
        by=by,
        action="payments.refund.refused" if before in AT_BANK else "payments.refund.withdrawn",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"refund": refund.key, "kopecks": refund.kopecks, "state": to.value},
        reason=note,
    )


def end_requests_without_money(order: Order, *, note: str, by: Actor, now: datetime) -> None:
    """End the refunds that wait to be signed for money that is gone, the newest first (a step).

    The older one has what is left; who asked may ask for the rest.
    """
    require_transaction()
    waiting = order.refunds.filter(state=RefundState.TO_SIGN).prefetch_related("lines").order_by("id")
    if not waiting:
        return
    left = {line.pk: money.kopecks for line, money in lines_left(order, to_sign=False)}
    for refund in waiting:
        wanted = {part.line_id: part.kopecks for part in refund.lines.all()}
        if any(kopecks > left[line_id] for line_id, kopecks in wanted.items()):
            give_up(order, refund, RefundState.WITHDRAWN, note=note, by=by, now=now)
        else:
            left = {line_id: kopecks - wanted.get(line_id, 0) for line_id, kopecks in left.items()}


def confirm(order: Order, refund: PaymentRefund, *, now: datetime, by: str) -> None:
    """The bank has made a refund that was reserved: it is not owed any more (a step)."""
    require_transaction()
    payee, at = payee_of(order), refund.refunded_at or now
    ledger.post(
        key=refund.ledger_key,
        kind=TransactionKind.REFUND,
        legs=[Leg(Book.OWED, None, refund.money), Leg(Book.BANK, None, -refund.money)],
        occurred_at=at,
        effective_on=provider_today(payee, at),
        provider_id=payee.provider_id,
        memo=order.number,
    )
    PaymentRefund.objects.filter(pk=refund.pk).update(posted_at=now)
    tell_refunded(order, refund.money, now=now)
    journal.record(
        by=Actor.system(by),
        action="payments.order.refund",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"refund": refund.reference, "kopecks": refund.kopecks, "lines": refund.lines.count()},
    )


def make_room(order: Order, refund: PaymentRefund, *, now: datetime, by: str) -> bool:
    """Whether a refund that the bank made without us can be taken off the accounts now (a step).

    Where it and our own are more than is left, ours that the bank has not been asked for are called back:
    there is nothing to give for them. One at the bank ends first, and so does a dispute: then it is known
    what is left.
    """
    require_transaction()
    left = Money.total(money for _, money in lines_left(order, to_sign=False))
    ours = order.refunds.filter(state=RefundState.APPROVED, reserved_at__isnull=False).order_by("-id")
    for one in ours:
        if refund.money <= left:
            break
        note = "the bank has given the money back by itself"
        give_up(order, one, RefundState.WITHDRAWN, note=note, by=Actor.system(by), now=now)
        left += one.money
    busy = order.refunds.filter(state__in=sorted(AT_BANK), reserved_at__isnull=False)
    disputed = order.chargebacks.filter(state=ChargebackState.TOLD)
    return refund.money <= left or not (busy.exists() or disputed.exists())


def _post(order: Order, refund: PaymentRefund, *, key: str, sign: int, now: datetime) -> None:
    payee = payee_of(order)
    parts = list(refund.lines.select_related("line").order_by("line__position"))
    ledger.post(
        key=key,
        kind=TransactionKind.REFUND,
        legs=[
            *(Leg(Book.RECEIVABLE, part.line.account_id, Money(sign * part.kopecks)) for part in parts),
            Leg(Book.OWED, None, Money(-sign * refund.kopecks)),
        ],
        occurred_at=now,
        effective_on=provider_today(payee, now),
        provider_id=payee.provider_id,
        memo=order.number,
    )
