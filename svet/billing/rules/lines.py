"""A line of a charge: what it says for ever, and what explains it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from svet.billing.rules.facts import ActKind
from svet.billing.rules.kinds import Basis
from svet.billing.rules.pricing import Reading
from svet.kernel.periods import Month


class Evidence(NamedTuple):
    """What a line was computed from; it may change without the line becoming another one.

    ``span_kwh`` is what the two readings show together, of which the line's month got a part; ``base`` are
    the months behind an average, ``cause`` is the act that says why nothing was read,
    ``norm_ids`` are the rows of the region's norms, ``decision`` is the row of a person's decision, ``house``
    that of the account's part of its house.
    """

    meter_id: int = 0
    row_id: int = 0
    demonstration: bool = False
    previous: Reading | None = None
    current: Reading | None = None
    span_kwh: Decimal | None = None
    base: tuple[Month, ...] = ()
    cause: ActKind | None = None
    norm_ids: tuple[int, ...] = ()
    decision: int = 0
    house: int = 0


class MonthVolume(NamedTuple):
    """kWh of one scale in one month, not yet priced; ``since``…``until`` are its days inside the month."""

    point: int
    scheme: int
    zone: str
    kwh: Decimal
    basis: Basis
    since: date
    until: date
    evidence: Evidence = Evidence()


class Line(NamedTuple):
    """``kwh`` × ``price`` = ``kopecks``, half up, for a month of consumption.

    ``part_since``…``part_until`` (half-open) are the days of the volume inside the month, ``since``…``until``
    those of them that one price table prices.
    """

    month: Month
    service: str
    point: int
    scheme: int
    zone: str
    basis: Basis
    part_since: date
    part_until: date
    since: date
    until: date
    range_no: int
    price: Decimal
    kwh: Decimal
    kopecks: int
    evidence: Evidence = Evidence()

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two lines the same (version 1). A column added later never enters it."""
        return self[:14]

    @property
    def key(self) -> tuple[object, ...]:
        """What no two lines of an account may share."""
        return self[:12]
