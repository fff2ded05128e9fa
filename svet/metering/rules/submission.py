"""What somebody sends as a meter's readings: one value from every page, program, text and office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from svet.metering.rules.judging import Doubt, Judgement
from svet.metering.rules.states import ReadingChannel
from svet.metering.rules.zones import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the author has said about the set beforehand.

    ``confirmed``: it is right, however odd it looks. ``unchanged``: nothing was used since the last reading,
    which answers that question and no other. ``insists``: the dial shows just this, though it went down.
    """

    confirmed: bool = False
    unchanged: bool = False
    insists: bool = False

    def settle(self, judgement: Judgement) -> bool:
        """Whether nothing is left to ask the author about."""
        return (
            not judgement.doubts
            or self.confirmed
            or (self.unchanged and judgement.doubts <= {Doubt.ZERO})
            or self.appeal(judgement)
        )

    def appeal(self, judgement: Judgement) -> bool:
        """Whether the set goes to the staff because its author stands by values that went down."""
        return self.insists and judgement.only_lower


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSubmission:
    """All scales of one meter as read on one day.

    ``key`` makes a repeated sending the same one. ``words`` tell why, for the staff; ``photo_public_id`` is
    of a photo taken in before. ``entered_at`` is for a set that waited on the author's device.
    """

    values: Mapping[Zone, Decimal]
    read_on: date
    channel: ReadingChannel
    key: UUID
    answers: Answers = Answers()
    words: str = ""
    photo_public_id: str = ""
    entered_at: datetime | None = None
