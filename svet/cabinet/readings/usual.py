"""What is usual on a meter, said beside its boxes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from svet.kernel.services import Unit
from svet.look.formats import number
from svet.metering import rules
from svet.metering.queries import MeterDials

_USUAL_SPREAD = Decimal("0.15")
# Whole kWh say enough; a flat uses a few m³ in a month, and part of a Гкал.
_STEPS = {Unit.KWH: Decimal(1), Unit.M3: Decimal("0.1"), Unit.GCAL: Decimal("0.01")}


def usual_range(known: MeterDials, *, today: date) -> str:
    """«обычно 1 020–1 380», for all scales together and the days since the last fixed reading."""
    parts = [rules.usual_for(dial, read_on=today) for dial in known.dials]
    if any(part is None for part in parts):
        return ""
    total = sum((part for part in parts if part is not None), Decimal(0))
    step = _STEPS[known.meter.unit]
    low, high = ((total * (1 + side)).quantize(step) for side in (-_USUAL_SPREAD, _USUAL_SPREAD))
    return "" if high == 0 else f"{number(low)}–{number(high)}"
