"""Rows that the database itself could not hold, or that two readers would read differently."""

from __future__ import annotations

import pytest

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.exchange import queries
from svet.exchange.operations import FileReport
from svet.exchange.rules import payments
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.tables import MAX_FIELD
from svet.exchange.tests.test_rules import PAYMENT
from svet.exchange.tests.test_taking import NUMBERS, account_lines, payment_lines, take, town  # noqa: F401
from svet.kernel.money import Money
from svet.ledger import queries as ledger


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("holder", "А" * 161),
        ("city", "Г" * 101),
        ("area", "1234567,5"),
        ("residents", "40000"),
        ("ratio", "1000000"),
        ("initial_1", "100000"),
        ("initial_1", "10,5"),
    ],
)
def test_a_value_no_column_holds_is_a_fault_of_its_row(column: str, value: str) -> None:
    add_provider(code="ues", name="Уралэнергосбыт")
    report = take("accounts", account_lines(**{column: value}))
    assert (report.applied, report.rejected) == (0, 2)
    assert {fault.column for fault in report.faults} == {column}


@pytest.mark.parametrize("name", ["ПЛАТ\rЕЛЬЩИК", "П" * (MAX_FIELD * 2)], ids=["line break", "too long"])
def test_a_payment_row_no_reader_agrees_on_is_a_fault(name: str) -> None:
    bad = PAYMENT.format(n=1, account=NUMBERS[0], sum="1,00").replace("ПЛАТЕЛЬЩИК", name)
    found = payments.parse(f"{bad}\r\n=1;0,00;0,00;0,00;17;28-11-2026")
    assert [fault.reason for _, fault in found.faults] == [RowReason.COLUMNS]


@pytest.mark.django_db
@pytest.mark.parametrize("other", [(NUMBERS[0], "301,00"), (NUMBERS[1], "300,00")], ids=["sum", "account"])
def test_money_under_a_taken_id_is_not_passed_over_as_repeated(
    town: FileReport,  # noqa: F811
    other: tuple[str, str],
) -> None:
    take("payments", payment_lines(("S1", NUMBERS[0], "300,00")))
    report = take("payments", payment_lines(("S1", *other), ("S2", NUMBERS[0], "1,00")))
    assert (report.applied, report.repeated, report.changed) == (1, 0, 1)
    assert [fault.reason for fault in report.faults] == [RowReason.OTHER_BODY]
    assert ledger.balance(Account.objects.get(number=NUMBERS[0]).pk) == Money(-301_00)
    assert queries.broken() == []


@pytest.mark.django_db
def test_two_payments_of_one_file_under_one_id_are_told_apart(town: FileReport) -> None:  # noqa: F811
    rows = [("S1", NUMBERS[0], "300,00"), ("S1", NUMBERS[0], "300,00"), ("S1", NUMBERS[0], "5,00")]
    report = take("payments", payment_lines(*rows))
    assert (report.applied, report.repeated, report.changed) == (1, 1, 1)


def test_old_one_mac_line_ends_are_no_register() -> None:
    with pytest.raises(FileRefused) as caught:
        payments.parse(PAYMENT.format(n=1, account=NUMBERS[0], sum="1,00") + "\r=1;1,00;1,00;0,00;1;1-1-2026")
    assert caught.value.reason == FileReason.TRAILER_MISSING
