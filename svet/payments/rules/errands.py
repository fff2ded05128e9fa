"""Errands to a bank for which a page waits: which there are, and how long anybody waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class ErrandKind(StrEnum):
    """What a page has a job ask a bank for."""

    PAGE = "page"  # the page where an order is paid
    LOOK = "look"  # where an order stands
    CREDIT = "credit"  # the rest: a member's decision about an order in review, or a callback
    SEND_BACK = "send_back"
    CANCEL = "cancel"
    CLOSE = "close"


#: One of an order at a time: whoever asks meanwhile waits for it too.
ALONE: Final = frozenset({ErrandKind.PAGE, ErrandKind.LOOK})
#: Seconds a page waits.
WAITS: Final = 4.0
#: Seconds a job gives a bank for its page: the press has been answered by then, its page refreshes itself.
GOES_FOR: Final = 8.0
#: A worker that has not come back for so long is dead: longer than any errand takes.
DEAD_AFTER: Final = timedelta(seconds=40)
#: So long after it was asked for an errand is late: whoever waited is gone. Of a decision there is a margin
#: for the clocks of two machines; its desk ends it after its wait, unless it died.
LATE_AFTER: Final[Mapping[ErrandKind, timedelta]] = {
    ErrandKind.LOOK: timedelta(seconds=WAITS + 1),
    ErrandKind.CREDIT: timedelta(seconds=10),
    ErrandKind.SEND_BACK: timedelta(seconds=10),
    ErrandKind.CANCEL: timedelta(seconds=10),
    ErrandKind.CLOSE: timedelta(seconds=10),
}
#: Nobody waits any more, and nothing more is to come of it.
FORGOTTEN_AFTER: Final = timedelta(hours=1)
#: A press on an errand that was begun, or asked for, so long ago has another job sent: longer than a
#: job gives a bank for its page.
PRESSED_AGAIN_AFTER: Final = timedelta(seconds=10)
#: Before every other job, whoever takes it; a press and a decision before those who only look.
FIRST: Final = 100
BEFORE_LOOKS: Final = 110


def patience_left(*, asked_at: datetime, now: datetime) -> float:
    """Seconds to go on waiting for an errand that was asked for then."""
    return max(0.0, WAITS - max(0.0, (now - asked_at).total_seconds()))


def is_late(kind: ErrandKind, *, asked_at: datetime, now: datetime) -> bool:
    """Whether an errand is not to be begun any more; the page of an order is fetched however late."""
    return kind in LATE_AFTER and now - asked_at > LATE_AFTER[kind]


def priority_of(kind: ErrandKind) -> int:
    """Of its job: a hundred pages that look at a bank that hangs keep nobody from paying at another."""
    return FIRST if kind is ErrandKind.LOOK else BEFORE_LOOKS


def is_silent(refused: Mapping[str, object], *, word: str) -> bool:
    """Whether an errand ended because the bank does not answer; ``word`` is the reason that says so."""
    return refused.get("reason") == word
