"""Decisions of people about charges: what may be decided, by how many hands, and what is refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from svet.billing.rules.facts import OverrideKind
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused

LONGEST_DOCUMENT: Final = 40
MOST_KWH: Final = Decimal(1_000_000)
#: Percent; a line that loses more is broken.
MOST_LOSSES: Final = 30
MOST_KOPECKS: Final = 100_000_000_00
#: So many months ahead nothing may be charged, or be held.
MOST_AHEAD: Final = 12
#: For so many months after it was written a recomputation lets differences out; then limits hold again.
RECOMPUTED_FOR: Final = 2
#: Decisions of one hand about an account within so many days are counted together against the limit.
COUNTED_DAYS: Final = 31
_MILLI = Decimal("0.001")

#: Decisions that may have no end.
ENDLESS: Final = frozenset({OverrideKind.HOLD, OverrideKind.RECOMPUTE, OverrideKind.LOSSES})
#: Decisions that two sign whatever they move: they have no end, or were stopped by a limit.
BY_TWO: Final = frozenset({OverrideKind.RECOMPUTE, OverrideKind.LOSSES})
#: Decisions of which one account has one a month and scale.
SINGULAR: Final = frozenset(
    {OverrideKind.VOLUME, OverrideKind.NO_CHARGE, OverrideKind.HOLD, OverrideKind.LOSSES}
)


class DecisionReason(StrEnum):
    """Why a decision cannot be written, signed or taken back so."""

    NOT_FOUND = "decision_not_found"
    DOCUMENT = "decision_document_required"
    UNTIL = "decision_until_required"
    ORDER = "decision_months_order"
    FUTURE = "decision_in_the_future"
    NOT_OURS = "decision_before_our_months"
    KWH = "decision_kwh"
    ZONE = "decision_zone"
    SUM = "decision_sum"
    PERCENT = "decision_percent"
    METER = "decision_of_the_account"
    ENDS = "decision_ends"
    OVERLAPS = "decision_overlaps"
    NOTHING = "decision_changes_nothing"
    CHANGED = "decision_preview_changed"
    SIGNED = "decision_signed_already"
    SAME_HAND = "decision_signed_by_one"


class DecisionRefused(Refused):
    """The decision cannot stand so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """What is decided for the months ``since``…``until`` (both in it; None: and all later ones).

    ``kwh`` and ``zone`` are of a volume, ``kopecks`` of a sum (negative ones for the customer),
    ``percent`` of losses; ``ends`` is the month from whose charge on a hold is over by itself.
    """

    kind: OverrideKind
    document: str
    since: Month
    until: Month | None = None
    zone: str = ""
    kwh: Decimal | None = None
    kopecks: int = 0
    ends: Month | None = None
    percent: Decimal | None = None


def decision_trouble(
    new: NewDecision, *, of_meter: bool, floor: Month, today: Month
) -> tuple[DecisionReason, str] | None:
    """What is wrong with a decision, and the field; ``floor`` is the first month of the account's book."""
    if not new.document.strip() or len(new.document) > LONGEST_DOCUMENT:
        return DecisionReason.DOCUMENT, "document"
    if new.until is None and new.kind not in ENDLESS:
        return DecisionReason.UNTIL, "until"
    if new.until is not None and new.until < new.since:
        return DecisionReason.ORDER, "until"
    if new.since < floor:
        return DecisionReason.NOT_OURS, "since"
    ahead = MOST_AHEAD if new.kind in (OverrideKind.NO_CHARGE, OverrideKind.HOLD) else 0
    for field, month in (("since", new.since), ("until", new.until)):
        if month is not None and month > today.plus(ahead):
            return DecisionReason.FUTURE, field
    if of_meter and new.kind is not OverrideKind.VOLUME:
        return DecisionReason.METER, "meter"
    return _amount_trouble(new, today)


def _amount_trouble(new: NewDecision, today: Month) -> tuple[DecisionReason, str] | None:
    kwh = new.kwh
    if new.kind is OverrideKind.VOLUME:
        if kwh is None or not kwh.is_finite() or not 0 <= kwh <= MOST_KWH or kwh % _MILLI:
            return DecisionReason.KWH, "kwh"
        if not new.zone:
            return DecisionReason.ZONE, "zone"
    elif kwh is not None or new.zone:
        return DecisionReason.KWH, "kwh"
    if new.kind is OverrideKind.CREDIT:
        if not new.kopecks or abs(new.kopecks) > MOST_KOPECKS:
            return DecisionReason.SUM, "sum"
        if new.until != new.since:
            return DecisionReason.ORDER, "until"
    elif new.kopecks:
        return DecisionReason.SUM, "sum"
    percent = new.percent
    if (new.kind is OverrideKind.LOSSES) != (percent is not None) or not _is_share(percent):
        return DecisionReason.PERCENT, "percent"
    if new.ends is not None and (
        new.kind is not OverrideKind.HOLD or not today < new.ends <= today.plus(MOST_AHEAD)
    ):
        return DecisionReason.ENDS, "ends"
    return None


def _is_share(percent: Decimal | None) -> bool:
    return percent is None or (
        percent.is_finite() and 0 < percent <= MOST_LOSSES and not percent % Decimal("0.01")
    )


def two_hands(*, effect: int | None, alone: int, limit: int) -> bool:
    """Whether a second person must sign: the effect is unknown, or with others of one hand above the limit.

    ``effect``: kopecks by which the decision moves the account; ``alone``: the sum of what decisions of one
    hand have moved it by lately, so that many small ones are no way around; ``limit``: kopecks.
    """
    return effect is None or abs(effect) + alone > limit


def meet(since: Month, until: Month | None, other_since: Month, other_until: Month | None) -> bool:
    """Whether two stretches of months share one."""
    return (other_until is None or since <= other_until) and (until is None or other_since <= until)
