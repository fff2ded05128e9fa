"""Terms of many accounts enter by one file: each from its day, once, and every fault by line and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.accounts.models import Account
from svet.accounts.models.terms import Terms
from svet.accounts.operations import add_provider, change_terms
from svet.accounts.queries.terms import terms_of
from svet.accounts.rules.terms import Stove, TermsField, TermsValues
from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.operations import FileReport
from svet.exchange.reporting import sentences, to_mend
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.test_taking import NOW, NUMBERS, OLGA, account_lines, take
from svet.journal.models import Entry

pytestmark = pytest.mark.django_db
HEADING = "provider;account;since;tariff_group;residents;area;stove;electric_heating;ground"
SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)


@pytest.fixture
def town() -> FileReport:
    add_provider(code="ues", name="Уралэнергосбыт")
    return take("accounts", account_lines())


def lines(*rows: str, control: str | None = None) -> str:
    said = f"итого;ues;{len(rows)}" if control is None else control
    return "\n".join([HEADING, *rows, said]) + "\n"


def held(number: str, day: date) -> TermsValues:
    key = Account.objects.get(number=number).pk
    return terms_of([key], on=day)[key]


def test_terms_enter_from_their_day_with_their_source(town: FileReport) -> None:
    report = take(
        "terms",
        lines(
            f"ues;{NUMBERS[0]};01.04.2026;;3;44,5;газовая;нет;справка № 5",
            f"ues;{NUMBERS[1]};2026-04-01;1.2;?;;;;акт № 6",
        ),
    )
    assert (report.rows, report.applied, report.faults) == (2, 2, ())
    before, after = held(NUMBERS[0], date(2026, 3, 31)), held(NUMBERS[0], SPRING)
    assert (before.residents, after.residents) == (None, 3)
    assert after == TermsValues("1.1", 3, Decimal("44.5"), None, Stove.GAS, electric_heating=False)
    assert held(NUMBERS[1], SPRING) == TermsValues("1.2")
    row = Terms.objects.get(account__number=NUMBERS[0], since=SPRING)
    assert (row.source, row.reason, row.known_at) == ("register", "справка № 5", NOW)
    assert Entry.objects.filter(action="account.terms_changed").count() == 2


def test_the_same_row_again_changes_nothing_and_a_corrected_one_is_not_undone(town: FileReport) -> None:
    row = f"ues;{NUMBERS[0]};2026-04-01;;3;;;;справка № 5"
    take("terms", lines(row))
    with pytest.raises(FileRefused) as refused:
        take("terms", lines(row))
    assert refused.value.reason == FileReason.ALREADY_TAKEN
    again = take("terms", lines(row) + "\n")
    assert (again.applied, again.repeated) == (0, 1)
    corrected = take("terms", lines(row.replace(";3;", ";4;")))
    assert corrected.applied == 1
    assert held(NUMBERS[0], SPRING).residents == 4
    late = take("terms", lines(row) + "\n\n")
    assert (late.applied, late.rejected) == (0, 1)
    assert "исправлена" in sentences(late)[0]
    assert held(NUMBERS[0], SPRING).residents == 4


def test_what_is_known_already_is_a_repetition_and_days_of_one_account_may_come_in_any_order(
    town: FileReport,
) -> None:
    account = Account.objects.get(number=NUMBERS[0])
    change_terms(
        by=OLGA, account_public_id=account.public_id, changes={TermsField.RESIDENTS: 2}, since=SPRING,
        reason="справка", now=NOW,
    )  # fmt: skip
    report = take(
        "terms",
        lines(
            f"ues;{NUMBERS[0]};2026-07-01;;5;;;;справка № 8",
            f"ues;{NUMBERS[0]};2026-04-01;;2;;;;справка № 7",
            f"ues;{NUMBERS[0]};2026-05-01;;4;;;;справка № 9",
        ),
    )
    assert (report.applied, report.repeated) == (2, 1)
    found = [held(NUMBERS[0], date(2026, month, 15)).residents for month in (3, 4, 5, 6, 7, 8)]
    assert found == [None, 2, 4, 4, 5, 5]


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        (";2026-04-01;;три;;;;акт", "residents", "число"),
        (";2026-04-01;;;;дрова;;акт", "stove", ""),
        (";2026-04-01;;;;;может быть;акт", "electric_heating", ""),
        (";2026-04-31;;3;;;;акт", "since", "даты"),
        (";2019-12-31;;3;;;;акт", "since", "2020"),
        (";2028-04-01;;3;;;;акт", "since", ""),
        (";2026-04-01;;3;;;;", "ground", "не заполнено"),
        (";2026-04-01;;;;;;акт", "", "ни одного"),
        (";2026-04-01;;3;;;", "", "Полей"),
    ],
)
def test_each_fault_is_told_by_line_and_column_and_the_rest_enters(
    town: FileReport, row: str, column: str, word: str
) -> None:
    content = lines(f"ues;{NUMBERS[1]};2026-04-01;;3;;;;акт", f"ues;{NUMBERS[0]}{row}")
    if row.count(";") < 7:
        content = content.replace("итого;ues;2", "итого;ues;1")
    report = take("terms", content)
    assert (report.applied, report.rejected) == (1, 1)
    fault = report.faults[0]
    assert (fault.line_no, fault.column) == (3, column)
    said = sentences(report)[0]
    assert "Строка 3" in said
    assert word in said
    assert held(NUMBERS[0], SPRING).residents is None


def test_unknown_accounts_and_suppliers_stand_in_a_file_to_be_mended(town: FileReport) -> None:
    content = lines(
        f"ues;{NUMBERS[0]};2026-04-01;;3;;;;акт",
        "ues;0399999999;2026-04-01;;3;;;;акт",
        "zzz;1;2026-04-01;;3;;;;акт",
        control="итого;ues;2\nитого;zzz;1",
    )
    report = take("terms", content)
    assert (report.applied, report.rejected) == (1, 2)
    assert [fault.column for fault in report.faults] == ["account", "provider"]
    mended = to_mend(report, profile="terms", content=content.encode()).decode()
    assert mended.splitlines() == [
        HEADING, "ues;0399999999;2026-04-01;;3;;;;акт", "zzz;1;2026-04-01;;3;;;;акт", "итого;ues;1",
        "итого;zzz;1",
    ]  # fmt: skip
    again = take("terms", mended.replace("0399999999", NUMBERS[1]).replace("zzz;1;2", f"ues;{NUMBERS[1]};2")
                 .replace("итого;ues;1\nитого;zzz;1", "итого;ues;2"))  # fmt: skip
    assert (again.applied, again.repeated) == (1, 1)


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ("", FileReason.COUNT_MISSING),
        ("итого;zzz;1", FileReason.COUNT_MISSING),
        ("итого;ues;2", FileReason.COUNT_DIFFERS),
        ("итого;ues", FileReason.COUNT_UNREAD),
        ("total;ues;two", FileReason.COUNT_UNREAD),
        ("итого;ues;1\nитого;ues;1", FileReason.CONTROL_TWICE),
        ("итого;ues;1\nитого;other;1", FileReason.COUNT_DIFFERS),
    ],
)
def test_nothing_enters_where_the_counts_disagree(town: FileReport, control: str, reason: FileReason) -> None:
    with pytest.raises(FileRefused) as refused:
        take("terms", lines(f"ues;{NUMBERS[0]};2026-04-01;;3;;;;акт", control=control))
    assert refused.value.reason == reason
    assert texts.explain(refused.value)
    assert not ImportRow.objects.filter(profile="terms").exists()
    assert held(NUMBERS[0], SPRING).residents is None
