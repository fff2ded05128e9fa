"""Prices and norms as dated rows, and what corrected them."""

from svet.tariffs.models.law import LawEntry
from svet.tariffs.models.norms import NormRow
from svet.tariffs.models.tariffs import TariffCorrection, TariffRow

__all__ = ["LawEntry", "NormRow", "TariffCorrection", "TariffRow"]
