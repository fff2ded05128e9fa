"""An advance is taken once, by what goes back or by what was used, and one payment's trouble is its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.models import ReceiptLine
from svet.fiscal.operations import offsetting
from svet.fiscal.queries.lines import accounts_with_advances, open_advances
from svet.fiscal.rules.states import ReceiptLineKind
from svet.fiscal.tests.test_receipts import give_back, offsets, pay
from svet.payments.models import Chargeback, MoneyAct, Order
from svet.payments.rules.acts import MoneyActKind, MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.tests.factories import NOW, Family, StubBank, owe


def test_what_goes_back_while_advances_are_looked_at_is_not_used_too(
    ours: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = pay(ours, bank, (ours.first, 400_00))
    operations.make_due(now=NOW)
    real = accounts_with_advances

    def slow() -> list[int]:
        found = real()
        give_back(order, bank, 100_00)
        operations.make_due(now=NOW)
        return found

    monkeypatch.setattr(offsetting, "accounts_with_advances", slow)
    operations.offset_advances(now=NOW)
    (advance,) = ReceiptLine.objects.filter(kind=ReceiptLineKind.ADVANCE.value, of=None)
    assert [(line.receipt.kind, line.kopecks) for line in advance.taken_by.all()] == [("sell_refund", 100_00)]
    assert queries.broken() == []


def disputed(order: Order, state: ChargebackState) -> None:
    Chargeback.objects.create(
        order=order,
        reference="c",
        state=state.value,
        kopecks=10_00,
        told_on=NOW.date(),
        due_on=NOW.date(),
        ended_on=None if state is ChargebackState.TOLD else NOW.date(),
        reason="x",
        written_by_name="x",
        written_at=NOW,
    )


def asked_to_move(family: Family, order: Order, state: MoneyActState) -> None:
    MoneyAct.objects.create(
        kind=MoneyActKind.TRANSFER.value,
        written_by_id=family.anna.pk,
        state=state.value,
        account=family.first,
        to_account=family.second,
        kopecks=10_00,
        effective_on=NOW.date(),
        document="d",
        reason="",
        written_at=NOW,
        decided_at=NOW if state is MoneyActState.REFUSED else None,
        of_order=order,
    )


@pytest.mark.parametrize("state", [ChargebackState.LOST, ChargebackState.TOLD])
def test_a_disputed_payment_holds_its_own_advance_only(
    state: ChargebackState, ours: Family, bank: StubBank
) -> None:
    first = pay(ours, bank, (ours.first, 310_00))
    operations.make_due(now=NOW)
    disputed(first, state)
    second = pay(ours, bank, (ours.first, 500_00))
    operations.make_due(now=NOW)
    owe(ours.first, 510_00)
    operations.offset_advances(now=NOW)
    assert [(one.order_id, one.kopecks) for one in offsets()] == [(second.pk, 500_00)]


@pytest.mark.parametrize(
    ("state", "used"),
    [(MoneyActState.REFUSED, [70_00]), (MoneyActState.WAITING, [])],
)
def test_a_move_that_was_refused_holds_nothing(
    state: MoneyActState, used: list[int], ours: Family, bank: StubBank
) -> None:
    order = pay(ours, bank, (ours.first, 400_00))
    operations.make_due(now=NOW)
    asked_to_move(ours, order, state)
    owe(ours.first, 70_00)
    operations.offset_advances(now=NOW + timedelta(days=1))
    assert [one.kopecks for one in offsets()] == used


def test_one_account_that_cannot_be_offset_stops_no_other(
    ours: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(ours, bank, (ours.first, 400_00))
    pay(ours, bank, (ours.second, 135_38))
    operations.make_due(now=NOW)
    owe(ours.first, 70_00)
    owe(ours.second, 70_00)
    real = open_advances

    def bad(account_id: int):  # type: ignore[no-untyped-def]
        if account_id == ours.first.pk:
            raise KeyError("bad")
        return real(account_id)

    monkeypatch.setattr(offsetting, "open_advances", bad)
    operations.offset_advances(now=NOW)
    assert [one.lines.get().account_id for one in offsets()] == [ours.second.pk]
