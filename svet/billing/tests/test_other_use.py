"""What would have been used: a load on every reading, a month in which the dials stood still."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.other_schemes import as_scheme
from svet.billing.rules.other_use import Load, readable_months, until_month, with_empty_month, with_load
from svet.billing.rules.should import should
from svet.billing.tests.facts import account, control, meter, policy, reading
from svet.kernel.periods import Month

FIRST, LAST = Month(2026, 5), Month(2026, 11)


def kwh_of(facts: AccountFacts, horizon: Month = LAST) -> dict[str, int]:
    found: Counter[str] = Counter()
    for line in should(facts, horizon=horizon):
        found[str(line.month)] += int(line.kwh)
    return dict(found)


def read_monthly(used: list[int | None], *, scheme: int = 1, **more: Any) -> AccountFacts:
    """One meter read on the 25th, the last day of each month from June on; None: nobody read it."""
    total, readings = 0, [reading("2026-04-25", 0, scheme)]
    for place, kwh in enumerate(used):
        total += kwh or 0
        if kwh is not None:
            readings.append(reading(FIRST.plus(place).day(25).isoformat(), total, scheme))
    return account(meter(readings, scheme=scheme), **more)


SEVEN: list[int | None] = [100, 110, 120, 130, 140, 150, 160]


def test_a_load_is_used_on_every_day_of_the_months() -> None:
    facts = read_monthly(SEVEN)
    loaded = with_load(facts, Load(Decimal("1.5"), Decimal(4)), horizon=LAST)
    bare, more = kwh_of(facts), kwh_of(loaded)
    assert {month: more[month] - bare[month] for month in bare} == {
        "2026-05": 180, "2026-06": 186, "2026-07": 180, "2026-08": 186,
        "2026-09": 186, "2026-10": 180, "2026-11": 186,
    }  # fmt: skip


def test_a_heater_of_the_cold_months_is_off_in_summer() -> None:
    facts = read_monthly(SEVEN)
    more = kwh_of(with_load(facts, Load(Decimal(1), Decimal(10), cold=True), horizon=LAST))
    bare = kwh_of(facts)
    # The month ends on the 25th: its last days of April and the first 24 of October count.
    assert {month: more[month] - bare[month] for month in bare} == {
        "2026-05": 60, "2026-06": 0, "2026-07": 0, "2026-08": 0, "2026-09": 0, "2026-10": 240, "2026-11": 310,
    }  # fmt: skip


def test_months_that_nobody_read_are_estimated_from_what_would_have_been() -> None:
    facts = read_monthly([*SEVEN[:5], None, None])
    bare, more = kwh_of(facts), kwh_of(with_load(facts, Load(Decimal(1), Decimal(1)), horizon=LAST))
    assert more["2026-11"] > bare["2026-11"]


@pytest.mark.parametrize(
    ("night", "shares"), [(None, (124, 62)), (Fraction(1), (0, 186)), (Fraction(0), (186, 0))]
)
def test_the_hours_of_the_load_are_by_night_as_said(night: Fraction | None, shares: tuple[int, int]) -> None:
    facts = read_monthly([100] * 7, scheme=2)
    loaded = with_load(facts, Load(Decimal(1), Decimal(6), night=night), horizon=LAST)
    found: Counter[str] = Counter()
    for side, sign in ((loaded, 1), (facts, -1)):
        for line in should(side, horizon=LAST):
            if line.month == LAST:
                found[str(line.zone)] += sign * int(line.kwh)
    assert (found["day"], found["night"]) == shares


def test_a_norm_knows_no_load() -> None:
    facts = account()
    assert with_load(facts, Load(Decimal(1), Decimal(6)), horizon=LAST) == facts


def test_a_load_is_counted_once_over_a_replacement_and_by_its_ratio() -> None:
    old = meter([reading("2026-04-25", 0), reading("2026-07-10", 300)], until="2026-07-10", meter_id=1)
    new = meter([reading("2026-07-10", 5), reading("2026-08-25", 155)], meter_id=2)
    facts = account([old, new])
    assert (
        sum(
            kwh_of(
                with_load(facts, Load(Decimal(1), Decimal(10)), horizon=Month(2026, 8)), Month(2026, 8)
            ).values()
        )
        - sum(kwh_of(facts, Month(2026, 8)).values())
        == 10 * (date(2026, 8, 25) - date(2026, 4, 25)).days
    )
    industrial = account(meter({"2026-04-25": 0, "2026-08-25": 100}, ratio=Decimal(30)))
    more = kwh_of(
        with_load(industrial, Load(Decimal(1), Decimal(10)), horizon=Month(2026, 8)), Month(2026, 8)
    )
    assert abs(sum(more.values()) - 3000 - 1220) <= 1


def test_an_empty_month_costs_nothing_and_its_neighbours_stay() -> None:
    facts = read_monthly(SEVEN)
    empty = kwh_of(with_empty_month(facts, Month(2026, 8)))
    assert empty.get("2026-08", 0) == 0
    bare = kwh_of(facts)
    assert {month: kwh for month, kwh in empty.items() if kwh} == {
        month: kwh for month, kwh in bare.items() if month != "2026-08"
    }


def test_a_month_read_on_the_twentieth_is_empty_and_its_neighbours_stay() -> None:
    facts = account(
        meter({"2026-04-20": 0, "2026-05-20": 100, "2026-06-20": 220, "2026-07-21": 360, "2026-08-19": 500})
    )
    bare, empty = (
        kwh_of(facts, Month(2026, 8)),
        kwh_of(with_empty_month(facts, Month(2026, 6)), Month(2026, 8)),
    )
    assert empty.get("2026-06", 0) == 0
    assert {**empty, "2026-06": 0} == {**bare, "2026-06": 0}


def test_a_reading_inside_the_month_below_its_border_rises_to_it() -> None:
    # July was not read: its border lies above what August showed at first.
    readings = ["2026-04-25", "2026-05-25", "2026-06-25", "2026-08-01", "2026-08-25", "2026-09-25"]
    facts = account(meter(dict(zip(readings, [0, 100, 200, 220, 400, 500], strict=True))))
    bare = kwh_of(facts, Month(2026, 9))
    assert (bare["2026-07"], bare["2026-08"]) == (98, 102)
    empty = kwh_of(with_empty_month(facts, Month(2026, 8)), Month(2026, 9))
    assert {**empty, "2026-08": 0} == {**bare, "2026-08": 0}
    assert empty.get("2026-08", 0) == 0


def replaced(old: dict[str, int], new: dict[str, int]) -> AccountFacts:
    """A meter that went on the day on which its successor came."""
    return account([meter(old, until=max(old), meter_id=1), meter(new, meter_id=2)])


def test_a_month_in_which_the_meter_was_replaced_is_empty_on_both() -> None:
    readings = ["2026-04-25", "2026-05-25", "2026-06-25", "2026-07-25", "2026-08-25", "2026-09-10"]
    old = dict(zip(readings, [0, 100, 200, 300, 400, 450], strict=True))
    facts = replaced(old, {"2026-09-10": 7, "2026-10-25": 157, "2026-11-25": 257})
    empty = kwh_of(with_empty_month(facts, Month(2026, 9)))
    assert {**empty, "2026-09": 0} == {**kwh_of(facts), "2026-09": 0}
    assert empty.get("2026-09", 0) == 0


def test_a_silent_month_before_the_replacement_leaves_the_next_one_alone() -> None:
    old = {"2026-04-25": 0, "2026-05-25": 100, "2026-07-25": 300, "2026-09-10": 450}
    facts = replaced(old, {"2026-09-10": 7, "2026-10-25": 157, "2026-11-25": 257})
    empty = kwh_of(with_empty_month(facts, Month(2026, 8)))
    assert {**empty, "2026-08": 0} == {**kwh_of(facts), "2026-08": 0}
    assert empty.get("2026-08", 0) == 0


def test_a_month_in_which_a_meter_came_is_not_known_before_it_is_read() -> None:
    old = {"2026-04-25": 0, "2026-05-25": 100, "2026-06-25": 200, "2026-07-10": 250}
    facts = replaced(old, {"2026-07-10": 7})
    assert readable_months(facts, first=FIRST, horizon=LAST)[0] == Month(2026, 6)
    facts = replaced({**old, "2026-07-25": 300}, {"2026-07-25": 7})
    assert readable_months(facts, first=FIRST, horizon=LAST)[0] == Month(2026, 7), "nothing of it is left"


def test_a_silent_month_between_readings_can_be_empty_too() -> None:
    facts = read_monthly([100, None, 200, 100, 100, 100, 100])
    bare, empty = kwh_of(facts), kwh_of(with_empty_month(facts, Month(2026, 6)))
    assert empty.get("2026-06", 0) == 0
    assert abs(empty["2026-07"] - bare["2026-07"]) <= 1


def test_what_is_not_read_yet_cannot_be_thought_empty() -> None:
    facts = read_monthly([100, 100, 100, None, None, None, None])
    assert [str(each) for each in readable_months(facts, first=FIRST, horizon=LAST)] == [
        "2026-07",
        "2026-06",
        "2026-05",
    ]
    assert readable_months(account(), first=Month(2026, 10), horizon=LAST) == [LAST, Month(2026, 10)]
    assert readable_months(facts, first=Month(2026, 9), horizon=LAST) == []


def test_a_month_of_silence_is_charged_by_the_average_that_was_known() -> None:
    facts = read_monthly([*SEVEN[:6], 5])
    silent = kwh_of(until_month(facts, LAST))
    # The monthly mean of May to October.
    assert silent["2026-11"] == 125
    assert kwh_of(facts)["2026-11"] == 5


def test_with_a_norm_everybody_is_away() -> None:
    facts = account()
    assert kwh_of(facts)["2026-06"] == 300
    assert kwh_of(with_empty_month(facts, Month(2026, 6)))["2026-06"] == 0
    # Where a meter could stand nobody is recalculated (decree 354, paragraph 86).


def test_a_control_reading_is_no_contradiction_of_an_empty_month() -> None:
    readings = [
        reading("2026-04-25", 0),
        reading("2026-05-20", 100),
        reading("2026-06-24", 260),
        control("2026-06-25", 220),
        reading("2026-07-25", 330),
    ]
    facts = account(meter(readings))
    for month in readable_months(facts, first=FIRST, horizon=Month(2026, 7)):
        assert kwh_of(with_empty_month(facts, month), Month(2026, 7)).get(str(month), 0) == 0


@given(
    st.lists(st.tuples(st.integers(3, 50), st.integers(0, 200)), min_size=4, max_size=12),
    st.integers(1, 12),
    st.integers(0, 6),
)
def test_on_whatever_days_it_was_read_an_empty_month_is_empty(
    steps: list[tuple[int, int]], change: int, place: int
) -> None:
    """The meter is replaced at one of the readings, where there are so many."""
    day, total, shown = date(2026, 4, 25), 0, [("2026-04-25", 0)]
    for days, kwh in steps:
        day, total = day + timedelta(days), total + kwh
        if day <= LAST.day(25):
            shown.append((day.isoformat(), total))
    facts = account(meter(dict(shown)))
    if change < len(shown):
        facts = replaced(dict(shown[: change + 1]), dict(shown[change:]))
    month = FIRST.plus(place)
    readable = readable_months(facts, first=FIRST, horizon=LAST)
    if month in readable:
        empty, bare = kwh_of(with_empty_month(facts, month)), kwh_of(facts)
        assert empty.get(str(month), 0) == 0
        for other in {month.plus(-1), month.plus(1)} & set(readable):
            assert abs(empty.get(str(other), 0) - bare.get(str(other), 0)) <= 3


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=7, max_size=7),
    st.integers(0, 6),
    st.sampled_from([1, 2]),
)
def test_whatever_was_read_an_empty_month_is_empty(used: list[int | None], place: int, scheme: int) -> None:
    facts = read_monthly(used, scheme=scheme)
    month = FIRST.plus(place)
    if month not in readable_months(facts, first=FIRST, horizon=LAST):
        return
    for asked in (facts, as_scheme(facts, 2)):
        empty, bare = kwh_of(with_empty_month(asked, month)), kwh_of(asked)
        assert empty.get(str(month), 0) == 0
        for other in (month.plus(-1), month.plus(1)):
            if other in readable_months(asked, first=FIRST, horizon=LAST):
                assert abs(empty.get(str(other), 0) - bare.get(str(other), 0)) <= 3


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=7, max_size=7),
    st.sampled_from([1, 2]),
    st.integers(1, 240),
    st.booleans(),
)
def test_whatever_was_read_a_load_takes_nothing_away(
    used: list[int | None], scheme: int, hours: int, cold: bool
) -> None:
    facts = replace(read_monthly(used, scheme=scheme), policies=(policy(100),))
    load = Load(Decimal(2), Decimal(hours) / 10, cold)
    bare, more = kwh_of(facts), kwh_of(with_load(facts, load, horizon=LAST))
    assert all(more.get(month, 0) >= bare[month] - 3 for month in bare)
