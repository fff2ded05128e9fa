"""Volumes that no meter of the flat gives: norms and common-house needs (decree 354, appendix 2)."""

from __future__ import annotations

from decimal import Decimal

_ZERO = Decimal(0)


def reading_difference(
    *, previous: Decimal, current: Decimal, digits: int, ratio: Decimal = Decimal(1)
) -> Decimal:
    """kWh between two values of a dial with ``digits`` whole digits; a smaller value means it turned over."""
    difference = current - previous
    if difference < 0:
        difference += Decimal(10) ** digits
    return difference * ratio


def norm_volume(*, per_person: Decimal, persons: int, multiplier: Decimal = Decimal(1)) -> Decimal:
    """Consumption of a flat without a meter, kWh a month."""
    return per_person * persons * multiplier


def house_needs(*, house: Decimal, individual: Decimal, area: Decimal, total_area: Decimal) -> Decimal:
    """A flat's part of the common-house volume by the house's meter, kWh (formula 12); never below zero."""
    return max(house - individual, _ZERO) * area / total_area


def house_needs_by_norm(
    *, norm: Decimal, common_area: Decimal, area: Decimal, total_area: Decimal
) -> Decimal:
    """A flat's part of the common-house volume without a house meter, kWh (formula 15)."""
    return norm * common_area * area / total_area
