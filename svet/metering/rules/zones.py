"""Zones of the day, and which of them a metering scheme has."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Zone(StrEnum):
    """One scale of a meter."""

    SINGLE = "single"
    DAY = "day"
    NIGHT = "night"
    PEAK = "peak"
    SEMIPEAK = "semipeak"


class Scheme(IntEnum):
    """How many zones a meter keeps apart."""

    SINGLE = 1
    DAY_NIGHT = 2
    PEAKS = 3


ZONES: dict[int, tuple[Zone, ...]] = {
    Scheme.SINGLE: (Zone.SINGLE,),
    Scheme.DAY_NIGHT: (Zone.DAY, Zone.NIGHT),
    Scheme.PEAKS: (Zone.PEAK, Zone.SEMIPEAK, Zone.NIGHT),
}


def zones_of(scheme: int) -> tuple[Zone, ...]:
    """The scales of a scheme in the order of a meter's face. :raises KeyError: no such scheme"""
    return ZONES[scheme]
