"""The ledger as plain text: hledger and beancount accept it, with equal balances, and refuse one kopeck."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.kernel.money import Money
from svet.ledger import operations
from svet.ledger.models import Transaction
from svet.ledger.queries import balances
from svet.ledger.reporting import PlainTextForm, export_ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind
from tests import debian

pytestmark = pytest.mark.django_db
# Sums what beancount has read, account by account.
_BEANCOUNT_BALANCES = """
import sys
from collections import Counter
from beancount import loader
entries, errors, _ = loader.load_file(sys.argv[1])
sums = Counter()
for entry in entries:
    for posting in getattr(entry, "postings", ()):
        sums[posting.account] += int(posting.units.number * 100)
for account, kopecks in sums.items():
    print(account, kopecks)
sys.exit(len(errors))
"""
_CONTRA = {
    TransactionKind.CHARGE: Book.REVENUE,
    TransactionKind.PAYMENT: Book.BANK,
    TransactionKind.REFUND: Book.SUSPENSE,
    TransactionKind.OPENING: Book.OPENING,
    TransactionKind.CORRECTION: Book.CASH,
    TransactionKind.WRITE_OFF: Book.WRITE_OFF,
}


@pytest.fixture
def town() -> list[Account]:
    """Twelve accounts with every kind of transaction; the first two owe each other's transfer too."""
    accounts = [make_account(number=f"03{n:08}") for n in range(12)]
    fresh = []
    for n, account in enumerate(accounts):
        for place, (kind, book) in enumerate(_CONTRA.items()):
            money = Money((-1) ** (n + place) * (n * 1_000 + place * 37 + 1))
            legs = [Leg(Book.RECEIVABLE, account.pk, money), Leg(book, None, -money)]
            fresh.append(transaction(account, f"{kind}:{n}", kind, legs))
    first, second = accounts[:2]
    legs = [Leg(Book.RECEIVABLE, first.pk, Money(5_05)), Leg(Book.RECEIVABLE, second.pk, Money(-5_05))]
    fresh.append(transaction(first, "moved", TransactionKind.TRANSFER, legs))
    operations.post_many(fresh)
    return accounts


def transaction(account: Account, key: str, kind: TransactionKind, legs: list[Leg]) -> NewTransaction:
    now = timezone.now()
    return NewTransaction(key, kind, legs, now, date(2026, 11, 1), account.provider_id, 'Иванов "А"; П.')


def written(path: Path, form: PlainTextForm, since: date | None = None) -> str:
    text = "".join(f"{line}\n" for line in export_ledger(form=form, since=since))
    path.write_text(text, "utf-8")
    return text


def beancount(path: Path) -> tuple[int, dict[str, int]]:
    done = subprocess.run(
        [sys.executable, "-c", _BEANCOUNT_BALANCES, str(path)], capture_output=True, text=True, check=False
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return done.returncode, {account: int(kopecks) for account, kopecks in lines}


def hledger(path: Path) -> tuple[int, dict[str, int]]:
    if shutil.which("hledger") is None:
        assert debian.install(["hledger"], needed_by="The tests of the ledger's export") == 0
    asked = ["hledger", "-f", str(path)]
    check = subprocess.run([*asked, "check"], capture_output=True, text=True, check=False)
    if check.returncode:
        return check.returncode, {}
    said = subprocess.run(
        [*asked, "balance", "--flat", "--empty", "-O", "csv"], capture_output=True, text=True, check=True
    )
    rows = re.findall(r'^"([A-Z][^"]+)","(-?[0-9.]+)(?: RUB)?"$', said.stdout, re.MULTILINE)
    return 0, {account: round(float(roubles) * 100) for account, roubles in rows}


def bean_check(path: Path) -> int:
    """The program itself."""
    words = [sys.executable, "-m", "beancount.scripts.check", str(path)]
    return subprocess.run(words, capture_output=True, check=False).returncode


READERS: dict[PlainTextForm, Callable[[Path], tuple[int, dict[str, int]]]] = {
    PlainTextForm.BEANCOUNT: beancount,
    PlainTextForm.HLEDGER: hledger,
}


def owed(accounts: list[Account]) -> dict[str, int]:
    found = balances([account.pk for account in accounts])
    return {f"Assets:Customers:A{key}": money.kopecks for key, money in found.items()}


@pytest.mark.parametrize("form", PlainTextForm)
def test_the_export_is_accepted_and_its_balances_are_ours(
    town: list[Account], tmp_path: Path, form: PlainTextForm
) -> None:
    path = tmp_path / "books"
    text = written(path, form)
    failed, found = READERS[form](path)
    assert failed == 0
    assert {name: found.get(name, 0) for name in owed(town)} == owed(town)
    assert sum(found.values()) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT book, sum(kopecks) FROM ledger_posting WHERE account_id IS NULL GROUP BY 1")
        books = sorted(int(kopecks) for _book, kopecks in cursor.fetchall())
    control = [kopecks for name, kopecks in found.items() if not name.startswith("Assets:Customers")]
    assert sorted(kopecks for kopecks in control if kopecks) == [kopecks for kopecks in books if kopecks]
    assert "Иванов" not in text
    assert town[0].number not in text
    if form is PlainTextForm.BEANCOUNT:
        assert bean_check(path) == 0


@pytest.mark.parametrize("form", PlainTextForm)
def test_one_kopeck_changed_is_refused(town: list[Account], tmp_path: Path, form: PlainTextForm) -> None:
    path = tmp_path / "books"
    text = written(path, form)
    leg = re.compile(r"(Assets:Customers:A[0-9]+  )(-?[0-9]+\.[0-9])([0-9])( RUB\n  [A-Z][^ ]+  )")
    found = leg.search(text)
    assert found is not None
    other = str((int(found[3]) + 1) % 10)
    one = text[: found.start(3)] + other + text[found.end(3) :]
    path.write_text(one, "utf-8")
    assert READERS[form](path)[0] != 0
    # Both legs: the transaction is balanced, only the kept balance tells.
    both = re.sub(
        r"  [0-9.-]+ RUB\n(  [A-Z][^ ]+)  [0-9.-]+ RUB", r"  9.99 RUB\n\1  -9.99 RUB", text, count=1
    )
    assert both != text
    path.write_text(both, "utf-8")
    assert READERS[form](path)[0] != 0
    if form is PlainTextForm.BEANCOUNT:
        assert bean_check(path) != 0


@pytest.mark.parametrize("form", PlainTextForm)
def test_since_a_day_begins_with_what_stood_then(
    town: list[Account], tmp_path: Path, form: PlainTextForm
) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    for since, count in ((tomorrow + timedelta(days=1), 0), (date(2026, 1, 1), Transaction.objects.count())):
        path = tmp_path / f"books-{since}"
        text = written(path, form, since)
        assert len(re.findall(r"\bT[0-9]+ [a-z_]+", text)) == count
        failed, found = READERS[form](path)
        assert failed == 0
        assert {name: found.get(name, 0) for name in owed(town)} == owed(town)
        assert found.get("Equity:Before", 0) == 0


@pytest.mark.parametrize("form", PlainTextForm)
def test_empty_books_are_accepted(tmp_path: Path, form: PlainTextForm) -> None:
    path = tmp_path / "books"
    written(path, form)
    assert READERS[form](path)[0] == 0


def test_every_book_has_a_name_in_the_export() -> None:
    from svet.ledger.reporting import _CONTROL

    assert set(_CONTROL) == set(Book) - {Book.RECEIVABLE}
