"""The month of a provider: how it moves from open to issued, and who may let it. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused
from svet.kernel.states import Moves


class MonthState(StrEnum):
    """Where a provider's month stands."""

    OPEN = "open"
    READY = "ready"  # a dry run is kept that nobody has released yet
    RELEASED = "released"  # a second person has let it be charged
    CHARGING = "charging"
    CHARGED = "charged"
    ISSUED = "issued"


#: Once charged, a month is charged again for those alone whom it could not charge: nobody releases it anew.
MONTH_MOVES: Final = Moves(
    {
        MonthState.OPEN: frozenset({MonthState.READY, MonthState.CHARGING}),
        MonthState.READY: frozenset({MonthState.OPEN, MonthState.RELEASED, MonthState.CHARGING}),
        MonthState.RELEASED: frozenset({MonthState.READY, MonthState.CHARGING}),
        MonthState.CHARGING: frozenset({MonthState.CHARGED}),
        MonthState.CHARGED: frozenset({MonthState.CHARGING, MonthState.ISSUED}),
        MonthState.ISSUED: frozenset({MonthState.CHARGING}),
    }
)
#: Months that are not charged yet.
UNCHARGED: Final = frozenset({MonthState.OPEN, MonthState.READY, MonthState.RELEASED})


class DryRunState(StrEnum):
    """What became of a dry run."""

    MAKING = "making"
    KEPT = "kept"
    DROPPED = "dropped"  # broken off, replaced by a newer one, or its data have changed


DRY_RUN_MOVES: Final = Moves(
    {
        DryRunState.MAKING: frozenset({DryRunState.KEPT, DryRunState.DROPPED}),
        DryRunState.KEPT: frozenset({DryRunState.DROPPED}),
        DryRunState.DROPPED: frozenset(),
    }
)


class MonthTaskKind(StrEnum):
    """What the desk asks of the background."""

    DRY_RUN = "dry_run"
    RELEASE = "release"  # look once more, let it go, charge
    CHARGE = "charge"
    RETRY = "retry"  # chosen accounts only
    ISSUE = "issue"


class MonthTaskState(StrEnum):
    """How far the background is with it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # a rule said no; it is told why
    FAILED = "failed"  # the program or the machine broke it off


TASK_MOVES: Final = Moves(
    {
        MonthTaskState.WAITING: frozenset(
            {MonthTaskState.RUNNING, MonthTaskState.REFUSED, MonthTaskState.FAILED}
        ),
        MonthTaskState.RUNNING: frozenset(
            {MonthTaskState.DONE, MonthTaskState.REFUSED, MonthTaskState.FAILED}
        ),
        MonthTaskState.DONE: frozenset(),
        MonthTaskState.REFUSED: frozenset(),
        MonthTaskState.FAILED: frozenset(),
    }
)


class MonthReason(StrEnum):
    """Why a step of a month is not taken."""

    BUSY = "month_busy"
    BEGUN_ALREADY = "month_begun_already"
    NO_DRY_RUN = "no_dry_run"
    SAME_PERSON = "same_person"
    NO_NAME = "no_name"
    BLOCKED = "month_blocked"
    DATA_CHANGED = "data_changed"
    RELEASED_ALREADY = "released_already"
    NOT_RELEASED = "not_released"
    NOT_CHARGED = "month_not_charged"
    NO_ACCOUNTS = "no_accounts_chosen"
    OVERTAKEN = "dry_run_overtaken"
    NOTHING_UNLIKE = "nothing_unlike"
    OWN_CHARGE = "own_charge"


class MonthRefused(Refused):
    """The month does not allow this step now."""


_ROLE = re.compile(r"\s*\([^()]*\)\s*$")


def same_person(*, first: tuple[int | None, str], second: tuple[int | None, str]) -> bool:
    """Whether two authors (key of a person, name) are one: by their keys, else by their names.

    A name of the command line counts like one of the desks: blanks, letter case and the role in brackets that
    the journal adds make no other person.
    """
    if first[0] is not None and second[0] is not None:
        return first[0] == second[0]
    return plain_name(first[1]).casefold() == plain_name(second[1]).casefold()


def plain_name(name: str) -> str:
    """A name without its role and with single spaces."""
    return " ".join(_ROLE.sub("", name).split())
