from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from svet.limits import queries
from svet.limits.models import Bucket
from svet.limits.operations import LimitReached, check, forget, spend, sweep
from svet.limits.rules import LIMITS, LimitName, loosened, network_of, wait_in_minutes
from svet.limits.texts import explain

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def take_all(limit: LimitName, key: str) -> datetime:
    """Spend a limit to its end, waiting through its pauses; says when the last one was taken."""
    moment = NOW
    for number in range(1, LIMITS[limit].amount + 1):
        spend(limit=limit, key=key, now=moment)
        if number < LIMITS[limit].amount:
            moment += timedelta(seconds=LIMITS[limit].pause_after(number))
    return moment


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [name for name in LimitName if LIMITS[name].amount <= 600])
def test_every_limit_holds_at_its_amount_and_opens_with_its_next_window(limit: LimitName) -> None:
    last = take_all(limit, "key")
    with pytest.raises(LimitReached) as full:
        spend(limit=limit, key="key", now=last)
    end = NOW + timedelta(seconds=LIMITS[limit].window_seconds)
    assert full.value.retry_after == (end - last).total_seconds()
    spend(limit=limit, key="other", now=last)
    spend(limit=limit, key="key", now=max(end, last + timedelta(seconds=LIMITS[limit].pause_after(99))))


@pytest.mark.django_db
def test_knocking_at_a_shut_door_does_not_keep_it_shut() -> None:
    last = take_all(LimitName.RECOVERY_PER_PHONE, "key")
    for hour in range(1, 24):
        with pytest.raises(LimitReached):
            spend(limit=LimitName.RECOVERY_PER_PHONE, key="key", now=NOW + timedelta(hours=hour))
    assert Bucket.objects.get(key="key").spent == 5
    spend(limit=LimitName.RECOVERY_PER_PHONE, key="key", now=last + timedelta(days=1))


@pytest.mark.django_db
def test_pauses_between_codes_grow() -> None:
    limit = LimitName.CODES_PER_PHONE_HOUR
    spend(limit=limit, key="k", now=NOW)
    assert queries.free_at(limit=limit, key="k", default=NOW) == NOW + timedelta(seconds=60)
    spend(limit=limit, key="k", now=NOW + timedelta(seconds=60))
    with pytest.raises(LimitReached) as early:
        spend(limit=limit, key="k", now=NOW + timedelta(seconds=100))
    assert early.value.retry_after == 80


@pytest.mark.django_db
def test_a_limit_can_be_looked_at_without_spending_and_be_forgiven() -> None:
    limit = LimitName.PASSWORD_CHECKS
    take_all(limit, "k")
    with pytest.raises(LimitReached):
        check(limit=limit, key="k", now=NOW)
    forget(limit=limit, key="k")
    check(limit=limit, key="k", now=NOW)


@pytest.mark.django_db
def test_what_is_over_is_swept() -> None:
    spend(limit=LimitName.API_PER_TOKEN, key="k", now=NOW)
    assert sweep(now=NOW) == 0
    assert sweep(now=NOW + timedelta(minutes=1)) == 1


@pytest.mark.django_db
def test_a_factor_widens_the_limits_for_load_tests(settings: object) -> None:
    settings.LIMITS_FACTOR = 3  # type: ignore[attr-defined]
    for _ in range(9):
        spend(limit=LimitName.CODES_PER_PHONE_HOUR, key="k", now=NOW)
    with pytest.raises(LimitReached):
        spend(limit=LimitName.CODES_PER_PHONE_HOUR, key="k", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_take_exactly_ten() -> None:
    def one(_: int) -> bool:
        try:
            spend(limit=LimitName.SIGN_IN_PER_PHONE, key="k", now=NOW)
        except LimitReached:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(40))) == 10


def test_a_person_is_told_minutes() -> None:
    assert [wait_in_minutes(seconds) for seconds in (0, 1, 60, 61, 300)] == [1, 1, 1, 2, 5]
    refusal = LimitReached(limit=LimitName.SIGN_IN_PER_PHONE, retry_after=240)
    assert "Подождите 4 минут" in explain(refusal)


def test_the_table_is_loosened_only_when_asked() -> None:
    limit = LIMITS[LimitName.CODES_PER_PHONE_HOUR]
    assert loosened(limit, factor=1) is limit
    assert loosened(limit, factor=10).amount == 30


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_network_is_an_address_or_its_64(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.django_db
def test_a_request_overtaken_by_a_later_one_is_not_refused() -> None:
    spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=NOW + timedelta(milliseconds=5))
    spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=NOW)


#: Every row of the settings table as agreed; a change here is a change of what customers meet.
AGREED = {
    LimitName.CODES_PER_PHONE_HOUR: (3, 3_600, (60, 120, 300)),
    LimitName.CODES_PER_PHONE_DAY: (5, 86_400, ()),
    LimitName.CODES_PER_NETWORK: (600, 3_600, ()),
    LimitName.SMS_PER_INSTALLATION: (20_000, 86_400, ()),
    LimitName.SOMEBODY_REGISTERS: (1, 86_400, ()),
    LimitName.CODE_TRIES_EVERYWHERE: (3_000, 3_600, ()),
    LimitName.SIGN_IN_PER_PHONE: (10, 300, ()),
    LimitName.SIGN_IN_PER_DEVICE: (10, 300, ()),
    LimitName.SIGN_IN_PER_NETWORK: (600, 3_600, ()),
    LimitName.ENTRANCE_EVERYWHERE: (30_000, 3_600, ()),
    LimitName.WORK_ONCE: (1, 3_600, ()),
    LimitName.WAITED_PER_NETWORK: (60, 60, ()),
    LimitName.PASSWORD_CHECKS: (5, 900, ()),
    LimitName.RECOVERY_PER_PHONE: (5, 86_400, ()),
    LimitName.EMAIL_CODES: (5, 3_600, (60, 120, 300)),
    LimitName.LINKING_PER_PERSON: (5, 3_600, ()),
    LimitName.LINKING_WRONG_PER_ACCOUNT: (5, 86_400, ()),
    LimitName.LINKING_WRONG_EVERYWHERE: (2_000, 3_600, ()),
    LimitName.READINGS_PER_METER: (20, 86_400, ()),
    LimitName.ORDERS_PER_PERSON: (10, 3_600, ()),
    LimitName.BINDINGS_PER_PERSON: (10, 86_400, ()),
    LimitName.WALK_INS_PER_MEMBER: (30, 86_400, ()),
    LimitName.LOOKS_PER_MEMBER: (20, 3_600, ()),
    LimitName.PROVIDER_PER_NETWORK: (300, 3_600, ()),
    LimitName.BROWSERS_PER_PERSON: (20, 3_600, ()),
    LimitName.MESSENGERS_PER_PERSON: (10, 3_600, ()),
    LimitName.ANSWERS_PER_MESSENGER: (20, 3_600, ()),
    LimitName.ACTS_PER_MESSENGER: (200, 3_600, ()),
    LimitName.API_PER_TOKEN: (120, 60, ()),
    LimitName.API_PER_NETWORK: (600, 3_600, ()),
}


@pytest.mark.parametrize("name", AGREED, ids=str)
def test_each_row_of_the_table_is_the_agreed_one(name: LimitName) -> None:
    terms = LIMITS[name]
    assert (terms.amount, terms.window_seconds, terms.pauses) == AGREED[name]


def test_every_limit_has_a_row() -> None:
    assert set(LIMITS) == set(LimitName)
