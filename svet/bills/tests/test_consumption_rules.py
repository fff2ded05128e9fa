"""Which months a paper of use and payments may have, and how movements become its months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from svet.bills.rules.consumption import (
    ChargedVolumes,
    ConsumptionDebt,
    ConsumptionReason,
    ConsumptionRefused,
    ConsumptionStatement,
    DebtState,
    consumption_months,
    facts_within,
    kept_statement,
    month_of,
    refuse_months,
    statement_as_kept,
    usual_months,
)
from svet.bills.rules.reconciliation import (
    ReconciliationParties,
    ReconciliationPeriod,
    ReconciliationRow,
    ReconciliationStatement,
    reconcile,
)
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.ledger.rules import TransactionKind

TODAY = date(2026, 11, 28)
OLD = Month(2020, 1)


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        (OLD, (Month(2026, 5), Month(2026, 10))),
        (Month(2026, 9), (Month(2026, 9), Month(2026, 10))),
        (Month(2026, 11), None),
        (None, None),
    ],
)
def test_six_months_that_are_over_are_offered_and_fewer_of_a_young_account(
    began: Month | None, expected: tuple[Month, Month] | None
) -> None:
    assert usual_months(began=began, today=TODAY) == expected


@pytest.mark.parametrize(
    ("since", "until", "began", "reason", "field"),
    [
        (Month(2026, 5), Month(2026, 11), OLD, ConsumptionReason.OPEN, "until"),
        (Month(2027, 5), Month(2026, 10), OLD, ConsumptionReason.OPEN, "since"),
        (Month(2026, 10), Month(2026, 9), OLD, ConsumptionReason.ORDER, "until"),
        (Month(2023, 10), Month(2026, 10), OLD, ConsumptionReason.TOO_LONG, "since"),
        (Month(2026, 7), Month(2026, 10), Month(2026, 8), ConsumptionReason.BEFORE, "since"),
        (Month(2026, 10), Month(2026, 7), Month(2026, 8), ConsumptionReason.BEFORE, "until"),
        (Month(2026, 10), Month(2026, 10), None, ConsumptionReason.EMPTY, None),
    ],
)
def test_wrong_months_are_refused_beside_their_field(
    since: Month, until: Month, began: Month | None, reason: ConsumptionReason, field: str | None
) -> None:
    with pytest.raises(ConsumptionRefused) as refused:
        refuse_months(since, until, began=began, today=TODAY)
    assert (refused.value.reason, refused.value.field or None) == (reason, field)


def test_one_month_and_thirty_six_are_given() -> None:
    refuse_months(Month(2026, 10), Month(2026, 10), began=Month(2026, 10), today=TODAY)
    refuse_months(Month(2023, 11), Month(2026, 10), began=OLD, today=TODAY)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "1999-12", "10.2026", "２０２６-10", "x" * 500])
def test_what_is_no_month_names_its_field(text: str) -> None:
    with pytest.raises(ConsumptionRefused) as refused:
        month_of(text, field="since")
    assert (refused.value.reason, refused.value.field) == (ConsumptionReason.MONTH, "since")


def books() -> ReconciliationStatement:
    kinds = TransactionKind
    moved = [
        (kinds.CHARGE, date(2026, 9, 30), 40_000),
        (kinds.PAYMENT, date(2026, 9, 15), -50_000),
        (kinds.REFUND, date(2026, 10, 1), 4_000),
        (kinds.CHARGE, date(2026, 10, 31), 38_000),
        (kinds.PENALTY, date(2026, 10, 31), 120),
        (kinds.BENEFIT, date(2026, 10, 31), -20),
        (kinds.CHARGEBACK, date(2026, 10, 12), 1_000),
    ]
    rows = [ReconciliationRow(no, kind, on, on, kopecks) for no, (kind, on, kopecks) in enumerate(moved, 1)]
    closing = 10_000 + sum(row.kopecks for row in rows)
    return reconcile(
        parties=ReconciliationParties("", "", "", "", ""),
        period=ReconciliationPeriod(date(2026, 8, 1), date(2026, 10, 31)),
        made_at=datetime(2026, 11, 28, tzinfo=UTC),
        seq=len(rows),
        opening=10_000,
        moved=rows,
        later=0,
        balance=closing,
    )


def test_every_movement_is_in_one_sum_of_its_month_and_all_come_to_the_statement() -> None:
    statement = books()
    volumes = {Month(2026, 10): ChargedVolumes((("day", Decimal(90)),), Decimal(-7), -2_000)}
    august, september, october = consumption_months(statement, volumes)
    assert (august.charged, august.paid, august.closing, august.volumes) == (0, 0, 10_000, None)
    assert (september.charged, september.paid, september.closing) == (40_000, 50_000, 0)
    assert (october.charged, october.recalculated, october.other) == (40_000, -2_000, 100)
    assert (october.paid, october.closing, october.used) == (-5_000, statement.closing, Decimal(90))
    months = (august, september, october)
    moved = sum(each.charged + each.recalculated + each.other - each.paid for each in months)
    assert moved == statement.debit - statement.credit == statement.closing - statement.opening


def test_a_statement_is_read_back_as_it_was_kept() -> None:
    statement = ConsumptionStatement(
        service=Service.HEAT,
        since=date(2026, 8, 1),
        until=date(2026, 10, 1),
        seq=7,
        opening=10_000,
        months=consumption_months(
            books(), {Month(2026, 9): ChargedVolumes((("single", Decimal("1.25")),), Decimal(0), 0)}
        ),
        facts=facts_within([(date(2020, 1, 1), 3, Decimal("54.2"))], since=TODAY, until=TODAY),
        debt=ConsumptionDebt(DebtState.NONE, 0, 5),
        plan=None,
    )
    assert kept_statement(statement_as_kept(statement)) == statement
    assert (statement.used, statement.zones) == (Decimal("1.25"), {"single": Decimal("1.25")})


def test_facts_are_those_that_held_within_the_months_and_changes_only() -> None:
    known = [
        (date(2026, 9, 10), 4, Decimal(54)),
        (date(2015, 1, 1), 1, Decimal(54)),
        (date(2020, 1, 1), 3, Decimal(54)),
        (date(2026, 7, 1), 3, Decimal(54)),
        (date(2026, 11, 1), 9, Decimal(54)),
    ]
    found = facts_within(known, since=date(2026, 8, 1), until=date(2026, 11, 1))
    assert [(each.since, each.residents) for each in found] == [
        (date(2020, 1, 1), 3),
        (date(2026, 9, 10), 4),
    ]
    assert facts_within([(date(2020, 1, 1), None, None)], since=TODAY, until=TODAY) == ()
