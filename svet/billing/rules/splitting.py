"""A month's volume divided over consumption ranges, and volumes over days: whole kWh, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

Key = TypeVar("Key")
_ONE = Decimal(1)
_ZERO = Decimal(0)


def whole(kwh: Decimal) -> Decimal:
    """Whole kWh, half up."""
    return kwh.quantize(_ONE, rounding=ROUND_HALF_UP)


def split_ranges(
    volumes: Mapping[Key, Decimal], limits: Sequence[Decimal | int | None]
) -> dict[Key, list[Decimal]]:
    """Divide the zones' volumes (kWh) over ranges with these inclusive upper limits; ``None`` is no limit.

    The account's whole volume fills range after range. Where a range cannot take all that is left, its width
    is divided over the zones in proportion to what each has left: whole kWh, half up, the last zone takes the
    rest (published by Krasnoyarskenergosbyt for the social norm: 150 over 160/60 gives 109/41). The last
    range takes everything that is left.
    """
    keys = list(volumes)
    parts: dict[Key, list[Decimal]] = {key: [] for key in keys}
    left = dict(volumes)
    reached = _ZERO
    for place, limit in enumerate(limits):
        last = place == len(limits) - 1
        total = sum(left.values(), _ZERO)
        width = None if limit is None or last else Decimal(limit) - reached
        taken = dict(left) if width is None or total <= width else _share(left, width, total)
        for key in keys:
            parts[key].append(taken[key])
            left[key] -= taken[key]
        if limit is not None:
            reached = Decimal(limit)
    return parts


def _share(left: Mapping[Key, Decimal], width: Decimal, total: Decimal) -> dict[Key, Decimal]:
    """``width`` kWh over zones holding ``left`` (``total`` > ``width``): never more than a zone has."""
    keys = list(left)
    taken = {key: min(whole(width * left[key] / total), left[key]) for key in keys[:-1]}
    rest = width - sum(taken.values(), _ZERO)
    taken[keys[-1]] = min(max(rest, _ZERO), left[keys[-1]])
    off = rest - taken[keys[-1]]
    # Rounding can leave the last zone with too much, or with less than nothing: the others even it out.
    for key in keys[:-1]:
        if not off:
            break
        step = min(off, left[key] - taken[key]) if off > 0 else max(off, -taken[key])
        taken[key] += step
        off -= step
    return taken


def split_by_days(kwh: Decimal, days: Sequence[int]) -> list[Decimal]:
    """Divide a volume over spans of so many days: whole kWh by the running sum, the last takes the rest."""
    total = sum(days)
    if total == 0:
        return [_ZERO] * (len(days) - 1) + [kwh]
    parts: list[Decimal] = []
    passed = 0
    given = _ZERO
    for place, number in enumerate(days):
        passed += number
        upto = kwh if place == len(days) - 1 else min(whole(kwh * passed / total), kwh // 1)
        parts.append(upto - given)
        given = upto
    return parts


def social_norm(persons: int, *, per_person: Decimal = Decimal(75), least: Decimal = Decimal(110)) -> Decimal:
    """Monthly limit of range 1 in a social-norm region, kWh; nobody registered: no cheap kWh."""
    return max(least, per_person * persons) if persons else _ZERO
