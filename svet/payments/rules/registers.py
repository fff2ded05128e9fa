"""What may become of a row of a register of payments, and why it may have to wait. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from svet.kernel.states import Moves

#: The source of a register nobody named. Its numbers belong to no bank, so it is compared with every other.
UNNAMED: Final = "bank"


class RegisterState(StrEnum):
    """Where a row of a register stands."""

    CREDITED = "credited"  # on an account; a reversal: off it
    SUSPENSE = "suspense"  # in the books of suspense: a person decides
    DIFFERS = "differs"  # another body under a taken identity: in no book until a person decides
    RETURNED = "returned"  # out of suspense, back to who sent it
    REVERSED = "reversed"  # credited, then taken back by a reversal
    CLOSED = "closed"  # a row that differed and is no payment of its own


MOVES = Moves(
    {
        RegisterState.SUSPENSE: frozenset({RegisterState.CREDITED, RegisterState.RETURNED}),
        RegisterState.DIFFERS: frozenset({RegisterState.CREDITED, RegisterState.CLOSED}),
        RegisterState.CREDITED: frozenset({RegisterState.REVERSED}),
        RegisterState.RETURNED: frozenset(),
        RegisterState.REVERSED: frozenset(),
        RegisterState.CLOSED: frozenset(),
    }
)
WAITING = frozenset({RegisterState.SUSPENSE, RegisterState.DIFFERS})


class CaseKind(StrEnum):
    """What stands at the money desk."""

    ORDER = "order"
    CALLBACK = "callback"
    ROW = "row"
    SENDING = "sending"
    STATEMENT = "statement"


class WaitReason(StrEnum):
    """Why a row waits for a person."""

    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_TWICE = "account_twice"  # two providers use the number
    OTHER_PROVIDER = "other_provider"  # the account is not of the provider whose money the source brings
    DAY_AHEAD = "day_ahead"
    DAY_OLD = "day_old"
    UNREAD = "columns"  # the row could be read in part only
    STORNO = "storno"  # a reversal that fits no payment
    OTHER_BODY = "other_body"  # another sum or account under a taken identity
    PAID_AGAIN = "paid_again"  # the same row as a payment that was taken back: told again, or paid again
    OTHER_OFFICE = "other_office"  # no bank named, and the same payment of another office
    SAME_ELSEWHERE = "same_elsewhere"  # the same row was taken with, or without, a bank's name


#: Rows whose own day cannot be the day their money counts for.
NO_DAY = frozenset({WaitReason.DAY_AHEAD, WaitReason.DAY_OLD})


def register_key(*, source: str, external_id: str, paid_on: date, reversal: bool, twin: int) -> str:
    """The ledger key of a row: its whole identity, so that no other payment can be taken for it."""
    key = f"reg:{source}:{paid_on.isoformat()}:{external_id}"
    return key + (":storno" if reversal else "") + (f":{twin}" if twin else "")
