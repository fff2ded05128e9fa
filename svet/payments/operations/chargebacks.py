"""A payer disputes a payment at the bank: money withheld, given to us again, or taken off the accounts."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from svet.accounts.queries import ProviderView, provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.money import Money
from svet.kernel.moving import LostRace, move_row
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Chargeback, ChargebackLine, Order
from svet.payments.operations.refunding import post_refunds
from svet.payments.operations.reserving import lines_left
from svet.payments.operations.telling import tell_holders, tell_refunded
from svet.payments.queries.payees import payee_of
from svet.payments.rules import share_refund
from svet.payments.rules.chargebacks import (
    CHARGEBACK_MOVES,
    ChargebackConflict,
    ChargebackNotFound,
    ChargebackReason,
    ChargebackRefused,
    ChargebackState,
    NewChargeback,
    check_chargeback,
)
from svet.payments.rules.states import OrderState
from svet.staffing.rules import checked_reason


def keep_chargeback(
    *, by: Actor, order_public_id: str, new: NewChargeback, reason: str, now: datetime
) -> str:
    """Keep a dispute that the bank's letter tells of: the money it withholds is not on our way any more.

    Which accounts it falls on is settled now, as for a refund whose lines the bank does not name. Returns its
    outer id.
    :raises ChargebackNotFound: no such payment :raises ChargebackRefused:
    :raises ChargebackConflict: it is known; with another sum or day, nothing known is changed
    :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        order = Order.objects.select_for_update(of=("self",)).filter(public_id=order_public_id).first()
        if order is None:
            raise ChargebackNotFound(ChargebackReason.NOT_FOUND)
        if order.state != OrderState.CREDITED or order.paid_at is None:
            raise ChargebackRefused(ChargebackReason.NOT_CREDITED)
        reference = " ".join(new.reference.split())
        known = order.chargebacks.filter(reference=reference, no=new.no).first()
        if known is not None:
            same = (known.kopecks, known.told_on) == (new.kopecks, new.told_on)
            raise ChargebackConflict(ChargebackReason.KNOWN if same else ChargebackReason.OTHER_BODY)
        payee = payee_of(order)
        left = lines_left(order, to_sign=True)
        whole = Money.total(money for _, money in left)
        paid_on = provider_today(payee, order.paid_at)
        check_chargeback(new, left=whole, paid_on=paid_on, today=provider_today(payee, now))
        found = Chargeback.objects.create(
            order=order,
            reference=reference,
            no=new.no,
            state=ChargebackState.TOLD,
            kopecks=new.kopecks,
            told_on=new.told_on,
            due_on=new.due_on,
            reason=said,
            written_by_id=by.person_id or 0,
            written_by_name=by.name,
            written_at=now,
        )
        shares = share_refund(found.money, [money for _, money in left])
        ChargebackLine.objects.bulk_create(
            ChargebackLine(chargeback=found, line=line, kopecks=part.kopecks)
            for (line, _), part in zip(left, shares, strict=True)
            if part
        )
        legs = [Leg(Book.DISPUTE, None, found.money), Leg(Book.BANK, None, -found.money)]
        _post(found, "", legs, day=new.told_on, payee=payee)
        _record(found, "payments.chargeback.told", by=by, now=now, reason=said)
        return found.public_id


def end_chargeback(
    *, by: Actor, chargeback_public_id: str, won: bool, on: date, reason: str, now: datetime
) -> None:
    """Write down how a dispute has ended, by the bank's letter of a day.

    Won: the money is at the bank for us again. Lost: it comes off the accounts, and their people are told.
    :raises ChargebackNotFound: :raises ChargebackConflict: it has ended already
    :raises ChargebackRefused: the day is before it was told, or ahead :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        found = Chargeback.objects.filter(public_id=chargeback_public_id).first()
        if found is None:
            raise ChargebackNotFound(ChargebackReason.NOT_FOUND)
        order = Order.objects.select_for_update(of=("self",)).get(pk=found.order_id)
        payee = payee_of(order)
        if not found.told_on <= on <= provider_today(payee, now):
            raise ChargebackRefused(ChargebackReason.DAY, field="on")
        state = ChargebackState.WON if won else ChargebackState.LOST
        changes = {"ended_on": on, "ended_by_name": by.name, "ended_because": said}
        try:
            move_row(found, moves=CHARGEBACK_MOVES, to=state, changes=changes)
        except (IllegalMove, LostRace):
            raise ChargebackConflict(ChargebackReason.DECIDED) from None
        parts = [
            (part.line.account_id, Money(part.kopecks))
            for part in found.lines.select_related("line").order_by("line__position")
        ]
        to = (
            [Leg(Book.BANK, None, found.money)]
            if won
            else [Leg(Book.RECEIVABLE, account_id, part) for account_id, part in parts]
        )
        _post(found, f"-{state}", [*to, Leg(Book.DISPUTE, None, -found.money)], day=on, payee=payee)
        if not won:
            tell_refunded(order, found.money, now=now)
            tell_holders(order, parts, more=True, now=now)
        # What the bank had given back beside it may have waited for room.
        post_refunds(order, now=now, by="payments.chargeback")
        action = "payments.chargeback.won" if won else "payments.chargeback.lost"
        _record(found, action, by=by, now=now, reason=said)


def _staff_only(by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.person_id is None:
        raise ChargebackRefused(ChargebackReason.NOT_STAFF)


def _post(found: Chargeback, step: str, legs: list[Leg], *, day: date, payee: ProviderView) -> None:
    ledger.post(
        key=f"chargeback{step}:{found.public_id}",
        kind=TransactionKind.CHARGEBACK,
        legs=legs,
        occurred_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(payee.time_zone)),
        effective_on=day,
        provider_id=payee.provider_id,
        memo=found.order.number,
    )


def _record(found: Chargeback, action: str, *, by: Actor, now: datetime, reason: str) -> None:
    journal.record(
        by=by,
        action=action,
        subject="order",
        subject_id=found.order.public_id,
        now=now,
        after={"reference": found.reference, "no": found.no, "kopecks": found.kopecks},
        reason=reason,
    )
