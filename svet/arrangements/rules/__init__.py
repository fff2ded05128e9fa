"""Promises to pay by a day: when one may be made, and what the books say of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.states import Moves
from svet.ledger.rules import TransactionKind

#: A payment at a counter comes in a register some days later: a promise is not called broken before.
KNOWN_WITHIN: Final = timedelta(days=3)
#: News that is later still, of a payment or of one taken back, changes what was said within these days.
MENDED_WITHIN: Final = timedelta(days=60)
#: What makes an account owe more, and so is no answer to what was promised.
_CHARGED: Final = frozenset({TransactionKind.CHARGE, TransactionKind.PENALTY, TransactionKind.FEE})


class PromiseState(StrEnum):
    """Where a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    DROPPED = "dropped"  # whoever made it may pay for the account no more
    RECALLED = "recalled"  # taken back by whoever made it


PROMISE_MOVES = Moves(
    {
        PromiseState.OPEN: frozenset(
            {PromiseState.KEPT, PromiseState.BROKEN, PromiseState.DROPPED, PromiseState.RECALLED}
        ),
        # What was paid in time and became known late; what was taken back with a day that was in time.
        PromiseState.BROKEN: frozenset({PromiseState.KEPT}),
        PromiseState.KEPT: frozenset({PromiseState.BROKEN}),
        PromiseState.DROPPED: frozenset(),
        PromiseState.RECALLED: frozenset(),
    }
)


class PromiseReason(StrEnum):
    """Why a promise is not taken."""

    ACCOUNT = "promise_account"
    OFF = "promise_off"
    NO_DEBT = "promise_no_debt"
    DAY = "promise_day"
    OPEN = "promise_open"
    PLAN = "promise_plan"
    BROKEN_LATELY = "promise_broken_lately"
    OVER = "promise_over"


class PromiseRefused(Refused):
    """No promise is taken as it is; nothing changed."""


class PromiseConflict(Conflict):
    """One stands already, or the one that was meant stands no more."""


class PromiseNotFound(NotFound):
    """No such account that the person may pay for."""


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """What the retailer allows: a day at most ``days`` away, none for ``pause`` days after a broken one.

    No days: the retailer takes no promises.
    """

    days: int
    pause: int


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise; days are those of the account's supplier. ``left``: what is still to be paid of it."""

    public_id: str
    account_id: int
    person_id: int
    state: PromiseState
    money: Money
    made_on: date
    until_on: date
    paid_on: date | None
    left: Money = ZERO


@dataclass(frozen=True, slots=True)
class PromiseAnswer:
    """Whether a promise may be made: ``why`` not, and after which day it may be."""

    why: PromiseReason | None
    free_on: date | None


@dataclass(frozen=True, slots=True)
class PromiseOffer:
    """Whether a promise may be made for an account: its debt, the last day; ``why`` not, and until when.

    ``mine``: the one that stands may be taken back by the person. ``terms``: what its supplier allows.
    """

    account_public_id: str
    account_number: str
    provider_name: str
    balance: Money
    last_on: date
    why: PromiseReason | None
    free_on: date | None
    standing: PromiseView | None
    mine: bool
    past: tuple[PromiseView, ...]
    terms: PromiseTerms
    #: The supplier's day.
    today: date

    @property
    def day_over(self) -> bool:
        """Whether the day of the promise that stands is over: it is judged some days later."""
        return self.standing is not None and self.standing.until_on < self.today


@dataclass(frozen=True, slots=True)
class PastPromise:
    """A person's promise that was broken (``recalled_on`` None), or the day it was taken back."""

    made_on: date
    until_on: date
    recalled_on: date | None


@dataclass(frozen=True, slots=True)
class PromiseMovement:
    """A posting after the promise: kopecks as the debt counts them, by the day it counts for."""

    kind: TransactionKind
    on: date
    kopecks: int


def last_day(terms: PromiseTerms, *, today: date) -> date:
    """The last day that may be promised."""
    return today + timedelta(days=terms.days)


def why_not(
    terms: PromiseTerms, *, balance: Money, open_: bool, living: bool, broken_on: date | None, today: date
) -> PromiseReason | None:
    """Why no promise may be made today; ``broken_on``: the day of the last one broken, or taken back late.

    ``living``: the account is paid in parts, or asks to be.
    """
    if not terms.days:
        return PromiseReason.OFF
    if open_:
        return PromiseReason.OPEN
    if living:
        return PromiseReason.PLAN
    if balance.kopecks <= 0:
        return PromiseReason.NO_DEBT
    if broken_on is not None and today <= free_again(terms, broken_on=broken_on):
        return PromiseReason.BROKEN_LATELY
    return None


def free_again(terms: PromiseTerms, *, broken_on: date) -> date:
    """The last day without a new promise after one that was broken."""
    return broken_on + timedelta(days=terms.pause)


def pause_from(past: Iterable[PastPromise], *, pause: int) -> date | None:
    """The day from which the last ``pause`` days without a new promise count; None: there were none.

    A broken one counts from its day, one taken back from the day it was. On the day it was made it had won
    no time, which is free once in ``pause`` days: promised again every morning and taken back every evening,
    a debt would never be asked for.
    """
    days, free = [], None
    for each in sorted(past, key=lambda one: one.recalled_on or one.until_on):
        if each.recalled_on is None:
            days.append(each.until_on)
        elif each.recalled_on > each.made_on or (
            free is not None and each.recalled_on <= free + timedelta(days=pause)
        ):
            days.append(each.recalled_on)
        else:
            free = each.recalled_on
    return max(days, default=None)


def may_recall(*, until: date, today: date) -> bool:
    """Whether it may still be taken back: once its day is over it is judged."""
    return today <= until


def check_day(terms: PromiseTerms, *, until: date, today: date) -> None:
    """Whether the day may be promised. :raises PromiseRefused: not after today, or too far"""
    last = last_day(terms, today=today)
    if not today < until <= last:
        raise PromiseRefused(
            PromiseReason.DAY, field="until", details={"first": today + timedelta(days=1), "last": last}
        )


def paid_on(promised: Money, movements: Iterable[PromiseMovement], *, until: date) -> date | None:
    """The day by which all that was promised was paid, by the days movements count for; None: not yet.

    New charges do not count against it: they have days of their own. What takes a new charge back, of the
    same kind, lessens that charge and nothing else. What goes beyond, was written off or transferred is owed
    no more, so it counts; what was given back counts against.
    """
    reached = None
    for on, left in _lefts(promised, (each for each in movements if each.on <= until)):
        if left > 0:
            reached = None
        elif reached is None:
            reached = on
    return reached


def left_of(promised: Money, movements: Iterable[PromiseMovement]) -> Money:
    """What is still to be paid of it by all that is known, counted as :func:`paid_on` counts it."""
    lefts = [left for _on, left in _lefts(promised, movements)]
    return Money(max(lefts[-1], 0)) if lefts else promised


def _lefts(promised: Money, movements: Iterable[PromiseMovement]) -> Iterator[tuple[date, int]]:
    """After each movement, by days, the kopecks that lack."""
    charged: dict[TransactionKind, int] = dict.fromkeys(_CHARGED, 0)
    others = 0
    for each in sorted(movements, key=lambda each: each.on):
        if each.kind in _CHARGED:
            charged[each.kind] += each.kopecks
        else:
            others += each.kopecks
        yield each.on, promised.kopecks + others + sum(min(0, kopecks) for kopecks in charged.values())


def judged(
    promised: Money, movements: Iterable[PromiseMovement], *, until: date, state: PromiseState, today: date
) -> tuple[PromiseState, date | None]:
    """What a promise is today, with the day it was paid: whenever this is asked, by the days of postings."""
    if state in (PromiseState.DROPPED, PromiseState.RECALLED):
        return state, None
    on = paid_on(promised, movements, until=min(until, today))
    if on is not None:
        return PromiseState.KEPT, on
    over = today > until + KNOWN_WITHIN
    return (PromiseState.BROKEN if over else state), None
