"""Money that one supplier has to send to another because payments were moved between their accounts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves
from svet.payments.rules.acts import MoneyActReason, MoneyActRefused

LONGEST_NUMBER: Final = 20


class SendingState(StrEnum):
    """Where the money stands."""

    OPEN = "open"
    SENT = "sent"
    DROPPED = "dropped"  # the act was undone before anything was sent


SENDING_MOVES: Final = Moves(
    {
        SendingState.OPEN: frozenset({SendingState.SENT, SendingState.DROPPED}),
        SendingState.SENT: frozenset({SendingState.OPEN}),
        SendingState.DROPPED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class PaymentOrderSlip:
    """The payment order by which the money was sent: its number and its day."""

    number: str
    on: date


def check_slip(slip: PaymentOrderSlip, *, today: date, oldest_days: int) -> None:
    """Whether it can be a payment order. :raises MoneyActRefused:"""
    if not slip.number.strip() or len(slip.number.strip()) > LONGEST_NUMBER:
        raise MoneyActRefused(MoneyActReason.SENDING_NUMBER, field="number")
    if not today - timedelta(days=oldest_days) <= slip.on <= today:
        raise MoneyActRefused(MoneyActReason.SENDING_DAY, field="sent_on")
