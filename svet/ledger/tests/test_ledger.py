"""Posting: balance, keys, append-only tables, turnovers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from svet.accounts.tests.factories import make_account, make_provider
from svet.kernel.money import Money
from svet.kernel.transactions import again_after_deadlock, use_case
from svet.ledger import operations, queries
from svet.ledger.models import Posting, Transaction
from svet.ledger.rules import (
    Book,
    LedgerConflict,
    LedgerRefused,
    Leg,
    NewTransaction,
    PostingReason,
    TransactionKind,
)
from svet.ledger.texts import explain

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def charge(account_id: int, kopecks: int) -> list[Leg]:
    return [
        Leg(Book.RECEIVABLE, account_id, Money(kopecks)),
        Leg(Book.REVENUE, None, Money(-kopecks)),
    ]


def payment(account_id: int, kopecks: int) -> list[Leg]:
    return [
        Leg(Book.BANK, None, Money(kopecks)),
        Leg(Book.RECEIVABLE, account_id, Money(-kopecks)),
    ]


def post(
    key: str, legs: Sequence[Leg], *, kind: TransactionKind = TransactionKind.CHARGE, on: date = TODAY
) -> operations.PostedTransaction:
    with transaction.atomic():
        return operations.post(
            key=key,
            kind=kind,
            legs=legs,
            occurred_at=NOW,
            effective_on=on,
            provider_id=make_provider().pk,
        )


def new(key: str, legs: Sequence[Leg]) -> NewTransaction:
    return NewTransaction(key, TransactionKind.CHARGE, legs, NOW, TODAY, make_provider().pk)


@pytest.mark.django_db
def test_balance_is_the_sum_of_postings() -> None:
    account, other = make_account(), make_account()
    post("charge:1", charge(account.pk, 66_445))
    post("pay:1", payment(account.pk, 100_000), kind=TransactionKind.PAYMENT)
    assert queries.balance(account.pk) == Money(-33_555)
    assert queries.balances([account.pk, other.pk]) == {account.pk: Money(-33_555), other.pk: Money(0)}
    assert queries.broken() == []


@pytest.mark.django_db
def test_same_key_is_posted_once() -> None:
    account = make_account()
    first = post("charge:1", charge(account.pk, 100))
    again = post("charge:1", list(reversed(charge(account.pk, 100))))
    assert (again.id, again.fresh) == (first.id, False)
    assert queries.balance(account.pk) == Money(100)
    assert queries.transaction_exists("charge:1")
    assert not queries.transaction_exists("charge:2")


@pytest.mark.django_db
def test_same_key_with_another_sum_is_refused() -> None:
    account = make_account()
    post("charge:1", charge(account.pk, 100))
    with pytest.raises(LedgerConflict) as refused:
        post("charge:1", charge(account.pk, 101))
    assert refused.value.reason is PostingReason.KEY_TAKEN
    assert "ничего не изменено" in explain(refused.value).lower()
    assert queries.balance(account.pk) == Money(100)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([], PostingReason.NO_LEGS),
        ([Leg(Book.BANK, None, Money(1))], PostingReason.UNBALANCED),
        ([Leg(Book.BANK, None, Money(0)), Leg(Book.CASH, None, Money(0))], PostingReason.ZERO_LEG),
        (
            [Leg(Book.BANK, None, Money(-1)), Leg(Book.RECEIVABLE, None, Money(1))],
            PostingReason.ACCOUNT_MISSING,
        ),
    ],
)
def test_legs_that_are_no_transaction_are_refused(legs: list[Leg], reason: PostingReason) -> None:
    with pytest.raises(LedgerRefused) as refused:
        post("x", legs)
    assert refused.value.reason is reason
    assert explain(refused.value)
    assert not Transaction.objects.exists()


@pytest.mark.django_db
def test_key_must_be_given() -> None:
    with pytest.raises(LedgerRefused):
        post("", charge(make_account().pk, 1))


@pytest.mark.django_db(transaction=True)
def test_posting_needs_an_open_transaction() -> None:
    with pytest.raises(RuntimeError):
        operations.post_many([])
    account = make_account()
    with pytest.raises(RuntimeError):
        operations.post(
            key="alone",
            kind=TransactionKind.CHARGE,
            legs=charge(account.pk, 1),
            occurred_at=NOW,
            effective_on=TODAY,
            provider_id=account.provider_id,
        )
    assert not Transaction.objects.exists()


@pytest.mark.django_db
def test_database_refuses_an_unbalanced_transaction_by_itself() -> None:
    made = Transaction.objects.create(
        key="x", kind="charge", occurred_at=NOW, effective_on=TODAY, provider=make_provider()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(transaction=made, book="bank", kopecks=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        operations.copy_postings([("y", "charge", NOW, TODAY, make_provider().pk, "")], [[("bank", None, 5)]])


@pytest.mark.django_db
def test_database_refuses_postings_of_no_transaction() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (transaction_id, book, kopecks)"
            " VALUES (-1, 'bank', 5), (-1, 'cash', -5)"
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET kopecks = kopecks + 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_transaction SET memo = 'x'",
        "DELETE FROM ledger_transaction",
    ],
)
def test_history_cannot_be_rewritten(statement: str) -> None:
    post("charge:1", charge(make_account().pk, 100))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_batch_is_posted_in_order_and_once() -> None:
    account = make_account()
    batch = [new(f"charge:{number}", charge(account.pk, number)) for number in range(1, 101)]
    with transaction.atomic():
        posted = operations.post_many(batch)
    assert [item.key for item in posted] == [item.key for item in batch]
    assert all(item.fresh for item in posted)
    with transaction.atomic():
        again = operations.post_many([*batch[50:], new("charge:101", charge(account.pk, 101)), batch[0]])
    assert [item.fresh for item in again] == [False] * 50 + [True, False]
    assert queries.balance(account.pk) == Money(sum(range(1, 102)))
    assert queries.broken() == []


@pytest.mark.django_db
def test_batch_with_a_taken_key_and_another_sum_is_refused_whole() -> None:
    account = make_account()
    post("charge:2", charge(account.pk, 2))
    with pytest.raises(LedgerConflict), transaction.atomic():
        operations.post_many([new("charge:1", charge(account.pk, 1)), new("charge:2", charge(account.pk, 3))])
    with pytest.raises(LedgerConflict), transaction.atomic():
        operations.post_many([new("charge:5", charge(account.pk, 1)), new("charge:5", charge(account.pk, 3))])
    assert queries.balance(account.pk) == Money(2)


@pytest.mark.django_db
def test_entries_of_days_stand_by_day_and_then_as_they_became_known() -> None:
    account = make_account()
    post("charge:1", charge(account.pk, 1000), on=date(2026, 10, 31))
    post("charge:2", charge(account.pk, 700), on=date(2026, 11, 30))
    post("refund:1", payment(account.pk, -100), kind=TransactionKind.REFUND, on=date(2026, 11, 2))
    post("pay:1", payment(account.pk, 400), kind=TransactionKind.PAYMENT, on=date(2026, 11, 2))
    post("pay:2", payment(account.pk, 5), kind=TransactionKind.PAYMENT, on=date(2026, 12, 1))
    found = queries.entries(account.pk, since=date(2026, 11, 1), until=date(2026, 12, 1))
    assert [entry.money.kopecks for entry in found] == [100, -400, 700]


def numbered(account_id: int) -> list[tuple[int | None, int, int | None, int | None]]:
    """(number, kopecks, balance before, balance after) of an account's debt, as they became known."""
    rows = Posting.objects.filter(account_id=account_id, book="receivable").order_by("pk")
    return list(rows.values_list("seq", "kopecks", "balance_before", "balance_after"))


@pytest.mark.django_db
def test_postings_are_numbered_in_the_order_in_which_they_become_known() -> None:
    account, other = make_account(), make_account()
    post("charge:1", charge(account.pk, 1000))
    two = [
        Leg(Book.RECEIVABLE, account.pk, Money(-300)),
        Leg(Book.RECEIVABLE, other.pk, Money(-50)),
        Leg(Book.RECEIVABLE, account.pk, Money(-1)),
        Leg(Book.BANK, None, Money(351)),
    ]
    post("pay:1", two, kind=TransactionKind.PAYMENT, on=date(2026, 1, 1))
    with transaction.atomic():
        operations.post_many([new("a", charge(account.pk, 7)), new("b", charge(other.pk, 9))])
    assert numbered(account.pk) == [
        (1, 1000, 0, 1000),
        (2, -300, 1000, 700),
        (3, -1, 700, 699),
        (4, 7, 699, 706),
    ]
    assert numbered(other.pk) == [(1, -50, 0, -50), (2, 9, -50, -41)]
    assert queries.standings([account.pk])[account.pk] == queries.Standing(4, Money(706))
    assert queries.broken() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    ["2, 1000, 900", "1, 0, -100", "3, 1000, 900", "2, 999, 899"],
    ids=[
        "its number is right, and taken from the balance",
        "number twice",
        "number left out",
        "other balance",
    ],
)
def test_database_refuses_a_posting_out_of_order(row: str) -> None:
    account = make_account()
    post("charge:1", charge(account.pk, 1000))
    made = Transaction.objects.create(
        key="x", kind="payment", occurred_at=NOW, effective_on=TODAY, provider=make_provider()
    )
    statement = (
        "INSERT INTO ledger_posting (transaction_id, book, account_id, kopecks, seq, balance_before,"
        f" balance_after) VALUES (%s, 'receivable', %s, -100, {row}),"
        " (%s, 'bank', NULL, 100, NULL, NULL, NULL)"
    )
    values = [made.pk, account.pk, made.pk]
    with transaction.atomic(), connection.cursor() as cursor:
        if row.startswith("2, 1000"):
            with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
                cursor.execute(statement, values)
            cursor.execute("UPDATE ledger_accountbalance SET last_seq = 2, kopecks = 900")
            cursor.execute(statement, values)
        else:
            with pytest.raises(IntegrityError):
                cursor.execute(statement, values)
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("corruption", "says"),
    [
        ("UPDATE ledger_accountbalance SET kopecks = kopecks + 1", "последняя строка"),
        ("UPDATE ledger_accountbalance SET last_seq = last_seq + 1", "последняя строка"),
        ("DELETE FROM ledger_posting WHERE transaction_id = {second}", "не продолжает"),
        ("UPDATE ledger_posting SET seq = 5 - seq WHERE seq IN (2, 3)", "не продолжает"),
        (
            "UPDATE ledger_posting SET balance_before = balance_before + 7, balance_after = balance_after + 7"
            " WHERE seq = 2",
            "не продолжает",
        ),
        ("DELETE FROM ledger_posting WHERE transaction_id = {last}", "последняя строка"),
    ],
)
def test_broken_orders_are_found(corruption: str, says: str) -> None:
    account = make_account()
    made = [post(f"charge:{number}", charge(account.pk, number)) for number in (1, 2, 3)]
    assert queries.broken() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX ledger_posting_in_order")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(corruption.format(second=made[1].id, last=made[2].id))
    assert any(says in breach for breach in queries.broken())


@pytest.mark.django_db(transaction=True)
def test_twenty_sides_post_on_one_account_and_nobody_loses_a_number() -> None:
    accounts = [make_account() for _ in range(3)]
    provider_id = accounts[0].provider_id
    barrier = threading.Barrier(20)

    def work(place: int) -> None:
        barrier.wait()
        # Everybody names the accounts in another order: locks are taken in one.
        order = [accounts[(place + step) % 3].pk for step in range(3)]
        batch = [
            NewTransaction(
                f"{place}:{each}", TransactionKind.CHARGE, charge(each, place + 1), NOW, TODAY, provider_id
            )
            for each in order
        ]
        try:
            with use_case():
                operations.post_many(batch)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for account in accounts:
        found = numbered(account.pk)
        assert sorted(row[0] or 0 for row in found) == list(range(1, 21))
        assert queries.balance(account.pk) == Money(sum(range(1, 21)))
    assert queries.broken() == []


@pytest.mark.django_db
def test_breaches_are_found() -> None:
    account = make_account()
    post("charge:1", charge(account.pk, 1000))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_posting SET kopecks = kopecks + 1 WHERE book = 'revenue'")
    Transaction.objects.create(
        key="hollow", kind="charge", occurred_at=NOW, effective_on=TODAY, provider=make_provider()
    )
    breaches = queries.broken()
    assert len(breaches) == 3
    assert "charge:1" in breaches[0]
    assert "hollow" in breaches[2]


@pytest.mark.django_db(transaction=True)
def test_parallel_posts_of_one_key_make_one_transaction() -> None:
    account = make_account()
    provider_id = account.provider_id
    barrier = threading.Barrier(6)
    results: list[operations.PostedTransaction] = []

    def work() -> None:
        barrier.wait()
        try:
            with use_case():
                posted = operations.post(
                    key="pay:1",
                    kind=TransactionKind.PAYMENT,
                    legs=payment(account.pk, 30_000),
                    occurred_at=NOW,
                    effective_on=TODAY,
                    provider_id=provider_id,
                )
            results.append(posted)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert sum(result.fresh for result in results) == 1
    assert len({result.id for result in results}) == 1
    assert queries.balance(account.pk) == Money(-30_000)


@pytest.mark.django_db(transaction=True)
def test_two_that_wait_for_each_other_are_both_done() -> None:
    first, second = make_account().pk, make_account().pk
    provider_id = make_provider().pk
    barrier = threading.Barrier(2)
    tries: list[str] = []

    @again_after_deadlock
    def twice(name: str, order: tuple[int, int]) -> None:
        tries.append(name)
        with use_case():
            for account_id in order:
                operations.post(
                    key=f"{name}:{account_id}",
                    kind=TransactionKind.CHARGE,
                    legs=charge(account_id, 100),
                    occurred_at=NOW,
                    effective_on=TODAY,
                    provider_id=provider_id,
                )
                if tries.count(name) == 1 and account_id == order[0]:
                    barrier.wait()

    def work(name: str, order: tuple[int, int]) -> None:
        try:
            twice(name, order)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=("there", (first, second))),
        threading.Thread(target=work, args=("back", (second, first))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(tries) == {"back", "there"}
    assert len(tries) > 2, "one of them was ended by the database"
    assert [row[0] for row in numbered(first)] == [row[0] for row in numbered(second)] == [1, 2]
    assert queries.broken() == []


@pytest.mark.django_db
def test_a_batch_of_more_than_one_statement_is_one_chain() -> None:
    account, other = make_account(), make_account()
    with mock.patch.object(operations, "MOST_LEGS", 4), transaction.atomic():
        operations.post_many(
            [new(f"charge:{place}", charge((account, other)[place % 2].pk, place + 1)) for place in range(9)]
        )
    assert [row[0] for row in numbered(account.pk)] == [1, 2, 3, 4, 5]
    assert queries.balance(other.pk) == Money(2 + 4 + 6 + 8)
    assert queries.broken() == []
