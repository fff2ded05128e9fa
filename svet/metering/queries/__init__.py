"""Reads: meters, dials, sets of readings, and usage for billing."""

from svet.metering.queries.dials import MeterDials, dials, make_dial
from svet.metering.queries.meters import (
    MeterNotFound,
    MeterReason,
    meter_for,
    meters_of,
    standing_with_accounts,
)
from svet.metering.queries.readings import (
    SetView,
    ValueView,
    broken,
    latest,
    reading_sets,
    set_for,
    sets_by_id,
    waiting_review,
)
from svet.metering.queries.reminding import near_verification, unsubmitted
from svet.metering.queries.reviewing import ReviewItem, review_count, review_items, review_queue
from svet.metering.queries.tracks import (
    Change,
    Comparison,
    DisputeStep,
    DisputeView,
    PhotoView,
    changes_of,
    compared,
    disputes_of,
    objection_until,
    photo_for,
    photos_of,
    waiting_disputes,
)
from svet.metering.queries.usage import MeterUsage, ZoneUsage, usage

__all__ = [
    "Change",
    "Comparison",
    "DisputeStep",
    "DisputeView",
    "MeterDials",
    "MeterNotFound",
    "MeterReason",
    "MeterUsage",
    "PhotoView",
    "ReviewItem",
    "SetView",
    "ValueView",
    "ZoneUsage",
    "broken",
    "changes_of",
    "compared",
    "dials",
    "disputes_of",
    "latest",
    "make_dial",
    "meter_for",
    "meters_of",
    "near_verification",
    "objection_until",
    "photo_for",
    "photos_of",
    "reading_sets",
    "review_count",
    "review_items",
    "review_queue",
    "set_for",
    "sets_by_id",
    "standing_with_accounts",
    "unsubmitted",
    "usage",
    "waiting_disputes",
    "waiting_review",
]
