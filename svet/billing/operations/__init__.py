"""Writes of billing: tariffs come in, months are charged."""

from svet.billing.operations.loading import TariffReport, load_tariffs, shipped_files
from svet.billing.operations.running import RunReport, run

__all__ = ["RunReport", "TariffReport", "load_tariffs", "run", "shipped_files"]
