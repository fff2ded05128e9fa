"""Acts of the office: why a meter tells nothing on some days, and what is counted instead. Pure.

Decree 354: 59 (a meter that is broken or lost), 60 and 85 (nobody was let in), 42 and 60(1) (no meter though
one could stand), 62 and 81(11) (somebody interfered), 86 (nobody at home).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.periods import Month
from svet.kernel.refusals import Refused

LONGEST_NUMBER: Final = 40
MOST_PERSONS: Final = 99
#: How far back interference is charged for, months before the day of the act.
TAMPERED_BACK: Final = 3
#: An absence counts from more than five whole days (decree 354, point 86).
LEAST_AWAY: Final = 6


class ActOf(StrEnum):
    """What an act says."""

    BROKEN = "broken"
    LOST = "lost"
    REFUSED = "refused"  # nobody let the controller in
    TAMPERED = "tampered"
    UNMETERED = "unmetered"  # there is no meter although one could stand
    SILENT = "silent"  # a smart meter sends nothing
    AWAY = "away"  # so many persons were not at home, with proof


#: Acts about one meter; the others are about the whole account.
OF_METER: Final = frozenset({ActOf.BROKEN, ActOf.LOST, ActOf.SILENT})
#: Acts whose last day is known when they are written.
WHOLE: Final = frozenset({ActOf.TAMPERED, ActOf.AWAY})
#: Acts that count only when a second member of the staff has signed.
SIGNED_TWICE: Final = frozenset({ActOf.TAMPERED})


class ActReason(StrEnum):
    """Why an act cannot be written, ended, signed or withdrawn so."""

    NOT_FOUND = "act_not_found"
    NUMBER = "act_number_required"
    METER = "act_meter_required"
    NO_METER = "act_of_the_account"
    HAS_METER = "act_meter_stands"
    NOT_SMART = "act_meter_not_smart"
    ORDER = "act_days_order"
    UNTIL = "act_until_required"
    FUTURE = "act_in_the_future"
    BEFORE = "act_before_the_contract"
    TOO_FAR_BACK = "act_too_far_back"
    TOO_SHORT = "act_absence_too_short"
    PERSONS = "act_persons"
    MORE_PERSONS = "act_more_persons"
    OVERLAPS = "act_overlaps"
    ENDED = "act_ended_already"
    SIGNED = "act_signed_already"
    SAME_HAND = "act_signed_by_one"


class ActRefused(Refused):
    """The act cannot stand so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    """An act to be written: its document, its days ``since``…``until`` (half-open; None: it is not over).

    ``drawn_on`` is the day of the document, ``persons`` how many were away.
    """

    kind: ActOf
    number: str
    drawn_on: date
    since: date
    until: date | None = None
    persons: int | None = None


def trouble(act: NewAct, *, of_meter: bool, begins: date, today: date) -> ActReason | None:
    """What is wrong with an act; ``begins`` is the first day of the meter, or of the contract."""
    if not act.number.strip() or len(act.number) > LONGEST_NUMBER:
        return ActReason.NUMBER
    if of_meter != (act.kind in OF_METER):
        return ActReason.NO_METER if of_meter else ActReason.METER
    if act.drawn_on > today or (act.since > today and act.kind is not ActOf.AWAY):
        return ActReason.FUTURE
    if act.until is None and act.kind in WHOLE:
        return ActReason.UNTIL
    if act.until is not None and act.until <= act.since:
        return ActReason.ORDER
    if act.since < begins:
        return ActReason.BEFORE
    if act.kind is ActOf.TAMPERED and act.since < earliest_tampering(act.drawn_on):
        return ActReason.TOO_FAR_BACK
    return _away_trouble(act) if act.kind is ActOf.AWAY else None


def _away_trouble(act: NewAct) -> ActReason | None:
    if act.persons is None or not 1 <= act.persons <= MOST_PERSONS:
        return ActReason.PERSONS
    if act.until is not None and act.until - act.since < timedelta(days=LEAST_AWAY):
        return ActReason.TOO_SHORT
    return None


def earliest_tampering(drawn_on: date) -> date:
    """The first day that an act of this day may charge for."""
    return Month.of(drawn_on).plus(-TAMPERED_BACK).day(drawn_on.day)


def overlap(since: date, until: date | None, other_since: date, other_until: date | None) -> bool:
    """Whether two stretches of days share one."""
    return since < (other_until or date.max) and other_since < (until or date.max)
