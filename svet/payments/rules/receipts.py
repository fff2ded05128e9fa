"""Who makes the fiscal receipt of a payment (54-ФЗ), and what a receipt is owed for."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final


class ReceiptMaker(StrEnum):
    """By whom the receipt of a shop's payments is made; decided when the payment is."""

    BANK = "bank"  # the bank's own till: it is given the lines of the payment
    CASHBOX = "cashbox"  # a till of ours: the bank is given nothing to make one of
    NOBODY = "nobody"  # somebody else, such as an agent of the supplier


class RegisterReceipts(StrEnum):
    """By whom the receipt is made of money that a register brings: never by a till that is asked from here.

    54-ФЗ, article 1.2: whoever takes the money of a person makes the receipt; a bank is excused (article 2).
    Which of them a source is stands in its contract with the supplier.
    """

    UNSAID = "unsaid"
    AGENT = "agent"  # who took the money: a paying agent, the post
    SUPPLIER = "supplier"  # the accountant, at a till of the supplier's own


class ReceiptElsewhere(StrEnum):
    """By whom a receipt is made that the portal does not make, as whoever sees the account reads it.

    The first three are :class:`RegisterReceipts`, of a row of a register; the others are of moved money.
    """

    UNSAID = "unsaid"
    AGENT = "agent"
    SUPPLIER = "supplier"
    SUPPLIERS = "suppliers"  # between two of them: a refund of the one, a sale of the other
    NONE = "none"  # within one nobody is paid


class DueKind(StrEnum):
    """What happened to the money."""

    PAID = "paid"
    BACK = "back"
    LOST = "lost"  # the bank gave it to a payer who disputed the payment


class LostReceipts(StrEnum):
    """What is done about the receipt of money that the bank gave back in a dispute that was lost.

    No place of 54-ФЗ says that it is the seller's «возврат прихода» or that it is not: the accountant says.
    """

    ASK = "ask"  # none goes until a person has decided about that one
    CASHBOX = "cashbox"  # the till that made the receipt of the payment
    NOBODY = "nobody"  # none is owed


class ToldState(StrEnum):
    """Where a receipt of the bank's own till stands, as far as the bank has told."""

    PENDING = "pending"
    MADE = "made"
    FAILED = "failed"
    CLOSED = "closed"  # a member's word, not the bank's: another document stands for it


class BankReceiptReason(StrEnum):
    """Why a late receipt of a bank's till is not closed."""

    DOCUMENT = "bank_receipt_document"
    WHY = "bank_receipt_why"
    OVER = "bank_receipt_over"


#: How long after a payment its bank is asked about the receipt, and again: a day in all.
LOOKS: Final = (
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=25),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=18),
)
#: For so long after its payment a call that is not answered is no look.
ASKED_FOR: Final = sum(LOOKS, timedelta())
#: Of this nobody waits for the bank's word any more.
OVER: Final = (ToldState.MADE, ToldState.CLOSED)
#: A document that stands for a receipt, and why, in signs.
LONGEST_DOCUMENT: Final = 40
LONGEST_WHY: Final = 300
#: A receipt of the bank that is not told of for so long is late.
TOLD_LATE: Final = timedelta(hours=1)


def next_look(looks: int) -> timedelta | None:
    """After so many looks at the bank's receipt: how long until the next one; None: there is none."""
    return LOOKS[looks] if looks < len(LOOKS) else None
