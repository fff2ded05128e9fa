"""Reads of billing: charges with their explanation, tariffs, previews of cost, checks of the promises."""

from svet.billing.queries.charges import (
    ChargeLineView,
    ChargeView,
    ReadingRef,
    charge,
    charged_accounts,
    charged_periods,
    charges,
)
from svet.billing.queries.checks import broken, charged_twice
from svet.billing.queries.controls import ControlDifference, control_difference
from svet.billing.queries.differences import DifferenceView, differences
from svet.billing.queries.house_checks import broken_houses
from svet.billing.queries.origins import broken_origins
from svet.billing.queries.policies import PolicyView, policies, rules_for
from svet.billing.queries.problems import (
    OpenMonth,
    ProblemCount,
    ProblemView,
    open_months,
    problem_counts,
    problems,
    refuse_issuing,
)
from svet.billing.queries.tariffs import Preview, PreviewLine, calculate, preview
from svet.billing.queries.uncharged import uncharged
from svet.billing.queries.what_if import preview_reading
from svet.billing.rules.differing import DifferenceCause

__all__ = [
    "ChargeLineView",
    "ChargeView",
    "ControlDifference",
    "DifferenceCause",
    "DifferenceView",
    "OpenMonth",
    "PolicyView",
    "Preview",
    "PreviewLine",
    "ProblemCount",
    "ProblemView",
    "ReadingRef",
    "broken",
    "broken_houses",
    "broken_origins",
    "calculate",
    "charge",
    "charged_accounts",
    "charged_periods",
    "charged_twice",
    "charges",
    "control_difference",
    "differences",
    "open_months",
    "policies",
    "preview",
    "preview_reading",
    "problem_counts",
    "problems",
    "refuse_issuing",
    "rules_for",
    "uncharged",
]
