"""«Чек коррекции» of money that came without a receipt: of which receipts it is made, and on what ground.

54-ФЗ, article 4.3 item 4. ФФД 1.2 (order ЕД-7-20/662@): tag 1173 is the basis, 1178 the day of the settlement
that is corrected, 1179 the number of the tax office's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from svet.fiscal.rules.again import MADE
from svet.fiscal.rules.refusals import CorrectionReason, ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.kernel.refusals import Conflict

#: Characters of the number of a ground: of tag 1179.
LONGEST_GROUND: Final = 32


class CorrectionBasis(StrEnum):
    """«Тип коррекции» (tag 1173), in words of the wire."""

    SELF = "self"  # the seller found it
    INSTRUCTION = "instruction"  # the tax office ordered it


class CorrectionConflict(Conflict):
    """There is nothing to correct, no ground, or not by this hand."""


@dataclass(frozen=True, slots=True)
class CorrectionGround:
    """The document by which a correction is made: a memo, or the order of the tax office."""

    basis: CorrectionBasis
    number: str
    day: date

    @property
    def shown(self) -> str:
        """Stands for what a member has seen before they sign."""
        return f"{self.basis}:{self.day.isoformat()}:{self.number}"


def checked_ground(
    basis: CorrectionBasis, number: str, day: date | None, *, moved: date, today: date
) -> CorrectionGround:
    """The ground, in order. ``moved`` is the local day of the money, ``today`` that of now.

    :raises CorrectionConflict: no number or too long a one; no day, one to come, or one before the money
    """
    number = " ".join(number.split())
    if not 0 < len(number) <= LONGEST_GROUND:
        raise CorrectionConflict(CorrectionReason.NUMBER, field="number")
    if day is None:
        raise CorrectionConflict(CorrectionReason.DAY, field="day")
    if day > today:
        raise CorrectionConflict(CorrectionReason.TO_COME, field="day")
    if day < moved:
        raise CorrectionConflict(CorrectionReason.BEFORE_MONEY, field="day")
    return CorrectionGround(basis, number, day)


def may_be_corrected(
    kind: ReceiptKind, state: ReceiptState, reason: ReceiptReason | None, *, asked: bool
) -> bool:
    """Whether a correction may be made in place of a receipt: of money that came, and has no document.

    Where the till has made a document, a wrong one, that one would have to be taken back first: that is not
    done here. One that waits for its till may be on its way at this moment, unless there is no till.
    """
    if kind is not ReceiptKind.SELL or reason in MADE:
        return False
    if state is ReceiptState.PENDING:
        return reason is ReceiptReason.NO_CASHBOX and not asked
    return state in (ReceiptState.FAILED, ReceiptState.CLOSED)


def must_look(state: ReceiptState, *, asked: bool) -> bool:
    """Whether a person says first that there is no document: the till may have one, or one closed it."""
    return asked or state is ReceiptState.CLOSED
