"""Splitting, pricing, proration and estimates, with their properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.billing.queries.law import law as shipped_law
from svet.billing.rules import (
    Basis,
    BillingReason,
    BillingRefused,
    GroupTariffs,
    PastLine,
    Price,
    PricedLine,
    Proration,
    Reading,
    Rules,
    Volume,
    price_account,
    price_month,
    scale_volumes,
    scales,
    split_by_days,
    split_ranges,
)
from svet.billing.rules.law import DatedRule, DatedRules, Law, LawAct
from svet.billing.rules.penalties import penalty
from svet.kernel.money import Money
from svet.kernel.periods import Month, Span
from svet.metering.rules import ZONES, Zone

NOVEMBER = Month(2026, 11)


def law(rate: int | str) -> Law:
    """The acts in force with another key rate."""
    known = DatedRule(date(2022, 2, 28), None, Decimal(rate), "", "")
    return replace(shipped_law(), key_rates=DatedRules(LawAct.KEY_RATE, [known]))


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


def volume(kwh: int | str, since: date, until: date, zone: Zone = Zone.SINGLE, scheme: int = 1) -> Volume:
    return Volume(1, scheme, zone, Decimal(kwh), since, until, Basis.READING, None, None)


def brief(lines: list[PricedLine]) -> list[tuple[str, int, str, int]]:
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
    volumes = [volume(str(used), since, until, zone, 3) for used, zone in zip(kwh, ZONES[3], strict=True)]
    lines = price_account(volumes, table, period=Month.of(until), cut_off_day=25, proration=proration)
    for used, zone in zip(kwh, ZONES[3], strict=True):
        assert sum(line.kwh for line in lines if line.zone == zone) == used
    assert all(line.kwh >= 0 and line.kopecks >= 0 for line in lines)
    assert all(since <= line.since_on <= line.until_on <= max(until, since) for line in lines)


def test_limit_belongs_to_the_cheaper_range() -> None:
    at = price_month([volume(3900, date(2026, 10, 20), date(2026, 11, 20))], FLAT)
    over = price_month([volume(3901, date(2026, 10, 20), date(2026, 11, 20))], FLAT)
    assert brief(at) == [("single", 1, "3900", 1_653_600)]
    assert brief(over) == [("single", 1, "3900", 1_653_600), ("single", 2, "1", 627)]


def test_range_of_ten_kwh_is_filled_before_the_dearest() -> None:
    narrow = tariffs((date(2024, 7, 1), None, [(11160, "4.24"), (11170, "6.27"), (None, "9.75")]))
    lines = price_month([volume(11200, date(2024, 8, 20), date(2024, 9, 20))], narrow)
    assert [(line.range_no, str(line.kwh)) for line in lines] == [(1, "11160"), (2, "10"), (3, "30")]


def test_line_is_rounded_half_up() -> None:
    price = tariffs((date(2024, 1, 1), None, [(None, "12.675")]))
    (line,) = price_month([volume(1, date(2024, 2, 1), date(2024, 3, 1))], price)
    assert line.kopecks == 1268


def test_zero_consumption_leaves_one_line_of_zero() -> None:
    lines = price_month([volume(0, date(2026, 10, 20), date(2026, 11, 20))], FLAT)
    assert brief(lines) == [("single", 1, "0", 0)]


CHANGING = tariffs(
    (date(2025, 7, 1), date(2025, 12, 31), [(3900, "4.00"), (None, "8.00")]),
    (date(2026, 1, 1), None, [(3900, "5.00"), (None, "10.00")]),
)


def test_change_of_prices_divides_the_volume_by_days() -> None:
    # 22 December to 21 January: ten days at the old price, twenty at the new one.
    used = volume(300, date(2025, 12, 22), date(2026, 1, 21))
    lines = price_account([used], CHANGING, period=Month(2026, 1), cut_off_day=25)
    assert brief(lines) == [("single", 1, "100", 40_000), ("single", 1, "200", 100_000)]
    assert lines[0].until_on == lines[1].since_on == date(2026, 1, 1)


def test_change_of_prices_divides_the_limits_too() -> None:
    used = volume(4500, date(2025, 12, 22), date(2026, 1, 21))
    lines = price_account([used], CHANGING, period=Month(2026, 1), cut_off_day=25)
    assert [(line.range_no, str(line.kwh)) for line in lines] == [
        (1, "1300"),
        (2, "200"),
        (1, "2600"),
        (2, "400"),
    ]


def test_policy_at_reading_takes_the_price_of_the_last_day() -> None:
    used = volume(300, date(2025, 12, 22), date(2026, 1, 21))
    lines = price_account(
        [used], CHANGING, period=Month(2026, 1), cut_off_day=25, proration=Proration.AT_READING
    )
    assert brief(lines) == [("single", 1, "300", 150_000)]


def test_several_months_meet_the_limits_of_each_month() -> None:
    # 9,000 kWh since 25 August are three months of 3,000: each within its own 3,900.
    used = volume(9000, date(2026, 8, 25), date(2026, 11, 25))
    lines = price_account([used], FLAT, period=NOVEMBER, cut_off_day=25)
    assert {line.range_no for line in lines} == {1}
    assert len(lines) == 3
    assert sum(line.kwh for line in lines) == 9000


def test_missing_price_is_refused() -> None:
    with pytest.raises(BillingRefused) as refused:
        price_month([volume(1, date(2019, 1, 1), date(2019, 2, 1))], FLAT)
    assert refused.value.reason is BillingReason.NO_TARIFF


class Usage:
    """A scale's usage as metering tells it."""

    zone = Zone.SINGLE

    def __init__(self, previous: Reading, current: Reading | None):
        self.previous_value: Decimal | None = previous.value
        self.previous_on: date | None = previous.on
        self.previous_set_id: int | None = previous.set_id
        self.current_value = current.value if current else None
        self.current_on = current.on if current else None
        self.current_set_id = current.set_id if current else None
        self.kwh = current.value - previous.value if current else None


def reading(value: int, on: date, set_id: int) -> Reading:
    return Reading(Decimal(value), on, set_id)


class Life:
    """Charges one scale month after month, keeping its past lines."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.past: list[PastLine] = []

    def month(self, period: Month, usage: Usage, residents: int = 2) -> list[PricedLine]:
        scale = scales(self.past, self.rules).get((1, "single"))
        found = scale_volumes(
            usage,
            scale,
            meter_id=1,
            scheme=1,
            ratio=Decimal(1),
            period=period,
            cut_off_day=25,
            rules=self.rules,
            residents=residents,
        )
        lines = found.reversals + price_account(found.volumes, FLAT, period=period, cut_off_day=25)
        self.past += [PastLine(period, line) for line in lines]
        return lines

    def live(self, months: int, per_month: int = 310) -> Reading:
        """So many months with a reading on the 25th; returns the last one."""
        start = NOVEMBER.plus(-months)
        last = reading(1000, start.plus(-1).day(25), 1)
        for number in range(months):
            period = start.plus(number)
            now = reading(int(last.value) + per_month, period.day(25), number + 2)
            self.month(period, Usage(last, now))
            last = now
        return last


def test_missing_reading_is_charged_by_the_daily_average() -> None:
    life = Life()
    last = life.live(6)
    (line,) = life.month(NOVEMBER, Usage(last, None))
    # Six months of 310 kWh over 183 days, for the 31 days to the cut-off.
    assert line.basis is Basis.AVERAGE
    assert line.kwh == 315
    assert (line.since_on, line.until_on) == (date(2026, 10, 25), date(2026, 11, 25))
    assert line.previous == last
    assert line.current is None


def test_less_than_three_months_of_readings_give_the_norm() -> None:
    life = Life(Rules(norm_kwh_per_person=Decimal("91")))
    last = life.live(2)
    (line,) = life.month(NOVEMBER, Usage(last, None), residents=3)
    assert (line.basis, line.kwh) == (Basis.NORM, Decimal(273))


def test_without_a_norm_nobody_is_charged_nothing() -> None:
    life = Life()
    with pytest.raises(BillingRefused) as refused:
        life.month(NOVEMBER, Usage(reading(5, date(2026, 10, 1), 1), None))
    assert refused.value.reason is BillingReason.NO_NORM


def test_without_residents_a_norm_says_nothing() -> None:
    life = Life(Rules(norm_kwh_per_person=Decimal(91)))
    with pytest.raises(BillingRefused) as refused:
        life.month(NOVEMBER, Usage(reading(5, date(2026, 10, 1), 1), None), residents=0)
    assert refused.value.reason is BillingReason.NO_RESIDENTS


def test_a_norm_for_part_of_a_month_is_by_days() -> None:
    life = Life(Rules(norm_kwh_per_person=Decimal(100)))
    for installed, days in ((date(2026, 11, 20), 5), (date(2026, 11, 25), 0)):
        (line,) = life.month(NOVEMBER, Usage(reading(5, installed, 1), None), residents=3)
        assert line.basis is Basis.NORM
        assert line.kwh == round(Decimal(300) * days / 31)
    # A meter that came on the last day has no days to estimate: nothing is missing for it.
    (line,) = Life().month(NOVEMBER, Usage(reading(5, date(2026, 11, 25), 1), None))
    assert line.kwh == 0


def test_average_holds_for_three_months_and_then_gives_way_to_the_norm() -> None:
    life = Life(Rules(norm_kwh_per_person=Decimal(50)))
    last = life.live(6)
    bases = [life.month(NOVEMBER.plus(n), Usage(last, None))[0].basis for n in range(5)]
    assert bases == [Basis.AVERAGE] * 3 + [Basis.NORM] * 2


def test_a_charged_reading_that_falls_into_the_next_month_again_is_silence() -> None:
    """The days of readings were moved from the 25th to the 20th: one reading lies in two months."""
    life = Life()
    last = life.live(6)
    before = next(entry.line.previous for entry in life.past if entry.line.current == last)
    assert before is not None
    lines = life.month(NOVEMBER, Usage(before, last))
    assert [line.basis for line in lines] == [Basis.AVERAGE]
    assert (lines[0].previous, lines[0].kwh) == (last, Decimal(315))
    # And again in the month after it, which settles nothing and gives nothing back.
    assert [line.basis for line in life.month(NOVEMBER.plus(1), Usage(last, None))] == [Basis.AVERAGE]
    now = reading(int(last.value) + 700, date(2027, 1, 25), 99)
    lines = life.month(NOVEMBER.plus(2), Usage(last, now))
    assert sum(line.kwh for line in lines if line.basis is Basis.READING) == 700
    assert sum(line.basis is Basis.SETTLEMENT for line in lines) == 2


def test_next_real_reading_settles_the_whole_gap() -> None:
    life = Life()
    last = life.live(6)
    estimates = [life.month(NOVEMBER.plus(n), Usage(last, None))[0] for n in range(2)]
    now = reading(int(last.value) + 700, date(2027, 1, 25), 99)
    lines = life.month(NOVEMBER.plus(2), Usage(last, now))
    taken_back = [line for line in lines if line.basis is Basis.SETTLEMENT]
    real = [line for line in lines if line.basis is Basis.READING]
    assert [line.kopecks for line in taken_back] == [-line.kopecks for line in estimates]
    assert [line.settles for line in taken_back] == [date(2026, 11, 1), date(2026, 12, 1)]
    assert sum(line.kwh for line in real) == 700
    assert {(line.previous, line.current) for line in real} == {(last, now)}
    # The month after goes on from the real reading, with nothing to settle.
    later = life.month(NOVEMBER.plus(3), Usage(now, reading(int(now.value) + 300, date(2027, 2, 25), 100)))
    assert [line.basis for line in later] == [Basis.READING]


def test_late_reading_of_a_charged_month_is_not_lost() -> None:
    life = Life()
    last = life.live(6)
    life.month(NOVEMBER, Usage(last, None))
    late = reading(int(last.value) + 280, date(2026, 11, 20), 50)
    lines = life.month(NOVEMBER.plus(1), Usage(late, reading(int(late.value) + 320, date(2026, 12, 24), 51)))
    assert sum(line.kwh for line in lines if line.basis is Basis.READING) == 600
    assert [line.basis for line in lines].count(Basis.SETTLEMENT) == 1


def test_late_reading_settles_even_when_the_next_one_is_missing() -> None:
    life = Life()
    last = life.live(6)
    life.month(NOVEMBER, Usage(last, None))
    late = reading(int(last.value) + 280, date(2026, 11, 20), 50)
    lines = life.month(NOVEMBER.plus(1), Usage(late, None))
    assert [line.basis for line in lines] == [Basis.SETTLEMENT, Basis.READING, Basis.AVERAGE]
    assert lines[1].kwh == 280


def test_lower_control_reading_gives_back_what_was_charged() -> None:
    life = Life()
    last = life.live(6, per_month=4000)
    lower = reading(int(last.value) - 150, date(2026, 11, 20), 60)
    lines = life.month(NOVEMBER, Usage(last, lower))
    # The newest month's dearest kWh come back first: 100 of range 2, then 50 of range 1.
    assert [(line.range_no, line.kwh, line.kopecks) for line in lines] == [
        (2, Decimal(-100), -62_700),
        (1, Decimal(-50), -21_200),
        (1, Decimal(0), 0),
    ]
    after = life.month(NOVEMBER.plus(1), Usage(lower, reading(int(lower.value) + 10, date(2026, 12, 20), 61)))
    assert [line.kwh for line in after] == [Decimal(10)]


def test_reading_far_below_everything_charged_is_refused() -> None:
    life = Life()
    last = life.live(3)
    with pytest.raises(BillingRefused) as refused:
        life.month(NOVEMBER, Usage(last, reading(5, date(2026, 11, 20), 60)))
    assert refused.value.reason is BillingReason.READING_BELOW_BILLED


@pytest.mark.parametrize(
    ("days", "kopecks"),
    [(0, 0), (30, 0), (31, 158), (90, 9_500), (91, 9_865), (100, 13_154)],
)
def test_penalty_is_free_for_thirty_days_and_grows_after_ninety(days: int, kopecks: int) -> None:
    due = date(2026, 3, 16)
    found = penalty(debt=Money(500_000), due_on=due, until=due + timedelta(days=days), law=law(16))
    assert found == Money(kopecks)


def test_penalty_rests_during_a_moratorium() -> None:
    due = date(2026, 3, 16)
    quiet = Span(due + timedelta(days=31), due + timedelta(days=61))
    found = penalty(
        debt=Money(500_000),
        due_on=due,
        until=due + timedelta(days=90),
        law=law("7.5"),
        moratoria=[quiet],
    )
    assert found == Money.of_roubles(Decimal(5000) * 30 * Decimal("7.5") / 100 / 300)
