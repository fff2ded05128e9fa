"""Parts in a row: the steps by which a part takes its turn, hands it on, and a card's name is thrown away."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from svet.gateways.acquiring.port import StoredCard
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import Order, PaymentSeries
from svet.payments.operations.cards import keep_card
from svet.payments.operations.waking import wake
from svet.payments.queries.parts import parts_of, standing
from svet.payments.rules.parts import SeriesNeed
from svet.payments.rules.states import LOOKS, OPEN, OrderState


def takes_turn(order: Order, *, now: datetime) -> bool:
    """Whether an order that was never sent may be sent now, with its card put in place (a step).

    A part of a series may when all parts before it are credited and nothing of what the person agreed to has
    changed; an order that is alone always may. The series' lock makes it one at a time.
    """
    require_transaction()
    if order.series_id is None:
        return True
    series = locked_series(order.series_id)
    parts = parts_of(series)
    its_turn = next((part for part in parts if part.state != OrderState.CREDITED), None)
    if its_turn is None or its_turn.pk != order.pk:
        return False
    if standing(series, parts, now=now) not in (SeriesNeed.START, SeriesNeed.GO):
        return False
    if order.step != series.page_step:
        order.card = series.card
        order.card_reference = series.card.reference if series.card else series.card_reference
        order.keeps_card = False
    if order.step != series.first_step:
        # Its life with the bank begins now: looks, and the life of its key, are counted from here.
        order.created_at, order.looks, order.next_look_at = now, 0, now + LOOKS[0]
    order.save()
    return True


def locked_series(series_id: int) -> PaymentSeries:
    """The series under its lock (a step). Who locks an order of it too locks the series first."""
    return PaymentSeries.objects.select_for_update(of=("self",)).select_related("card").get(pk=series_id)


def learn_card(order: Order, kept: StoredCard, *, by: Actor, now: datetime) -> None:
    """The bank keeps the card of a credited order (a step): bind it, or use it for the other parts only."""
    require_transaction()
    series = order.series
    if series is None:
        keep_card(order, kept, by=by, now=now)
    elif series.remembers:
        PaymentSeries.objects.filter(pk=series.pk).update(card=keep_card(order, kept, by=by, now=now))
    else:
        PaymentSeries.objects.filter(pk=series.pk).update(card_reference=kept.reference)


def hand_on(order: Order, *, now: datetime) -> None:
    """A part is credited: wake the next one in the same transaction (a step). After the last, forget."""
    require_transaction()
    if order.series_id is None:
        return
    waiting = Order.objects.filter(series_id=order.series_id, state=OrderState.CREATED, step__gt=order.step)
    following = waiting.order_by("step").first()
    if following is not None:
        # Should the job be lost, the janitor looks.
        Order.objects.filter(pk=following.pk).update(next_look_at=now)
        wake(order_id=following.pk)
    else:
        forget_card(order.series_id)


def forget_card(series_id: int) -> None:
    """Throw away the name of a card that was not to be remembered (a step).

    An order whose end is not known keeps it: a call repeated with the same key must carry the same body.
    """
    require_transaction()
    PaymentSeries.objects.filter(pk=series_id).exclude(card_reference="").update(card_reference="")
    ended = Order.objects.filter(series_id=series_id, card__isnull=True).exclude(state__in=sorted(OPEN))
    ended.exclude(card_reference="").update(card_reference="")


def forget_cards(*, now: datetime) -> None:
    """The janitor: throw away the names of cards of series that are over or too late."""
    for series_id in {*_over.all(now), *_left_over.all()}:
        with use_case():
            locked_series(series_id)
            forget_card(series_id)


@frozen
def _over(now: datetime) -> QuerySet[PaymentSeries, int]:
    """Series that are over or too late, and keep the name of a card."""
    over = Q(expires_at__lte=now) | Q(stopped_at__isnull=False)
    return PaymentSeries.objects.filter(over).exclude(card_reference="").values_list("pk", flat=True)


@frozen
def _left_over() -> QuerySet[Order, int]:
    """Series that keep it no more, while one of their orders does and has ended since."""
    ended = Order.objects.filter(series__card_reference="", card__isnull=True, series__isnull=False)
    ended = ended.exclude(card_reference="").exclude(state__in=sorted(OPEN))
    return ended.values_list("series_id", flat=True)
