"""Which bank is silent is known shop by shop, since its first silence, and ends with an answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from svet.accounts.models import Account
from svet.gateways.acquiring.port import BankState
from svet.gateways.failures import Temporary
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.queries.silence import MAIN, shops_standing, silent_banks
from svet.payments.tests.factories import NOW, Family, credited, make_order
from svet.payments.tests.test_shops import SameNames, banks, heat
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

__all__ = ["banks", "heat"]


def waiting(family: Family, account: Account) -> Order:
    order = make_order(person=family.anna, lines=[(account, 50_00)])
    operations.send_to_bank(order_id=order.pk, now=NOW)
    return Order.objects.get(pk=order.pk)


def ask(minutes: float) -> None:
    with suppress(operations.BankUnavailable):
        operations.look_for_payments(now=NOW + timedelta(minutes=minutes))


def take(bank: SameNames, order: Order) -> None:
    """The payer paid on the page of this bank."""
    known = bank.statuses[order.bank_reference]
    bank.statuses[order.bank_reference] = replace(
        known, state=BankState.PAID, paid_at=NOW, method="Мир *2987"
    )


def test_the_payments_of_each_shop_are_looked_for_in_its_own_list(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    ours, other = waiting(family, family.first), waiting(family, heat)
    assert (ours.shop, other.shop.code if other.shop else "") == (None, "oka")
    assert ours.bank_reference == other.bank_reference
    take(banks[1], other)
    assert operations.look_for_payments(now=NOW) == 1
    assert (credited(ours).kopecks, credited(other).kopecks) == (0, 50_00)
    take(banks[0], ours)
    assert operations.look_for_payments(now=NOW) == 1
    assert credited(ours).kopecks == 50_00


def test_a_silent_shop_keeps_no_other_and_is_known_since_its_first_silence(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    ours, other = waiting(family, family.first), waiting(family, heat)
    banks[0].failure = Temporary("no answer")
    take(banks[1], other)
    with pytest.raises(operations.BankUnavailable):
        operations.look_for_payments(now=NOW)
    assert credited(other).kopecks == 50_00
    ask(5)
    (silent,) = silent_banks()
    assert (silent.name, silent.since, silent.last_at) == ("", NOW, NOW + timedelta(minutes=5))
    assert silent.waiting == 1
    page = working(make_member(role=Role.BILLING)).get("/staff/money/").content.decode()
    assert "Банк не отвечает с" in page
    banks[0].failure = None
    take(banks[0], ours)
    ask(6)
    assert silent_banks() == []
    assert credited(ours).kopecks == 50_00


def test_the_janitor_notices_it_too(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    order = waiting(family, heat)
    banks[1].failure = Temporary("no answer")
    operations.look_at_due_orders(now=NOW + timedelta(minutes=1))
    assert [one.name for one in silent_banks()] == [order.shop.name if order.shop else ""]
    banks[1].failure = None
    operations.look_at_due_orders(now=NOW + timedelta(hours=1))
    assert silent_banks() == []


def test_pages_and_metrics_tell_one_silence(
    family: Family, heat: Account, banks: tuple[SameNames, SameNames]
) -> None:
    waiting(family, family.first)
    waiting(family, heat)
    banks[1].failure = Temporary("no answer")
    ask(0)
    later = NOW + timedelta(minutes=7)
    standing = {shop.code: shop for shop in shops_standing(now=later)}
    assert (standing[MAIN].silent_since, standing[MAIN].silent_for(later)) == (None, 0)
    (silent,) = silent_banks()
    assert (standing["oka"].silent_since, standing["oka"].silent_for(later)) == (silent.since, 420)
    assert standing["oka"].unanswered == 0, "its order has its name: the bank answered that question"
    page = working(make_member(role=Role.SECURITY)).get("/staff/state/").content.decode()
    assert "Молчит" in page
    assert "Не отвечает с" in page
