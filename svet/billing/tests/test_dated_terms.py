"""Terms have days: what is entered today changes what should be charged from its day on, never before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, set_terms
from svet.billing.queries.terms import account_terms
from svet.billing.rules.facts import AccountTerms
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_differences import facts
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
JUNE, JULY, AUGUST = Month(2026, 6), Month(2026, 7), Month(2026, 8)


def lines(account: Account) -> dict[Month, list[Line]]:
    found: dict[Month, list[Line]] = {}
    for line in should(facts(account, AUGUST), horizon=AUGUST):
        found.setdefault(line.month, []).append(line)
    return found


def kwh(account: Account) -> dict[Month, Decimal]:
    return {
        month: sum((line.kwh for line in of_month), Decimal(0)) for month, of_month in lines(account).items()
    }


def test_a_birth_told_late_changes_norms_from_its_day_and_no_day_before() -> None:
    load_chelyabinsk()
    make_norm(100)
    account, _ = make_metered_account(installed_on=date(2026, 5, 25), initial=0, residents=2)
    before = lines(account)
    assert kwh(account) == {JUNE: 200, JULY: 200, AUGUST: 200}
    # Fifteen of the thirty days of July's window.
    set_terms(account, residents=3, since=date(2026, 7, 10))
    assert kwh(account) == {JUNE: 200, JULY: 250, AUGUST: 300}
    assert lines(account)[JUNE] == before[JUNE]
    set_terms(account, residents=2, since=date(2026, 7, 10))
    assert lines(account) == before


def test_a_group_changes_prices_from_its_day_and_the_rest_of_the_terms_none() -> None:
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0, residents=2)
    make_reading(meter, 300, read_on=date(2026, 6, 24))
    make_reading(meter, 600, read_on=date(2026, 7, 24))
    make_reading(meter, 900, read_on=date(2026, 8, 24))
    before = lines(account)
    set_terms(account, rooms=2, area=Decimal(54), stove="gas", electric_heating=False, since=date(2026, 7, 4))
    assert lines(account) == before
    set_terms(account, tariff_group="1.3", since=date(2026, 7, 4))
    after = lines(account)
    assert after[JUNE] == before[JUNE]
    assert [(line.kwh, line.price) for line in after[JULY]] == [
        (Decimal(100), before[JULY][0].price),
        (Decimal(200), after[AUGUST][0].price),
    ]
    assert after[AUGUST][0].price < before[AUGUST][0].price


def test_terms_of_many_accounts_cost_one_query_and_a_stranger_has_no_group() -> None:
    ids = [make_account(residents=persons).pk for persons in (1, 2, 3)]
    with CaptureQueriesContext(connection) as asked:
        found = account_terms([*ids, -1])
    assert len(asked) == 1
    assert [found[key][0].residents for key in ids] == [1, 2, 3]
    assert found[-1] == (AccountTerms(""),)
