"""The ledger against a small model: any order of posts, repeats, conflicts and batches (F-13)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from svet.accounts.tests.factories import make_account
from svet.kernel.money import Money
from svet.ledger import operations, queries
from svet.ledger.rules import Book, LedgerConflict, Leg, NewTransaction, TransactionKind

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
keys = st.integers(1, 8).map(lambda number: f"k:{number}")
sums = st.integers(-50_000, 50_000).filter(bool)
places = st.integers(0, 2)


class Ledger(RuleBasedStateMachine):
    """``model`` is the whole truth: which key moved which account by how much."""

    accounts: list[int] = []
    provider_id = 0

    def __init__(self) -> None:
        super().__init__()
        self.mark = transaction.savepoint()
        self.model: dict[str, tuple[int, int]] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.mark)

    def made(self, key: str, place: int, kopecks: int) -> NewTransaction:
        legs = [
            Leg(Book.RECEIVABLE, self.accounts[place], Money(kopecks)),
            Leg(Book.REVENUE, None, Money(-kopecks)),
        ]
        return NewTransaction(key, TransactionKind.CHARGE, legs, NOW, date(2026, 11, 22), self.provider_id)

    @rule(key=keys, place=places, kopecks=sums)
    def post(self, key: str, place: int, kopecks: int) -> None:
        new = self.made(key, place, kopecks)
        known = self.model.get(key)
        try:
            with transaction.atomic():
                posted = operations.post(
                    key=key,
                    kind=new.kind,
                    legs=new.legs,
                    occurred_at=NOW,
                    effective_on=new.effective_on,
                    provider_id=self.provider_id,
                )
        except LedgerConflict:
            assert known not in (None, (place, kopecks))
        else:
            assert posted.fresh == (known is None)
            assert known in (None, (place, kopecks))
            self.model[key] = (place, kopecks)

    @rule(batch=st.lists(st.tuples(keys, places, sums), max_size=6))
    def post_many(self, batch: list[tuple[str, int, int]]) -> None:
        after = dict(self.model)
        fits = all(
            after.setdefault(key, (place, kopecks)) == (place, kopecks) for key, place, kopecks in batch
        )
        try:
            with transaction.atomic():
                operations.post_many([self.made(*item) for item in batch])
        except LedgerConflict:
            assert not fits
        else:
            assert fits
            self.model = after

    @rule(key=keys)
    def repeat(self, key: str) -> None:
        if key in self.model:
            self.post(key, *self.model[key])

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        expected = dict.fromkeys(self.accounts, 0)
        for place, kopecks in self.model.values():
            expected[self.accounts[place]] += kopecks
        found = queries.balances(self.accounts)
        assert {account: money.kopecks for account, money in found.items()} == expected

    @invariant()
    def every_kopeck_is_conserved(self) -> None:
        assert queries.broken() == []


@pytest.mark.django_db
def test_ledger_behaves_like_its_model() -> None:
    accounts = [make_account() for _ in range(3)]
    bound: dict[str, Any] = {
        "accounts": [account.pk for account in accounts],
        "provider_id": accounts[0].provider_id,
    }
    run_state_machine_as_test(
        type("BoundLedger", (Ledger,), bound),
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
