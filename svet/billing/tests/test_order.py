"""Months are charged forwards: a kWh is charged once whatever the order, and a failed month's is not lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_provider, set_terms
from svet.billing import operations, queries, texts
from svet.billing.models import BillingRun, Charge, Problem
from svet.billing.rules import BillingReason, BillingRefused, LineCause
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter
from svet.metering.operations import MeterRow, replace_meter
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_reading
from tests.kept import kept

pytestmark = pytest.mark.django_db
JUNE, JULY, AUGUST = Month(2026, 6), Month(2026, 7), Month(2026, 8)
SUMMER = (JUNE, JULY, AUGUST)


def run(*periods: Month, **how: Any) -> operations.RunReport:
    for period in periods:
        report = operations.run(provider_id=make_provider().pk, period=period, now=NOW, **how)
    return report


@kept
def make_summer(**account: Any) -> tuple[Account, Meter]:
    """Readings 0, 100, 200, 300 on the 24th of May to August."""
    load_chelyabinsk()
    made, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0, **account)
    for place, month in enumerate(SUMMER, 1):
        make_reading(meter, 100 * place, read_on=month.day(24))
    return made, meter


def kwh(account: Account) -> Decimal:
    return sum((charge.kwh for charge in queries.charges([account.pk])), Decimal(0))


def charged(account: Account) -> list[Month]:
    return sorted(charge.period for charge in queries.charges([account.pk]))


def regroup(account: Account, group: str) -> None:
    set_terms(account, tariff_group=group)


def test_a_month_that_failed_is_taken_in_by_the_next_one_and_never_charged_again() -> None:
    account, _ = make_summer()
    run(JUNE)
    regroup(account, "9.9")
    assert run(JULY).problems == 1
    regroup(account, "1.1")
    run(AUGUST)
    assert kwh(account) == 300
    again = run(JULY)
    assert kwh(account) == 300
    assert charged(account) == [JUNE, AUGUST]
    assert ledger.balance(account.pk).kopecks == 145_500
    assert (again.charges, again.problems) == (0, 0)
    assert not Problem.objects.exists()
    found = queries.charge(account.pk, AUGUST)
    assert found is not None
    assert [(line.month, int(line.kwh), line.cause) for line in found.lines] == [
        (JULY, 100, LineCause.FIRST),
        (AUGUST, 100, LineCause.FIRST),
    ]
    assert queries.broken() == []


def test_the_later_charge_closes_the_problem_without_a_rerun() -> None:
    account, _ = make_summer()
    run(JUNE)
    regroup(account, "9.9")
    run(JULY)
    regroup(account, "1.1")
    run(AUGUST)
    assert not Problem.objects.exists()
    assert BillingRun.objects.get(period=JULY.first).problems == 0


def test_months_run_backwards_charge_nothing_twice() -> None:
    account, _ = make_summer()
    run(JUNE)
    run(AUGUST, over_gap=True)
    assert kwh(account) == 300
    assert run(JULY).charges == 0
    assert kwh(account) == 300


def test_only_the_account_that_has_a_later_charge_is_refused() -> None:
    account, _ = make_summer()
    run(JUNE)
    regroup(account, "9.9")
    run(JULY)
    regroup(account, "1.1")
    failing, _ = make_summer()
    regroup(failing, "9.9")
    run(AUGUST)  # takes the first in; the second has no charge at all yet
    regroup(failing, "1.1")
    run(JULY)
    assert charged(account) == [JUNE, AUGUST]
    assert charged(failing) == [JULY]
    run(AUGUST)
    assert charged(failing) == [JULY, AUGUST]
    assert [kwh(account), kwh(failing)] == [300, 200]


def test_a_first_month_that_failed_is_not_lost_by_the_next_one() -> None:
    account, _ = make_summer()
    regroup(account, "9.9")
    run(JUNE, JULY)
    regroup(account, "1.1")
    run(AUGUST)
    found = queries.charge(account.pk, AUGUST)
    assert found is not None
    assert found.kwh == 300
    assert [line.since_on for line in found.lines] == [
        date(2026, 5, 24),
        date(2026, 6, 24),
        date(2026, 7, 24),
    ]
    assert queries.broken() == []


def test_readings_from_before_the_first_month_of_the_book_are_nobodys() -> None:
    account, _ = make_summer()
    run(AUGUST)
    assert kwh(account) == 100


def test_a_meter_taken_down_in_a_month_that_failed_is_charged_by_the_next_one() -> None:
    account, meter = make_summer()
    run(JUNE)
    regroup(account, "9.9")
    make_reading(meter, 300, read_on=date(2026, 8, 24))
    run(JULY)
    replace_meter(
        by=Actor.system("test"),
        meter_public_id=meter.public_id,
        final={Zone.SINGLE: Decimal(420)},
        new=MeterRow(
            account_id=account.pk, serial="700000", installed_on=date(2026, 9, 10),
            initial={Zone.SINGLE: Decimal(5)},
        ),
        reason="акт № 1",
        now=NOW,
    )  # fmt: skip
    new = Meter.objects.get(serial="700000")
    run(AUGUST, Month(2026, 9))
    make_reading(new, 35, read_on=date(2026, 10, 20))
    regroup(account, "1.1")
    run(Month(2026, 10))
    # 420 of the old one, 30 of the new one.
    assert kwh(account) == 450
    assert queries.broken() == []


def test_a_missing_month_is_refused_unless_named_and_its_meters_are_not_forgotten() -> None:
    account, _ = make_summer()
    run(JUNE)
    with pytest.raises(BillingRefused) as refused:
        run(AUGUST)
    assert (refused.value.reason, refused.value.details["month"]) == (BillingReason.EARLIER_MISSING, JULY)
    assert "июль\u00a02026" in texts.explain(refused.value)
    assert "--over-gap" in texts.explain(refused.value)
    assert not BillingRun.objects.filter(period=AUGUST.first).exists()
    run(AUGUST, over_gap=True)
    assert kwh(account) == 300


def test_a_month_that_was_broken_off_is_finished_before_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    make_summer()
    run(JUNE)
    BillingRun.objects.update(state="running")
    with pytest.raises(BillingRefused) as refused:
        run(JULY)
    assert refused.value.reason is BillingReason.EARLIER_UNFINISHED
    with pytest.raises(BillingRefused):
        run(JULY, over_gap=True)
    run(JUNE)
    assert run(JULY).charges == 1


def test_a_month_with_too_many_problems_holds_the_next_one_up() -> None:
    accounts = [make_summer()[0] for _ in range(5)]
    set_terms(tariff_group="9.9")
    run(JUNE)
    set_terms(tariff_group="1.1")
    with pytest.raises(BillingRefused) as refused:
        run(JULY)
    assert (refused.value.reason, refused.value.details["problems"]) == (BillingReason.EARLIER_PROBLEMS, 5)
    assert "5" in texts.explain(refused.value)
    run(JUNE, JULY)
    assert {kwh(account) for account in accounts} == {200}


def test_a_year_between_is_charged_month_by_month_when_it_is_insisted_on() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2025, 4, 24), initial=0)
    make_reading(meter, 100, read_on=date(2025, 5, 24))
    run(Month(2025, 5))
    make_reading(meter, 1300, read_on=date(2026, 5, 24))
    run(Month(2026, 5), over_gap=True)
    assert kwh(account) == 1300
    assert queries.broken() == []
    assert run(Month(2025, 9), over_gap=True).charges == 0


def test_the_database_itself_refuses_a_charge_before_the_last_one() -> None:
    account, _ = make_summer()
    run(JUNE)
    charge = Charge.objects.get(account=account)
    charge.pk, charge.period, charge.total_kopecks, charge.transaction_id = None, date(2026, 5, 1), 0, None
    with pytest.raises(DatabaseError, match="later month"), transaction.atomic():
        charge.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("order", list(itertools.permutations(SUMMER)))
def test_months_run_at_once_charge_each_kwh_once(order: Sequence[Month]) -> None:
    provider_id = make_provider().pk
    accounts = [make_summer()[0] for _ in range(6)]
    gate = threading.Barrier(len(order))
    refused: list[object] = []

    def work(period: Month) -> None:
        gate.wait()
        try:
            operations.run(provider_id=provider_id, period=period, now=NOW, batch=1, over_gap=True)
        except BillingRefused as refusal:
            refused.append(refusal.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[period]) for period in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(refused) <= {BillingReason.EARLIER_UNFINISHED}
    run(*SUMMER, over_gap=True)
    for account in accounts:
        # Whoever was reached by August first begins with it; nothing is charged twice.
        first = charged(account)[0]
        assert kwh(account) == 100 * (1 + (AUGUST - first))
        assert AUGUST in charged(account)
    assert queries.broken() == []
    assert ledger.broken() == []


def test_an_account_entered_later_is_charged_from_the_month_it_is_there() -> None:
    make_summer()
    run(JUNE, JULY)
    later, _ = make_summer()
    run(AUGUST)
    assert kwh(later) == 100
    run(JULY)
    assert kwh(later) == 100
    closed = make_account()
    closed.closed_on = date(2026, 5, 1)
    closed.save()
    assert run(AUGUST).problems == 0
