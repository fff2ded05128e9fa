"""A contract that ends: charged to its day, corrected with it, taken back; replayed and proved each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from svet.accounts import operations as accounts
from svet.accounts.models import Account, ContractEnd
from svet.accounts.queries.contracts import contract_ends
from svet.accounts.rules.terms import TermsReason, TermsRefused
from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations, queries
from svet.billing.queries.explaining import explanation
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.tests.factories import NOW, know, load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.operations import MeterRow, replace_meter
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
OFFICE = Actor.system("test")
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


@pytest.fixture
def later() -> Callable[[], datetime]:
    """Each act some minutes after the one before."""
    acts = iter(range(1, 1000))
    return lambda: NOW + timedelta(minutes=5 * next(acts))


def end(account: Account, on: date | None, now: datetime) -> None:
    accounts.end_contract(
        by=OFFICE, account_public_id=account.public_id, on=on, reason="заявление № 8", now=now
    )


def run(month: Month, now: datetime) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=now, over_gap=True)


def kwh(account: Account) -> int:
    return int(sum(charge.kwh for charge in queries.charges([account.pk])))


def proved(account: Account) -> None:
    """Nothing is a breach at any moment, and every charge so far is told as it was known, and replayed."""
    assert queries.broken() == queries.uncharged() == []
    for charge in queries.charges([account.pk]):
        told = explanation(account.pk, charge.period)
        assert told is not None
        assert told.exact, charge.period
        assert replayed(read(written(told))) == []


def test_an_end_told_late_is_corrected_and_taken_back_to_the_kilowatt_hour(
    later: Callable[[], datetime],
) -> None:
    """Readings 0, 100, 200, 300 on the 24th of May to August; a contract that ended on the 9th of July."""
    account, meter = make_summer()
    for month in (JUNE, JULY, AUGUST):
        run(month, later())
    assert kwh(account) == 300
    end(account, date(2026, 7, 9), later())
    proved(account)
    know(meter, 150, on=date(2026, 7, 9), kind="control", at=later())
    run(SEPTEMBER, later())
    assert (kwh(account), ledger.balance(account.pk).kopecks) == (150, 150 * 485)
    proved(account)
    # The day was a slip of the pen: it was the 24th.
    end(account, date(2026, 7, 24), later())
    proved(account)
    run(OCTOBER, later())
    assert kwh(account) == 200
    proved(account)
    # It goes on after all: August comes back, three silent months get averages.
    end(account, None, later())
    proved(account)
    run(Month(2026, 11), NOW + timedelta(days=5))
    assert kwh(account) == 600
    proved(account)
    assert [each.closed_on for each in contract_ends(account.pk)] == [
        None,
        date(2026, 7, 24),
        date(2026, 7, 9),
    ]


def test_months_that_ran_behind_an_end_that_is_taken_back_are_no_breach_until_the_next_charge(
    later: Callable[[], datetime],
) -> None:
    account, _ = make_summer()
    run(JUNE, later())
    end(account, date(2026, 6, 24), later())
    for month in (JULY, AUGUST):
        run(month, later())
    assert kwh(account) == 100
    end(account, None, later())
    proved(account)
    run(SEPTEMBER, later())
    assert kwh(account) == 400
    proved(account)


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        (date(2019, 12, 31), TermsReason.BEFORE_OPENED),
        (date(2028, 1, 1), TermsReason.TOO_FAR),
        (None, TermsReason.NOTHING),
    ],
)
def test_a_day_that_cannot_be_an_end_is_refused(on: date | None, reason: TermsReason) -> None:
    account = make_account()
    with pytest.raises(TermsRefused) as refused:
        end(account, on, NOW)
    assert refused.value.reason is reason
    assert not ContractEnd.objects.exists()


def test_a_replacement_told_late_leaves_what_was_charged_before_it_as_it_was(
    later: Callable[[], datetime],
) -> None:
    """Read on the 18th of August and charged; then the office learns of another meter since the 19th."""
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    for value, on in ((100, JUNE.day(24)), (200, JULY.day(24)), (280, AUGUST.day(18))):
        make_reading(meter, value, read_on=on)
    for month in (JUNE, JULY, AUGUST):
        run(month, later())
    make_norm(100)
    replace_meter(
        by=OFFICE, meter_public_id=meter.public_id, final={Zone.SINGLE: Decimal(283)}, reason="поверка",
        new=MeterRow(account_id=account.pk, serial="71000001", installed_on=AUGUST.day(19)), now=later(),
    )  # fmt: skip
    proved(account)
    run(SEPTEMBER, later())
    proved(account)
