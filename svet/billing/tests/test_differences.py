"""What is charged beside what the facts give: the same for plain months, and where not, why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Provider
from svet.accounts.queries import contracts as doors
from svet.accounts.queries import provider_by_id
from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.queries import DifferenceCause, DifferenceView
from svet.billing.queries.facts import account_facts, provider_facts
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.facts import AccountFacts, Authority, canonical, restored
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.operations import MeterRow, replace_meter
from svet.metering.rules import Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.tariffs.models import TariffRow

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)


def run(*months: int) -> None:
    for number in months:
        operations.run(provider_id=make_provider().pk, period=Month(2026, number), now=NOW)


def found() -> list[DifferenceView | None]:
    return list(queries.differences(provider_id=make_provider().pk))


def facts(account: Account, horizon: Month) -> AccountFacts:
    provider = provider_facts(provider_by_id(make_provider().pk))
    (contract,) = doors.contracts(
        provider_id=make_provider().pk, opened_before=date(2199, 1, 1), account_ids=[account.pk]
    )
    return account_facts([contract], provider=provider, horizon=horizon, floors={account.pk: JUNE})[
        account.pk
    ]


def read(meter: object, *shown: int) -> None:
    for place, value in enumerate(shown):
        make_reading(meter, value, read_on=JUNE.plus(place).day(24))  # type: ignore[arg-type]


def test_plain_months_late_readings_and_controls_are_charged_as_they_should() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    _, gap = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    make_norm()
    read(meter, 100, 200, 4300)
    read(gap, 100)
    make_reading(gap, 400, read_on=date(2026, 8, 24))
    set_terms(residents=2)
    run(6, 7, 8)
    assert found() == [None, None]


def test_what_came_after_the_last_charge_is_told_until_the_next_one_posts_it() -> None:
    load_chelyabinsk()
    account, first = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    second = make_meter(account=account, installed_on=date(2026, 5, 24), initial=0)
    make_norm()
    set_terms(residents=1)
    read(first, 3000)
    run(6)
    make_reading(second, 3148, read_on=date(2026, 6, 24))
    (difference,) = found()
    assert difference is not None
    assert difference.cause is DifferenceCause.READINGS
    assert (difference.charged_kwh, difference.kwh) == (Decimal(3090), Decimal(6148))
    # 900 more of the first range, all 2,100 of the second, 148 above.
    assert difference.kopecks == 1_455_000 + 436_500 + 1_505_700 + 165_020
    make_reading(first, 6000, read_on=date(2026, 7, 24))
    make_reading(second, 6000, read_on=date(2026, 7, 24))
    run(7)
    assert found() == [None]
    assert ledger.balance(account.pk).kopecks == 6_853_304


def test_other_prices_for_the_same_kwh_are_told_as_such() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    read(meter, 100)
    run(6)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tariffs_tariffrow SET price = price + 1")
    (difference,) = found()
    assert difference is not None
    assert (difference.cause, difference.more_kopecks) == (DifferenceCause.PRICES, 10_000)


def test_a_price_group_holds_from_its_day_on_and_leaves_the_months_before_alone() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    read(meter, 100, 200, 300)
    run(6)
    set_terms(tariff_group="1.3", since=date(2026, 6, 24))
    assert found() == [None]
    run(7)
    set_terms(tariff_group="1.1", since=date(2026, 7, 24))
    run(8)
    assert found() == [None]
    assert [(each.group, each.since) for each in facts(account, Month(2026, 8)).terms] == [
        ("1.1", date(2020, 1, 1)),
        ("1.3", date(2026, 6, 24)),
        ("1.1", date(2026, 7, 24)),
    ]


def test_facts_without_an_answer_are_told_as_a_problem() -> None:
    load_chelyabinsk()
    make_metered_account(installed_on=date(2026, 5, 25), initial=0)
    set_terms(residents=3)
    make_norm(100)
    run(6)
    assert found() == [None]
    set_terms(residents=None)
    (difference,) = found()
    assert difference is not None
    assert (difference.cause, difference.reason) == (DifferenceCause.PROBLEM, BillingReason.NO_RESIDENTS)
    assert (difference.kwh, difference.more_kopecks) == (None, 0)


def test_nobody_charged_is_nobody_to_compare_and_nobody_else_is_asked() -> None:
    load_chelyabinsk()
    make_metered_account()
    assert found() == []
    with pytest.raises(BillingRefused) as refused:
        list(queries.differences(provider_id=make_provider().pk + 1000))
    assert refused.value.reason is BillingReason.UNKNOWN_PROVIDER


def test_facts_say_all_of_an_account() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(
        scheme=Scheme.DAY_NIGHT, installed_on=date(2026, 5, 20), initial=10, residents=3
    )
    make_norm(100)
    make_reading(meter, {Zone.DAY: Decimal(50), Zone.NIGHT: Decimal(20)}, read_on=date(2026, 6, 24))
    replace_meter(
        by=Actor.system("test"),
        meter_public_id=meter.public_id,
        final={Zone.DAY: Decimal(60), Zone.NIGHT: Decimal(30)},
        new=MeterRow(account_id=account.pk, serial="700000", installed_on=date(2026, 7, 10)),
        ratio=Decimal(30),
        reason="акт № 1",
        now=NOW,
    )
    make_meter(account=account, installed_on=date(2026, 8, 1), serial="800000")
    got = facts(account, Month(2026, 10))
    assert (got.opened_on, got.closed_on, got.floor) == (account.opened_on, None, JUNE)
    assert [(terms.group, terms.residents) for terms in got.terms] == [("1.1", 3)]
    first, second = got.points
    assert first.no == meter.pk
    assert [(each.scheme, int(each.ratio), each.until) for each in first.placements] == [
        (2, 1, date(2026, 7, 10)),
        (1, 30, None),
    ]
    assert [each.serial for each in second.placements] == ["800000"]
    old = first.placements[0].readings
    assert [(each.on, each.authority) for each in old] == [
        (date(2026, 5, 20), Authority.INITIAL),
        (date(2026, 6, 24), Authority.CUSTOMER),
        (date(2026, 7, 10), Authority.OFFICE),
    ]
    assert [(value.zone, int(value.value)) for value in old[1].values] == [("day", 50), ("night", 20)]
    assert got.policies[-1].rules.norm_kwh_per_person == 100
    assert got.tables[0].zones
    assert len(facts(account, JUNE).points[0].placements[0].readings) == 2, "nothing later than the cut-off"
    assert restored(AccountFacts, canonical(got)) == got


def test_a_charged_month_keeps_its_cut_off_day() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    read(meter, 100)
    run(6)
    Provider.objects.update(window_to_day=20)
    provider = provider_facts(provider_by_id(make_provider().pk))
    assert (provider.cut(Month(2026, 5)), provider.cut(JUNE)) == (date(2026, 5, 25), date(2026, 6, 25))
    assert provider.cut(JUNE.plus(1)) == date(2026, 7, 20)
    assert found() == [None]


def test_a_batch_costs_a_constant_number_of_queries() -> None:
    load_chelyabinsk()

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            found()
        return len(queries_made)

    def one_more() -> None:
        _, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
        read(meter, 100)

    one_more()
    run(6)
    few = asked()
    for _ in range(5):
        one_more()
    run(6)
    assert len(found()) == 6
    assert asked() == few
    assert TariffRow.objects.exists()
