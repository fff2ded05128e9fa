"""Pure rules of billing: what should stand, estimates, norms, penalties, and what a tariff file must be."""

from svet.billing.rules.kinds import (
    ESTIMATES,
    Basis,
    BillingReason,
    BillingRefused,
    LineCause,
    Proration,
    Rules,
)
from svet.billing.rules.lines import Line
from svet.billing.rules.pricing import Reading, amount
from svet.billing.rules.splitting import social_norm, split_by_days, split_ranges

__all__ = [
    "ESTIMATES",
    "Basis",
    "BillingReason",
    "BillingRefused",
    "Line",
    "LineCause",
    "Proration",
    "Reading",
    "Rules",
    "amount",
    "social_norm",
    "split_by_days",
    "split_ranges",
]
