"""Instalments: who may have them, their days and sums, and what the books say of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.arrangements.rules import KNOWN_WITHIN
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.states import Moves
from svet.ledger.rules import TransactionKind

#: The fewest parts there are.
FEWEST: Final = 2
#: The first part is asked no sooner, so that two members can sign before it.
FIRST_AHEAD: Final = timedelta(days=10)
#: What is new is to be paid on the supplier's next day that leaves so much time for its bill.
BILL_AHEAD: Final = timedelta(days=10)
#: So long before the day of a part whoever agreed to it is reminded.
TOLD_AHEAD: Final = timedelta(days=3)
#: Days there are to pay a part that was missed, after that was said.
LATE_DAYS: Final = timedelta(days=5)
#: What makes an account owe more, or takes that back: asked with the bill it comes with.
_CHARGED: Final = frozenset(
    {TransactionKind.CHARGE, TransactionKind.PENALTY, TransactionKind.FEE, TransactionKind.CORRECTION}
)


class InstalmentState(StrEnum):
    """Where a plan stands."""

    WAITING = "waiting"  # for the signatures of two members
    STANDING = "standing"
    PAID = "paid"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"  # by whoever asked for it
    REFUSED = "refused"  # by the staff, or not signed before its first day
    ENDED = "ended"  # whoever agreed to it may pay for the account no more


INSTALMENT_MOVES = Moves(
    {
        InstalmentState.WAITING: frozenset(
            {
                InstalmentState.STANDING,
                InstalmentState.WITHDRAWN,
                InstalmentState.REFUSED,
                InstalmentState.ENDED,
            }
        ),
        InstalmentState.STANDING: frozenset(
            {
                InstalmentState.PAID,
                InstalmentState.BROKEN,
                InstalmentState.WITHDRAWN,
                InstalmentState.ENDED,
            }
        ),
        # What was paid in time and became known late; what was taken back with a day that was in time.
        InstalmentState.BROKEN: frozenset({InstalmentState.STANDING, InstalmentState.PAID}),
        InstalmentState.PAID: frozenset({InstalmentState.STANDING, InstalmentState.BROKEN}),
        InstalmentState.WITHDRAWN: frozenset(),
        InstalmentState.REFUSED: frozenset(),
        InstalmentState.ENDED: frozenset(),
    }
)
#: One of these at a time of an account.
LIVING: Final = (InstalmentState.WAITING, InstalmentState.STANDING)
#: After one of these there is a pause: who gives a plan up shortly before it breaks is no better off.
PAUSED_BY: Final = (InstalmentState.BROKEN, InstalmentState.WITHDRAWN, InstalmentState.ENDED)


class InstalmentReason(StrEnum):
    """Why there is no plan, or nothing is done with it."""

    ACCOUNT = "plan_account"
    OFF = "plan_off"
    TOO_LITTLE = "plan_too_little"
    TOO_MUCH = "plan_too_much"
    LIVING = "plan_living"
    PROMISED = "plan_promised"
    BROKEN_LATELY = "plan_broken_lately"
    MONTHS = "plan_months"
    CHANGED = "plan_changed"
    NOT_FOUND = "plan_not_found"
    DECIDED = "plan_decided"
    SAME_HAND = "plan_same_hand"
    OWN = "plan_own"
    DAYS_PASSED = "plan_days_passed"


class InstalmentRefused(Refused):
    """There is no plan as it was asked for; nothing changed."""


class InstalmentConflict(Conflict):
    """Something else stands by now than was shown."""


class InstalmentNotFound(NotFound):
    """No such account to pay for, or no such plan."""


@dataclass(frozen=True, slots=True)
class InstalmentTerms:
    """What the retailer allows, in months and kopecks; ``months`` below two: no plans.

    Above ``alone`` two members sign; ``pause``: months without a plan after one that was broken.
    """

    months: int
    least: int
    alone: int
    most: int
    pause: int


@dataclass(frozen=True, slots=True)
class InstalmentPartView:
    """One part: its number from 1, its day and sum; ``late_told_on``: the day on which its lack was said."""

    no: int
    due_on: date
    money: Money
    told_on: date | None = None
    late_told_on: date | None = None

    @property
    def last_on(self) -> date:
        """The last day there is to pay it: some days after its lack was said."""
        return max(self.due_on, self.late_told_on or self.due_on) + LATE_DAYS


@dataclass(frozen=True, slots=True)
class InstalmentMovement:
    """A posting after the plan, by the day it counts for; ``due_on``: the day on which a charge is asked."""

    kind: TransactionKind
    on: date
    due_on: date
    kopecks: int


@dataclass(frozen=True, slots=True)
class InstalmentVerdict:
    """What a plan is on a day: its state, when it was paid off, the part missed and not told of."""

    state: InstalmentState
    paid_on: date | None = None
    late: InstalmentPartView | None = None


def why_no_plan(
    terms: InstalmentTerms,
    *,
    debt: int,
    living: bool,
    promised: bool,
    paused_since: date | None,
    today: date,
) -> InstalmentReason | None:
    """Why nobody may agree on a plan today; ``paused_since``: the day the last one was broken or given up."""
    if terms.months < FEWEST:
        return InstalmentReason.OFF
    if living:
        return InstalmentReason.LIVING
    if promised:
        return InstalmentReason.PROMISED
    if debt < max(terms.least, FEWEST):
        return InstalmentReason.TOO_LITTLE
    if debt > terms.most:
        return InstalmentReason.TOO_MUCH
    if paused_since is not None and today < plan_free_on(terms, since=paused_since):
        return InstalmentReason.BROKEN_LATELY
    return None


def plan_free_on(terms: InstalmentTerms, *, since: date) -> date:
    """The first day on which there may be a plan again."""
    return Month.of(since).plus(terms.pause).day(since.day)


def part_days(months: int, *, today: date, due_day: int, working: Callable[[date], date]) -> tuple[date, ...]:
    """The days of the parts: those of the supplier's bills, on working days, the first some days ahead."""
    month = Month.of(today)
    while working(month.day(due_day)) < today + FIRST_AHEAD:
        month = month.plus(1)
    return tuple(working(month.plus(each).day(due_day)) for each in range(months))


def split_debt(kopecks: int, *, days: Sequence[date]) -> tuple[InstalmentPartView, ...]:
    """Parts as equal as whole kopecks can be, the first ones a kopeck more; together the debt."""
    each, more = divmod(kopecks, len(days))
    return tuple(
        InstalmentPartView(no, day, Money(each + (no <= more))) for no, day in enumerate(days, start=1)
    )


def asked_on(known_on: date, *, due_day: int) -> date:
    """The day on which a charge that was known on a day is asked: the supplier's next one in good time."""
    month = Month.of(known_on)
    while month.day(due_day) < known_on + BILL_AHEAD:
        month = month.plus(1)
    return month.day(due_day)


def lacking(
    parts: Iterable[InstalmentPartView],
    movements: Iterable[InstalmentMovement],
    *,
    parts_until: date,
    charges_until: date,
    by: date,
) -> int:
    """Kopecks that lack ``by`` a day of the parts and new charges asked until their days; 0: nothing does.

    What takes charges back, or recalculates them in the customer's favour, lessens first those that are
    asked, then those that are not yet, and only beyond all of them the parts. Payments, benefits, write-offs
    and transfers count by their days; what was given back counts against.
    """
    asked, charged, taken_back, came = 0, 0, 0, 0
    for each in movements:
        if each.on > by:
            continue
        if each.kind not in _CHARGED:
            came -= each.kopecks
        elif each.kopecks < 0:
            taken_back -= each.kopecks
        else:
            charged += each.kopecks
            asked += each.kopecks if each.due_on <= charges_until else 0
    new = max(asked - taken_back, min(0, charged - taken_back))
    parts_asked = sum(part.money.kopecks for part in parts if part.due_on <= parts_until)
    return max(0, parts_asked + new - came)


def part_lacks(
    parts: Sequence[InstalmentPartView],
    movements: Sequence[InstalmentMovement],
    part: InstalmentPartView,
    *,
    by: date,
) -> int:
    """Kopecks that lack ``by`` a day of a part, all before it and the bills asked until its day."""
    return lacking(parts, movements, parts_until=part.due_on, charges_until=part.due_on, by=by)


def asked_of(lacks: int, *, balance: int) -> int:
    """What is asked of a lack: never more than is owed; what was posted for a day to come is owed no more."""
    return max(0, min(lacks, balance))


def part_came(
    parts: Sequence[InstalmentPartView],
    movements: Sequence[InstalmentMovement],
    part: InstalmentPartView,
    *,
    today: date,
) -> bool:
    """Whether a part, all before it and the bills of its day have come, on a day on which that still counts.

    That is its last day, and those after it until its lack is said or, once that was said, until the plan is
    broken by it. What is given back later is asked with the next part; what is taken back by its own day had
    not come.
    """
    first = min(part.last_on, today)
    until = today if part.late_told_on is None else min(today, part.last_on + KNOWN_WITHIN)
    days = {first} | {each.on for each in movements if first < each.on <= until}
    return any(not part_lacks(parts, movements, part, by=day) for day in sorted(days))


def plan_judged(
    parts: Sequence[InstalmentPartView],
    movements: Sequence[InstalmentMovement],
    *,
    agreed_on: date,
    today: date,
) -> InstalmentVerdict:
    """What a plan that was agreed on is today, by the days of postings alone: whatever it was said to be.

    A part is missed when it lacks some days after its day, once registers have come: then that is said, and
    there are days to pay. Only what lacks after them, when registers have come again, breaks the plan. It is
    paid off by the first day on which all its parts have come and all bills that are asked by then, or by the
    day of its last part: later ones are asked as ever.
    """
    broken, late = None, None
    for part in parts:
        if part_came(parts, movements, part, today=today):
            continue
        if part.late_told_on is None:
            if late is None and today >= part.due_on + KNOWN_WITHIN:
                late = part
        elif broken is None and today > part.last_on + KNOWN_WITHIN:
            broken = part
    over = broken.last_on + KNOWN_WITHIN if broken is not None else today
    paid_on = _paid_off(parts, movements, agreed_on=agreed_on, until=over)
    if paid_on is not None:
        return InstalmentVerdict(InstalmentState.PAID, paid_on)
    if broken is not None:
        return InstalmentVerdict(InstalmentState.BROKEN)
    return InstalmentVerdict(InstalmentState.STANDING, late=late)


def _paid_off(
    parts: Sequence[InstalmentPartView],
    movements: Sequence[InstalmentMovement],
    *,
    agreed_on: date,
    until: date,
) -> date | None:
    last = parts[-1].due_on
    for day in sorted({max(each.on, agreed_on) for each in movements}):
        asked = min(day, last)
        if day <= until and not lacking(parts, movements, parts_until=last, charges_until=asked, by=day):
            return day
    return None
