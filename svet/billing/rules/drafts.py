"""Facts that a member enters and that give money back: what they give back, and when another must sign. Pure.

A fact moves no money: the next charge does, by what the fact says. What it takes from charged months is the
same money as a credit, so the same limit of one hand holds for it (ADR 237).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from svet.billing.rules.decisions import two_hands
from svet.billing.rules.dry_runs import digest_of
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.states import Moves

#: A draft that nobody has signed by then is over: what it was based on is known no better.
WAITS: Final = timedelta(days=14)
#: One member alone gives back so many limits of one account, over all accounts, before others must look.
LIMITS_OF_AUTHOR: Final = 20


class FactKind(StrEnum):
    """What is entered."""

    END = "end"  # a contract ends, on another day, or goes on
    TERMS = "terms"  # tariff group, residents and the other dated terms
    ACT = "act"  # an act of the office
    ACT_END = "act_end"  # the end of one
    ACT_GONE = "act_gone"  # one is taken back
    METER = "meter"  # a meter is replaced
    CONTROL = "control"  # what the company read off a meter
    DISPUTE = "dispute"  # an objection to that is upheld
    REVIEW = "review"  # an odd reading is taken or refused
    CORRECTION = "correction"  # what an odd reading really shows


class DraftState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


#: What is decided stays decided; who wants it all the same enters it anew.
DRAFT_MOVES: Final = Moves(
    {
        DraftState.WAITING: frozenset(
            {DraftState.DONE, DraftState.REFUSED, DraftState.WITHDRAWN, DraftState.EXPIRED}
        ),
        DraftState.DONE: frozenset(),
        DraftState.REFUSED: frozenset(),
        DraftState.WITHDRAWN: frozenset(),
        DraftState.EXPIRED: frozenset(),
    }
)


class DraftReason(StrEnum):
    """Why a draft cannot be written, signed, refused or withdrawn so."""

    NOT_FOUND = "draft_not_found"
    TWICE = "draft_waits_already"
    DECIDED = "draft_decided"
    EXPIRED = "draft_expired"
    SAME_HAND = "draft_signed_by_one"
    NO_RIGHT = "draft_without_the_right"
    AUTHOR_LEFT = "draft_author_without_the_right"
    CHANGED = "draft_effect_changed"
    NOT_YOURS = "draft_of_another"


class DraftRefused(Refused):
    """The draft cannot be signed, or decided, so."""


class MonthEffect(NamedTuple):
    """Kopecks of a charged month without and with the fact."""

    month: Month
    without: int
    changed: int

    @property
    def difference(self) -> int:
        """Negative: it is given back."""
        return self.changed - self.without


@dataclass(frozen=True, slots=True)
class FactEffect:
    """What a fact does to charged months; ``known``: not, where they cannot be told with or without it."""

    months: tuple[MonthEffect, ...]
    known: bool

    @property
    def given(self) -> int:
        """Kopecks given back on balance; of what cannot be told, all that was charged."""
        if not self.known:
            return sum(max(each.without, 0) for each in self.months)
        return max(-sum(each.difference for each in self.months), 0)

    @property
    def shown(self) -> str:
        """Stands for all of it: whoever signs has seen this."""
        return digest_of([*self.months, self.known])


def effect_of(
    without: Mapping[Month, int] | None, changed: Mapping[Month, int] | None, *, stands: Mapping[Month, int]
) -> FactEffect:
    """What a fact does: kopecks by months of what should stand without it and with it, and of what stands.

    None: it cannot be told. Without the fact, what stands is as good; with it, anything may follow.
    """
    before = stands if without is None else without
    if changed is None:
        lost = tuple(MonthEffect(month, before[month], 0) for month in sorted(before))
        return FactEffect(lost, known=False)
    touched = sorted({*before, *changed})
    months = (MonthEffect(month, before.get(month, 0), changed.get(month, 0)) for month in touched)
    return FactEffect(tuple(each for each in months if each.difference), known=True)


def needs_another(*, given: int, alone: int, of_author: int, limit: int) -> bool:
    """Whether somebody else must sign before a fact counts; all are kopecks.

    ``alone``: what one hand has moved the account by lately; ``of_author``: what the author has given back
    alone lately, of all accounts; ``limit``: what the supplier lets one hand decide.
    """
    if not given:
        return False
    return two_hands(effect=given, alone=alone, limit=limit) or given + of_author > limit * LIMITS_OF_AUTHOR
