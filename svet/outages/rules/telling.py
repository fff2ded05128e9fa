"""Whom one tells what of an outage, by what they were told before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from svet.outages.rules import DAY_HOURS, TOLD_AHEAD, OutageKind


class OutageNews(StrEnum):
    """What is told."""

    COMING = "coming"
    MOVED = "moved"
    OFF = "off"
    #: It will be, and has no house of theirs any more.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ToldOfOutage:
    """What somebody was told last: hours, or that there is nothing (``off``)."""

    begins_at: datetime
    ends_at: datetime | None
    off: bool


def is_time_to_tell(kind: OutageKind, local: datetime) -> bool:
    """Whether news of an outage may go out at this local moment: of a planned one never at night."""
    return kind is OutageKind.EMERGENCY or local.hour in DAY_HOURS


def next_morning(local: datetime) -> datetime:
    """The moment of a night at which planned works may be told again; ``local`` has the supplier's zone."""
    day = local.date() + timedelta(days=local.hour >= DAY_HOURS.stop)
    return datetime.combine(day, time(DAY_HOURS.start), tzinfo=local.tzinfo)


def is_too_late_in_the_morning(
    news: OutageNews,
    *,
    told: ToldOfOutage | None,
    begins_at: datetime,
    now: datetime,
    morning: datetime,
) -> bool:
    """Whether news of a planned work must go out at night: it begins, or was said to begin, before morning.

    One that runs already wakes nobody who was told nothing of it.
    """
    if news is OutageNews.COMING:
        return now < begins_at < morning
    soonest = begins_at if told is None or begins_at < told.begins_at else told.begins_at
    return soonest < morning


def news_for(
    told: ToldOfOutage | None,
    *,
    met: bool,
    cancelled: bool,
    readdressed: bool,
    begins_at: datetime,
    ends_at: datetime | None,
    over_at: datetime,
    now: datetime,
) -> OutageNews | None:
    """What somebody is to be told now; None where they know all there is.

    ``met``: the outage stands and has a house of theirs; ``readdressed``: its places are others than when
    they were told. Who was told of hours hears of others at once, however far they are; who was told of
    nothing hears when it is near. Who sees the account no more hears nothing: that house will be dark.
    """
    if told is None or told.off:
        near = met and begins_at - now <= TOLD_AHEAD and over_at > now
        return OutageNews.COMING if near else None
    if not met:
        # What has ended by itself as it was told took nobody by surprise.
        if told.ends_at is not None and told.ends_at <= now:
            return None
        return OutageNews.OFF if cancelled else OutageNews.LEFT if readdressed else None
    if (told.begins_at, told.ends_at) != (begins_at, ends_at) and over_at > now:
        return OutageNews.MOVED
    return None
