"""Reads: meters, dials, sets of readings, and usage for billing."""

from svet.metering.queries.meters import (
    MeterNotFound,
    MeterReason,
    meter_for,
    meters_of,
    standing_with_accounts,
)
from svet.metering.queries.readings import (
    MeterDials,
    SetView,
    ValueView,
    broken,
    dials,
    latest,
    make_dial,
    reading_sets,
    set_for,
    sets_by_id,
    waiting_review,
)
from svet.metering.queries.reminding import near_verification, unsubmitted
from svet.metering.queries.usage import MeterUsage, ZoneUsage, usage

__all__ = [
    "MeterDials",
    "MeterNotFound",
    "MeterReason",
    "MeterUsage",
    "SetView",
    "ValueView",
    "ZoneUsage",
    "broken",
    "dials",
    "latest",
    "make_dial",
    "meter_for",
    "meters_of",
    "near_verification",
    "reading_sets",
    "set_for",
    "sets_by_id",
    "standing_with_accounts",
    "unsubmitted",
    "usage",
    "waiting_review",
]
