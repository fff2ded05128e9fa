"""What is told before a reading is sent is what the bill says: quoted, sent, charged, to the kopeck."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations, queries
from svet.billing.queries import what_if
from svet.billing.queries.own_months import scheme_year
from svet.billing.queries.what_if import PreviewFacts, ground_of, preview_reading
from svet.billing.rules.other_schemes import as_scheme
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_norm
from svet.billing.tests.facts import account as an_account
from svet.billing.tests.facts import meter as a_meter
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.models import Meter
from svet.metering.operations import BatchOutcome
from svet.metering.queries import MeterView
from svet.metering.rules import Zone, zones_of
from svet.metering.tests.factories import make_meter, make_reading
from svet.quotes.queries import price

pytestmark = pytest.mark.django_db
FIRST, CHARGED = Month(2026, 4), 5
LAST = FIRST.plus(CHARGED)
#: From here the month of the previewed reading is January 2026, on whose first day prices rose.
PRICES_CHANGE = Month(2025, 8)


class History(NamedTuple):
    """Of one meter: the kWh of a day in each month, None: nothing was sent; late: sent a month later."""

    scheme: int
    used: list[int | None]
    late: set[int]


_USED = st.one_of(st.none(), st.integers(0, 40), st.integers(0, 150))
_METER = st.builds(
    History,
    st.sampled_from([1, 2]),
    st.lists(_USED, min_size=CHARGED, max_size=CHARGED),
    st.sets(st.integers(0, CHARGED - 1), max_size=2),
)
#: Accounts, each with its meters and the kWh of a day that the previewed reading of the first one shows.
_ACCOUNTS = st.lists(
    st.tuples(st.lists(_METER, min_size=1, max_size=2), st.integers(0, 150)), min_size=4, max_size=6
)


_RANGES = [
    ([History(1, [140, None, None, 150, 10], {3})], 150),
    ([History(2, [90, 90, 90, None, None], set()), History(1, [1, 2, 3, 4, 5], set())], 140),
]


def shown(history: History, until: int, last: int = 0) -> int:
    return 30 * (sum(used or 0 for used in history.used[:until]) + last)


def values(scheme: int, value: int) -> dict[Zone, Decimal]:
    return {zone: Decimal(value + 7 * place) for place, zone in enumerate(zones_of(scheme))}


def view(meter: Meter) -> MeterView:
    return metering.meter_view(metering.whole_meters().get(pk=meter.pk))


def send(meter: Meter, history: History, place: int, first: Month) -> None:
    month = first.plus(place)
    make_reading(meter, values(history.scheme, shown(history, place + 1)), read_on=month.day(20))


def charge(month: Month) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=NOW)


# Not shrunk: an example is seconds of months.
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_ACCOUNTS, st.sampled_from([FIRST, PRICES_CHANGE]))
@example(_RANGES, PRICES_CHANGE)
def test_quoted_sent_and_charged_are_the_same_kopecks(
    accounts: list[tuple[list[History], int]], first: Month
) -> None:
    """With silent months before it, late ones, ranges crossed, and prices that change inside its month."""
    last = first.plus(CHARGED)
    # A savepoint by hand: use cases open their own transactions, which may not stand in another one.
    before = transaction.savepoint()
    try:
        load_chelyabinsk()
        make_norm(100)
        made = [(make_account(residents=2), histories, used) for histories, used in accounts]
        meters = [
            [
                make_meter(
                    account=account, scheme=each.scheme, installed_on=first.plus(-1).day(20), initial=0
                )
                for each in histories
            ]
            for account, histories, _ in made
        ]
        for place in range(CHARGED):
            for (_, histories, _), of_account in zip(made, meters, strict=True):
                for meter, history in zip(of_account, histories, strict=True):
                    if place - 1 in history.late and history.used[place - 1] is not None:
                        send(meter, history, place - 1, first)
                    if place not in history.late and history.used[place] is not None:
                        send(meter, history, place, first)
            charge(first.plus(place))
        told = []
        for (_, histories, used), (meter, *_) in zip(made, meters, strict=True):
            typed = values(histories[0].scheme, shown(histories[0], CHARGED, used))
            told.append(price(meter=view(meter), values=typed, on=last.day(20)))
            sent = make_reading(meter, typed, read_on=last.day(20))
            assert sent.outcome is BatchOutcome.ACCEPTED, sent
        charge(last)
        for (account, histories, _), quoted in zip(made, told, strict=True):
            found = queries.charge(account.pk, last)
            assert found is not None
            assert quoted.bill == found.total, histories
            if len(histories) == 1:
                assert quoted.total == found.total
                assert quoted.kwh == found.kwh
    finally:
        transaction.savepoint_rollback(before)


def new_account() -> tuple[Account, Meter]:
    account = make_account()
    return account, make_meter(account=account, installed_on=date(2026, 11, 5), initial=0)


def test_an_account_that_came_this_month_is_told_its_first_bill() -> None:
    load_chelyabinsk()
    charge(Month(2026, 10))
    account, meter = new_account()
    told = price(meter=view(meter), values={Zone.SINGLE: Decimal(4100)}, on=date(2026, 11, 20))
    make_reading(meter, 4100, read_on=date(2026, 11, 20))
    charge(Month(2026, 11))
    found = queries.charge(account.pk, Month(2026, 11))
    assert found is not None
    assert told.bill == told.total == found.total
    assert {line.range_no for line in told.lines} == {1, 2}


def test_the_days_of_a_charged_month_have_no_bill_to_tell_of() -> None:
    load_chelyabinsk()
    charge(Month(2026, 10))
    _, meter = new_account()
    make_reading(meter, 50, read_on=date(2026, 11, 15))
    charge(Month(2026, 11))
    told = price(meter=view(meter), values={Zone.SINGLE: Decimal(100)}, on=date(2026, 11, 20))
    assert told.bill is None
    assert (told.kwh, told.total) == (Decimal(50), Money(24_250))


def test_a_ground_that_is_read_behind_the_settled_month_tells_the_same_as_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(what_if, "WORTH_CUTTING", 0)
    load_chelyabinsk()
    make_norm(100)
    meter = make_meter(account=make_account(residents=1), installed_on=FIRST.plus(-1).day(20), initial=0)
    for place in range(CHARGED):
        make_reading(meter, 100 * (place + 1), read_on=FIRST.plus(place).day(20))
        charge(FIRST.plus(place))
    on = LAST.day(20)
    known = view(meter)
    for value in (499, 500, 501, 700, 9000):
        short, long = ground_of(known.account, on), ground_of(known.account, on)
        assert isinstance(short, PreviewFacts)
        assert isinstance(long, PreviewFacts)
        assert short.cut == FIRST.plus(CHARGED - 1)
        long.whole()
        assert long.cut is None
        typed = {Zone.SINGLE: (Decimal(value), 0)}
        usage = {Zone.SINGLE: Decimal(max(0, value - 500))}
        told = [
            preview_reading(
                account=known.account, meter_id=known.meter_id, values=typed, usage=usage, on=on, ground=each
            )
            for each in (short, long)
        ]
        assert told[0] == told[1]
        assert (short.cut is None) == (value < 500)


def test_a_year_by_other_zones_costs_what_its_charges_would() -> None:
    load_chelyabinsk()
    account = make_account(residents=1)
    meter = make_meter(account=account, installed_on=FIRST.plus(-1).day(20), initial=0)
    for place in range(CHARGED):
        make_reading(meter, 300 * (place + 1), read_on=FIRST.plus(place).day(20))
        charge(FIRST.plus(place))
    ground = ground_of(view(meter).account, LAST.day(20))
    assert ground is not None
    year = scheme_year(ground)
    assert year is not None
    assert year.now == {1}
    assert sum(year.kwh.values()) == 300 * CHARGED
    costs = {scheme: year.total(scheme) for scheme in year.costs}
    # 300 kWh a month: at 4.85; 200 by day at 5.58 and 100 by night at 2.91.
    assert (costs[1], costs[2]) == (Money(727_500), Money(703_500))
    assert costs[3] < costs[1]
    # All of it by night, and none of it.
    assert scheme_year(ground, night=Fraction(1)).total(2) == Money(1500 * 291)  # type: ignore[union-attr]
    assert scheme_year(ground, night=Fraction(0)).total(2) == Money(1500 * 558)  # type: ignore[union-attr]
    assert costs[1] == sum((each.total for each in queries.charges([account.pk])), Money(0))


@pytest.mark.parametrize("scheme", [1, 2, 3])
@pytest.mark.parametrize("other", [1, 2, 3])
def test_no_kilowatt_hour_is_lost_by_another_scheme(scheme: int, other: int) -> None:
    shown = list(range(7, 7 + len(zones_of(scheme))))
    placement = a_meter({"2026-05-24": 0, "2026-06-24": shown}, scheme=scheme)
    (point,) = as_scheme(an_account(placement), other).points
    (changed,) = point.placements
    assert [str(zone) for zone in zones_of(other)] == [value.zone for value in changed.readings[1].values]
    assert sum(value.value for value in changed.readings[1].values) == sum(shown)
    night = {value.zone: value.value for value in changed.readings[1].values}.get("night")
    assert scheme == 1 or other == 1 or night == shown[-1], "what the meter tells of a zone is kept"
