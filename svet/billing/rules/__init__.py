"""Pure rules of billing: splitting, pricing, estimates, norms, penalties, and what a tariff file must be."""

from svet.billing.rules.kinds import Basis, BillingReason, BillingRefused, Proration, Rules
from svet.billing.rules.pricing import (
    PricedLine,
    Reading,
    Volume,
    amount,
    period_of,
    price_account,
    price_month,
)
from svet.billing.rules.splitting import social_norm, split_by_days, split_ranges
from svet.billing.rules.tariffs import GroupTariffs, Price, Tariff
from svet.billing.rules.volumes import PastLine, ScalePast, scale_volumes, scales

__all__ = [
    "Basis",
    "BillingReason",
    "BillingRefused",
    "GroupTariffs",
    "PastLine",
    "Price",
    "PricedLine",
    "Proration",
    "Reading",
    "Rules",
    "ScalePast",
    "Tariff",
    "Volume",
    "amount",
    "period_of",
    "price_account",
    "price_month",
    "scale_volumes",
    "scales",
    "social_norm",
    "split_by_days",
    "split_ranges",
]
