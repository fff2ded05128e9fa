"""An end that gives back more than one hand may credit: seen first, then it waits for another member."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account, ContractEnd
from svet.accounts.tests.factories import set_terms
from svet.billing import operations as billing
from svet.billing.tests.factories import NOW, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


def charged_summer() -> Account:
    """An account with June, July and August charged: 3 × 485 ₽."""
    make_norm()
    account, _ = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        billing.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    return account


def closed_on(account: Account) -> date | None:
    return Account.objects.values_list("closed_on", flat=True).get(pk=account.pk)


def page_of(account: Account) -> str:
    return f"/staff/accounts/{account.public_id}/end/"


def test_an_operator_gives_nothing_back_alone_above_the_limit() -> None:
    account = charged_summer()
    browser = working(make_member())
    browser.post(page_of(account), {"on": "2026-05-24", "reason": "продано давно"})
    assert closed_on(account) is None
    assert not ContractEnd.objects.exists()


def test_halves_are_added_up() -> None:
    account = charged_summer()
    browser = working(make_member())
    browser.post(page_of(account), {"on": "2026-07-24", "reason": "продано"})
    assert closed_on(account) == date(2026, 7, 24)
    browser.post(page_of(account), {"on": "2026-06-10", "reason": "ещё раньше"})
    assert closed_on(account) == date(2026, 7, 24)


def test_taking_back_and_ending_again_is_no_way_around() -> None:
    account = charged_summer()
    browser = working(make_member())
    browser.post(page_of(account), {"on": "2026-07-24", "reason": "продано"})
    browser.post(page_of(account), {"on": "", "reason": "передумали"})
    assert closed_on(account) is None
    browser.post(page_of(account), {"on": "2026-06-24", "reason": "продано раньше"})
    assert closed_on(account) is None
