"""``svet verify --since`` looks at pieces of rows: at those with news at once, at the rest in turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from svet.accounts.tests.factories import make_account, make_provider
from svet.cli.verification import pieces, promises
from svet.cli.verification.workers import look_at
from svet.kernel.money import Money
from svet.ledger import operations
from svet.ledger.models import AccountBalance, Posting, Transaction
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.site.models import ProvedPiece

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PIECE = 2


@contextmanager
def unguarded() -> Iterator[None]:
    """What only the owner of the database can: triggers and foreign keys are silent."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def post(key: str, account_id: int, kopecks: int) -> int:
    """An act by hand, which no source of this test answers for: I-21 is not asked."""
    with transaction.atomic():
        return operations.post(
            key=key,
            kind=TransactionKind.CORRECTION,
            legs=[
                Leg(Book.RECEIVABLE, account_id, Money(kopecks)),
                Leg(Book.REVENUE, None, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=date(2026, 11, 1),
            provider_id=make_provider().pk,
        ).id


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of two keys, of transactions and balances alone; other promises have tests of their own."""
    monkeypatch.setattr("svet.kernel.pieces.PIECE", PIECE)
    asked = ("I-1", "I-23")
    only = [
        replace(kind, checks={number: path for number, path in kind.checks.items() if number in asked})
        for kind in pieces.KINDS
        if kind.name in ("transactions", "balances")
    ]
    monkeypatch.setattr(pieces, "KINDS", only)
    monkeypatch.setattr(promises, "PROMISES", [each for each in promises.PROMISES if each.number in asked])


@pytest.fixture
def made() -> list[int]:
    """Twenty accounts with a movement each, proved whole."""
    found = [post(f"act:{no}", make_account().pk, 100 + no) for no in range(20)]
    assert verify(since=False) == {}
    return found


def verify(*, since: bool = True, again: int = 1, now: datetime = NOW) -> dict[str, tuple[str, ...]]:
    """The promises that are broken."""
    found = promises.verify(now=now, since=since, again=again)
    return {each.promise.number: each.breaches for each in found if each.breaches}


@contextmanager
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The pieces of transactions that are looked at inside."""
    looked: list[int] = []

    def noted(checks: dict[str, tuple[str, ...]], some: list[int]) -> object:
        looked.extend(some if "I-23" in checks else ())
        return look_at(checks, some)

    with monkeypatch.context() as patch:
        patch.setattr(pieces, "look_at", noted)
        yield looked


def test_of_what_is_proved_a_share_is_looked_at_in_turn(
    made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {identity // PIECE for identity in made}
    looked = set()
    for _ in every:
        with seen(monkeypatch) as now:
            assert verify() == {}
        assert len(now) == 1  # one of twenty accounts is a share of 5 %, at least one piece
        looked |= {*now}
    assert looked == every
    with seen(monkeypatch) as now:
        assert verify(again=10) == {}
    assert len(now) == (len(every) + 1) // 2


def test_what_was_changed_is_told_at_its_turn_and_then_each_time_until_it_is_mended(made: list[int]) -> None:
    legs = Posting.objects.filter(transaction_id=made[-1], book=Book.REVENUE.value)
    with unguarded():
        legs.update(kopecks=1)
    nights = 0
    while not verify():
        nights += 1
    assert 0 < nights <= len(made) // PIECE
    for _ in range(3):
        assert [*verify()] == ["I-1"]
    with unguarded():
        legs.update(kopecks=-119)
    assert verify() == {}
    assert not ProvedPiece.objects.filter(broken=True).exists()


def test_a_new_fault_is_told_at_once(made: list[int]) -> None:
    new = post("act:new", make_account().pk, 500)
    with unguarded():
        Posting.objects.filter(transaction_id=new, book=Book.REVENUE.value).update(kopecks=1)
    assert [*verify()] == ["I-1"]


def test_a_row_with_an_old_key_is_new(made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transaction took the key, others took theirs and were proved, then it was committed."""
    middle = made[9]
    row, legs = Transaction.objects.get(pk=middle), [*Posting.objects.filter(transaction_id=middle)]
    with unguarded():
        Posting.objects.filter(transaction_id=middle).delete()
        Transaction.objects.filter(pk=middle).delete()
        AccountBalance.objects.filter(account_id__in=[leg.account_id for leg in legs]).delete()
        assert verify(since=False) == {}
        for leg in legs:
            leg.kopecks *= 2 if leg.account_id is None else 1
        row.save(force_insert=True)
        Posting.objects.bulk_create(legs)
    with seen(monkeypatch) as now:
        assert [*verify()] == ["I-1"]
    assert middle // PIECE in now
    assert [*verify()] == ["I-1"]


def test_where_rows_are_gone_everything_is_looked_at(
    made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is where an older copy of the rows was put beside newer notes."""
    with unguarded():
        Posting.objects.filter(transaction_id__in=made[-4:]).delete()
        Transaction.objects.filter(pk__in=made[-4:]).delete()
    with seen(monkeypatch) as now:
        assert [*verify()] == ["I-1"]  # the balances of their accounts are still there
    assert {*now} >= {identity // PIECE for identity in made[:-4]}
    assert [*verify()] == ["I-1"]


def test_who_is_killed_between_has_noted_what_was_looked_at(
    made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ProvedPiece.objects.all().delete()
    monkeypatch.setattr(pieces, "_AT_ONCE", 3)
    calls = 0

    def killed(checks: dict[str, tuple[str, ...]], some: list[int]) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return look_at(checks, some)

    with monkeypatch.context() as patch:
        patch.setattr(pieces, "look_at", killed)
        with pytest.raises(KeyboardInterrupt):
            verify()
    noted = ProvedPiece.objects.filter(name="transactions").count()
    assert noted == 6
    with seen(monkeypatch) as now:
        assert verify() == {}
    every = {identity // PIECE for identity in made}
    assert len(now) == len(every) - 6 + 1


def test_a_fault_found_by_the_whole_makes_the_next_look_at_every_piece(made: list[int]) -> None:
    legs = Posting.objects.filter(transaction_id=made[-1], book=Book.REVENUE.value)
    with unguarded():
        legs.update(kopecks=1)
    assert [*verify(since=False)] == ["I-1"]
    assert [*verify()] == ["I-1"]
    with unguarded():
        legs.update(kopecks=-119)
    assert verify() == {}


def test_a_clock_that_was_put_back_changes_nothing(made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    looked = set()
    for year in range(10):
        with seen(monkeypatch) as now:
            assert verify(now=NOW.replace(year=2026 - year)) == {}
        looked |= {*now}
    assert len(looked) == 10


def test_a_copy_is_looked_at_whole_and_keeps_no_notes(
    made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "is_copy", lambda: True)
    monkeypatch.setattr("svet.cli.verification.proving.is_copy", lambda: True)
    before = [*ProvedPiece.objects.order_by("pk").values_list()]
    with unguarded():
        Posting.objects.filter(transaction_id=made[-1], book=Book.REVENUE.value).update(kopecks=1)
    assert [*verify()] == ["I-1"]
    assert [*ProvedPiece.objects.order_by("pk").values_list()] == before
