"""The shapes of an account's months: what they were, could have been and may be."""

from __future__ import annotations

from svet.api.shell.schemas import Day
from svet.api.shell.shapes import Shape


class SchemeCostOut(Shape):
    """What the months cost by so many zones; ``difference_kopecks`` to what they did cost."""

    zones: int
    total_kopecks: int
    difference_kopecks: int
    now: bool


class SchemeMonthOut(Shape):
    """A month: kWh, and kopecks by the number of zones."""

    month: str
    kwh: str
    kopecks: dict[str, int]


class LoadedOut(Shape):
    """The same months with something plugged in: ``more_kwh`` of it, differences to what they did cost.

    Of ``months`` until ``last_month``, the last one that a reading closed.
    """

    months: int
    last_month: str
    kwh: str
    more_kwh: str
    schemes: list[SchemeCostOut]


class MonthSumOut(Shape):
    """A month: kWh as text, and kopecks."""

    kwh: str
    kopecks: int


class EmptyMonthOut(Shape):
    """A month as it was charged, and with nobody at home: readings sent all the same, or nothing sent.

    ``silent`` is put right by the next reading; null where there is no meter, or it cannot be told.
    """

    month: str
    was: MonthSumOut
    sent: MonthSumOut
    silent: MonthSumOut | None


class WhatIfOut(Shape):
    """The account's own months by other zones; ``night_is_read``: a meter tells the night apart.

    ``schemes`` and ``months`` are empty where nothing can be compared. ``heater`` and ``empty_month`` are
    null unless they are asked for; ``can_be_empty`` are the months that may be.
    """

    kwh: str
    night_is_read: bool
    schemes: list[SchemeCostOut]
    months: list[SchemeMonthOut]
    heater: LoadedOut | None
    empty_month: EmptyMonthOut | None
    can_be_empty: list[str]


class ZoneUsageOut(Shape):
    """One zone of a month: kWh as text."""

    zone: str
    kwh: str
    kopecks: int


class PastForecastOut(Shape):
    """What would have been said of a past month, and what came: kWh as text."""

    month: str
    low_kwh: str
    high_kwh: str
    came_kwh: str
    kept: bool


class ForecastOut(Shape):
    """The open month by day ``ends_on``; ``since`` is the last month with a bill.

    ``missing`` says what a forecast lacks: ``bills`` (two months by readings) or ``readings`` (a meter has
    too few in a row); the bounds are null then. ``first_range_kwh``: where dearer kilowatt-hours begin.
    """

    month: str
    missing: str | None
    since: str | None
    ends_on: Day | None
    low_kwh: str | None
    high_kwh: str | None
    low_kopecks: int | None
    high_kopecks: int | None
    first_range_kwh: int | None
    first_price: str | None
    next_price: str | None
    past: list[PastForecastOut]


class AlikeOut(Shape):
    """The last month beside dwellings alike: half of ``accounts`` used less than ``median_kwh``.

    ``missing``: ``hidden`` (the person does not want it), ``unread`` (the month was not read), ``terms`` (who
    lives there is not known, or not to be known by the caller), ``few`` (fewer than twenty such).
    """

    missing: str | None
    month: str | None
    residents: int | None
    electric_heating: bool | None
    accounts: int | None
    median_kwh: str | None
    own_kwh: str | None
    standing: str | None


class UsageMonthOut(Shape):
    """A month by its bill; ``zones``, ``house``, ``corrected`` and ``decided`` kopecks come to ``total``."""

    month: str
    bill_id: str
    kwh: str
    days: int | None
    zones: list[ZoneUsageOut]
    house_kopecks: int
    corrected_kwh: str
    corrected_kopecks: int
    decided_kopecks: int
    total_kopecks: int
    estimated_kwh: str
    control: bool
    away: bool
