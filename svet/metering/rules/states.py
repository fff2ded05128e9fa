"""The life of a set of readings: one table of legal moves."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """By which way a set came."""

    WEB = "web"
    API = "api"
    SMS = "sms"
    OFFICE = "office"
    REGISTER = "register"
    QUICK = "quick"
    AUTOMATIC = "automatic"
    ABSENCE = "absence"


class Kind(StrEnum):
    """Whose reading it is and what it is for."""

    CUSTOMER = "customer"
    CONTROL = "control"
    INITIAL = "initial"
    FINAL = "final"


class State(StrEnum):
    """Where a set stands."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    ACCEPTED = "accepted"
    USED = "used"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    CORRECTED = "corrected"


MOVES: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.ACCEPTED, State.UNDER_REVIEW}),
    State.UNDER_REVIEW: frozenset(
        {State.ACCEPTED, State.CORRECTED, State.REJECTED, State.WITHDRAWN, State.SUPERSEDED}
    ),
    State.ACCEPTED: frozenset({State.USED, State.CORRECTED, State.WITHDRAWN, State.SUPERSEDED}),
    # A bill points to it: a later control reading settles the difference, the reading stays as it was.
    State.USED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.REJECTED: frozenset(),
    # Its author or the staff sent other values instead; the change names their receipt.
    State.CORRECTED: frozenset(),
}

# Readings that count: for the last values, for judging the next set and for billing.
EFFECTIVE = frozenset({State.ACCEPTED, State.USED})


def may_move(before: State, after: State) -> bool:
    """Whether the table has this move."""
    return after in MOVES[before]


class WithdrawReason(StrEnum):
    """Why a set cannot be taken back."""

    NOT_YOURS = "not_your_reading"
    TOO_LATE = "withdraw_too_late"
    ALREADY = "reading_not_standing"
