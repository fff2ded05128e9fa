"""Binding an account of СБП without a payment: its states, and how long it is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves
from svet.payments.rules.states import PAGE_LIVES, RESEND_WITHIN


class MeansKind(StrEnum):
    """What is bound."""

    CARD = "card"
    SBP = "sbp"


#: What stands in the place of a card's system.
SBP_SYSTEM: Final = "СБП"


class BindingState(StrEnum):
    """Where the binding of an account stands."""

    ASKED = "asked"  # kept by us; the bank has been asked, or is about to be
    WAITING = "waiting"  # the bank has a page for it
    BOUND = "bound"
    ENDED = "ended"  # the person did not give leave, or nobody came in time
    WITHDRAWN = "withdrawn"  # the cabinet was deleted, or a later wish was bound: it never is


BINDING_MOVES = Moves(
    {
        BindingState.ASKED: frozenset({BindingState.WAITING, BindingState.ENDED, BindingState.WITHDRAWN}),
        BindingState.WAITING: frozenset({BindingState.BOUND, BindingState.ENDED, BindingState.WITHDRAWN}),
        # The bank may say yes after its page should have been over.
        BindingState.ENDED: frozenset({BindingState.BOUND, BindingState.WITHDRAWN}),
        BindingState.BOUND: frozenset(),
        BindingState.WITHDRAWN: frozenset(),
    }
)
GOING: Final = frozenset({BindingState.ASKED, BindingState.WAITING})
#: Nothing more is asked about these, so the bank's name of them is thrown away.
NAMELESS: Final = frozenset({BindingState.BOUND, BindingState.WITHDRAWN})
#: So long after its page's end a binding is looked at.
BINDING_GRACE: Final = timedelta(minutes=15)
_SOON: Final = timedelta(seconds=15)
_LATER: Final = timedelta(minutes=5)


def binding_look(*, created_at: datetime, now: datetime) -> datetime:
    """When to look at a binding again: soon while its page lives, every five minutes after."""
    return now + (_SOON if now < created_at + PAGE_LIVES else _LATER)


def is_given_up(state: BindingState, *, created_at: datetime, now: datetime) -> bool:
    """Whether nobody waits for it any more: its page is long over, or the bank has forgotten its key."""
    lives = RESEND_WITHIN if state is BindingState.ASKED else PAGE_LIVES + BINDING_GRACE
    return now >= created_at + lives
