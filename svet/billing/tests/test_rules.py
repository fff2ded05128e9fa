"""Splitting, pricing, proration and estimates, with their properties."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.billing.rules import (
    BillingReason,
    BillingRefused,
    Line,
    Proration,
    split_by_days,
    split_ranges,
)
from svet.billing.tests.facts import priced
from svet.metering.rules import ZONES, Zone
from svet.tariffs.rules.tariffs import GroupTariffs, Price


def tariffs(*tables: tuple[date, date | None, list[tuple[int | None, str]]]) -> GroupTariffs:
    """Tables of (from, to, [(limit, price of every zone)…])."""
    rows: list[Price] = []
    for start, last, ranges in tables:
        for scheme, zones in ZONES.items():
            for zone in zones:
                for number, (limit, price) in enumerate(ranges, 1):
                    rows.append(
                        Price(
                            len(rows) + 1,
                            int(scheme),
                            zone,
                            number,
                            limit,
                            Decimal(price),
                            start,
                            last,
                            False,
                        )
                    )
    return GroupTariffs.of("1.1", rows)


FLAT = tariffs((date(2020, 1, 1), None, [(3900, "4.24"), (6000, "6.27"), (None, "9.75")]))


def used(
    kwh: int,
    group: GroupTariffs,
    since: date = date(2025, 12, 22),
    until: date = date(2026, 1, 21),
    proration: Proration = Proration.BY_DAY,
) -> list[Line]:
    return priced(group, 1, since, {Zone.SINGLE: Decimal(kwh)}, until=until, proration=proration)


def brief(lines: list[Line]) -> list[tuple[str, int, str, int]]:
    return [(str(line.zone), line.range_no, str(line.kwh), line.kopecks) for line in lines]


kwh_amounts = st.integers(0, 20_000).map(Decimal)
fractions = st.decimals(0, 20_000, places=3)


@given(
    st.dictionaries(st.sampled_from(["peak", "semipeak", "night"]), kwh_amounts | fractions, min_size=1),
    st.lists(st.integers(1, 12_000), max_size=2, unique=True).map(sorted),
)
def test_ranges_lose_nothing_and_are_never_negative(volumes: dict[str, Decimal], limits: list[int]) -> None:
    parts = split_ranges(volumes, [*limits, None])
    total = sum(volumes.values())
    reached = 0
    for zone, kwh in volumes.items():
        assert sum(parts[zone]) == kwh
        assert all(part >= 0 for part in parts[zone])
    for number, limit in enumerate(limits):
        filled = sum(parts[zone][number] for zone in volumes)
        assert filled == min(max(total - reached, Decimal(0)), Decimal(limit - reached))
        reached = limit


@given(
    st.dictionaries(st.sampled_from(["peak", "semipeak", "night"]), kwh_amounts, min_size=1),
    st.lists(st.integers(1, 12_000), max_size=2, unique=True).map(sorted),
)
def test_whole_volumes_stay_whole(volumes: dict[str, Decimal], limits: list[int]) -> None:
    for parts in split_ranges(volumes, [*limits, None]).values():
        assert all(part == part.to_integral_value() for part in parts)


@given(kwh_amounts | fractions, st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_days_lose_nothing_and_are_never_negative(kwh: Decimal, days: list[int]) -> None:
    parts = split_by_days(kwh, days)
    assert sum(parts) == kwh
    assert all(part >= 0 for part in parts)
    assert all(part == part.to_integral_value() for part in parts[:-1])


@given(
    st.lists(kwh_amounts, min_size=3, max_size=3),
    st.integers(0, 400),
    st.integers(0, 70),
    st.sampled_from(list(Proration)),
)
def test_pricing_charges_exactly_the_volume(
    kwh: list[Decimal], offset: int, days: int, proration: Proration
) -> None:
    table = tariffs(
        (date(2025, 1, 1), date(2025, 12, 31), [(3900, "4.77"), (6000, "7.05"), (None, "10.97")]),
        (date(2026, 1, 1), None, [(1200, "4.85"), (6000, "7.17"), (None, "11.15")]),
    )
    since = date(2025, 3, 1) + timedelta(days=offset)
    until = since + timedelta(days=days)
    volumes: dict[str, Decimal] = dict(zip(ZONES[3], kwh, strict=True))
    lines = priced(table, 3, since, volumes, until=until, proration=proration)
    for zone, volume in volumes.items():
        assert sum(line.kwh for line in lines if line.zone == zone) == volume
    assert all(line.kwh >= 0 and line.kopecks >= 0 for line in lines)
    assert all(since <= line.since <= line.until <= max(until, since) for line in lines)


def test_limit_belongs_to_the_cheaper_range() -> None:
    at = used(3900, FLAT, date(2026, 10, 20), date(2026, 11, 20))
    over = used(3901, FLAT, date(2026, 10, 20), date(2026, 11, 20))
    assert brief(at) == [("single", 1, "3900", 1_653_600)]
    assert brief(over) == [("single", 1, "3900", 1_653_600), ("single", 2, "1", 627)]


def test_range_of_ten_kwh_is_filled_before_the_dearest() -> None:
    narrow = tariffs((date(2024, 7, 1), None, [(11160, "4.24"), (11170, "6.27"), (None, "9.75")]))
    lines = used(11200, narrow, date(2024, 8, 20), date(2024, 9, 20))
    assert [(line.range_no, str(line.kwh)) for line in lines] == [(1, "11160"), (2, "10"), (3, "30")]


def test_line_is_rounded_half_up() -> None:
    price = tariffs((date(2024, 1, 1), None, [(None, "12.675")]))
    (line,) = used(1, price, date(2024, 2, 1), date(2024, 3, 1))
    assert line.kopecks == 1268


def test_zero_consumption_leaves_one_line_of_zero() -> None:
    lines = used(0, FLAT, date(2026, 10, 20), date(2026, 11, 20))
    assert brief(lines) == [("single", 1, "0", 0)]


CHANGING = tariffs(
    (date(2025, 7, 1), date(2025, 12, 31), [(3900, "4.00"), (None, "8.00")]),
    (date(2026, 1, 1), None, [(3900, "5.00"), (None, "10.00")]),
)


def test_change_of_prices_divides_the_volume_by_days() -> None:
    # 22 December to 21 January: ten days at the old price, twenty at the new one.
    lines = used(300, CHANGING)
    assert brief(lines) == [("single", 1, "100", 40_000), ("single", 1, "200", 100_000)]
    assert lines[0].until == lines[1].since == date(2026, 1, 1)


def test_change_of_prices_divides_the_limits_too() -> None:
    assert [(line.range_no, str(line.kwh)) for line in used(4500, CHANGING)] == [
        (1, "1300"),
        (2, "200"),
        (1, "2600"),
        (2, "400"),
    ]


def test_policy_at_reading_takes_the_price_of_the_last_day() -> None:
    assert brief(used(300, CHANGING, proration=Proration.AT_READING)) == [("single", 1, "300", 150_000)]


def test_missing_price_is_refused() -> None:
    with pytest.raises(BillingRefused) as refused:
        used(1, FLAT, date(2019, 1, 1), date(2019, 2, 1))
    assert refused.value.reason is BillingReason.NO_TARIFF
