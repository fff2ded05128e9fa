"""What is read, believed, asked about and refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.kernel.periods import Month
from svet.metering import texts
from svet.metering.rules import (
    MOVES,
    Dial,
    Doubt,
    Mark,
    ReadingRefused,
    ReadingState,
    Urgency,
    ValueReason,
    WindowState,
    Zone,
    judge,
    parse_value,
    period_of,
    verification,
    window,
)
from svet.metering.rules.receipts import receipt_number
from svet.metering.texts import durations

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "bad_readings.json").read_text())
ON = date(2026, 11, 20)
BEFORE = date(2026, 10, 20)
REASONS = {
    "ERR required": ValueReason.REQUIRED,
    "ERR fraction": ValueReason.FRACTION,
    "ERR chars": ValueReason.CHARS,
    "ERR capacity": ValueReason.CAPACITY,
}


def dial(
    *,
    zone: Zone = Zone.SINGLE,
    last: int | str = 3589,
    digits: int = 5,
    decimals: int = 0,
    ratio: int = 1,
    pending: int | None = None,
    usual: int | None = 5,
    turns: int = 0,
    most: int | None = None,
) -> Dial:
    return Dial(
        zone=zone,
        digits=digits,
        decimals=decimals,
        ratio=Decimal(ratio),
        base=Mark(Decimal(last), turns, BEFORE),
        pending=None if pending is None else Mark(Decimal(pending), turns, ON),
        usual_daily=None if usual is None else Decimal(usual),
        max_daily=None if most is None else Decimal(most),
    )


def single(value: int | str, **kwargs: Any) -> Any:
    judgement = judge(dials=[dial(**kwargs)], values={Zone.SINGLE: Decimal(value)}, read_on=ON)
    return judgement, judgement.verdicts[Zone.SINGLE]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(row["raw"], row["expected"], id=str(row["n"]))
        for row in VECTORS
        if isinstance(row.get("raw"), str)
    ],
)
def test_reading_vector_has_its_outcome(raw: str, expected: str) -> None:
    wanted = next((reason for start, reason in REASONS.items() if expected.startswith(start)), None)
    if wanted is not None:
        with pytest.raises(ReadingRefused) as caught:
            parse_value(raw, digits=5, decimals=0)
        assert caught.value.reason == wanted
        assert texts.explain(caught.value)
        return
    judgement, verdict = single(parse_value(raw, digits=5, decimals=0).to_eng_string())
    if expected.startswith("ERR lower"):
        assert verdict.refusal is ValueReason.LOWER
    elif "consumption 0" in expected:
        assert judgement.doubts == {Doubt.ZERO}
    else:
        assert judgement.accepted


def test_fraction_is_exact_where_the_dial_has_one_and_refused_elsewhere() -> None:
    assert parse_value("3600.5", digits=5, decimals=1) == Decimal("3600.5")
    assert parse_value("3600,5", digits=5, decimals=1) == Decimal("3600.5")
    with pytest.raises(ReadingRefused):
        parse_value("3600.55", digits=5, decimals=1)


def test_oversized_input_is_refused_by_its_length() -> None:
    with pytest.raises(ReadingRefused) as caught:
        parse_value("1" * 1_000_000, digits=5, decimals=0)
    assert caught.value.reason is ValueReason.TOO_LONG


def test_roll_over_is_asked_about_with_its_consumption() -> None:
    judgement, verdict = single(10, last=99990)
    assert judgement.doubts == {Doubt.ROLLOVER}
    assert (verdict.consumption, verdict.turns) == (20, 1)


def test_four_digit_dial_does_not_turn_by_a_slip() -> None:
    _judgement, verdict = single(1000, last=5000, digits=4)
    assert verdict.refusal is ValueReason.LOWER


def test_ratio_multiplies_the_difference() -> None:
    _judgement, verdict = single(3599, ratio=30)
    assert verdict.consumption == 300


def test_far_above_usual_is_asked_and_beyond_the_line_goes_to_review() -> None:
    judgement, _verdict = single(4589)
    assert Doubt.ABOVE_USUAL in judgement.doubts
    assert not judgement.for_review
    judgement, _verdict = single(34589)
    assert judgement.for_review


def test_extra_digit_is_suggested() -> None:
    judgement, _verdict = single(1237, last=50, usual=2)
    assert Doubt.EXTRA_DIGIT in judgement.doubts
    assert judgement.suggestion == {Zone.SINGLE: Decimal(123)} or judgement.suggestion == {
        Zone.SINGLE: Decimal(127)
    }


def test_swapped_zones_are_suggested_the_other_way_round() -> None:
    dials = [dial(zone=Zone.DAY, last=5000), dial(zone=Zone.NIGHT, last=2000)]
    judgement = judge(dials=dials, values={Zone.DAY: Decimal(2100), Zone.NIGHT: Decimal(5150)}, read_on=ON)
    assert Doubt.SWAPPED_ZONES in judgement.doubts
    assert judgement.suggestion == {Zone.DAY: Decimal(5150), Zone.NIGHT: Decimal(2100)}


def test_exchanged_zones_are_suggested_also_where_the_right_order_is_unusual() -> None:
    dials = [dial(zone=Zone.DAY, last=5000), dial(zone=Zone.NIGHT, last=2000)]
    judgement = judge(dials=dials, values={Zone.DAY: Decimal(2100), Zone.NIGHT: Decimal(8900)}, read_on=ON)
    assert [verdict.refusal for verdict in judgement.refusals] == [ValueReason.LOWER]
    assert Doubt.SWAPPED_ZONES in judgement.doubts
    assert judgement.suggestion == {Zone.DAY: Decimal(8900), Zone.NIGHT: Decimal(2100)}


def test_no_order_is_suggested_that_no_line_could_carry() -> None:
    dials = [dial(zone=Zone.DAY, last=5000), dial(zone=Zone.NIGHT, last=2000)]
    judgement = judge(dials=dials, values={Zone.DAY: Decimal(2100), Zone.NIGHT: Decimal(90000)}, read_on=ON)
    assert judgement.suggestion is None


def test_idle_night_scale_is_nothing_special() -> None:
    dials = [dial(zone=Zone.DAY, last=5000), dial(zone=Zone.NIGHT, last=2000)]
    assert judge(
        dials=dials, values={Zone.DAY: Decimal(5100), Zone.NIGHT: Decimal(2000)}, read_on=ON
    ).accepted


def test_missing_and_unknown_zones_are_refused() -> None:
    judgement = judge(dials=[dial()], values={Zone.DAY: Decimal(1)}, read_on=ON)
    assert {zone: verdict.refusal for zone, verdict in judgement.verdicts.items()} == {
        Zone.SINGLE: ValueReason.REQUIRED,
        Zone.DAY: ValueReason.UNKNOWN_ZONE,
    }


def test_below_what_was_sent_this_month_is_a_question_not_a_refusal() -> None:
    judgement, _verdict = single(3600, pending=3605)
    assert judgement.doubts == {Doubt.BELOW_PENDING}


@given(
    last=st.integers(0, 99_999),
    value=st.integers(0, 99_999),
    ratio=st.sampled_from([1, 30]),
    usual=st.none() | st.integers(0, 50),
)
def test_consumption_of_what_may_be_taken_is_never_negative(
    last: int, value: int, ratio: int, usual: int | None
) -> None:
    judgement, verdict = single(value, last=last, ratio=ratio, usual=usual)
    if not judgement.refusals:
        assert verdict.consumption >= 0
        assert verdict.consumption == (value + 100_000 * verdict.turns - last) * ratio


@given(last=st.integers(99_900, 99_999), used=st.integers(1, 300))
def test_law_of_the_turn(last: int, used: int) -> None:
    judgement, verdict = single((last + used) % 100_000, last=last, usual=None)
    assert not judgement.refusals
    assert verdict.consumption == used
    assert (Doubt.ROLLOVER in judgement.doubts) == (last + used >= 100_000)


@given(st.permutations([(Zone.PEAK, 1100), (Zone.SEMIPEAK, 2130), (Zone.NIGHT, 3090)]))
def test_order_of_the_values_does_not_matter(pairs: list[tuple[Zone, int]]) -> None:
    dials = [
        dial(zone=Zone.PEAK, last=1000),
        dial(zone=Zone.SEMIPEAK, last=2000),
        dial(zone=Zone.NIGHT, last=3000),
    ]
    judgement = judge(dials=dials, values={zone: Decimal(v) for zone, v in pairs}, read_on=ON)
    assert judgement.consumption == {Zone.PEAK: 100, Zone.SEMIPEAK: 130, Zone.NIGHT: 90}
    assert judgement.accepted


@given(st.text(max_size=40))
def test_any_text_is_a_number_of_the_dial_or_refused(raw: str) -> None:
    try:
        value = parse_value(raw, digits=5, decimals=1)
    except ReadingRefused:
        return
    assert 0 <= value < 100_000
    assert value == value.quantize(Decimal("0.1"))


def test_every_doubt_and_refusal_has_words() -> None:
    judgement, _verdict = single(3589)
    assert all(texts.question(doubt, judgement) for doubt in Doubt)
    assert all(texts.explain_reason(reason) for reason in ValueReason)


def test_table_of_states_has_every_state_and_final_ones_stay() -> None:
    assert set(MOVES) == set(ReadingState)
    assert MOVES.allows(ReadingState.ACCEPTED, ReadingState.WITHDRAWN)
    assert not MOVES.allows(ReadingState.USED, ReadingState.WITHDRAWN)
    assert not MOVES.allows(ReadingState.WITHDRAWN, ReadingState.ACCEPTED)


def test_reading_after_the_cut_off_enters_the_next_bill() -> None:
    assert period_of(date(2026, 11, 25), window_to_day=25) == Month(2026, 11)
    assert period_of(date(2026, 11, 26), window_to_day=25) == Month(2026, 12)
    assert period_of(date(2026, 12, 26), window_to_day=25) == Month(2027, 1)
    assert period_of(date(2026, 2, 28), window_to_day=31) == Month(2026, 2)


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 11, 3), WindowState.EARLY, 23),
        (date(2026, 11, 15), WindowState.OPEN, 11),
        (date(2026, 11, 25), WindowState.OPEN, 1),
        (date(2026, 11, 26), WindowState.LATE, 30),
    ],
)
def test_window_says_where_today_stands(today: date, state: WindowState, left: int) -> None:
    found = window(today, window_from_day=15, window_to_day=25)
    assert (found.state, found.days_left) == (state, left)


def test_verification_turns_amber_half_a_year_before_and_then_red() -> None:
    today = date(2026, 11, 22)
    cases = {400: Urgency.CALM, 100: Urgency.SOON, -1: Urgency.OVERDUE}
    for days, urgency in cases.items():
        found = verification(verified_on=date(2012, 1, 1), next_on=today + timedelta(days=days), today=today)
        assert found.urgency is urgency
    assert verification(verified_on=None, next_on=None, today=today).urgency is Urgency.UNKNOWN


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 дней"),
        (1, "1 день"),
        (60, "60 дней"),
        (61, "2 месяца"),
        (364, "1 год"),
        (366, "1 год"),
        (1583, "4 года 4 месяца"),
        (2885, "7 лет 11 месяцев"),
    ],
)
def test_how_long_is_said_as_people_say_it(days: int, words: str) -> None:
    assert durations.duration(days) == words


@pytest.mark.parametrize(
    ("price", "said"), [("3.4", "3,40"), ("4.85", "4,85"), ("7", "7,00"), ("10", "10,00"), ("3.125", "3,125")]
)
def test_a_price_has_its_kopecks(price: str, said: str) -> None:
    assert texts.number(Decimal(price), least=2) == said


def test_verification_is_told_in_years_and_months() -> None:
    today = date(2026, 11, 27)
    for next_on, words in (
        (date(2034, 10, 21), "До поверки 7 лет 11 месяцев"),
        (date(2026, 12, 21), "До поверки 24 дня"),
        (date(2024, 7, 27), "Срок поверки прошёл 2 года 4 месяца назад"),
    ):
        assert texts.verification_line(verification(verified_on=None, next_on=next_on, today=today)) == words


def test_receipt_numbers_never_repeat_and_look_random() -> None:
    numbers = [receipt_number(n) for n in range(1, 20_001)]
    assert len(set(numbers)) == 20_000
    assert all(len(number) == 11 for number in numbers)


@pytest.mark.parametrize(("most", "review"), [(None, False), (1000, False), (20, True)])
def test_what_the_connection_can_carry_is_the_meters_own_where_it_is_known(
    most: int | None, review: bool
) -> None:
    days = (ON - BEFORE).days
    judgement, _verdict = single(3589 + 21 * days, most=most, usual=21)
    assert judgement.for_review is review
    large, _verdict = single(3589 + 400 * days, most=most, usual=400)
    assert large.for_review is (most != 1000)
