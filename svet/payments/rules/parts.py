"""Payments of one «Оплатить», part after part: what is due now, of us or of the person. Pure (ADR 118)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.payments.rules.states import OrderState

#: A charge whose end was not known for so long has left the person in doubt: what follows is asked about.
DOUBT: Final = timedelta(seconds=60)
#: So many payees are paid by one press in a row, at most; the others follow by another press.
MOST_IN_ROW: Final = 5


class SeriesNeed(StrEnum):
    """What a series waits for."""

    START = "start"  # of the person: the first part was kept and, for a crash, never handed to the bank
    GO = "go"  # of us: the next part is to be charged
    WAIT = "wait"  # the bank has a part and has not said its last word
    PAGE = "page"  # of the person: the bank's page of a part
    RETRY = "retry"  # the bank did not take a part
    CARD = "card"  # there is no card to charge the next part with
    CHANGED = "changed"  # an account of the next part owes another sum than at the press
    SLOW = "slow"  # the part before was in doubt for too long
    OFF = "off"  # its shop takes no payments now
    OVER = "over"  # stopped or too late: the rest is not paid
    DONE = "done"


#: The rest is not charged by itself; a person's word ends each.
ASKS: Final = frozenset(
    {
        SeriesNeed.START,
        SeriesNeed.RETRY,
        SeriesNeed.CARD,
        SeriesNeed.CHANGED,
        SeriesNeed.SLOW,
        SeriesNeed.OFF,
    }
)


class PartAct(StrEnum):
    """What a person may say about the rest of a series."""

    RETRY = "retry"
    OTHER_CARD = "other_card"
    GO_ON = "go_on"
    STOP = "stop"


#: What may be said when.
MAY: Final = {
    SeriesNeed.START: (PartAct.GO_ON, PartAct.STOP),
    SeriesNeed.GO: (PartAct.STOP,),
    SeriesNeed.WAIT: (PartAct.STOP,),
    SeriesNeed.PAGE: (PartAct.STOP,),
    SeriesNeed.RETRY: (PartAct.RETRY, PartAct.OTHER_CARD, PartAct.STOP),
    SeriesNeed.CARD: (PartAct.OTHER_CARD, PartAct.STOP),
    SeriesNeed.CHANGED: (PartAct.GO_ON, PartAct.STOP),
    SeriesNeed.SLOW: (PartAct.GO_ON, PartAct.STOP),
    SeriesNeed.OFF: (PartAct.STOP,),
}


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part by its last try: ``told_at`` is when the bank was asked to charge it without a page."""

    state: OrderState
    has_page: bool
    told_at: datetime | None = None
    credited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What surrounds the parts; ``card``, ``changed`` and ``open`` are of the part whose turn it is."""

    card: bool
    changed: bool
    open: bool
    expires_at: datetime
    agreed_at: datetime | None
    stopped: bool


def current(parts: Sequence[PartFacts]) -> int:
    """The place of the first part that is not credited; their number when all are."""
    return next((at for at, part in enumerate(parts) if part.state is not OrderState.CREDITED), len(parts))


def need(parts: Sequence[PartFacts], around: SeriesFacts, *, now: datetime) -> SeriesNeed:
    """What is due: the next part's turn comes only after the one before it is credited."""
    at = current(parts)
    if at == len(parts):
        return SeriesNeed.DONE
    part, before = parts[at], parts[at - 1] if at else None
    if part.state in (OrderState.SENT, OrderState.WAITING):
        return SeriesNeed.PAGE if part.has_page else SeriesNeed.WAIT
    if part.state in (OrderState.PAID, OrderState.REVIEW):
        return SeriesNeed.WAIT
    if around.stopped or now >= around.expires_at or part.state is OrderState.RETURNED:
        return SeriesNeed.OVER
    if not around.open:
        return SeriesNeed.OFF
    if part.state in (OrderState.CANCELED, OrderState.FAILED):
        return SeriesNeed.RETRY
    if not around.card:
        return SeriesNeed.CARD
    if around.changed:
        return SeriesNeed.CHANGED
    if before is not None and _in_doubt(before, agreed_at=around.agreed_at):
        return SeriesNeed.SLOW
    return SeriesNeed.START if before is None else SeriesNeed.GO


def _in_doubt(part: PartFacts, *, agreed_at: datetime | None) -> bool:
    if part.told_at is None or part.credited_at is None or part.credited_at - part.told_at <= DOUBT:
        return False
    return agreed_at is None or agreed_at < part.credited_at
