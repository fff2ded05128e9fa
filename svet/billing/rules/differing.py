"""Where what stands charged differs from what should stand."""

from __future__ import annotations

from enum import StrEnum


class DifferenceCause(StrEnum):
    """Where a difference lies."""

    ESTIMATES = "estimates"  # months without readings are estimated otherwise
    READINGS = "readings"  # other kWh are read
    PRICES = "prices"  # the same kWh cost another sum
    PROBLEM = "problem"  # the facts give no answer
