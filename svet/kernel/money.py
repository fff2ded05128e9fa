"""Money as whole kopecks, with the one place where roubles are rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A sum in whole kopecks; negative sums are allowed and mean the opposite direction."""

    kopecks: int = 0

    def __post_init__(self) -> None:
        if type(self.kopecks) is not int:
            raise TypeError(f"kopecks must be an int, got {type(self.kopecks).__name__}")

    @classmethod
    def of_roubles(cls, roubles: Decimal) -> Self:
        """Round roubles to whole kopecks, half up and symmetrically for negative sums.

        Rounding of a line of a bill: decree 354 leaves it to practice; half-up agrees with
        every published worked example we test against.
        """
        return cls(int((roubles * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

    @property
    def roubles(self) -> Decimal:
        """The same sum in roubles with two decimals."""
        return (Decimal(self.kopecks) / 100).quantize(Decimal("0.01"))

    @classmethod
    def total(cls, sums: Iterable[Money]) -> Self:
        """Add up any number of sums; nothing adds up to zero."""
        return cls(sum(money.kopecks for money in sums))

    def __add__(self, other: Money) -> Money:
        return Money(self.kopecks + other.kopecks)

    def __sub__(self, other: Money) -> Money:
        return Money(self.kopecks - other.kopecks)

    def __neg__(self) -> Money:
        return Money(-self.kopecks)

    def __abs__(self) -> Money:
        return Money(abs(self.kopecks))

    def __bool__(self) -> bool:
        return self.kopecks != 0


ZERO = Money(0)
