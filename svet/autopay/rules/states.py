"""The lives of an agreement and of one month of it."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.states import Moves


class AgreementState(StrEnum):
    """Where an agreement stands."""

    OFFERED = "offered"  # its terms were chosen, the person has not said yes
    ACTIVE = "active"
    PAUSED = "paused"  # nothing is told or charged until the person resumes it
    ENDED = "ended"


AGREEMENT_MOVES = Moves(
    {
        AgreementState.OFFERED: frozenset({AgreementState.ACTIVE, AgreementState.ENDED}),
        AgreementState.ACTIVE: frozenset({AgreementState.PAUSED, AgreementState.ENDED}),
        AgreementState.PAUSED: frozenset({AgreementState.ACTIVE, AgreementState.ENDED}),
        AgreementState.ENDED: frozenset(),
    }
)
#: Of these an account has one at most, whoever made it.
STANDING = frozenset({AgreementState.ACTIVE, AgreementState.PAUSED})


class AgreementCause(StrEnum):
    """Why an agreement moved."""

    PERSON = "person"
    REPLACED = "replaced"  # the same person has agreed to other terms
    UNCONFIRMED = "unconfirmed"  # nobody said yes within a day
    CARD_GONE = "card_gone"
    RIGHT_GONE = "right_gone"
    ACCOUNT_CLOSED = "account_closed"
    LEFT = "left"  # the cabinet was deleted
    RECOVERED = "recovered"  # the password was recovered by nothing but an SMS
    DECLINED = "declined"  # the bank will not charge this card by itself
    CARD_UNFIT = "card_unfit"  # the provider's bank has changed: it asks for the CVC, or keeps another card
    DISPUTED = "disputed"  # the person has disputed a charge of it at their bank


#: What ends an agreement by itself; all else that comes by itself pauses it.
ENDS = frozenset(
    {
        AgreementCause.UNCONFIRMED,
        AgreementCause.CARD_GONE,
        AgreementCause.RIGHT_GONE,
        AgreementCause.ACCOUNT_CLOSED,
        AgreementCause.LEFT,
        AgreementCause.REPLACED,
    }
)


class TurnState(StrEnum):
    """Where the charge of one month's bill stands."""

    TOLD = "told"  # the person knows the sum, the day, the card
    CHARGING = "charging"  # an order is kept, the bank may have been asked
    AGAIN = "again"  # it did not come to a charge: another try on a day that was told
    PAID = "paid"
    NOTHING = "nothing"  # the account owed nothing any more on the day
    SKIPPED = "skipped"  # the person did not want it this time
    FAILED = "failed"  # no more tries
    STOPPED = "stopped"  # the agreement stood still, or the day passed unused: it would have to be told again


TURN_MOVES = Moves(
    {
        TurnState.TOLD: frozenset(
            {TurnState.CHARGING, TurnState.NOTHING, TurnState.SKIPPED, TurnState.STOPPED}
        ),
        TurnState.CHARGING: frozenset({TurnState.PAID, TurnState.AGAIN, TurnState.FAILED}),
        TurnState.AGAIN: frozenset(
            {
                TurnState.CHARGING,
                TurnState.PAID,  # the bank said yes late, to a try we believed declined
                TurnState.NOTHING,
                TurnState.SKIPPED,
                TurnState.STOPPED,
            }
        ),
        TurnState.PAID: frozenset(),
        TurnState.NOTHING: frozenset(),
        TurnState.SKIPPED: frozenset(),
        TurnState.FAILED: frozenset(),
        TurnState.STOPPED: frozenset({TurnState.TOLD}),
    }
)
#: The reason of a month that stood in a restored database: it may have been charged in the lost time.
RESTORED = "restored"
#: The reason of a month that was told for a day before the one its person has promised since.
PROMISED = "promised"
#: A try may begin from these, and the person may still skip.
READY = frozenset({TurnState.TOLD, TurnState.AGAIN})
