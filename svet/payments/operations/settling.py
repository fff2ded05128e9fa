"""The one place where money the bank took becomes money on the accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from svet.gateways.acquiring.port import HURRIED, PATIENT, BankReason, BankState, BankStatus
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.payments.models import BankSilence, Order
from svet.payments.operations.adopting import adopt
from svet.payments.operations.cards import drop_revoked
from svet.payments.operations.crediting import credit
from svet.payments.operations.errands import was_asked
from svet.payments.operations.holding import keep_taken
from svet.payments.operations.moving import move
from svet.payments.operations.refunding import LOOK_AGAIN, catch_up, has_contradicted, note_change
from svet.payments.operations.sending import (
    BankUnavailable,
    charge_kept,
    may_resend,
    send_to_bank,
)
from svet.payments.operations.shops import abilities_of
from svet.payments.operations.silence import note_bank
from svet.payments.operations.telling import tell_failed
from svet.payments.operations.truth import ask_status, kept, ordered, told
from svet.payments.operations.turns import forget_card, forget_cards
from svet.payments.rules.errands import ErrandKind
from svet.payments.rules.facts import BankStanding, Misfit, due, join
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import ON_ITS_WAY, OPEN, OrderState, next_look

log = structlog.get_logger(__name__)

# So long after its end a page may still bring money.
PAGE_GRACE = timedelta(minutes=15)
QUIET_REASONS = frozenset({BankReason.EXPIRED, BankReason.CANCELED})
_NOT_TAKEN = frozenset({OrderState.CANCELED, OrderState.FAILED})
_TAKEN = frozenset({OrderState.CREDITED, OrderState.RETURNED})


def settle(*, order_id: int, now: datetime, by: str, wait: bool = True) -> None:
    """Ask the bank where the order stands and act: credit it once, cancel it, or put it before a person.

    Everybody who has reason to believe that something happened calls this: the callback, the return page,
    the janitor, the bank's list of refunds. The bank is asked before the order's lock, and its answer is a
    fact: under the lock it is joined with what is known by then, so an answer that another settling has
    overtaken does nothing (ADR 108). Credits, notices and the new state are one short transaction.
    What the bank gave back is asked and booked after it, however long ago the order was credited. A payment
    whose first answer was lost is found by what the bank's callbacks named
    (:func:`~svet.payments.operations.adopting.adopt`). With ``wait`` False (a page that a person looks at)
    an order that somebody else is settling right now is left as it stands, and the bank gets little time.

    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    patience = PATIENT if wait else HURRIED
    order = Order.objects.get(pk=order_id)
    if order.state == OrderState.CREATED and _may_begin(order, now=now):
        send_to_bank(order_id=order_id, now=now, patience=patience)
        return
    if wait and not order.untouched:
        order = adopt(order, now=now, by=by, patience=patience)
    if order.state == OrderState.SENT and not order.bank_reference and may_resend(order, now=now):
        order = send_to_bank(order_id=order_id, now=now, patience=patience)
        if not wait:
            # One question to the bank is what a page has time for.
            return
    if not order.bank_reference or (not wait and _needs_time(order)):
        return
    if order.state in _TAKEN:
        catch_up(order_id=order_id, now=now, by=by, patience=patience)
        return
    status = _looked_at(order, now=now, patience=patience)
    with use_case():
        locked = (
            Order.objects.select_for_update(of=("self",), skip_locked=not wait).filter(pk=order_id).first()
        )
        if locked is None:
            return
        Order.objects.filter(pk=order_id).update(looked_at=now)
        _end_looking(locked, status)
        _conclude(locked, status=status, now=now, by=by)
    if status.refunded and locked.state in (OrderState.CREDITED, OrderState.REVIEW):
        catch_up(order_id=order_id, now=now, by=by, patience=patience)


def _may_begin(order: Order, *, now: datetime) -> bool:
    """Whether an order that was kept and not sent goes to its bank without another press.

    A part whose turn may have come; and what was pressed for, whose job was lost with its worker, in the hour
    in which its page says so. What was agreed upon before is begun by whoever agreed only.
    """
    if order.series is not None and order.step > order.series.first_step:
        return True
    pressed = not order.unattended and now < order.expires_at
    return pressed and was_asked(ErrandKind.PAGE, order_id=order.pk)


def _needs_time(order: Order) -> bool:
    """Whether to ask about an order takes more than the one question that a page has time for."""
    can = abilities_of(order.shop)
    return (can.charges_apart and bool(order.card_reference)) or (can.tells_card_apart and order.keeps_card)


def _looked_at(order: Order, *, now: datetime, patience: float) -> BankStatus:
    """Where the payment stands; a kept card that is charged apart and was not yet is charged first."""
    status = ask_status(order, patience=patience)
    begun = status.state is not BankState.PENDING or status.reason is not None
    if not begun and order.card_reference and abilities_of(order.shop).charges_apart:
        kept_still = charge_kept(order, patience=patience)
        status = ask_status(order, patience=patience)
        if not kept_still and status.state is not BankState.PAID:
            return replace(status, state=BankState.CANCELED, reason=BankReason.CARD_UNBOUND)
    has_page = not order.card_reference or bool(order.bank_page_url)
    lives = has_page and now < order.expires_at + PAGE_GRACE
    if status.state is BankState.PENDING and status.reason is not None and not lives:
        # Declined, and there is no page on which another card could be tried.
        return replace(status, state=BankState.CANCELED)
    return status


def _end_looking(order: Order, status: BankStatus) -> None:
    """An order that was over is looked at again only because somebody told of it, until the bank answers."""
    if order.state in _NOT_TAKEN or (order.state == OrderState.REVIEW and not status.refunded):
        Order.objects.filter(pk=order.pk).update(next_look_at=None)


def _conclude(order: Order, *, status: BankStatus, now: datetime, by: str) -> None:
    """Join an answer with what is known and do what is due by both; an answer of before does nothing."""
    fact = join(kept(order), told(status))
    if fact.conflict:
        note_change(order, status, now=now)
    if order.state in _TAKEN:
        return
    if status.state is BankState.PAID:
        misfit = Misfit.CONTRADICTION if has_contradicted(order) else due(fact, ordered(order)).misfit
        if misfit:
            _review(order, status=status, now=now, by=by, note=_words(misfit, order, status))
        elif not order.refunds.filter(state__in=sorted(ON_ITS_WAY)).exists():
            # What a person is sending back must not be credited meanwhile.
            credit(order, status=status, now=now, by=by, actor=Actor.system(by))
    elif fact.standing is BankStanding.DEAD and order.state not in _NOT_TAKEN and _is_of(order, status):
        _cancel(order, status=status, now=now, by=by)


def _cancel(order: Order, *, status: BankStatus, now: datetime, by: str) -> None:
    reason = status.reason or BankReason.OTHER
    if reason is BankReason.CARD_UNBOUND:
        drop_revoked(order, by=Actor.system(by), now=now)
    move(
        order,
        new=OrderState.CANCELED,
        at=now,
        by=by,
        note=reason,
        bank_reason=reason.value,
        bank_method=status.method,
        next_look_at=None,
    )
    if reason is BankReason.CARD_UNBOUND and order.series_id is not None:
        forget_card(order.series_id)
    if reason not in QUIET_REASONS:
        tell_failed(order, now=now)


def _is_of(order: Order, status: BankStatus) -> bool:
    """Whether an answer without money is wholly of this order: else its end is not ours."""
    named = (status.reference, status.order_id) == (order.bank_reference, order.public_id)
    return named and (status.currency, status.amount.kopecks) == ("RUB", order.total_kopecks)


def _words(misfit: Misfit, order: Order, status: BankStatus) -> str:
    """Why the bank's answer does not fit the order."""
    match misfit:
        case Misfit.OTHER_PAYMENT | Misfit.OTHER_ORDER:
            return f"the bank speaks of another order: {status.order_id[:40]}"
        case Misfit.CURRENCY:
            return f"the currency is {status.currency[:8]}"
        case Misfit.SUM:
            return f"the bank took {status.amount.kopecks} kopecks, ordered were {order.total_kopecks}"
        case Misfit.SEVERAL_PAYEES:
            return "its accounts belong to several payees"
        case Misfit.CONTRADICTION:
            return "the bank contradicts what it said before"


def _review(order: Order, *, status: BankStatus, now: datetime, by: str, note: str) -> None:
    """Money that does not fit stands in suspense: a person looks."""
    if order.state == OrderState.REVIEW:
        keep_taken(order, status, now=now)
        return
    log.error("payments.review", order=order.public_id, note=note)
    again = now if status.refunded else None
    move(order, new=OrderState.REVIEW, at=now, by=by, note=note, next_look_at=again)
    keep_taken(order, status, now=now)
    journal.record(
        by=Actor.system(by),
        action="payments.order.review",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"held_kopecks": order.held_kopecks} if order.held_kopecks else None,
        reason=note,
    )


def look_at_due_orders(*, now: datetime, limit: int = 200) -> int:
    """The janitor: look at the orders whose time has come; says how many were looked at.

    After the last look of the schedule an order that is still not decided goes before a person.
    """
    due = Order.objects.filter(next_look_at__lte=now).order_by("next_look_at", "id")
    ids = list(due.values_list("pk", flat=True)[:limit])
    silent = BankSilence.objects.exists()
    for order_id in ids:
        _plan_next_look(order_id, now=now)
        try:
            settle(order_id=order_id, now=now, by="payments.janitor")
        except BankUnavailable as failure:
            log.warning("payments.bank_unavailable", order=order_id, code=failure.details.get("code"))
            if failure.reason is BankReasonText.BANK_SILENT:
                note_bank(Order.objects.select_related("shop").get(pk=order_id).shop, answered=False, now=now)
        else:
            if silent and (asked := Order.objects.exclude(bank_reference="").filter(pk=order_id).first()):
                note_bank(asked.shop, answered=True, now=now)
        _give_up_if_late(order_id, now=now)
    forget_cards(now=now)
    return len(ids)


def _plan_next_look(order_id: int, *, now: datetime) -> None:
    """Before looking: a look that dies must not be the last one."""
    with use_case():
        order = Order.objects.select_for_update().get(pk=order_id)
        # Its refunds are being asked for, or somebody told of it; the bank's answer ends the looking.
        following = now + LOOK_AGAIN
        if order.state in OPEN:
            planned = next_look(created_at=order.created_at, looks=order.looks + 1, now=now)
            following = planned or now + timedelta(days=1)
        Order.objects.filter(pk=order_id).update(looks=F("looks") + 1, looked_at=now, next_look_at=following)


def _give_up_if_late(order_id: int, *, now: datetime) -> None:
    with use_case():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.state not in OPEN:
            return
        if order.state == OrderState.CREATED or order.untouched:
            # Never reached a bank, so no money can be on its way. An agreed charge is made when it can be,
            # by whoever agreed; the next try has an order of its own.
            agreed = order.untouched and order.unattended
            if not may_resend(order, now=now) if agreed else now >= order.expires_at:
                move(
                    order,
                    new=OrderState.CANCELED,
                    at=now,
                    by="payments.janitor",
                    note="never sent",
                    bank_reason=BankReason.EXPIRED.value,
                    next_look_at=None,
                )
            return
        over = next_look(created_at=order.created_at, looks=order.looks, now=now) is None
        lost = not order.bank_reference and not may_resend(order, now=now)
        if over or lost:
            note = "the bank never told where the payment is" if over else "the bank never answered"
            move(order, new=OrderState.REVIEW, at=now, by="payments.janitor", note=note, next_look_at=None)
            log.error("payments.review", order=order.public_id, note=note)
