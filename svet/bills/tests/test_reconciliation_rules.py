"""The rows of a reconciliation statement, their order and sums, and its two files. No database here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from svet.bills.drawing.reconciliation import draw_reconciliation, write_reconciliation
from svet.bills.drawing.reconciliation.words import balance_words, operation
from svet.bills.rules.reconciliation import (
    BooksDisagree,
    ReconciliationParties,
    ReconciliationPeriod,
    ReconciliationReason,
    ReconciliationRefused,
    ReconciliationRow,
    ReconciliationStatement,
    reconcile,
    statement_period,
    usual_period,
)
from svet.ledger.rules import TransactionKind

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
PARTIES = ReconciliationParties(
    supplier="ООО «Уралэнергосбыт»",
    inn="7453000000",
    account_number="0356067000",
    holder="Иванова Анна Петровна",
    address="г. Челябинск, ул. Цветная, д. 15, кв. 27",
)
PERIOD = ReconciliationPeriod(date(2026, 9, 1), date(2026, 10, 31))


def row(seq: int, on: date, kopecks: int, kind: TransactionKind, document: str = "") -> ReconciliationRow:
    return ReconciliationRow(seq, kind, on, on, kopecks, document)


MOVED = (
    row(4, date(2026, 10, 31), 97_000, TransactionKind.CHARGE, "2610-0356067000"),
    # Known after the charge of September, and made before it.
    row(3, date(2026, 9, 15), -60_000, TransactionKind.PAYMENT, "С-1234"),
    row(2, date(2026, 9, 30), 50_000, TransactionKind.CHARGE, "2609-0356067000"),
)


def statement(
    moved: tuple[ReconciliationRow, ...] = MOVED, *, opening: int = 10_000, later: int = 0
) -> ReconciliationStatement:
    return reconcile(
        parties=PARTIES,
        period=PERIOD,
        made_at=NOW,
        seq=4,
        opening=opening,
        moved=moved,
        later=later,
        balance=opening + sum(each.kopecks for each in moved) + later,
    )


def test_movements_stand_by_their_day_each_with_the_balance_after_it() -> None:
    found = statement()
    assert [(each.seq, each.debit, each.credit, each.balance) for each in found.rows] == [
        (3, 0, 60_000, -50_000),
        (2, 50_000, 0, 0),
        (4, 97_000, 0, 97_000),
    ]
    assert (found.opening, found.debit, found.credit, found.closing) == (10_000, 147_000, 60_000, 97_000)
    assert found.opening + found.debit - found.credit == found.closing


def test_movements_of_one_day_stand_as_they_became_known() -> None:
    day = date(2026, 10, 5)
    moved = (
        row(9, day, -100, TransactionKind.PAYMENT),
        row(8, day, 300, TransactionKind.CORRECTION),
    )
    assert [each.seq for each in statement(moved).rows] == [8, 9]


def test_a_paper_that_is_not_the_ledgers_balance_is_given_to_nobody() -> None:
    with pytest.raises(BooksDisagree, match="are not 1 after"):
        reconcile(
            parties=PARTIES,
            period=PERIOD,
            made_at=NOW,
            seq=4,
            opening=0,
            moved=MOVED,
            later=0,
            balance=1,
        )
    with pytest.raises(BooksDisagree, match="2026-11-01"):
        statement((row(5, date(2026, 11, 1), 1, TransactionKind.CHARGE),))


@pytest.mark.parametrize(
    ("since", "until", "field", "reason"),
    [
        (date(1999, 12, 31), date(2000, 1, 2), "since", ReconciliationReason.DAY),
        (date(2026, 11, 2), date(2026, 11, 1), "until", ReconciliationReason.ORDER),
        (date(2026, 11, 1), date(2026, 11, 28), "until", ReconciliationReason.FUTURE),
        (date(2021, 1, 1), date(2026, 1, 1), "since", ReconciliationReason.TOO_LONG),
        (date(2020, 2, 29), date(2025, 3, 1), "since", ReconciliationReason.TOO_LONG),
    ],
)
def test_a_period_that_cannot_be_names_its_field(
    since: date, until: date, field: str, reason: ReconciliationReason
) -> None:
    with pytest.raises(ReconciliationRefused) as refused:
        statement_period(since, until, today=TODAY)
    assert (refused.value.field, refused.value.reason) == (field, reason)


@pytest.mark.parametrize(
    ("since", "until"),
    [(TODAY, TODAY), (date(2021, 1, 1), date(2025, 12, 31)), (date(2020, 2, 29), date(2025, 2, 28))],
)
def test_one_day_and_five_whole_years_are_periods(since: date, until: date) -> None:
    found = statement_period(since, until, today=TODAY)
    assert (found.since, found.until) == (since, until)
    assert (found.end - until).days == 1


def test_the_usual_period_is_this_month_and_eleven_before_it() -> None:
    since, until = usual_period(TODAY)
    assert (since, until) == (date(2025, 12, 1), TODAY)
    assert statement_period(since, until, today=TODAY)


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (10_000, "Долг на 31.10.2026: 970,00 ₽"),
        (-100_000, "Переплата на 31.10.2026: 130,00 ₽"),
        (-87_000, "На 31.10.2026 долга нет, переплаты нет"),
    ],
)
def test_the_end_is_said_in_words(opening: int, words: str) -> None:
    assert balance_words(statement(opening=opening)).replace("\xa0", " ") == words


def test_every_kind_has_words_for_both_directions() -> None:
    # Of bank and books only: they move no account.
    kinds = set(TransactionKind) - {TransactionKind.SETTLEMENT, TransactionKind.CORRECTION}
    for kind in kinds:
        for kopecks in (1, -1):
            assert operation(row(1, TODAY, kopecks, kind)) not in ("", "Корректировка")


def paper(content: bytes) -> list[str]:
    pages = PdfReader(BytesIO(content)).pages
    return [" ".join(page.extract_text().replace("\xa0", " ").split()) for page in pages]


def test_paper_has_parties_movements_sums_and_places_to_sign() -> None:
    (text,) = paper(draw_reconciliation(statement()))
    for words in (
        "Акт сверки расчётов",
        "за период с 01.09.2026 по 31.10.2026",
        "ООО «Уралэнергосбыт», ИНН 7453000000",
        "Иванова Анна Петровна",
        "Начислено за октябрь 2026",
        "2610-0356067000",
        "15.09.2026",
        "1 470,00",
        "Долг на 31.10.2026: 970,00 ₽",
        "Составлен 27.11.2026 09:30",
        "Лист 1 из 1",
    ):
        assert words in text


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 34, 35, 36, 40, 41, 42, 43, 44, 75, 76, 90, 400])
def test_every_movement_stands_on_paper_once_and_the_end_on_the_last_sheet(count: int) -> None:
    moved = tuple(
        row(n, date(2026, 9, 1), 100 + n, TransactionKind.CORRECTION, f"А-{n:04d}") for n in range(count)
    )
    pages = paper(draw_reconciliation(statement(moved)))
    whole = " ".join(pages)
    assert all(whole.count(f"А-{n:04d}") == 1 for n in range(count))
    assert [f"Лист {n} из {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    assert ["Обороты за период" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all("Остаток, ₽" in page for page in pages)


def test_nothing_is_drawn_below_the_sheet() -> None:
    for count in range(20, 90):
        moved = tuple(row(n, date(2026, 9, 1), 100, TransactionKind.CORRECTION) for n in range(count))
        for page in PdfReader(BytesIO(draw_reconciliation(statement(moved)))).pages:
            heights: list[float] = []

            def look(_text: str, _cm: Any, place: Any, *_font: Any, seen: list[float] = heights) -> None:
                seen.append(place[5])

            page.extract_text(visitor_text=look)
            assert min(height for height in heights if height) > 20


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert draw_reconciliation(statement()) == draw_reconciliation(statement())
    assert write_reconciliation(statement()) == write_reconciliation(statement())
    assert draw_reconciliation(statement()) != draw_reconciliation(statement(opening=0))


def test_the_workbook_says_the_same_with_real_numbers() -> None:
    text = sheet(write_reconciliation(statement()))
    for value in ("<v>970</v>", "<v>600</v>", "<v>1470</v>", "<v>-500</v>"):
        assert value in text
    for words in ("Иванова Анна Петровна", "Начислено за октябрь 2026", "С-1234", "Долг на 31.10.2026"):
        assert words in text


def test_no_text_of_the_workbook_is_a_formula() -> None:
    evil = replace(PARTIES, holder='=HYPERLINK("http://x")', address="@SUM(A1)")
    moved = (row(4, date(2026, 10, 31), -100, TransactionKind.PAYMENT, "+7+7"),)
    text = sheet(write_reconciliation(replace(statement(moved), parties=evil)))
    assert "<f>" not in text
    for words in ("'=HYPERLINK", "'@SUM(A1)", "'+7+7"):
        assert f">{words}" in text


def sheet(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as book:
        return "".join(
            book.read(name).decode() for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
        ).replace("\xa0", " ")
