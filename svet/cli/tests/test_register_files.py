"""Registers of banks as files, taken by the command: what each was seen to do wrong somewhere, and must not.

The files are bytes as banks send them (Windows-1251, CRLF), with people, numbers and sums that do not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.billing.tests.factories import NOVEMBER
from svet.bills import queries as bills
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, document, issue, live
from svet.cli.main import svet
from svet.exchange import queries
from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.operations import taking
from svet.exchange.rules import streams
from svet.journal.models import Entry
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.payments import queries as payments
from svet.payments.models import ImportedPayment
from svet.payments.queries import suspense
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
FILES: Final = Path(__file__).parent / "registers"
FIRST, SECOND = "0356067000", "0356067001"


class _Evening(datetime):
    """The 26th of November: the days of the files are days of that month, whenever the tests run."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime(2026, 11, 26, 15, tzinfo=UTC).astimezone(tz)


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.cli.commands.office.datetime", _Evening)


@pytest.fixture
def accounts(db: None) -> Iterator[None]:
    """Two accounts; whatever was taken, books, rows and registers agree in the end."""
    provider = make_provider()
    for number in (FIRST, SECOND):
        make_account(number=number, provider=provider)
    yield
    assert ledger.broken() == []
    assert queries.broken() == []
    assert payments.broken() == payments.broken_books() == []


def take(name: str, folder: Path) -> Result:
    """Have the command take a copy: what is to be mended is written beside it."""
    file = folder / name
    file.write_bytes((FILES / name).read_bytes())
    return CliRunner().invoke(svet, ["import", "payments", str(file)])


def balance(number: str) -> Money:
    return ledger.balance(Account.objects.get(number=number).pk)


def said(result: Result) -> str:
    return result.output.replace("\xa0", " ")


def counts() -> tuple[int, int, int, int]:
    """Of the newest register: applied, repeated, waiting, rejected."""
    file = ImportFile.objects.latest("pk")
    return file.applied, file.repeated, file.suspense, file.rejected


def test_every_file_is_read_by_a_test_as_banks_send_them() -> None:
    source = Path(__file__).read_text("utf-8")
    for file in sorted(FILES.iterdir()):
        assert f'"{file.name}"' in source
        raw = file.read_bytes()
        assert raw.count(b"\n") == raw.count(b"\r\n") > 0
        assert "Крапивина" in raw.decode("cp1251")


@pytest.mark.usefixtures("accounts")
def test_a_stray_quote_is_a_letter(tmp_path: Path) -> None:
    result = take("quote-in-a-name.txt", tmp_path)
    assert result.exit_code == 0, result.output
    assert (balance(FIRST), balance(SECOND)) == (Money(-310_00), Money(-140_50))
    assert counts() == (2, 0, 0, 0)


@pytest.mark.usefixtures("accounts")
def test_a_file_that_grows_while_it_is_read_is_taken_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody still copies it to its place: digest, rows and what is to be mended are of one content."""
    name, look = "quote-in-a-name.txt", streams.survey
    first = (FILES / name).read_bytes()

    def grows(*how: Any) -> Any:
        known = look(*how)
        with (tmp_path / name).open("ab") as file:
            file.write(first.splitlines(keepends=True)[0])
        return known

    monkeypatch.setattr(taking, "survey", grows)
    result = take(name, tmp_path)
    assert result.exit_code == 0, result.output
    assert ImportFile.objects.get().sha256 == sha256(first).hexdigest()
    assert counts() == (2, 0, 0, 0)
    assert len((tmp_path / name).read_bytes()) > len(first)


@pytest.mark.usefixtures("accounts")
def test_a_row_with_a_field_too_many_is_named_and_counted_and_keeps_no_other(tmp_path: Path) -> None:
    result = take("separator-in-an-address.txt", tmp_path)
    assert balance(SECOND) == Money(-118_00)
    # The control line agrees: its sum was told apart from the period beside it.
    odd = ImportRow.objects.get(line_no=1)
    assert odd.kopecks == 211_00
    assert (odd.state, balance(FIRST)) == (ImportRow.State.SUSPENSE, Money(0))
    assert (result.exit_code, "Строка 1" in said(result)) == (1, True)
    assert [row.money for row in suspense.waiting()] == [Money(211_00)]


@pytest.mark.usefixtures("accounts")
def test_a_negative_row_takes_its_payment_back(tmp_path: Path) -> None:
    result = take("payment-taken-back.txt", tmp_path)
    assert result.exit_code == 0, result.output
    assert (balance(FIRST), balance(SECOND)) == (Money(0), Money(-95_00))
    entries = [entry.money for entry in ledger.entries(Account.objects.get(number=FIRST).pk)]
    assert sorted(entries) == [Money(-260_00), Money(260_00)]
    assert ImportFile.objects.get().sum_kopecks == 95_00


@pytest.mark.usefixtures("accounts")
def test_days_that_cannot_be_are_credited_to_nobody_and_named(tmp_path: Path) -> None:
    result = take("days-that-cannot-be.txt", tmp_path)
    assert (balance(FIRST), balance(SECOND)) == (Money(0), Money(0))
    assert counts() == (0, 0, 2, 0)
    assert result.exit_code == 1
    for words in ("23.11.2071", "23.11.1971"):
        assert words in said(result)
    assert suspense.waiting_count() == 2


@pytest.mark.usefixtures("accounts")
def test_one_number_of_a_bank_and_of_the_post_is_two_payments(tmp_path: Path) -> None:
    for name in ("number-of-a-bank.txt", "number-of-the-post.txt"):
        result = take(name, tmp_path)
        assert result.exit_code == 0, result.output
        assert counts() == (1, 0, 0, 0)
    assert balance(FIRST) == Money(-1280_00)
    # The same file once more is refused, and its rows in another file are repeated.
    again = take("number-of-the-post.txt", tmp_path)
    assert (again.exit_code, "уже загружен" in str(again.exception)) == (1, True)
    (tmp_path / "again.txt").write_bytes(
        (FILES / "number-of-the-post.txt").read_bytes().replace(b";118;24-11-2026", b";119;25-11-2026")
    )
    CliRunner().invoke(svet, ["import", "payments", str(tmp_path / "again.txt")])
    assert counts() == (0, 1, 0, 0)
    assert balance(FIRST) == Money(-1280_00)


@pytest.mark.usefixtures("accounts")
def test_a_number_without_its_zeros_is_nobodys_and_one_with_blanks_is_read(tmp_path: Path) -> None:
    result = take("accounts-of-a-spreadsheet.txt", tmp_path)
    states = dict(ImportRow.objects.values_list("external_id", "state"))
    assert states == {"7051": "suspense", "7052": "suspense", "7053": "applied", "7054": "applied"}
    # As the cabinet reads it: a blank within a number and around it says nothing.
    assert (balance(FIRST), balance(SECOND)) == (Money(-134_00), Money(0))
    for words in ("356067000", "3,56067E+08"):
        assert words in said(result)
    assert result.exit_code == 0


def test_money_of_nobody_is_found_put_on_an_account_and_sent_back_by_the_desk(
    accounts: None, tmp_path: Path
) -> None:
    take("accounts-of-a-spreadsheet.txt", tmp_path)
    clerk, account = working(make_member(role=Role.BILLING)), Account.objects.get(number=FIRST)
    rows = {row.external_id: row for row in ImportedPayment.objects.filter(state="suspense")}
    for asked in ("407,00", "7051", "356067000", "Крапивина"):
        assert rows["7051"].public_id in found(clerk, asked)
    path = f"/staff/money/rows/{rows['7051'].public_id}/"
    shown = clerk.post(path, {"act": "check", "account_number": FIRST, "reason": ""}).content.decode()
    assert f'value="{account.public_id}"' in shown
    put = {"act": "put", "account_number": FIRST, "seen": account.public_id, "reason": "узнали по чеку"}
    assert clerk.post(path, put).status_code == 302
    back = f"/staff/money/rows/{rows['7052'].public_id}/"
    assert clerk.post(back, {"act": "back", "back-reason": "плательщика не нашли"}).status_code == 302
    assert balance(FIRST) == Money(-134_00 - 407_00)
    assert suspense.waiting_count() == 0
    states = dict(ImportedPayment.objects.values_list("external_id", "state"))
    assert (states["7051"], states["7052"]) == ("credited", "returned")
    assert Entry.objects.get(action="payments.row.put").reason == "узнали по чеку"
    assert Entry.objects.get(action="payments.row.returned").reason == "плательщика не нашли"
    # Its customer sees it in «История» with the day it was paid; a stranger nothing.
    anna, vera = make_person(), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    history = {"since": "2026-11-01", "until": "2026-11-30"}
    for person, seen in ((anna, True), (vera, False)):
        browser = Client()
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        text = browser.get("/history/", history).content.decode().replace("\xa0", " ")
        assert ("407,00 ₽" in text) is seen
        assert "217,00 ₽" not in text


def found(clerk: Client, asked: str) -> str:
    answer: Any = clerk.post("/staff/money/", {"q": asked}, follow=True)
    return str(answer.content.decode())


def test_money_of_before_the_last_bill_stands_on_the_next_with_its_own_day(tmp_path: Path) -> None:
    account, _meter = live()
    Account.objects.filter(pk=account.pk).update(number=FIRST)
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    result = take("paid-before-the-last-bill.txt", tmp_path)
    assert result.exit_code == 0, result.output
    charge(NOVEMBER)
    issue(NOVEMBER)
    before, after = document(account, OCTOBER), document(account, NOVEMBER)
    assert before.sums.closing == after.sums.opening
    (late,) = after.movements
    assert (late.on, late.kopecks, late.late) == (date(2026, 9, 27), -415_50, True)
    assert after.sums.closing == ledger.balance(account.pk).kopecks
    assert bills.broken_chain() == []
