"""Months of an account from the lines of its bills, why they differ, what the next is likely to be."""

from svet.usage.rules.alike import ALIKE_LEAST, Alike, AlikeGap, AlikeStanding, standing_of
from svet.usage.rules.budgets import (
    Budget,
    BudgetKind,
    BudgetReason,
    BudgetRefused,
    BudgetStanding,
    BudgetView,
    budget_standing,
    checked_budget,
)
from svet.usage.rules.corrections import corrections_by_month
from svet.usage.rules.forecasting import DailyRange, PastForecast, daily_range, outer, promises
from svet.usage.rules.months import (
    MONTHS,
    YEAR,
    EnergyReason,
    MoneyReason,
    ReasonKind,
    UsageMonth,
    UsageStory,
    ZoneMonth,
    energy_reasons,
    money_reasons,
    usage_month,
)
from svet.usage.rules.years import PriceMove, YearStory, year_story, year_to_look_back_at

__all__ = [
    "ALIKE_LEAST",
    "MONTHS",
    "YEAR",
    "Alike",
    "AlikeGap",
    "AlikeStanding",
    "Budget",
    "BudgetKind",
    "BudgetReason",
    "BudgetRefused",
    "BudgetStanding",
    "BudgetView",
    "DailyRange",
    "EnergyReason",
    "MoneyReason",
    "PastForecast",
    "PriceMove",
    "ReasonKind",
    "UsageMonth",
    "UsageStory",
    "YearStory",
    "ZoneMonth",
    "budget_standing",
    "checked_budget",
    "corrections_by_month",
    "daily_range",
    "energy_reasons",
    "money_reasons",
    "outer",
    "promises",
    "standing_of",
    "usage_month",
    "year_story",
    "year_to_look_back_at",
]
