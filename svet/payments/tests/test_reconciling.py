"""A day of the bank against a day of ours: a difference is found once, named, and goes when mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from svet.accounts.tests.factories import make_account
from svet.gateways.acquiring.port import BankState, BankStatus
from svet.gateways.failures import Temporary
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.payments import operations, queries
from svet.payments.models import Callback, DayDifference, DayTotals, Order, PaymentRefund
from svet.payments.operations import PaymentToApply
from svet.payments.operations.reconciling import days_to_reconcile
from svet.payments.queries import reconciliation
from svet.payments.rules.reconciling import DifferenceKind
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    credited,
    make_order,
    provider_with_requisites,
)
from tests.jobs import run_jobs

DAY = date(2026, 11, 22)
NIGHT = datetime(2026, 11, 22, 22, 40, tzinfo=UTC)


def pay(family: Family, bank: StubBank, kopecks: int = 300_00, **changes: Any) -> Order:
    """An order the bank has the money of; ``settled`` False leaves us without knowing."""
    settled = changes.pop("settled", True)
    order = make_order(person=family.anna, lines=[(family.first, kopecks)])
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order, **changes)
    if settled:
        operations.settle(order_id=order.pk, now=NOW, by="test")
    return Order.objects.get(pk=order.pk)


def reconcile(day: date = DAY, now: datetime = NIGHT) -> list[DifferenceKind]:
    operations.reconcile_day(day=day, now=now)
    return [one.kind for one in reconciliation.differences(day=day)]


def test_a_quiet_day_agrees_and_has_the_bank_s_own_commission(family: Family, bank: StubBank) -> None:
    pay(family, bank, 300_00, income=Money(297_30))
    pay(family, bank, 100_00)
    assert reconcile() == []
    (day,) = reconciliation.days(since=DAY, until=DAY + timedelta(days=1))
    assert (day.taken, day.booked, day.commission) == (Money(400_00), Money(400_00), Money(2_70))
    # A commission nobody told is unknown; it is never computed.
    assert (day.without_income, day.agrees) == (1, True)


def test_the_income_is_kept_also_when_only_the_list_tells_it(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    assert order.income_kopecks is None
    bank.pay(order, income=Money(297_00))
    reconcile()
    order.refresh_from_db()
    assert order.income_kopecks == 297_00


def test_a_payment_nobody_told_us_of_is_settled_and_is_no_difference(family: Family, bank: StubBank) -> None:
    order = pay(family, bank, settled=False)
    assert reconcile() == []
    order.refresh_from_db()
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))


def test_an_order_that_never_learned_its_name_learns_it_from_the_list(family: Family, bank: StubBank) -> None:
    order = pay(family, bank, settled=False)
    Order.objects.filter(pk=order.pk).update(bank_reference="", state=OrderState.REVIEW)
    for _ in range(2):
        assert reconcile() == []
    order.refresh_from_db()
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))
    assert queries.open_callbacks() == []


def test_a_payment_that_is_not_ours_is_a_difference_and_stands_at_the_desk_once(
    family: Family, bank: StubBank
) -> None:
    bank.statuses["foreign"] = BankStatus(
        "foreign", BankState.PAID, Money(77_00), "RUB", "somebodyelse0000", paid_at=NOW
    )
    for _ in range(3):
        assert reconcile() == [DifferenceKind.PAYMENT_UNKNOWN]
    (case,) = queries.open_callbacks()
    assert (case.bank_reference, case.money) == ("foreign", Money(77_00))
    assert DayDifference.objects.get().theirs_kopecks == 77_00


def test_a_second_payment_of_one_order_stands_at_the_desk(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    bank.statuses["twice"] = replace(bank.statuses[order.bank_reference], reference="twice")
    assert reconcile() == [DifferenceKind.PAYMENT_UNKNOWN]
    assert queries.open_callbacks()[0].order_number == order.number
    assert credited(order) == Money(300_00)


def forget(order: Order, bank: StubBank) -> None:
    del bank.statuses[order.bank_reference]


def other_sum(order: Order, bank: StubBank) -> None:
    bank.statuses[order.bank_reference] = replace(bank.statuses[order.bank_reference], amount=Money(299_99))


def taken_elsewhere(order: Order, bank: StubBank) -> None:
    Order.objects.filter(pk=order.pk).update(taken_kopecks=300_01)


def lost_in_the_ledger(order: Order, bank: StubBank) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_posting SET kopecks = kopecks * 2 WHERE book = 'bank'")
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    ("spoil", "found", "sums"),
    [
        (forget, {DifferenceKind.PAYMENT_NOT_LISTED}, (None, 300_00)),
        (other_sum, {DifferenceKind.PAYMENT_SUM}, (299_99, 300_00)),
        (taken_elsewhere, {DifferenceKind.PAYMENT_SUM, DifferenceKind.PAYMENT_LEDGER}, None),
        (lost_in_the_ledger, {DifferenceKind.PAYMENT_LEDGER}, (300_00, 600_00)),
    ],
)
def test_what_does_not_agree_is_named_with_both_sums(
    family: Family,
    bank: StubBank,
    spoil: Callable[[Order, StubBank], None],
    found: set[DifferenceKind],
    sums: tuple[int | None, int] | None,
) -> None:
    order = pay(family, bank)
    spoil(order, bank)
    assert set(reconcile()) == found
    row = DayDifference.objects.first()
    assert row is not None
    assert row.order_id == order.pk
    if sums is not None:
        assert (row.theirs_kopecks, row.ours_kopecks) == sums


def test_a_difference_keeps_its_age_goes_when_mended_and_is_new_when_it_comes_back(
    family: Family, bank: StubBank
) -> None:
    order = pay(family, bank)
    status = bank.statuses.pop(order.bank_reference)
    reconcile()
    reconcile(now=NIGHT + timedelta(days=1))
    (one,) = reconciliation.differences()
    assert one.age(NIGHT + timedelta(days=1)) == timedelta(days=1)
    bank.statuses[order.bank_reference] = status
    assert reconcile(now=NIGHT + timedelta(days=2)) == []
    assert DayDifference.objects.get().gone_at is not None
    forget(order, bank)
    reconcile(now=NIGHT + timedelta(days=3))
    assert reconciliation.differences()[0].found_at == NIGHT + timedelta(days=3)


def test_refunds_are_compared_by_their_names(family: Family, bank: StubBank) -> None:
    order = pay(family, bank)
    bank.give_back(order, 100_00)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    assert reconcile() == []
    (day,) = reconciliation.days(since=DAY, until=DAY + timedelta(days=1))
    assert (day.taken, day.refunded, day.booked) == (Money(300_00), Money(100_00), Money(200_00))
    bank.give_back(order, 50_00, name="untold")
    assert reconcile() == [DifferenceKind.REFUND_UNKNOWN]
    operations.look_for_refunds(now=NIGHT)
    assert reconcile() == []
    bank.returned = [one for one in bank.returned if one.reference == "untold"]
    assert reconcile() == [DifferenceKind.REFUND_NOT_LISTED]
    PaymentRefund.objects.filter(reference="untold").update(kopecks=49_99)
    assert set(reconcile()) >= {DifferenceKind.REFUND_SUM, DifferenceKind.REFUND_LEDGER}


def test_registers_of_the_day_and_what_of_them_waits(family: Family, bank: StubBank) -> None:
    def row(name: str, account_id: int | None, kopecks: int) -> PaymentToApply:
        return PaymentToApply(name, account_id, "0399999999", Money(kopecks), DAY, family.first.provider_id)

    with use_case():
        operations.apply_register_payments(
            source="bank", rows=[row("1", family.first.pk, 50_00), row("2", None, 7_00)], now=NOW
        )
    assert reconcile() == []
    (day,) = reconciliation.days(since=DAY, until=DAY + timedelta(days=1))
    assert (day.register, day.suspense) == (Money(57_00), Money(7_00))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_posting WHERE book = 'bank' AND kopecks = 5000")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert reconcile() == [DifferenceKind.ROW_LEDGER]
    (one,) = reconciliation.differences()
    assert (one.theirs, one.ours, bool(one.row_public_id)) == (Money(50_00), Money(0), True)


def test_a_day_begins_and_ends_where_the_payee_is(family: Family, bank: StubBank) -> None:
    # 19:30 UTC on the 21st is half past midnight of the 22nd in Chelyabinsk, and still the 21st in Moscow.
    moscow = make_account(provider=provider_with_requisites(time_zone="Europe/Moscow", code="moscow"))
    at = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
    pay(family, bank, paid_at=at)
    reconcile(DAY)
    reconcile(DAY - timedelta(days=1))
    taken = {(one.day, one.provider_id): one.taken_kopecks for one in DayTotals.objects.all()}
    assert taken[DAY, family.first.provider_id] == 300_00
    assert taken[DAY - timedelta(days=1), family.first.provider_id] == 0
    assert taken[DAY, moscow.provider_id] == 0
    assert reconciliation.differences() == []


def test_a_silent_bank_leaves_what_was_known_and_is_asked_again(family: Family, bank: StubBank) -> None:
    forget(pay(family, bank), bank)
    reconcile()
    bank.failure = Temporary("no answer")
    with pytest.raises(operations.BankUnavailable):
        operations.reconcile_day(day=DAY, now=NIGHT)
    assert len(reconciliation.differences(day=DAY)) == 1


def test_the_night_compares_the_last_days_and_those_with_differences(family: Family, bank: StubBank) -> None:
    assert days_to_reconcile(now=NIGHT) == [DAY - timedelta(days=back) for back in range(5)]
    old = DAY - timedelta(days=20)
    for day in (old, DAY - timedelta(days=90)):
        DayDifference.objects.create(
            day=day,
            kind="payment_sum",
            subject="x",
            found_at=NOW,
            seen_at=NOW,
            theirs_kopecks=1,
            ours_kopecks=2,
        )
    assert days_to_reconcile(now=NIGHT)[-1] == old
    for _ in range(2):
        operations.reconcile_days(now=NIGHT)
    run_jobs(queue="payments")
    assert DayTotals.objects.count() == 6
    assert DayDifference.objects.get(day=old).gone_at is not None
    assert Callback.objects.count() == 0


@pytest.mark.parametrize("state", [OrderState.CANCELED, OrderState.FAILED])
def test_money_the_bank_took_after_the_end_is_credited_by_the_night(
    family: Family, bank: StubBank, state: OrderState
) -> None:
    order = pay(family, bank, settled=False)
    Order.objects.filter(pk=order.pk).update(state=state, next_look_at=None)
    assert reconcile() == []
    order.refresh_from_db()
    assert (order.state, credited(order)) == (OrderState.CREDITED, Money(300_00))
    assert queries.broken() == []
