"""Steps of a dispute at the bank, whoever tells of it: letter, register or statement.

One dispute is one row: its payment (and so the shop), the bank's name of it and the number of its round.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from svet.accounts.queries import ProviderView, provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import LostRace, move_row
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Chargeback, ChargebackLine, Order, OrderLine
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.moved import end_move, waiting_moves
from svet.payments.operations.receipts import owe_receipt_lost
from svet.payments.operations.refunding import note_odd, post_refunds
from svet.payments.operations.reserving import give_up, lines_left
from svet.payments.operations.telling import tell_holders, tell_refunded
from svet.payments.queries.payees import payee_of
from svet.payments.rules import share_refund
from svet.payments.rules.chargebacks import (
    ABOVE,
    CHARGEBACK_MOVES,
    ChargebackConflict,
    ChargebackReason,
    ChargebackRefused,
    ChargebackState,
    ChargebackWay,
    NewChargeback,
    check_chargeback,
)
from svet.payments.rules.states import OrderState, RefundState


def known_chargeback(order: Order, *, reference: str, no: int) -> Chargeback | None:
    """The dispute of this payment under this name and round, however the name's letters are written."""
    return order.chargebacks.filter(reference__iexact=" ".join(reference.split()), no=no).first()


def tell_chargeback(
    *, order: Order, new: NewChargeback, way: ChargebackWay, by: Actor, reason: str, now: datetime
) -> tuple[Chargeback, bool]:
    """Keep a dispute of a locked order and withhold its money (a step); the row, and whether it was known.

    Of what is above what is left with us nothing is posted: it is put before a person. Refunds of ours that
    the bank was not asked for are called back first: it has taken their money already.

    :raises ChargebackRefused: the order is not credited, or the dispute cannot be
    :raises ChargebackConflict: it is known with another sum, or told by the same way with another day
    """
    require_transaction()
    if order.state != OrderState.CREDITED or order.paid_at is None:
        raise ChargebackRefused(ChargebackReason.NOT_CREDITED)
    known = known_chargeback(order, reference=new.reference, no=new.no)
    if known is not None:
        other_day = known.way == way and known.told_on != new.told_on
        if known.kopecks != new.kopecks or other_day:
            raise ChargebackConflict(ChargebackReason.OTHER_BODY)
        return known, True
    payee = payee_of(order)
    whole = Money.total(line.credited for line in order.lines.all())
    paid_on = provider_today(payee, order.paid_at)
    check_chargeback(new, whole=whole, paid_on=paid_on, today=provider_today(payee, now))
    left = _room_for(order, Money(new.kopecks), by=by, now=now)
    posted = min(new.kopecks, sum(money.kopecks for _, money in left))
    found = Chargeback.objects.create(
        order=order,
        way=way,
        reference=" ".join(new.reference.split()),
        no=new.no,
        state=ChargebackState.TOLD,
        kopecks=new.kopecks,
        above_kopecks=new.kopecks - posted,
        told_on=new.told_on,
        due_on=new.due_on,
        reason=reason,
        written_by_id=by.person_id,
        written_by_name=by.name[:100],
        written_at=now,
    )
    shares = share_refund(found.posted, [money for _, money in left])
    ChargebackLine.objects.bulk_create(
        ChargebackLine(chargeback=found, line=line, kopecks=part.kopecks)
        for (line, _), part in zip(left, shares, strict=True)
        if part
    )
    _post(found, "", Leg(Book.BANK, None, -found.posted), sign=1, day=new.told_on, payee=payee)
    if found.above_kopecks:
        _note_above(order, found, now=now)
    record_chargeback(found, "payments.chargeback.told", by=by, now=now, reason=reason)
    # Refunds that were called back may have left more room than this one needs.
    grow_disputes(order, now=now)
    return found, False


def settle_chargeback(
    *, order: Order, found: Chargeback, won: bool, on: date, by: Actor, reason: str, now: datetime
) -> None:
    """End a dispute of a locked order (a step).

    :raises ChargebackRefused: the day is before it was told, or ahead
    :raises ChargebackConflict: it has ended already
    """
    require_transaction()
    payee = payee_of(order)
    if not found.told_on <= on <= provider_today(payee, now):
        raise ChargebackRefused(ChargebackReason.DAY, field="on")
    state = ChargebackState.WON if won else ChargebackState.LOST
    changes = {"ended_on": on, "ended_by_name": by.name[:100], "ended_because": reason}
    try:
        move_row(found, moves=CHARGEBACK_MOVES, to=state, changes=changes)
    except (IllegalMove, LostRace):
        raise ChargebackConflict(ChargebackReason.DECIDED) from None
    parts = [
        (part.line.account_id, Money(part.kopecks))
        for part in found.lines.select_related("line").order_by("line__position")
    ]
    to = (
        [Leg(Book.BANK, None, found.posted)]
        if won
        else [Leg(Book.RECEIVABLE, account_id, part) for account_id, part in parts]
    )
    _post(found, f"-{state}", *to, sign=-1, day=on, payee=payee)
    if not won and found.posted:
        tell_refunded(order, found.posted, now=now)
        tell_holders(order, parts, more=True, now=now)
        owe_receipt_lost(order, found, now=now)
    # What the bank had given back beside it may have waited for room.
    post_refunds(order, now=now, by="payments.chargeback")
    if won:
        grow_disputes(order, now=now)
    action = "payments.chargeback.won" if won else "payments.chargeback.lost"
    record_chargeback(found, action, by=by, now=now, reason=reason)


def record_chargeback(found: Chargeback, action: str, *, by: Actor, now: datetime, reason: str) -> None:
    """Write a step of a dispute into the journal (a step)."""
    journal.record(
        by=by,
        action=action,
        subject="order",
        subject_id=found.order.public_id,
        now=now,
        after={"reference": found.reference, "no": found.no, "kopecks": found.kopecks},
        reason=reason,
    )


def _room_for(order: Order, money: Money, *, by: Actor, now: datetime) -> list[tuple[OrderLine, Money]]:
    """What is left of each line once waiting moves and refunds of ours that do not fit are ended."""
    ours = order.refunds.filter(state__in=[RefundState.TO_SIGN, RefundState.APPROVED]).exclude(key="")
    note = "the bank withholds the money: the payment is disputed"
    left = lines_left(order, to_sign=True)
    for act in waiting_moves(order):
        if money <= Money.total(part for _, part in left):
            break
        end_move(act, note=note, by=by, now=now)
        left = lines_left(order, to_sign=True)
    for one in ours.order_by("-id"):
        if money <= Money.total(part for _, part in left):
            break
        give_up(order, one, RefundState.WITHDRAWN, note=note, by=by, now=now)
        left = lines_left(order, to_sign=True)
    return left


def _post(found: Chargeback, step: str, *other: Leg, sign: int, day: date, payee: ProviderView) -> None:
    if not found.posted:
        return
    ledger.post(
        key=f"chargeback{step}:{found.public_id}",
        kind=TransactionKind.CHARGEBACK,
        legs=[*other, Leg(Book.DISPUTE, None, found.posted if sign > 0 else -found.posted)],
        occurred_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(payee.time_zone)),
        effective_on=day,
        provider_id=payee.provider_id,
        memo=found.order.number,
    )


def _note_above(order: Order, found: Chargeback, *, now: datetime) -> None:
    note = f"dispute {found.reference} is {found.kopecks} kopecks, {found.posted.kopecks} were left"
    above = Money(found.above_kopecks)
    note_odd(order, event=ABOVE, note=note, reference=order.bank_reference, money=above, now=now)
