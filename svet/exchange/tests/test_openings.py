"""Debts of the system before this one are brought once; the first bill opens with them."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.bills.tests.test_chain import charge, document, issue, live
from svet.exchange import queries, texts
from svet.exchange.models import ImportRow
from svet.exchange.operations import FileReport
from svet.exchange.reporting import sentences, to_mend
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.test_taking import NOW, NUMBERS, account_lines, take
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import operations as ledger
from svet.ledger import queries as balances
from svet.ledger.models import Posting, Transaction
from svet.ledger.rules import Book, Leg, TransactionKind

pytestmark = pytest.mark.django_db
HEADING = "provider;account;sum;date"


@pytest.fixture
def town() -> FileReport:
    add_provider(code="ues", name="Уралэнергосбыт")
    return take("accounts", account_lines())


def lines(*rows: str, control: str = "") -> str:
    return "\n".join([HEADING, *rows, control]) + "\n"


def two(first: str = "1500,10", second: str = "-20,00", total: str = "1480,10") -> str:
    return lines(
        f"ues;{NUMBERS[0]};{first};2026-11-01",
        f"ues;{NUMBERS[1]};{second};2026-11-01",
        control=f"итого;ues;2;{total}",
    )


def owed(number: str) -> int:
    return balances.balance(Account.objects.get(number=number).pk).kopecks


def test_debts_and_advances_are_brought_along(town: FileReport) -> None:
    report = take("openings", two())
    assert (report.rows, report.applied, report.sum_kopecks) == (2, 2, 148_010)
    assert (owed(NUMBERS[0]), owed(NUMBERS[1])) == (150_010, -2_000)
    first = Transaction.objects.get(key=f"opening:{Account.objects.get(number=NUMBERS[0]).pk}")
    assert (first.kind, first.effective_on) == ("opening", date(2026, 11, 1))
    assert set(Posting.objects.values_list("book", "kopecks")) == {
        ("receivable", 150_010), ("opening", -150_010), ("receivable", -2_000), ("opening", 2_000),
    }  # fmt: skip
    assert queries.broken() == balances.broken() == []


def test_the_same_row_again_is_a_repetition_and_another_body_is_said_aloud(town: FileReport) -> None:
    take("openings", two())
    again = take("openings", two() + "\n")
    assert (again.applied, again.repeated) == (0, 2)
    other = take("openings", two(first="1500,11", total="1480,11"))
    assert (other.repeated, other.changed) == (1, 1)
    assert other.loud
    assert "1\u00a0500,10" in sentences(other)[0]
    later = take("openings", two().replace("2026-11-01", "2026-11-02"))
    assert later.changed == 2
    assert owed(NUMBERS[0]) == 150_010
    assert queries.broken() == []


def test_an_account_that_was_settled_has_a_balance_too(town: FileReport) -> None:
    rows = lines(f"ues;{NUMBERS[0]};0,00;2026-11-01", control="итого;ues;1;0")
    assert take("openings", rows).applied == 1
    assert not Posting.objects.exists()
    assert take("openings", rows + "\n").repeated == 1
    assert take("openings", two(total="1480,10")).changed == 1
    assert owed(NUMBERS[0]) == 0


def test_a_file_that_does_not_add_up_is_refused_with_the_difference(town: FileReport) -> None:
    with pytest.raises(FileRefused) as refused:
        take("openings", two(total="1480,00"))
    assert refused.value.reason == FileReason.CONTROL_DIFFERS
    said = texts.explain(refused.value)
    assert "0,10" in said
    assert "ues" in said
    assert not ImportRow.objects.filter(profile="openings").exists()
    assert not Posting.objects.exists()


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ("", FileReason.CONTROL_MISSING),
        ("итого;zzz;2;1480,10", FileReason.CONTROL_MISSING),
        ("итого;ues;3;1480,10", FileReason.CONTROL_DIFFERS),
        ("итого;ues;2", FileReason.CONTROL_UNREAD),
        ("итого;ues;два;1480,10", FileReason.CONTROL_UNREAD),
        ("итого;ues;2;1480,10\nитого;ues;2;1480,10", FileReason.CONTROL_TWICE),
        ("итого;ues;2;1480,10\nитого;other;1;5,00", FileReason.CONTROL_DIFFERS),
    ],
)
def test_control_lines_must_be_there_for_each_supplier(
    town: FileReport, control: str, reason: FileReason
) -> None:
    with pytest.raises(FileRefused) as refused:
        take("openings", two().replace("итого;ues;2;1480,10", control))
    assert refused.value.reason == reason
    assert texts.explain(refused.value)


def test_every_bad_row_is_told_and_can_be_mended(town: FileReport) -> None:
    content = lines(
        f"ues;{NUMBERS[0]};100,00;2026-11-01",
        f"ues;{NUMBERS[1]};=1+1;2026-11-01",
        f"ues;{NUMBERS[1]};10,00;2026-13-01",
        f"ues;{NUMBERS[1]};10,00;2027-01-01",
        "ues;0356067999;5,00;2026-11-01",
        "nobody;0356067000;7,00;2026-11-01",
        control="итого;ues;5;125,00\nитого;nobody;1;7,00",
    )
    report = take("openings", content)
    assert (report.applied, report.rejected) == (1, 5)
    assert [fault.line_no for fault in report.faults] == [3, 4, 5, 6, 7]
    assert len(sentences(report)) == 5
    mended = to_mend(report, profile="openings", content=content.encode()).decode()
    assert mended.splitlines()[-2:] == ["итого;ues;4;25,00", "итого;nobody;1;7,00"]
    assert take("openings", mended.replace("=1+1", "0,00")).rejected == 4


def test_an_account_that_has_moved_or_was_billed_keeps_its_books(town: FileReport) -> None:
    account = Account.objects.get(number=NUMBERS[0])
    ledger.post(
        key="paid", kind=TransactionKind.PAYMENT, occurred_at=NOW, effective_on=date(2026, 11, 2),
        legs=[Leg(Book.RECEIVABLE, account.pk, Money(-500)), Leg(Book.BANK, None, Money(500))],
        provider_id=account.provider_id,
    )  # fmt: skip
    report = take("openings", two())
    assert (report.applied, report.rejected) == (1, 1)
    assert report.faults[0].reason == "already_moved"
    assert sentences(report)
    assert owed(NUMBERS[0]) == -500


def test_the_first_bill_opens_with_what_was_brought_within_its_month() -> None:
    account, _meter = live()
    code = account.provider.code
    row = f"{code};{account.number};300,00;2026-09-15"
    assert take("openings", lines(row, control=f"итого;{code};1;300,00")).applied == 1
    charge(Month(2026, 9))
    issue(Month(2026, 9))
    found = document(account, Month(2026, 9))
    assert found.sums.opening == 30_000
    assert found.movements == ()
    assert found.sums.closing == balances.balance(account.pk).kopecks
    late = take("openings", lines(row, control=f"итого;{code};1;300,00") + "\n")
    assert (late.repeated, late.rejected) == (1, 0)


def test_a_spreadsheet_with_tabs_and_commas_is_read(town: FileReport) -> None:
    content = two().replace("итого", "Total").replace(";", "\t").encode("cp1251")
    assert take("openings", content).applied == 2
    assert ImportRow.objects.filter(profile="openings", state="applied").count() == 2
