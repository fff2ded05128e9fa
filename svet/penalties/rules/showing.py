"""What is posted of an account's penalties: what should stand minus what stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svet.penalties.rules.accruing import PenaltySegment
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.streams import DuePosting


class ShownCause(StrEnum):
    """Why the penalties of an account changed."""

    DAYS = "days"  # more days have passed
    PAYMENT = "payment"  # a payment became known
    RECALCULATION = "recalculation"  # what was asked for has been corrected
    ACT = "act"  # somebody has corrected the books
    TERMS = "terms"  # the rate of the day, an act of the state or the supplier's own choice


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """A run of days at one price as it was shown; both days included, ``percent`` a year."""

    bill: str
    due_on: date
    since: date
    until: date
    first_number: int
    debt_kopecks: int
    percent: Decimal
    divisor: int
    kopecks: int
    paid_on: date | None = None

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def line_of(segment: PenaltySegment) -> PenaltyLine:
    """A segment as it is kept."""
    part = segment.part
    return PenaltyLine(
        bill=part.debt.bill,
        due_on=part.debt.due_on,
        since=segment.since,
        until=segment.until,
        first_number=segment.first_number,
        debt_kopecks=part.money.kopecks,
        percent=segment.percent,
        divisor=segment.divisor,
        kopecks=segment.money.kopecks,
        paid_on=part.paid_on,
    )


@dataclass(frozen=True, slots=True)
class ByHand:
    """What acts did to an account's penalties: kopecks ``shown`` by them and ``waived`` (written off)."""

    shown: int = 0
    waived: int = 0

    @classmethod
    def of(cls, acts: Iterable[int]) -> ByHand:
        """Acts in their order, kopecks above zero shown; what follows a write-off first takes that back."""
        shown = waived = 0
        for kopecks in acts:
            restored = min(max(kopecks, 0), waived)
            shown += max(kopecks, 0) - restored
            waived += max(-kopecks, 0) - restored
        return cls(shown, waived)


def to_post(*, should: int, posted: int, by_hand: ByHand, mode: PenaltyMode) -> int:
    """Kopecks by which the shown penalties change.

    ``should`` is what the law gives, ``posted`` what runs have shown so far. A written off kopeck is neither
    shown again nor given back a second time; one that an act has shown is not shown again, and no run takes
    back what an act has shown. Where penalties are not shown they only ever fall.
    """
    wanted = max(max(should, by_hand.waived) - by_hand.shown, 0)
    if mode is not PenaltyMode.SHOWN:
        wanted = min(wanted, posted)
    return wanted - posted


def cause_of(kopecks: int, news: Sequence[DuePosting]) -> ShownCause:
    """Why a difference is what it is; ``news`` are the movements that became known since the last one."""
    if kopecks > 0:
        return ShownCause.DAYS
    kinds = {each.kind for each in news if each.money.kopecks < 0}
    if kinds & {"payment", "transfer"}:
        return ShownCause.PAYMENT
    if "charge" in kinds:
        return ShownCause.RECALCULATION
    return ShownCause.ACT if kinds - {"penalty"} else ShownCause.TERMS


@dataclass(frozen=True, slots=True)
class ShownPart:
    """What a bill explains of one posting: the runs of days that are new or not as they were shown.

    ``lines`` + ``unchanged`` + ``waived`` − ``before`` = ``kopecks``. ``unchanged``: runs shown before that
    are the same; ``waived``: what has been written off and is not asked for again, below zero what acts had
    shown before. Counted ``through`` a day.
    """

    lines: tuple[PenaltyLine, ...]
    unchanged: int
    before: int
    waived: int
    kopecks: int
    through: date
    cause: ShownCause


def shown_part(
    now: Sequence[PenaltyLine],
    earlier: Sequence[PenaltyLine],
    *,
    before: int,
    kopecks: int,
    through: date,
    cause: ShownCause,
) -> ShownPart:
    """The difference between two counts of one account; ``before`` is what runs had posted."""
    known = set(earlier)
    lines = tuple(each for each in now if each not in known)
    unchanged = sum(each.kopecks for each in now if each in known)
    counted = sum(each.kopecks for each in lines) + unchanged
    waived = kopecks - counted + before
    return ShownPart(lines, unchanged, before, waived, kopecks, through, cause)
