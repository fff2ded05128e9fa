"""Words of billing that rules, tables and pages share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from svet.kernel.refusals import Refused


class Basis(StrEnum):
    """Where the volume of a line comes from."""

    READING = "reading"
    AVERAGE = "average"
    NORM = "norm"
    LOSSES = "losses"  # between the meter and the border of the grid
    HOUSE = "house"  # common needs of the house
    OVERRIDE = "override"  # a volume that a person has decided
    ADJUSTMENT = "adjustment"  # kopecks that a person has decided, without a volume


#: Volumes that nobody has read.
ESTIMATES = (Basis.AVERAGE, Basis.NORM)


class LineCause(StrEnum):
    """Why a line was posted or taken back; ``FIRST``: nothing stood for its month before."""

    FIRST = "first"
    CONTROL = "control"  # the office has read the meter
    REPLACEMENT = "replacement"  # a meter came or went
    READING = "reading"  # a reading that came later
    WITHDRAWN = "withdrawn"  # a reading that counts no more
    ACT = "act"  # an act of the office about a meter
    TERMS = "terms"  # another price group of the contract
    TARIFF = "tariff"  # other prices of the same group
    DECISION = "decision"  # a person has decided so, or has taken a decision back
    HOUSE = "house"  # another volume of the whole house
    RECALCULATION = "recalculation"  # anything else


class Proration(StrEnum):
    """What happens to a volume that was used partly before and partly after a change of prices."""

    BY_DAY = "by_day"
    AT_READING = "at_reading"


@dataclass(frozen=True, slots=True)
class Rules:
    """The supplier's choices that hold for the month (see the table of policies)."""

    proration: Proration = Proration.BY_DAY
    average_periods: int = 3
    average_base_months: int = 6
    average_base_least: int = 3
    norm_kwh_per_person: Decimal | None = None
    problems_percent: Decimal = Decimal(1)
    movers_percent: Decimal = Decimal(50)
    release_required: bool = False
    #: Kopecks: a decision beyond it asks for a second signature.
    decision_kopecks: int = 1_000_00
    #: Kopecks and months: corrections of one account beyond them wait for a person.
    brake_kopecks: int = 100_000_00
    brake_months: int = 36
    #: Percent: a month whose sum, or so many of its accounts, moved further waits for a second person.
    totals_percent: Decimal = Decimal(30)
    movers_share: Decimal = Decimal(30)


class BillingReason(StrEnum):
    """Why an account cannot be charged, or a run cannot start, or no bills can be issued."""

    # An account's problem: it is kept with the run.
    NO_TARIFF = "no_tariff"
    NO_NORM = "no_norm"
    NO_RESIDENTS = "no_residents"
    NO_METER = "no_meter"
    NO_FIRST_READING = "no_first_reading"
    NEGATIVE_VOLUME = "negative_volume"
    CONTRADICTION = "contradiction"
    HELD = "held"
    DECISION_MISSES = "decision_misses"
    LARGE_DIFFERENCE = "large_difference"
    OLD_DIFFERENCE = "old_difference"
    NO_HOUSE_VOLUME = "no_house_volume"
    WRONG_SHARE = "wrong_share"
    # A refusal of the whole run.
    UNKNOWN_PROVIDER = "unknown_provider"
    NO_REGION = "no_region"
    PERIOD_NOT_STARTED = "period_not_started"
    NOBODY = "nobody"
    DEMONSTRATION_PRICES = "demonstration_prices"
    BEFORE_CUT_OFF = "before_cut_off"
    EARLIER_UNFINISHED = "earlier_unfinished"
    EARLIER_MISSING = "earlier_missing"
    EARLIER_PROBLEMS = "earlier_problems"
    # A refusal to issue bills.
    UNFINISHED = "unfinished"
    TOO_MANY_PROBLEMS = "too_many_problems"
    UNLIKE_MONTH_BEFORE = "unlike_month_before"


#: What may stand against an account in the list of a run's problems.
PROBLEMS = (
    BillingReason.NO_TARIFF,
    BillingReason.NO_NORM,
    BillingReason.NO_RESIDENTS,
    BillingReason.NO_METER,
    BillingReason.NO_FIRST_READING,
    BillingReason.CONTRADICTION,
    BillingReason.HELD,
    BillingReason.DECISION_MISSES,
    BillingReason.LARGE_DIFFERENCE,
    BillingReason.OLD_DIFFERENCE,
    BillingReason.NO_HOUSE_VOLUME,
    BillingReason.WRONG_SHARE,
)


class BillingRefused(Refused):
    """The charge cannot be computed, or the run cannot start."""


class BillingProblem(BillingRefused):
    """What an account should be charged cannot be told from its facts; nothing of it is left out."""
