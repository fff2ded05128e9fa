"""Writes of billing: tariffs come in, months are charged."""

from svet.billing.operations.loading import TariffReport, load_tariffs, shipped_files
from svet.billing.operations.policies import PolicyOutcome, PolicyReport, set_policy
from svet.billing.operations.running import RunReport, run

__all__ = [
    "PolicyOutcome",
    "PolicyReport",
    "RunReport",
    "TariffReport",
    "load_tariffs",
    "run",
    "set_policy",
    "shipped_files",
]
