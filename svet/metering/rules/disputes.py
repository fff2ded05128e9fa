"""The customer's objection to a control reading: its states, and until when it may be made."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from svet.kernel.states import Moves


class DisputeState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    CHECKING = "checking"
    UPHELD = "upheld"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_ENDS = frozenset({DisputeState.UPHELD, DisputeState.DECLINED, DisputeState.WITHDRAWN})

DISPUTE_MOVES = Moves(
    {
        DisputeState.OPEN: _ENDS | {DisputeState.CHECKING},
        # Somebody goes and reads the meter again.
        DisputeState.CHECKING: _ENDS,
        DisputeState.UPHELD: frozenset(),
        DisputeState.DECLINED: frozenset(),
        DisputeState.WITHDRAWN: frozenset(),
    }
)


class DisputeReason(StrEnum):
    """Why an objection cannot be made or answered."""

    NOT_CONTROL = "not_control_reading"
    TOO_LATE = "dispute_too_late"
    TWICE = "dispute_exists"
    NO_WORDS = "dispute_words_required"
    TOO_LONG = "dispute_words_too_long"
    CLOSED = "dispute_closed"


def dispute_until(received_on: date, *, days: int) -> date:
    """The last day on which an objection is taken."""
    return received_on + timedelta(days=days)
