"""What one process of ``bench.money`` does: an act again and again, or once, or the bare side of a batch.

python -m bench.money_acts ACT SECONDS PLACE | one ACT | prepare
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import psycopg

from bench.requests import BATCH, HELD, METERS

NOW, TODAY = datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 11, 20)
#: The account that everybody pays, and the one whose payment is listened to.
HOT, SAMPLE = 1, 8


class Acts:
    """The program in this process; the bank answers out of it at once."""

    def __init__(self) -> None:
        import django

        django.setup()
        from django.db import connection

        from svet.gateways import acquiring
        from svet.gateways.acquiring.port import PATIENT, BankOrder, BankPage

        real = acquiring.gateway()

        class QuickBank:
            """Makes a page of every order, and reads its messages as ever."""

            read_callback = real.read_callback
            capabilities = real.capabilities

            def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
                return BankPage(f"ref-{order.order_id}", f"https://bank.example/{order.order_id}")

        bank: Any = QuickBank()
        acquiring.gateway = lambda: bank
        connection.ensure_connection()

    def prepare(self) -> None:
        """Requisites to pay to, one order to be told of, and a balance of every account."""
        from svet.accounts.models import Provider

        Provider.objects.update(
            legal_name="ООО «Пример»", inn="7450000001", kpp="745000001", bank_name="Банк «Пример»",
            settlement_account="40702810000000000001", bic="047500001",
            correspondent_account="30101810000000000001",
        )  # fmt: skip
        self.order(SAMPLE)
        self._post_many(range(1, METERS + 1))

    def order(self, number: int) -> int:
        """«Оплатить» for account ``number`` by who holds it."""
        from django.utils import timezone

        from svet.kernel.actors import Actor
        from svet.kernel.money import Money
        from svet.payments import operations

        operations.begin_payment(
            by=Actor.person(self._first_person + (number - 1) // HELD),
            wanted=operations.OrderRequest(
                lines=[(f"a0000000{10_000_000 + number}", Money(123_45))],
                key=uuid4(),
                expected_total=Money(123_45),
                return_url_base="http://bench",
                receipt_email="bench@example.ru",
            ),
            now=timezone.now(),
        )
        return 1

    def callback(self, number: int) -> int:
        """The bank tells that the first order was paid."""
        from django.utils import timezone

        from svet.payments import operations

        operations.take_callback(raw=self._news, address="127.0.0.1", now=timezone.now())
        return 1

    def posting(self, number: int) -> int:
        """A payment of one account."""
        from svet.kernel.transactions import use_case
        from svet.ledger import operations as ledger

        each = self._payment(number)
        with use_case():
            ledger.post(
                key=each.key, kind=each.kind, legs=each.legs, occurred_at=each.occurred_at,
                effective_on=each.effective_on, provider_id=each.provider_id, memo=each.memo,
            )  # fmt: skip
        return 1

    def hot_posting(self, number: int) -> int:
        """A payment of the one account that everybody pays."""
        return self.posting(HOT)

    def batch(self, number: int) -> int:
        """Payments of as many accounts as a batch has."""
        self._post_many(_chosen())
        return BATCH

    def _post_many(self, numbers: Sequence[int]) -> None:
        from svet.kernel.transactions import use_case
        from svet.ledger import operations as ledger

        with use_case():
            ledger.post_many([self._payment(number) for number in numbers])

    def _payment(self, number: int) -> Any:
        from svet.kernel.money import Money
        from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind

        legs = [
            Leg(Book.BANK, None, Money(123_45)),
            Leg(Book.RECEIVABLE, self._accounts + number, Money(-123_45)),
        ]
        return NewTransaction(
            f"bench-{uuid4()}", TransactionKind.PAYMENT, legs, NOW, TODAY, self._provider, ""
        )

    @cached_property
    def _accounts(self) -> int:
        from svet.accounts.models import Account

        return Account.objects.order_by("pk").values_list("pk", flat=True)[0] - 1

    @cached_property
    def _provider(self) -> int:
        from svet.accounts.models import Provider

        return Provider.objects.get().pk

    @cached_property
    def _first_person(self) -> int:
        from svet.people.models import Person

        return Person.objects.order_by("pk").values_list("pk", flat=True)[0]

    @cached_property
    def _news(self) -> bytes:
        from svet.payments.models import Order

        about = Order.objects.order_by("pk")[0]
        thing = (
            f'"id": "{about.bank_reference}", "status": "succeeded", "paid": true,'
            ' "amount": {"value": "123.45", "currency": "RUB"}, "recipient": {"account_id": "100500"},'
            f' "metadata": {{"order_id": "{about.public_id}"}}'
        )
        kind = '"type": "notification", "event": "payment.succeeded"'
        return f'{{{kind}, "object": {{{thing}}}}}'.encode()


class BareBatch:
    """A batch of the same payments by a driver alone: as the program's statements, or as rows only."""

    def __init__(self) -> None:
        self._connection = psycopg.connect(os.environ["SVET_DATABASE_URL"])
        ask = self._connection.execute
        ((self._accounts, self._provider),) = ask(
            "SELECT min(id) - 1, min(provider_id) FROM accounts_account"
        ).fetchall()
        for table in ("transaction", "posting"):
            ask(f"CREATE TABLE IF NOT EXISTS raw_ledger_{table} (LIKE ledger_{table} INCLUDING ALL)")
        self._connection.commit()
        self._seq = 10**9

    def statements(self, number: int) -> int:
        """The keys looked for, the transactions copied, the legs given to the database's function."""
        keys = [f"bench-{uuid4()}" for _ in range(BATCH)]
        self._connection.execute("SELECT key FROM ledger_transaction WHERE key = ANY(%s)", [keys]).fetchall()
        ids = self._ids("ledger_transaction", keys)
        accounts = [self._accounts + each for each in _chosen()]
        legs = [
            leg
            for identity, account in zip(ids, accounts, strict=True)
            for leg in ((identity, "bank", None, 123_45), (identity, "receivable", account, -123_45))
        ]
        self._connection.execute(
            "SELECT ledger_post(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[])",
            [list(column) for column in zip(*legs, strict=True)],
        )
        self._connection.commit()
        return BATCH

    def rows(self, number: int) -> int:
        """Transactions and postings copied into tables of the same shape."""
        ids = self._ids("raw_ledger_transaction", [f"bench-{uuid4()}" for _ in range(BATCH)])
        names = "transaction_id, book, account_id, kopecks, seq, balance_before, balance_after"
        cursor = self._connection.cursor()
        with cursor.copy(f"COPY raw_ledger_posting ({names}) FROM STDIN") as copy:
            for identity, each in zip(ids, _chosen(), strict=True):
                self._seq += 1
                account = self._accounts + each
                copy.write_row((identity, "bank", None, 123_45, None, None, None))
                copy.write_row((identity, "receivable", account, -123_45, self._seq, 0, -123_45))
        self._connection.commit()
        return BATCH

    def _ids(self, table: str, keys: Sequence[str]) -> list[int]:
        ids = self._connection.execute(
            "SELECT nextval('ledger_transaction_id_seq') FROM generate_series(1, %s)", [len(keys)]
        ).fetchall()
        names = "id, key, kind, occurred_at, effective_on, provider_id, memo"
        with self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for (identity,), key in zip(ids, keys, strict=True):
                copy.write_row((identity, key, "payment", NOW, TODAY, self._provider, ""))
        return [identity for (identity,) in ids]


def _chosen() -> list[int]:
    return random.sample(range(1, METERS + 1), BATCH)


def again_and_again(act: Callable[[int], int], seconds: float) -> float:
    """How much of it is done a second, after a second of warming up."""
    warm = time.perf_counter() + 1
    while time.perf_counter() < warm:
        act(random.randint(1, METERS))
    done, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        done += act(random.randint(1, METERS))
    return done / (time.perf_counter() - began)


def main(arguments: list[str]) -> None:
    """Do what is asked; the pace is the last line."""
    match arguments:
        case ["prepare"]:
            Acts().prepare()
            print(0)
        case ["one", act]:
            getattr(Acts(), act)(SAMPLE)
            print(0)
        case ["bare", kind, seconds]:
            print(again_and_again(getattr(BareBatch(), kind), float(seconds)))
        case [act, seconds]:
            print(again_and_again(getattr(Acts(), act), float(seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
