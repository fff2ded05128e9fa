"""How an account's month stands beside those of dwellings alike. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from svet.kernel.periods import Month

#: A group of fewer would tell of its members.
ALIKE_LEAST: Final = 20
#: Within this share of the median nobody is more or less than the others.
_SAME: Final = Decimal("0.1")


class AlikeStanding(StrEnum):
    """Where the account's month is."""

    LESS = "less"
    SAME = "same"
    MORE = "more"


class AlikeGap(StrEnum):
    """Why nothing is told."""

    HIDDEN = "hidden"  # the person has switched it off
    UNREAD = "unread"  # the month was not read at both ends
    TERMS = "terms"  # nobody knows how many live there, or the person may not know
    FEW = "few"  # fewer than twenty such dwellings


@dataclass(frozen=True, slots=True)
class Alike:
    """``accounts`` dwellings alike: half of them used less than ``median`` kWh in as many days as ``own``."""

    month: Month
    residents: int
    electric_heating: bool
    accounts: int
    median: Decimal
    own: Decimal
    standing: AlikeStanding


def standing_of(own: Decimal, median: Decimal) -> AlikeStanding:
    """Beside the median, both in kWh of the same days."""
    if abs(own - median) <= median * _SAME:
        return AlikeStanding.SAME
    return AlikeStanding.MORE if own > median else AlikeStanding.LESS
