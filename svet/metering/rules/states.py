"""The life of a set of readings: one table of legal moves."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.states import Moves


class ReadingChannel(StrEnum):
    """By which way a set came."""

    WEB = "web"
    API = "api"
    SMS = "sms"
    OFFICE = "office"
    REGISTER = "register"
    QUICK = "quick"
    AUTOMATIC = "automatic"
    ABSENCE = "absence"


class ReadingKind(StrEnum):
    """Whose reading it is and what it is for."""

    CUSTOMER = "customer"
    CONTROL = "control"
    INITIAL = "initial"
    FINAL = "final"


class ReadingState(StrEnum):
    """Where a set stands."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    ACCEPTED = "accepted"
    USED = "used"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    CORRECTED = "corrected"


MOVES = Moves(
    {
        ReadingState.SUBMITTED: frozenset({ReadingState.ACCEPTED, ReadingState.UNDER_REVIEW}),
        ReadingState.UNDER_REVIEW: frozenset(
            {
                ReadingState.ACCEPTED,
                ReadingState.CORRECTED,
                ReadingState.REJECTED,
                ReadingState.WITHDRAWN,
                ReadingState.SUPERSEDED,
            }
        ),
        ReadingState.ACCEPTED: frozenset(
            {ReadingState.USED, ReadingState.CORRECTED, ReadingState.WITHDRAWN, ReadingState.SUPERSEDED}
        ),
        # A bill points to it: a later control reading settles the difference, the reading stays as it was.
        ReadingState.USED: frozenset(),
        ReadingState.WITHDRAWN: frozenset(),
        ReadingState.SUPERSEDED: frozenset(),
        ReadingState.REJECTED: frozenset(),
        # Its author or the staff sent other values instead; the change names their receipt.
        ReadingState.CORRECTED: frozenset(),
    }
)

# Readings that count: for the last values, for judging the next set and for billing.
EFFECTIVE = frozenset({ReadingState.ACCEPTED, ReadingState.USED})

# Sets that count no more and never will: whoever sends the same again sends anew.
DROPPED = frozenset(
    {ReadingState.WITHDRAWN, ReadingState.SUPERSEDED, ReadingState.REJECTED, ReadingState.CORRECTED}
)


class WithdrawReason(StrEnum):
    """Why a set cannot be taken back."""

    NOT_YOURS = "not_your_reading"
    TOO_LATE = "withdraw_too_late"
    ALREADY = "reading_not_standing"
