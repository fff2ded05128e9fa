"""Writes of billing: tariffs come in, months are charged."""

from svet.billing.operations.correcting import CorrectionReport, MonthConcerned, correct_tariffs
from svet.billing.operations.loading import TariffReport, close_table, load_tariffs
from svet.billing.operations.policies import PolicyOutcome, PolicyReport, set_policy
from svet.billing.operations.running import RunReport, run

__all__ = [
    "CorrectionReport",
    "MonthConcerned",
    "PolicyOutcome",
    "PolicyReport",
    "RunReport",
    "TariffReport",
    "close_table",
    "correct_tariffs",
    "load_tariffs",
    "run",
    "set_policy",
]
