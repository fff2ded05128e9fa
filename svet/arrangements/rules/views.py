"""Plans and what is offered, as others see them: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from svet.arrangements.rules.plans import (
    PAUSED_BY,
    TOLD_AHEAD,
    InstalmentPartView,
    InstalmentReason,
    InstalmentState,
    InstalmentTerms,
)
from svet.kernel.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class InstalmentView:
    """A plan; days are those of the account's supplier.

    ``done`` parts have come; ``ask`` is what lacks by the day of ``next``, current bills among it. A part is
    asked once the day of the one before is over: before that nothing is to be paid (``due``).
    """

    public_id: str
    account_id: int
    person_id: int
    state: InstalmentState
    money: Money
    made_on: date
    parts: tuple[InstalmentPartView, ...]
    by_two: bool
    ended_on: date | None = None
    done: int = 0
    next: InstalmentPartView | None = None
    ask: Money = ZERO
    due: Money = ZERO
    #: The day of the part that is asked has passed: days of grace are running.
    late: bool = False

    @property
    def months(self) -> int:
        return len(self.parts)

    @property
    def asks_on(self) -> date:
        """The day of the next part; of a plan without one, its last."""
        return (self.next or self.parts[-1]).due_on

    def pause_since(self, *, living: InstalmentView | None, today: date) -> date | None:
        """From which day it has a pause, as one that stood and is over; ``None``: it has none.

        One that ended with its maker's right to pay does when a part was near or due, whether or not the job
        has said so: who leaves shortly before it breaks is no better off than who gives it up.
        """
        stands = living is not None and living.public_id == self.public_id
        gone = self.state is InstalmentState.STANDING and not stands
        state, over_on = (InstalmentState.ENDED, today) if gone else (self.state, self.ended_on)
        if over_on is None or state not in PAUSED_BY:
            return None
        early = state is InstalmentState.ENDED and over_on < self.parts[0].due_on - TOLD_AHEAD
        return None if early else over_on


def part_asked(parts: tuple[InstalmentPartView, ...], part: InstalmentPartView, *, today: date) -> bool:
    """Whether a part is to be paid by now: the first one at once, others when that before has had its day."""
    return part.no == 1 or parts[part.no - 2].due_on < today


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """Whether there may be a plan: ``why`` not, and from which day on."""

    why: InstalmentReason | None
    free_on: date | None
    least: Money
    most: Money


@dataclass(frozen=True, slots=True)
class InstalmentOffer:
    """Whether a plan may be agreed on for an account; ``why`` not, and from which day on.

    ``choices`` by the number of months; ``shown`` stands for the debt, all days and whether two sign.
    ``terms``: what the account's supplier allows.
    """

    account_public_id: str
    account_number: str
    provider_name: str
    balance: Money
    why: InstalmentReason | None
    free_on: date | None
    least: Money
    most: Money
    by_two: bool
    choices: dict[int, tuple[InstalmentPartView, ...]]
    shown: str
    living: InstalmentView | None
    mine: bool
    past: tuple[InstalmentView, ...]
    terms: InstalmentTerms


@dataclass(frozen=True, slots=True)
class WaitingInstalment:
    """A plan as the staff sees it: whose, of which account, what that owes now, who signed or ended it."""

    plan: InstalmentView
    account_number: str
    account_public_id: str
    person_name: str
    asked_at: datetime
    first_id: int | None
    first_by: str
    first_at: datetime | None
    signed_by: str
    signed_at: datetime | None
    ended_by: str
    ended_because: str
    balance: Money
