"""What a member of staff sees of the buckets, and the edges of waiting: the last second, a long key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from svet.kernel import words
from svet.kernel.money import Money
from svet.limits import queries
from svet.limits.operations import LimitReached, check, count, forget, spend
from svet.limits.rules import BOOKKEEPING, LIMITS, LimitName, Purpose, Riddle
from svet.limits.tests.test_spending import take_all
from svet.limits.texts import explain

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CHECKS = LimitName.PASSWORD_CHECKS


@pytest.mark.django_db
def test_in_the_last_second_of_a_window_one_waits_a_second() -> None:
    last = take_all(CHECKS, "k")
    end = NOW + timedelta(seconds=LIMITS[CHECKS].window_seconds)
    for refuse in (spend, check):
        for before, told in ((0.2, 1), (1.0, 1), (1.2, 2)):
            with pytest.raises(LimitReached) as full:
                refuse(limit=CHECKS, key="k", now=max(last, end - timedelta(seconds=before)))
            assert full.value.retry_after == told


@pytest.mark.django_db
def test_a_key_longer_than_its_column_is_one_key_everywhere() -> None:
    key = "k" * 300
    take_all(CHECKS, key)
    assert queries.spent(limit=CHECKS, key=key, now=NOW) == LIMITS[CHECKS].amount
    with pytest.raises(LimitReached):
        check(limit=CHECKS, key=key, now=NOW)
    forget(limit=CHECKS, key=key)
    assert queries.spent(limit=CHECKS, key=key, now=NOW) == 0
    check(limit=CHECKS, key=key, now=NOW)


@pytest.mark.django_db
def test_those_of_everybody_come_first_and_what_is_only_counted_never() -> None:
    for name in BOOKKEEPING:
        for _ in range(min(LIMITS[name].amount, 50)):
            count(limit=name, key="k", now=NOW)
    take_all(CHECKS, "anna")
    spend(limit=LimitName.CODES_PER_PHONE_HOUR, key="phone", now=NOW)
    shared = LimitName.SIGN_IN_PER_NETWORK
    spend(limit=shared, key="192.0.2.1", now=NOW, cost=queries.current_limit(shared).amount)
    found = [(each.limit, each.key, each.shared, each.pausing) for each in queries.blocked(now=NOW)]
    assert found == [
        (shared, "192.0.2.1", True, False),
        (CHECKS, "anna", False, False),
        (LimitName.CODES_PER_PHONE_HOUR, "phone", False, True),
    ]


@pytest.mark.django_db
def test_the_sms_of_a_day_are_told_by_whether_the_browser_is_known(settings: object) -> None:
    settings.SMS_PRICE, settings.SMS_DAY_BUDGET = 250, 0  # type: ignore[attr-defined]
    spend(limit=LimitName.SMS_PER_INSTALLATION, key="known", now=NOW, cost=2)
    spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=NOW, cost=3)
    found = [(each.known, each.spent, each.cost) for each in queries.sms_spending(now=NOW)]
    assert found == [(False, 3, Money(750)), (True, 2, Money(500))]


def test_a_riddle_from_a_clock_two_seconds_ahead_may_be_answered() -> None:
    riddle = Riddle.make(purpose=Purpose.SIGN_IN, bits=4, now=NOW)
    assert riddle.is_alive(now=NOW - timedelta(seconds=2))
    assert not riddle.is_alive(now=NOW - timedelta(seconds=2, microseconds=1))


def test_a_reached_limit_is_told_in_the_words_of_its_room() -> None:
    refused = LimitReached(limit=CHECKS, retry_after=120)
    assert words.explain(refused) == explain(refused) != str(refused.reason)
