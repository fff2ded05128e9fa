"""What is supplied: the services there are, and in what each of them is measured.

A service is data of its supplier. Only electricity is charged here, by zones and ranges; of all others the
meters are read here, and the sums come from the supplier's own billing (decision 208).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a volume is counted in."""

    KWH = "kwh"
    M3 = "m3"
    GCAL = "gcal"


class Service(StrEnum):
    """What a supplier supplies; the value is how files and the API write it."""

    ELECTRICITY = "electricity"
    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    HEAT = "heat"
    GAS = "gas"
    WASTE = "waste"

    @property
    def unit(self) -> Unit:
        """In what its volumes are counted."""
        return _UNITS[self]

    @property
    def charged_here(self) -> bool:
        """Whether its sums are computed here; else they come from the supplier's own billing."""
        return self is Service.ELECTRICITY


_UNITS: Final = {
    Service.ELECTRICITY: Unit.KWH,
    Service.COLD_WATER: Unit.M3,
    Service.HOT_WATER: Unit.M3,
    Service.HEAT: Unit.GCAL,
    Service.GAS: Unit.M3,
    Service.WASTE: Unit.M3,
}
