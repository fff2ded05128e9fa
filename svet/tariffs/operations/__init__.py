"""Writes of tariffs and norms: a file is planned first, then applied whole."""

from svet.tariffs.operations.correcting import CorrectionPlan, apply_correction, plan_correction
from svet.tariffs.operations.loading import (
    TariffPlan,
    apply_closing,
    apply_tariffs,
    plan_closing,
    plan_tariffs,
    shipped_files,
)
from svet.tariffs.operations.norms import NormReport, load_norms, withdraw_norms

__all__ = [
    "CorrectionPlan",
    "NormReport",
    "TariffPlan",
    "apply_closing",
    "apply_correction",
    "apply_tariffs",
    "load_norms",
    "plan_closing",
    "plan_correction",
    "plan_tariffs",
    "shipped_files",
    "withdraw_norms",
]
