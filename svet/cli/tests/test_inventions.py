"""Whoever posts what nothing in the world stands for is found out, whatever they call it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from svet.accounts.models import Account
from svet.cli.tests.test_corruptions import NOW, books, breached, noticed, noticed_since
from svet.cli.tests.test_corruptions_of_payments import paid
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.queries import dated_ahead
from svet.ledger.rules import Book, Leg, TransactionKind

__all__ = ["books", "paid"]
pytestmark = pytest.mark.django_db
#: The keys that each kind has when it comes of something; the one that nobody gives besides.
WORDS = {
    TransactionKind.CHARGE: ("gift", "charge"),
    TransactionKind.PAYMENT: ("gift", "pay", "held", "reg", "put"),
    TransactionKind.REFUND: ("gift", "refund", "refund-off", "reserve", "unreserve", "return", "put"),
    TransactionKind.CORRECTION: ("gift", "act", "unheld"),
    TransactionKind.OPENING: ("gift", "opening"),
    TransactionKind.TRANSFER: ("gift", "act"),
    TransactionKind.WRITE_OFF: ("gift", "act"),
    TransactionKind.CHARGEBACK: ("gift", "chargeback-lost"),
    TransactionKind.FEE: ("gift", "act", "pen"),
    TransactionKind.PENALTY: ("gift", "act", "pen"),
    TransactionKind.BENEFIT: ("gift", "act"),
    TransactionKind.SETTLEMENT: ("gift", "settle", "fee", "dispute-out"),
}


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is posted within is not there afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def invent(key: str, kind: TransactionKind, legs: list[Leg], *, provider_id: int) -> None:
    ledger.post(
        key=key, kind=kind, legs=legs, occurred_at=NOW, effective_on=NOW.date(), provider_id=provider_id
    )


def test_a_transaction_of_any_kind_that_nothing_stands_for_is_noticed(books: None) -> None:
    account = Account.objects.earliest("pk")
    account_or_ours = (Leg(Book.RECEIVABLE, account.pk, Money(-700)), Leg(Book.SETTLEMENT, None, Money(-700)))
    unnoticed = []
    for kind, words in WORDS.items():
        for word in words:
            for moved in account_or_ours:
                with taken_back():
                    legs = [moved, Leg(Book.REVENUE, None, Money(700))]
                    invent(f"{word}:nobody", kind, legs, provider_id=account.provider_id)
                    if not noticed() or not noticed_since():
                        unnoticed.append((word, str(kind), str(moved.book)))
    assert unnoticed == []
    # Whatever they find, the others can be asked too.
    for number, (kind, words) in enumerate(WORDS.items()):
        for word in words:
            for place, moved in enumerate(account_or_ours):
                legs = [moved, Leg(Book.REVENUE, None, Money(700))]
                invent(f"{word}:nobody:{number}:{place}", kind, legs, provider_id=account.provider_id)
    assert breached()


def test_legs_added_to_a_transaction_that_has_its_source_are_noticed(books: None, paid: None) -> None:
    """Each sort of transaction moves its account once more, or another account beside it."""
    account = Account.objects.earliest("pk")
    assert noticed_since() == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (split_part(t.key, ':', 1)) t.id, t.key, p.account_id, p.kopecks"
            " FROM ledger_transaction t LEFT JOIN ledger_posting p"
            " ON p.transaction_id = t.id AND p.book = 'receivable' WHERE t.key NOT LIKE 'test-debt:%'"
            " ORDER BY split_part(t.key, ':', 1), t.id"
        )
        kept = cursor.fetchall()
    unnoticed = []
    for identity, key, own, kopecks in kept:
        for account_id in {own or account.pk, account.pk}:
            money = Money(kopecks or -700)
            with taken_back():
                legs = [(identity, "receivable", account_id, money), (identity, "revenue", None, -money)]
                columns = list(zip(*[(i, b, a, m.kopecks) for i, b, a, m in legs], strict=True))
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT ledger_post(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[])",
                        [list(column) for column in columns],
                    )
                if not noticed() or not noticed_since():
                    unnoticed.append((key, account_id == own))
    assert unnoticed == []
    assert len(kept) > 8, kept


def test_a_day_that_has_not_come_is_noticed_whatever_stands_on_it(books: None, paid: None) -> None:
    """Half a year ahead, each sort of transaction by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT ON (kind, split_part(key, ':', 1)) id, key FROM ledger_transaction")
        for identity, key in cursor.fetchall():
            with taken_back():
                cursor.execute("SET LOCAL session_replication_role = replica")
                moved = "UPDATE ledger_transaction SET effective_on = effective_on + 365 WHERE id = %s"
                cursor.execute(moved, [identity])
                assert any(f" {key} " in breach for breach in dated_ahead()), key
