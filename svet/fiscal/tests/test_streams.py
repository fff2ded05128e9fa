"""Works and penalties are lines of their own: by the supplier's order of payment, to the kopeck."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.db import transaction

from svet.accounts.models import Account
from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt
from svet.fiscal.rules.lines import BesideEnergy, LineLeft, ReceiptPart, split_paid, take_back, used_for
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind
from svet.fiscal.tests.test_receipts import give_back, items, pay, work
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.tests.factories import NOW, Family, StubBank
from svet.penalties.models import PenaltyPolicy
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.streams import AllocationOrder
from tests.till import RunningTill

SETTLED, ADVANCE = ReceiptLineKind.SETTLEMENT, ReceiptLineKind.ADVANCE
FEE, PENALTY = ReceiptLineKind.FEE, ReceiptLineKind.PENALTY


def post(account: Account, kind: TransactionKind, kopecks: int, on: date, key: str) -> None:
    with transaction.atomic():
        ledger.post(
            key=key,
            kind=kind,
            legs=[
                Leg(Book.RECEIVABLE, account.pk, Money(kopecks)),
                Leg(Book.REVENUE, None, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=on,
            provider_id=account.provider_id,
        )


def late(family: Family) -> None:
    """Beside 300 roubles of consumption 50 for a work of last year, 20 of penalties."""
    post(family.first, TransactionKind.FEE, 50_00, date(2025, 12, 10), "fee")
    post(family.first, TransactionKind.PENALTY, 20_00, date(2026, 10, 31), "penalty")


def lines(kind: ReceiptKind) -> list[tuple[str, int, str]]:
    receipt = Receipt.objects.get(kind=kind.value)
    return [(one.kind, one.kopecks, one.vat) for one in receipt.lines.order_by("id")]


def naive(settled: int, fee: int, penalty: int) -> dict[ReceiptLineKind, int]:
    """A second count: kopeck by kopeck of a list that is as long as the sum."""
    kopecks = [PENALTY] * penalty + [FEE] * fee + [SETTLED] * settled
    return {kind: kopecks[:settled].count(kind) for kind in (SETTLED, FEE, PENALTY)}


def test_lines_come_to_the_payment_whatever_the_books_say() -> None:
    dice = random.Random(200)
    for _ in range(2000):
        paid, owed = dice.randrange(1, 400), dice.randrange(-100, 400)
        fee, penalty = dice.randrange(0, 200), dice.randrange(0, 200)
        parts = split_paid(
            [(1, Money(paid))], {1: Money(owed)}, {1: BesideEnergy(Money(fee), Money(penalty))}
        )
        settled = min(paid, max(owed, 0))
        found = {one.kind: one.money.kopecks for one in parts}
        assert len(found) == len(parts)
        assert min(found.values()) > 0
        assert sum(found.values()) == paid
        assert found.get(ADVANCE, 0) == paid - settled
        assert {kind: found.get(kind, 0) for kind in (SETTLED, FEE, PENALTY)} == naive(settled, fee, penalty)
        left = [LineLeft(at, 1, one.kind, one.money) for at, one in enumerate(parts)]
        back = dice.randrange(1, paid + 1)
        taken = take_back([(1, Money(back))], left)
        assert Money.total(one.money for one in taken) == Money(back)
        used = used_for(
            [ReceiptPart(1, SETTLED, Money(paid), 7), ReceiptPart(1, SETTLED, Money(3), 8)],
            BesideEnergy(Money(fee), Money(penalty)),
        )
        assert Money.total(one.money for one in used if one.of == 7) == Money(paid)
        assert Money.total(one.money for one in used if one.of == 8) == Money(3)
        whole = naive(paid + 3, fee, penalty)
        for kind in (SETTLED, FEE, PENALTY):
            assert Money.total(one.money for one in used if one.kind is kind) == Money(whole[kind])


def test_works_and_penalties_are_lines_with_their_own_vat_and_subject(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    late(ours)
    pay(ours, bank, (ours.first, 400_00))
    work(till)
    (document,) = till.till.documents()
    said = [
        (one["payment_method"], one["payment_object"], one["vat"]["type"], str(one["sum"]))
        for one in items(document)
    ]
    # The work was done in 2025: its rate is that of its day.
    assert said == [
        ("full_payment", 4, "vat22", "300.00"),
        ("full_payment", 4, "vat20", "50.00"),
        ("full_payment", 12, "none", "20.00"),
        ("advance", 10, "vat122", "30.00"),
    ]
    assert items(document)[2]["name"] == f"Пени за просрочку оплаты, л/с {ours.first.number}"
    assert not queries.broken()


def test_consumption_is_paid_first_so_a_part_has_no_penalty(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    late(ours)
    pay(ours, bank, (ours.first, 355_00))
    work(till)
    assert lines(ReceiptKind.SELL) == [
        (SETTLED, 300_00, "vat22"),
        (FEE, 50_00, "vat20"),
        (PENALTY, 5_00, "none"),
    ]


def test_by_the_other_order_an_old_penalty_comes_before_a_new_month(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    late(ours)
    PenaltyPolicy.objects.create(
        provider_id=ours.first.provider_id,
        since=date(2026, 11, 1),
        mode=PenaltyMode.SHOWN.value,
        order=AllocationOrder.MONTH_BY_MONTH.value,
    )
    pay(ours, bank, (ours.first, 80_00))
    work(till)
    assert lines(ReceiptKind.SELL) == [
        (SETTLED, 10_00, "vat22"),
        (FEE, 50_00, "vat20"),
        (PENALTY, 20_00, "none"),
    ]


def test_money_back_takes_the_lines_as_they_were_said_though_the_penalty_fell_since(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    late(ours)
    order = pay(ours, bank, (ours.first, 370_00))
    work(till)
    work(till, 1)
    post(ours.first, TransactionKind.PENALTY, -20_00, date(2026, 11, 20), "penalty-back")
    give_back(order, bank, 75_00)
    work(till, 2)
    assert lines(ReceiptKind.REFUND) == [
        (PENALTY, 20_00, "none"),
        (FEE, 50_00, "vat20"),
        (SETTLED, 5_00, "vat22"),
    ]
    assert not queries.broken()


def test_an_advance_that_a_penalty_and_a_work_used_is_offset_by_lines_of_their_own(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 400_00))
    work(till)
    work(till, 1)
    post(ours.first, TransactionKind.PENALTY, 20_00, date(2026, 11, 24), "penalty")
    post(ours.first, TransactionKind.FEE, 30_00, date(2026, 11, 24), "fee")
    operations.offset_advances(now=NOW)
    assert lines(ReceiptKind.OFFSET) == [(FEE, 30_00, "vat22"), (PENALTY, 20_00, "none")]
    # Next month consumption uses the rest: what was said is not said again.
    post(ours.first, TransactionKind.CHARGE, 60_00, date(2026, 11, 30), "charge")
    operations.offset_advances(now=NOW.replace(month=12))
    said = [
        (one.kind, one.kopecks)
        for receipt in Receipt.objects.filter(order=order, kind=ReceiptKind.OFFSET.value).order_by("pk")
        for one in receipt.lines.order_by("id")
    ]
    assert said == [(FEE, 30_00), (PENALTY, 20_00), (SETTLED, 50_00)]
    assert not queries.broken()


@pytest.mark.usefixtures("till")
def test_verify_finds_a_penalty_with_vat(ours: Family, bank: StubBank, till: RunningTill) -> None:
    late(ours)
    pay(ours, bank, (ours.first, 370_00))
    work(till)
    receipt = Receipt.objects.get()
    receipt.lines.filter(kind=PENALTY.value).update(vat="vat22")
    assert queries.broken() == [f"receipt {receipt.source}: a penalty with VAT"]
