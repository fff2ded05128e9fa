"""The day by pure rules: facts of a cabinet in, a plan of the day out."""

from svet.today.rules.arrears import Arrears, arrears
from svet.today.rules.facts import (
    AccountFactsOfDay,
    BillFacts,
    CabinetFacts,
    ComingOutage,
    DayPlan,
    DayState,
    Duty,
    DutyKind,
    MeterFacts,
    MovingPayment,
    OpenInvitation,
    PlanAsk,
    PlannedCharge,
    PromisedPayment,
    RunningPlan,
    StuckPayment,
)
from svet.today.rules.planning import FREE_DAYS, NEWS_DAYS, plan

__all__ = [
    "FREE_DAYS",
    "NEWS_DAYS",
    "AccountFactsOfDay",
    "Arrears",
    "BillFacts",
    "CabinetFacts",
    "ComingOutage",
    "DayPlan",
    "DayState",
    "Duty",
    "DutyKind",
    "MeterFacts",
    "MovingPayment",
    "OpenInvitation",
    "PlanAsk",
    "PlannedCharge",
    "PromisedPayment",
    "RunningPlan",
    "StuckPayment",
    "arrears",
    "plan",
]
