"""Where two sets of tariff rows differ, for people who compare a new table with the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from svet.tariffs.rules.tariff_file import TariffLine

Key = tuple[str, str, int, str, int, date]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One place of a table before and after; ``None`` where there is no such row."""

    key: Key
    before: TariffLine | None
    after: TariffLine | None

    @property
    def growth(self) -> Decimal | None:
        """How much dearer the kWh became, in percent to one tenth; None without two prices."""
        if self.before is None or self.after is None:
            return None
        return growth(before=self.before.price, after=self.after.price)


def growth(*, before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """Percent to one tenth, half up; None without two prices."""
    if before is None or after is None:
        return None
    return ((after / before - 1) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def differences(before: Sequence[TariffLine], after: Sequence[TariffLine]) -> list[RowChange]:
    """Rows of one set only, and rows that say another thing, by region, group and day."""
    old = {line.key: line for line in before}
    new = {line.key: line for line in after}
    changed = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    order = sorted(changed, key=lambda key: (key[0], key[1], key[5], key[2], key[3], key[4]))
    return [RowChange(key, old.get(key), new.get(key)) for key in order]
