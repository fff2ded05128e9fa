"""What a person says about the rest of a series: again, with another card, go on, stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from svet.gateways.acquiring.port import BankReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id, new_receipt_number
from svet.kernel.refusals import Conflict, NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.payments.models import Order, OrderLine, PaymentSeries, StateChange
from svet.payments.operations.beginning import BegunPayment, ask_page, hand_over
from svet.payments.operations.moving import move
from svet.payments.operations.turns import forget_card, locked_series
from svet.payments.queries.parts import chargeable, owed, parts_of, standing
from svet.payments.rules.parts import MAY, PartAct, SeriesNeed
from svet.payments.rules.refusals import OrderLookupReason, PartReason
from svet.payments.rules.states import LOOKS, PAGE_LIVES, OrderState

#: Where a part stands after a press: a second one finds it there.
_UNDER_WAY: Final = frozenset({SeriesNeed.START, SeriesNeed.GO, SeriesNeed.WAIT, SeriesNeed.PAGE})


class PartsNotFound(NotFound):
    """No such order, somebody else's, or one that is alone."""


class PartsConflict(Conflict):
    """The series waits for something else by now; nothing was done."""


def decide_parts(*, by: Actor, public_id: str, act: PartAct, now: datetime) -> BegunPayment | None:
    """Do what the payer says about the rest of the series of this order; None after «stop».

    Pressed twice it is done once: the second finds the part already with the bank and gets where it stands.

    :raises PartsNotFound: not the actor's, or no series
    :raises PartsConflict: what was said does not fit what the series waits for
    :raises LimitReached: too many tries in an hour
    """
    order = Order.objects.filter(
        public_id=public_id.replace("\0", ""), person_id=by.person_id or 0, series__isnull=False
    ).first()
    if order is None:
        raise PartsNotFound(OrderLookupReason.NOT_FOUND)
    if act is PartAct.RETRY or act is PartAct.OTHER_CARD:
        limits.spend(limit=LimitName.ORDERS_PER_PERSON, key=str(by.person_id), now=now)
    with use_case():
        series = locked_series(order.series_id or 0)
        parts = parts_of(series)
        chosen = _do(series, parts, act=act, by=by, now=now)
        known = chosen is None or chosen.state not in (OrderState.CREATED, OrderState.SENT)
        errand_id = None if chosen is None or known else ask_page(chosen, now=now)
    return None if chosen is None else hand_over(chosen, now=now, errand_id=errand_id)


def _do(
    series: PaymentSeries, parts: Sequence[Order], *, act: PartAct, by: Actor, now: datetime
) -> Order | None:
    needed = standing(series, parts, now=now)
    part = next((one for one in parts if one.state != OrderState.CREDITED), parts[-1])
    if act not in MAY.get(needed, ()):
        if act is not PartAct.STOP and needed in _UNDER_WAY:
            return part  # pressed twice
        if act is PartAct.STOP and needed in (SeriesNeed.OVER, SeriesNeed.DONE):
            return None
        raise PartsConflict(PartReason.ELSEWHERE)
    _record(by, act, part, now)
    if act is PartAct.STOP:
        _stop(series, parts, by=by, now=now)
        return None
    series.expires_at, series.agreed_at = now + PAGE_LIVES, now
    if act is PartAct.RETRY and part.step != series.page_step and not chargeable(series, now=now):
        raise PartsConflict(PartReason.NO_CARD)
    if act is PartAct.OTHER_CARD:
        series.card, series.card_reference, series.page_step = None, "", part.step
    series.save(update_fields=["expires_at", "agreed_at", "card", "card_reference", "page_step"])
    if needed is SeriesNeed.RETRY:
        part = _again(part, by=by, now=now)
    Order.objects.filter(series=series, state=OrderState.CREATED).update(expires_at=series.expires_at)
    if act is PartAct.OTHER_CARD:
        Order.objects.filter(pk=part.pk).update(
            card=None, card_reference="", keeps_card=series.remembers or part.step < parts[-1].step
        )
    _owe_afresh(part)
    return part


def _again(part: Order, *, by: Actor, now: datetime) -> Order:
    """The same part as a new order; the one that came to nothing stays as it is."""
    lines = list(part.lines.order_by("position"))
    public_id = new_public_id()
    again = Order.objects.create(
        public_id=public_id,
        number=new_receipt_number("О"),
        shop=part.shop,
        person_id=part.person_id,
        state=OrderState.CREATED,
        total_kopecks=part.total_kopecks,
        key=uuid4(),
        body_hash=part.body_hash,
        return_url=part.return_url.replace(part.public_id, public_id),
        receipt_email=part.receipt_email,
        created_at=now,
        expires_at=now + PAGE_LIVES,
        next_look_at=now + LOOKS[0],
        keeps_card=part.keeps_card,
        step=part.step,
        steps=part.steps,
        series_id=part.series_id,
        attempt=part.attempt + 1,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=again,
            account_id=line.account_id,
            position=line.position,
            kopecks=line.kopecks,
            owed_kopecks=line.owed_kopecks,
        )
        for line in lines
    )
    StateChange.objects.create(order=again, old="", new=OrderState.CREATED, at=now, by=str(by.kind))
    part.later_lines.update(order=again)
    return again


def _owe_afresh(part: Order) -> None:
    """The person has seen what the accounts owe now and says go on."""
    lines = list(part.lines.filter(owed_kopecks__isnull=False))
    now_owed = owed([line.account_id for line in lines])
    for line in lines:
        line.owed_kopecks = now_owed[line.account_id].kopecks
    OrderLine.objects.bulk_update(lines, ["owed_kopecks"])


def _stop(series: PaymentSeries, parts: Sequence[Order], *, by: Actor, now: datetime) -> None:
    """Close what was never sent. What the bank has is told by the bank alone."""
    require_transaction()
    PaymentSeries.objects.filter(pk=series.pk).update(stopped_at=now)
    ids = [one.pk for one in parts if one.state == OrderState.CREATED]
    queued = Order.objects.select_for_update(of=("self",)).filter(pk__in=ids, state=OrderState.CREATED)
    for order in queued:
        move(
            order,
            new=OrderState.CANCELED,
            at=now,
            by=str(by.kind),
            note="stopped by the payer",
            bank_reason=BankReason.CANCELED.value,
            next_look_at=None,
        )
    forget_card(series.pk)


def _record(by: Actor, act: PartAct, part: Order, now: datetime) -> None:
    journal.record(
        by=by,
        action="payments.series.decided",
        subject="order",
        subject_id=part.public_id,
        now=now,
        after={"act": act.value, "step": part.step},
    )
