"""As what a receipt that stands still is handed over again: the same document, or another one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptState


class AgainAs(StrEnum):
    """What happens to a receipt that a member sends again."""

    SAME = "same"  # under its old name: a till that has it already makes no second document
    ANOTHER = "another"  # under a new name: the first document failed, or is not there
    WAITING = "waiting"  # when the receipt of its sale is done


#: A document was made, so there would be two, or there is nothing that one could be of.
MADE: Final = frozenset(
    {
        ReceiptReason.OTHER_SUM,
        ReceiptReason.ANOTHER,
        ReceiptReason.NUMBER_TAKEN,
        ReceiptReason.NOTHING_LEFT,
    }
)
#: A person decides about each by itself: what is right for one is not for the next.
ONE_BY_ONE: Final = MADE | {ReceiptReason.DECIDE, ReceiptReason.SALE_CLOSED}
#: Nobody knows whether the till has a document, but a person may look there.
_LOOKED_FOR: Final = frozenset({ReceiptReason.UNSURE, ReceiptReason.LOST, ReceiptReason.SILENT})


#: A till is not to be asked, so nothing of it is between two answers.
_STANDING: Final = frozenset({ReceiptReason.SILENT, ReceiptReason.WAITS, ReceiptReason.NO_CASHBOX})
#: Characters of the document that stands for a closed receipt, and of the reason.
LONGEST_DOCUMENT: Final = 40
LONGEST_REASON: Final = 300


def may_be_closed(state: ReceiptState, reason: ReceiptReason | None) -> bool:
    """Whether the accountant may end a receipt by another document."""
    return state is ReceiptState.FAILED or (state is ReceiptState.PENDING and reason in _STANDING)


def may_be_none(state: ReceiptState, reason: ReceiptReason | None) -> bool:
    """Whether the accountant may say that no receipt is needed."""
    return state is ReceiptState.FAILED and reason is ReceiptReason.DECIDE


def again_as(reason: ReceiptReason | None) -> AgainAs:
    """As what a receipt goes when nobody says more: by a new name only after the till said that it failed."""
    return AgainAs.ANOTHER if reason is ReceiptReason.FAILED else AgainAs.SAME


def may_be_absent(reason: ReceiptReason | None) -> bool:
    """Whether a person may say that the till has no document, so that another is made."""
    return reason in _LOOKED_FOR
