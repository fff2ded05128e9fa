"""Rules of autopay: the lives of agreements and of their months, days, sums, retries. Pure."""

from svet.autopay.rules.refusals import AutopayConflict, AutopayNotFound, AutopayReason, AutopayRefused
from svet.autopay.rules.retrying import CARD_GONE, RETRY_DAYS, Sequel, sequel
from svet.autopay.rules.states import (
    AGREEMENT_MOVES,
    ENDS,
    READY,
    STANDING,
    TURN_MOVES,
    AgreementCause,
    AgreementState,
    TurnState,
)
from svet.autopay.rules.terms import (
    ASIDE,
    CHARGE_HOUR,
    LAST_DAY,
    LATEST,
    MOST_DAYS_AFTER,
    NOTICE,
    OFFER_LIVES,
    RETRY_HOUR,
    AutopayTerms,
    charge_moment,
    is_time_to_tell,
    planned_day,
    sum_to_charge,
)
from svet.autopay.rules.views import TurnView

__all__ = [
    "AGREEMENT_MOVES",
    "ASIDE",
    "CARD_GONE",
    "CHARGE_HOUR",
    "ENDS",
    "LAST_DAY",
    "LATEST",
    "MOST_DAYS_AFTER",
    "NOTICE",
    "OFFER_LIVES",
    "READY",
    "RETRY_DAYS",
    "RETRY_HOUR",
    "STANDING",
    "TURN_MOVES",
    "AgreementCause",
    "AgreementState",
    "AutopayConflict",
    "AutopayNotFound",
    "AutopayReason",
    "AutopayRefused",
    "AutopayTerms",
    "Sequel",
    "TurnState",
    "TurnView",
    "charge_moment",
    "is_time_to_tell",
    "planned_day",
    "sequel",
    "sum_to_charge",
]
