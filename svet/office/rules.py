"""What may be asked of the office, and how such a request moves. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused
from svet.kernel.states import Moves


class OfficeKind(StrEnum):
    #: The old number is lost: the code that would confirm the change cannot reach anybody.
    PHONE = "phone"
    #: The application, the passkeys and the recovery codes are lost: nobody gets past the second step.
    FACTOR = "factor"


class OfficeState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: Who was asked decides once; a withdrawn or decided request stays what it is.
MOVES: Final = Moves(
    {
        OfficeState.OPEN: frozenset({OfficeState.APPROVED, OfficeState.REFUSED, OfficeState.WITHDRAWN}),
        OfficeState.APPROVED: frozenset(),
        OfficeState.REFUSED: frozenset(),
        OfficeState.WITHDRAWN: frozenset(),
    }
)

LONGEST_COMMENT: Final = 500


class OfficeReason(StrEnum):
    STANDING = "standing"
    CLOSED = "closed"
    TAKEN = "taken"
    COMMENT_TOO_LONG = "comment_too_long"
    NO_DECISION = "no_decision"
    NO_CABINET = "no_cabinet"
    SAME_PHONE = "same_phone"
    NO_FACTOR = "no_factor"


class OfficeRefused(Refused):
    """The office cannot be asked this, or cannot do it any more."""
