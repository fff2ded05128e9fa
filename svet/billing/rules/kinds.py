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


class BillingReason(StrEnum):
    """Why an account cannot be charged, or a run cannot start, or no bills can be issued."""

    # An account's problem: it is kept with the run.
    NO_TARIFF = "no_tariff"
    NO_NORM = "no_norm"
    NO_RESIDENTS = "no_residents"
    NO_METER = "no_meter"
    NO_FIRST_READING = "no_first_reading"
    NEGATIVE_VOLUME = "negative_volume"
    READING_BELOW_BILLED = "reading_below_billed"
    LATER_CHARGED = "later_charged"
    EARLIER_OPEN = "earlier_open"
    # A refusal of the whole run.
    UNKNOWN_PROVIDER = "unknown_provider"
    NO_REGION = "no_region"
    PERIOD_NOT_STARTED = "period_not_started"
    DEMONSTRATION_PRICES = "demonstration_prices"
    BEFORE_CUT_OFF = "before_cut_off"
    EARLIER_UNFINISHED = "earlier_unfinished"
    EARLIER_MISSING = "earlier_missing"
    EARLIER_PROBLEMS = "earlier_problems"
    # A refusal to issue bills.
    UNFINISHED = "unfinished"
    TOO_MANY_PROBLEMS = "too_many_problems"


#: What may stand against an account in the list of a run's problems.
PROBLEMS = (
    BillingReason.NO_TARIFF,
    BillingReason.NO_NORM,
    BillingReason.NO_RESIDENTS,
    BillingReason.NO_METER,
    BillingReason.NO_FIRST_READING,
    BillingReason.NEGATIVE_VOLUME,
    BillingReason.READING_BELOW_BILLED,
    BillingReason.EARLIER_OPEN,
    BillingReason.LATER_CHARGED,
)


class BillingRefused(Refused):
    """The charge cannot be computed, or the run cannot start."""
