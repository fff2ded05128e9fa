"""Words of billing that rules, tables and pages share."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.refusals import Refused


class Basis(StrEnum):
    """Where the volume of a line comes from."""

    READING = "reading"
    AVERAGE = "average"
    NORM = "norm"
    SETTLEMENT = "settlement"  # reverses an estimate of an earlier month


class Proration(StrEnum):
    """What happens to a volume that was used partly before and partly after a change of prices."""

    BY_DAY = "by_day"
    AT_READING = "at_reading"


class Reason(StrEnum):
    """Why an account cannot be charged."""

    NO_TARIFF = "no_tariff"
    NEGATIVE_VOLUME = "negative_volume"
    READING_BELOW_BILLED = "reading_below_billed"
    UNKNOWN_PROVIDER = "unknown_provider"
    PERIOD_NOT_STARTED = "period_not_started"
    NO_REGION = "no_region"


class BillingRefused(Refused):
    """The charge cannot be computed, or the run cannot start."""
