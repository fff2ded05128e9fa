from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.autopay.events import AUTOPAY_STOPPED
from svet.autopay.rules import (
    AGREEMENT_MOVES,
    NOTICE,
    RETRY_DAYS,
    TURN_MOVES,
    AgreementCause,
    AgreementState,
    AutopayTerms,
    TurnState,
    charge_moment,
    is_time_to_tell,
    planned_day,
    sequel,
    sum_to_charge,
)
from svet.autopay.texts import stopped_note
from svet.gateways.acquiring.port import BankReason
from svet.kernel.money import Money

ZONES = st.sampled_from(["Europe/Kaliningrad", "Asia/Yekaterinburg", "Asia/Kamchatka"]).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
DAYS = st.dates(date(2026, 1, 1), date(2031, 1, 1))


@given(planned=DAYS, told_at=MOMENTS, zone=ZONES)
def test_a_charge_comes_a_whole_day_after_it_was_told_at_the_first_noon(
    planned: date, told_at: datetime, zone: ZoneInfo
) -> None:
    moment = charge_moment(planned, told_at=told_at, zone=zone)
    assert moment - told_at >= NOTICE
    assert moment.date() >= planned
    assert (moment.hour, moment.minute) == (12, 0)
    earlier = moment - timedelta(days=1)
    assert earlier.date() < planned or earlier - told_at < NOTICE


@given(
    issued_on=DAYS,
    since=DAYS,
    terms=st.one_of(
        st.integers(1, 28).map(lambda day: AutopayTerms(None, day, None)),
        st.integers(1, 20).map(lambda days: AutopayTerms(None, None, days)),
    ),
)
def test_the_planned_day_is_never_before_the_bill_nor_the_agreement(
    issued_on: date, since: date, terms: AutopayTerms
) -> None:
    day = planned_day(terms, issued_on=issued_on, since=since)
    assert day > since
    assert day >= issued_on
    if terms.day_of_month is not None:
        assert day.day == terms.day_of_month
        assert (day - max(issued_on, since)).days <= 32
    else:
        assert day == max(issued_on + timedelta(days=terms.days_after_bill or 0), since + timedelta(days=1))


@given(
    owed=st.integers(-1000, 10**9),
    ceiling=st.none() | st.integers(1, 10**8),
    told=st.none() | st.integers(1, 10**8),
)
def test_the_sum_is_never_above_any_bound_nor_below_nothing(
    owed: int, ceiling: int | None, told: int | None
) -> None:
    most = 25_000_000
    found = sum_to_charge(
        owed=Money(owed),
        ceiling=None if ceiling is None else Money(ceiling),
        told=None if told is None else Money(told),
        most=Money(most),
    )
    bounds = [bound for bound in (owed, ceiling, told, most) if bound is not None]
    assert found.kopecks == max(0, min(bounds))


@pytest.mark.parametrize(
    ("local", "told"),
    [((4, 8), False), ((4, 9), True), ((4, 20), True), ((4, 21), False), ((5, 10), True), ((3, 12), False)],
)
def test_people_are_told_by_day_from_the_day_before(local: tuple[int, int], told: bool) -> None:
    zone = ZoneInfo("Asia/Yekaterinburg")
    now = datetime(2026, 12, local[0], local[1], tzinfo=zone)
    assert is_time_to_tell(date(2026, 12, 5), now=now, zone=zone) is told


def test_every_reason_of_a_bank_is_soft_with_days_or_hard() -> None:
    hard = {reason.value for reason in BankReason} - set(RETRY_DAYS)
    assert hard == {"authentication_failed", "card_problem", "fraud", "card_unbound"}


def test_retries_end() -> None:
    first = date(2026, 12, 5)
    days = [sequel(reason="insufficient_funds", first_on=first, declines=no).on for no in range(1, 5)]
    assert days == [date(2026, 12, 6), date(2026, 12, 8), date(2026, 12, 10), None]
    assert sequel(reason="fraud", first_on=first, declines=1).hard


def test_an_ended_agreement_and_a_finished_month_go_nowhere() -> None:
    assert AGREEMENT_MOVES[AgreementState.ENDED] == frozenset()
    ends = {state for state in TurnState if not TURN_MOVES[state]}
    assert ends == {TurnState.PAID, TurnState.NOTHING, TurnState.SKIPPED, TurnState.FAILED}


def test_terms_say_when_in_one_way() -> None:
    with pytest.raises(ValueError, match="says when"):
        AutopayTerms(None, 5, 5)
    with pytest.raises(ValueError, match="says when"):
        AutopayTerms(None, None, None)


@pytest.mark.parametrize("ended", [True, False])
def test_of_an_account_of_sbp_no_word_speaks_of_a_card(ended: bool) -> None:
    for cause in AgreementCause:
        said = stopped_note(ended=ended, cause=cause.value, sbp=True)
        assert "карт" not in said.lower(), said
    gone = AUTOPAY_STOPPED.words(
        {"brand": "Свет", "hotline": "8", "account": "1", "ended": "yes", "cause": "card_gone", "sbp": "yes"}
    )
    assert "Счёт СБП отвязан" in gone.text
    # Notices of before it was kept say it of a card.
    older = AUTOPAY_STOPPED.words(
        {"brand": "Свет", "hotline": "8", "account": "1", "ended": "yes", "cause": "card_gone"}
    )
    assert "Карта отвязана" in older.text
