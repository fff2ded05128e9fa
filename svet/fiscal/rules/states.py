"""The life of a receipt, and when it is sent or asked about again."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves


class ReceiptState(StrEnum):
    """Where a receipt stands."""

    PENDING = "pending"  # to be handed to the till, for the first time or again
    SENT = "sent"  # the till has it
    DONE = "done"  # it is a fiscal document with a number
    FAILED = "failed"  # a person looks
    CLOSED = "closed"  # another document stands for it


RECEIPT_MOVES = Moves(
    {
        ReceiptState.PENDING: frozenset({ReceiptState.SENT, ReceiptState.FAILED, ReceiptState.CLOSED}),
        ReceiptState.SENT: frozenset({ReceiptState.DONE, ReceiptState.PENDING, ReceiptState.FAILED}),
        ReceiptState.FAILED: frozenset({ReceiptState.PENDING, ReceiptState.CLOSED}),
        ReceiptState.CLOSED: frozenset({ReceiptState.PENDING}),  # by a correction
        ReceiptState.DONE: frozenset(),
    }
)
#: Of these nobody knows the end yet.
ON_ITS_WAY: Final = frozenset({ReceiptState.PENDING, ReceiptState.SENT})
#: There is a document, of the till or another one.
SETTLED: Final = frozenset({ReceiptState.DONE, ReceiptState.CLOSED})


class ReceiptKind(StrEnum):
    """What the document does."""

    SELL = "sell"  # «приход»
    REFUND = "sell_refund"  # «возврат прихода»
    OFFSET = "offset"  # «зачёт аванса»: a «приход» paid by an advance of before


class ReceiptLineKind(StrEnum):
    """What a line is: money for electricity that was supplied, for works, penalties, or above the debt."""

    SETTLEMENT = "settlement"
    ADVANCE = "advance"
    FEE = "fee"
    PENALTY = "penalty"


#: So long a receipt may take before a person sees it; 54-ФЗ wants it with the payment.
LATE: Final = timedelta(hours=1)
#: So often one whose till failed by itself is handed over again before a person looks.
MOST_TRIES: Final = 6
#: So often a till is asked of a document that failed by time before a person looks: half a day.
MOST_LOOKS: Final = 16
_SENDS: Final = tuple(timedelta(seconds=each) for each in (15, 60, 300, 900, 1800, 3600))
_POLLS: Final = tuple(timedelta(seconds=each) for each in (5, 15, 60, 300, 1800, 3600))


def send_again_after(tries: int) -> timedelta:
    """How long to wait after so many tries to hand over (1, 2, 3…): a quarter of a minute up to an hour."""
    return _SENDS[min(tries, len(_SENDS)) - 1]


def look_again_after(looks: int) -> timedelta:
    """How long to wait after so many looks (0, 1, 2…) at what the till has: 5 seconds up to an hour."""
    return _POLLS[min(looks, len(_POLLS) - 1)]
