"""The life of an appeal, what it may hold, and when it must be answered. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused
from svet.kernel.states import Moves


class Topic(StrEnum):
    """What an appeal is about."""

    READINGS = "readings"
    BILL = "bill"
    PAYMENT = "payment"
    METER = "meter"
    CABINET = "cabinet"
    OTHER = "other"


class AppealState(StrEnum):
    """Where an appeal stands."""

    NEW = "new"  # nobody of the staff has opened it
    TAKEN = "taken"  # a member of staff works on it
    ANSWERED = "answered"  # the staff spoke last
    CLOSED = "closed"  # the person needs no more, or has said nothing since the answer


MOVES: Final = Moves(
    {
        AppealState.NEW: frozenset({AppealState.TAKEN, AppealState.ANSWERED, AppealState.CLOSED}),
        AppealState.TAKEN: frozenset({AppealState.ANSWERED, AppealState.CLOSED}),
        # The person writes on: the same appeal waits again.
        AppealState.ANSWERED: frozenset({AppealState.TAKEN, AppealState.CLOSED}),
        AppealState.CLOSED: frozenset(),
    }
)
#: What still waits for the staff.
WAITING: Final = frozenset({AppealState.NEW, AppealState.TAKEN})

LONGEST_WORDS: Final = 4_000
MOST_PHOTOS: Final = 3
#: An answered appeal to which nothing is added closes by itself.
QUIET_DAYS: Final = 30


class SupportReason(StrEnum):
    NO_WORDS = "no_words"
    TOO_LONG = "words_too_long"
    TOPIC = "topic_unknown"
    TOO_MANY_PHOTOS = "too_many_photos"
    CLOSED = "appeal_closed"
    NOT_FOUND = "appeal_not_found"
    KEY_REUSED = "key_reused"


class SupportRefused(Refused):
    """The appeal cannot be written, answered or closed like that."""


def checked_text(words: str, *, field: str = "words") -> str:
    """What somebody wrote, trimmed, at most 4,000 characters.

    :raises SupportRefused: nothing is said, or too much
    """
    text = words.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise SupportRefused(SupportReason.NO_WORDS, field=field)
    if len(text) > LONGEST_WORDS:
        raise SupportRefused(SupportReason.TOO_LONG, field=field, details={"max": LONGEST_WORDS})
    return text


def topic_of(text: str) -> Topic:
    """The topic by its word. :raises SupportRefused: there is no such topic"""
    try:
        return Topic(text)
    except ValueError:
        raise SupportRefused(SupportReason.TOPIC, field="topic") from None


def answer_due(on: date, *, days: int) -> date:
    """The last day of the answer, ``days`` calendar days after the appeal (a setting of the installation)."""
    return on + timedelta(days=days)
