"""Registers in forms of their sources, lines left out by a person, and plain rows beside those by rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from svet.exchange.models import ImportRow
from svet.exchange.operations import FileReport, take_file
from svet.exchange.reporting import to_mend
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.tests.test_payment_registers import FIRST, SECOND, balance, register, row, whole
from svet.exchange.tests.test_taking import NOW, OLGA, town  # noqa: F401
from svet.journal.models import Entry
from svet.kernel.money import Money
from svet.kernel.transactions import together
from svet.ledger.models import Posting
from svet.payments import operations
from svet.payments.models import ImportedPayment
from svet.payments.operations import SourceRefused
from svet.payments.rules.layouts import ControlRule, DateForm, IdentityRule, Layout, SignRule, layout_of
from svet.payments.rules.refusals import SourceReason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
SHORT = ("date", "suip", "account", "sum", "-")


def source(code: str, **layout: Any) -> None:
    operations.add_source(code=code, name="Почта", layout=Layout(**layout), now=NOW, by=OLGA)


def take(content: str | bytes, encoding: str = "cp1251", **how: Any) -> FileReport:
    raw = content if isinstance(content, bytes) else content.encode(encoding)
    return take_file(profile="payments", name="r.txt", content=raw, by=OLGA, now=NOW, **how)


def test_a_form_of_its_own_is_read_by_its_columns_days_and_signs() -> None:
    source(
        "post", encoding="cp866", delimiter="|", columns=SHORT, heading=True, dates=DateForm.YMD,
        sign=SignRule.TURNED,
    )  # fmt: skip
    rows = f"20261116|P1|{FIRST}|-300,00|Ёлкина\n20261117|P2|{SECOND}|-7|\n"
    text = f"День|Номер|Счёт|Сумма|Кто\n{rows}=2|-307,00\n"
    report = take(text, "cp866", source="post")
    assert (report.applied, report.sum_kopecks) == (2, 307_00)
    assert balance(FIRST) == Money(-300_00)
    taken_back = take(f"h\n20261118|P1|{FIRST}|300,00|\n=1|300,00\n", "cp866", source="post")
    assert taken_back.applied == 1
    assert balance(FIRST) == Money(0)
    whole()


def test_a_form_without_a_control_line_takes_its_last_row_too() -> None:
    source("post", columns=SHORT, delimiter="\t", control=ControlRule.NONE)
    report = take(f"16-11-2026\tP1\t{FIRST}\t3\t\n16.11.2026\tP2\t{SECOND}\t4,5\t", source="post")
    assert (report.applied, report.sum_kopecks) == (2, 7_50)
    whole()


def test_a_number_of_another_office_is_another_payment_where_the_source_says_so() -> None:
    source("post", identity=IdentityRule.OFFICE)
    report = take(
        register(row("1", FIRST, "1,00"), row("1", FIRST, "1,00", vsp="9999"), total="2,00"), source="post"
    )
    assert report.applied == 2
    again = take(register(row("1", FIRST, "1,00"), row("2", FIRST, "1,00"), total="2,00"), source="post")
    assert (again.applied, again.repeated) == (1, 1)
    whole()


def test_a_bad_row_of_a_form_is_named_and_mended_in_that_form() -> None:
    source("post", columns=SHORT, heading=True)
    content = f"h\n16-11-2026;P1;{FIRST};3;\n31-02-2026;P2;{SECOND};4,50;\n=2;7,50\n".encode()
    report = take(content, source="post")
    assert [(fault.line_no, fault.column) for fault in report.faults] == [(3, "date")]
    mended = to_mend(report, profile="payments", content=content, source="post").decode()
    assert mended == f"h\n31-02-2026;P2;{SECOND};4,50;\n=1;4,50\n"
    assert take(mended.replace("31-02", "17-11"), source="post").applied == 1


@pytest.mark.parametrize(
    ("layout", "field"),
    [
        ({"columns": ("date", "suip", "sum")}, "columns"),
        ({"columns": ("date", "suip", "account", "sum", "sum")}, "columns"),
        ({"encoding": "rot13"}, "encoding"),
        ({"delimiter": "-"}, "delimiter"),
        ({"columns": SHORT, "identity": IdentityRule.OFFICE}, "identity"),
    ],
)
def test_a_form_that_cannot_be_is_refused_by_its_field(layout: dict[str, Any], field: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        source("post", **layout)
    assert (caught.value.reason, caught.value.field) == (SourceReason.LAYOUT, field)


def test_the_identity_of_taken_rows_stays_and_the_rest_changes_with_a_trace() -> None:
    source("post")
    operations.set_layout(code="post", layout=layout_of({"dates": "ymd"}), now=NOW, by=OLGA)
    assert Entry.objects.filter(action="payments.source.changed", subject_id="post").count() == 1
    take(register(row("1", FIRST, "1,00", date="2026-11-16"), total="1,00"), source="post")
    with pytest.raises(SourceRefused) as caught:
        operations.set_layout(code="post", layout=layout_of({"identity": "office"}), now=NOW, by=OLGA)
    assert caught.value.reason == SourceReason.IDENTITY_TAKEN


def test_a_person_leaves_lines_out_and_the_rest_is_taken() -> None:
    content = register(row("1", FIRST, "1,00"), row("2", SECOND, "2,00"), total="3,00")
    report = take(content, without=[2])
    assert (report.applied, report.rejected) == (1, 1)
    (fault,) = report.faults
    assert (fault.reason, fault.kopecks, fault.account_number) == (RowReason.LEFT_OUT, 2_00, SECOND)
    assert balance(SECOND) == Money(0)
    assert not ImportedPayment.objects.filter(external_id="2").exists()
    whole()


def test_a_control_line_that_disagrees_needs_a_persons_word_and_the_difference_is_written_down() -> None:
    content = register(row("1", FIRST, "1,00"), row("2", SECOND, "3OO,00"), total="301,00")
    with pytest.raises(FileRefused) as caught:
        take(content)
    assert caught.value.reason == FileReason.TRAILER_DIFFERS
    report = take(content, despite=True)
    assert (report.applied, report.rejected) == (1, 1)
    entry = Entry.objects.get(action="register.taken", subject_id=report.public_id)
    assert entry.after is not None
    assert entry.after["difference"] == 300_00
    whole()


def test_nobodys_word_takes_a_register_that_is_cut_off() -> None:
    with pytest.raises(FileRefused) as caught:
        take(row("1", FIRST, "1,00"), despite=True)
    assert caught.value.reason == FileReason.TRAILER_MISSING


ROWS = [
    row("1", FIRST, "300,00"),
    row("2", SECOND, "7"),
    row("3", FIRST, "5,5", date="17.11.2026"),
    row("4", "0399999999", "9,00"),
    row("5", FIRST, "8,00"),
    row("5", FIRST, "-8,00"),
    row("6", FIRST, "11,00"),
    row("6", SECOND, "12,00"),
    row("7", FIRST, "13,00", date="26-11-2062"),
    row("8", SECOND, "14,00", date="20-11-2026"),
    row("8", SECOND, "14,00", date="20-11-2026"),
    row("A\\N", FIRST, "15,00", address="а\\tб"),
]  # fmt: skip
TOTAL = "400,50"


def kept(report: FileReport) -> list[Any]:
    columns = (
        "external_id", "paid_on", "twin", "office", "provider_id", "account_id", "account_text", "payer",
        "kopecks", "state", "reason", "ledger_key", "effective_on", "applied_at", "settled_at",
    )  # fmt: skip
    legs = Posting.objects.filter(transaction__key__startswith="reg:").values_list(
        "transaction__key", "transaction__kind", "transaction__occurred_at", "transaction__effective_on",
        "transaction__memo", "book", "account_id", "kopecks",
    )  # fmt: skip
    lines = ImportRow.objects.filter(file__number=report.number).values_list(
        "line_no", "external_id", "account_number", "state", "reason", "text", "reference", "kopecks"
    )
    return [
        sorted(map(repr, ImportedPayment.objects.values_list(*columns))),
        sorted(map(repr, legs)),
        list(lines.order_by("line_no")),
    ]


def test_plain_rows_become_by_sets_what_the_rules_make_of_them() -> None:
    spaced = [re.sub(rf";({FIRST}|{SECOND});", r"; \1 ;", one) for one in ROWS]
    found = []
    for rows in (ROWS, spaced):
        with together():
            report = take(register(*rows, total=TOTAL))
            whole()
            found.append(kept(report))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert len(found[0][0]) == len(ROWS) - 1
