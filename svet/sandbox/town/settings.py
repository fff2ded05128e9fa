"""Which town: read from the environment once, so that a test can fix it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class TownSettings:
    """``first`` accounts come with complete history before the rest is begun."""

    seed: str
    anchor: Month
    accounts: int
    first: int
    second_provider: int


def town_settings(*, today: date) -> TownSettings:
    """SVET_TOWN_SEED, SVET_TOWN_ANCHOR (YYYY-MM, by default this month), SVET_TOWN_ACCOUNTS (2,000)."""
    accounts = int(os.environ.get("SVET_TOWN_ACCOUNTS", "2000"))
    anchor = os.environ.get("SVET_TOWN_ANCHOR", "")
    return TownSettings(
        seed=os.environ.get("SVET_TOWN_SEED", "svet"),
        anchor=Month.parse(anchor) if anchor else Month.of(today),
        accounts=accounts,
        first=min(200, accounts),
        second_provider=max(3, accounts // 50),
    )
