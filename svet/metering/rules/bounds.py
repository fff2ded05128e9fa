"""What is believed of a household's use of each service before anybody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from svet.kernel.services import Service


@dataclass(frozen=True, slots=True)
class ServiceBounds:
    """What is believed of a household without asking, in the unit of the service.

    ``most_daily`` a usual connection can carry in a day; ``margin`` more than usual is never odd by itself;
    ``unknown_daily`` is not odd where nothing is known yet.
    """

    most_daily: Decimal
    margin: Decimal
    unknown_daily: Decimal


_WATER = ServiceBounds(Decimal(72), Decimal(10), Decimal("1.5"))
# Policies, not laws. 15 kW is what a household is connected with on the usual terms (Rules of connection,
# decree 861 of 27.12.2004, paragraph 14); ×24 h is what such a line can carry in a day. The others by the
# same thought: a water meter of 15 mm lets 3 m³ through in an hour, a gas meter G4 6 m³, and a flat that is
# heated by 24 kW takes half a Gcal in a day.
BOUNDS: Final = {
    Service.ELECTRICITY: ServiceBounds(Decimal(360), Decimal(100), Decimal(40)),
    Service.COLD_WATER: _WATER,
    Service.HOT_WATER: _WATER,
    Service.HEAT: ServiceBounds(Decimal("0.5"), Decimal(1), Decimal("0.15")),
    Service.GAS: ServiceBounds(Decimal(144), Decimal(100), Decimal(15)),
    Service.WASTE: _WATER,
}
