"""A payment of more lines than one document holds: several documents, each whole, together the money."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from itertools import chain
from types import SimpleNamespace

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt, ReceiptLine
from svet.fiscal.operations import correcting, documents, steps
from svet.fiscal.rules.corrections import CorrectionBasis
from svet.fiscal.rules.cutting import LineToPlace, document_name, documents_of, movement_of
from svet.fiscal.rules.lines import REST
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.rules.vat import RATES
from svet.fiscal.tests.conftest import SYSTEM
from svet.fiscal.tests.test_lost_disputes import dispute, say
from svet.fiscal.tests.test_receipts import give_back, pay, work
from svet.fiscal.tests.test_streams import post
from svet.fiscal.texts import line_name
from svet.gateways.fiscal import limits
from svet.kernel.services import Service
from svet.ledger.rules import TransactionKind
from svet.payments.models import Order, ReceiptDue
from svet.payments.queries.receipts import LONGEST_CONTACT
from svet.payments.rules import LIMITS
from svet.payments.rules.receipts import LostReceipts
from svet.payments.tests.factories import NOW, Family, StubBank, owe
from tests.till import RunningTill


class TestCutting:
    def test_nothing_is_lost_nothing_is_twice_and_no_document_is_too_long(self) -> None:
        dice = random.Random(202)
        for _ in range(500):
            most = dice.randrange(1, 12)
            accounts = [one for one in range(dice.randrange(1, 9)) for _ in range(dice.randrange(1, 15))]
            lines = [LineToPlace(at, one, dice.randrange(3)) for at, one in enumerate(accounts)]
            found = documents_of(lines, most=most)
            assert Counter(chain.from_iterable(found)) == Counter(lines)
            assert all(0 < len(document) <= most for document in found)
            assert all(len({line.after for line in document}) == 1 for document in found)
            assert documents_of(lines, most=most) == found
            # An account is in two documents only where it does not fit into one.
            for account, after in {(line.account_id, line.after) for line in lines}:
                own = sum(1 for line in lines if (line.account_id, line.after) == (account, after))
                places = sum(
                    1
                    for document in found
                    if (account, after) in {(line.account_id, line.after) for line in document}
                )
                assert places == 1 or own > most
                assert places <= -(-own // most)

    def test_what_fits_is_one_document_in_its_order(self) -> None:
        lines = [LineToPlace(at, at // 2) for at in range(100)]
        assert documents_of(lines, most=100) == [lines]
        assert [len(one) for one in documents_of([*lines, LineToPlace(100, 50)], most=100)] == [100, 1]

    @pytest.mark.parametrize(
        "movement", ["pay:abc", "refund:2/x:doc", "refund:x" + REST, "offset:1:2:2026-11"]
    )
    def test_a_document_tells_its_movement(self, movement: str) -> None:
        names = [document_name(movement, no) for no in range(1, 12)]
        assert names[0] == movement
        assert len(set(names)) == len(names)
        assert {movement_of(name) for name in names} == {movement}
        assert all(name.endswith(REST) == movement.endswith(REST) for name in names)


def test_the_bounds_of_a_document_hold_whatever_is_paid() -> None:
    longest = "9" * (Account._meta.get_field("number").max_length or 0)
    kinds = documents._METHODS
    named = [line_name(kind, longest, service) for kind in kinds for service in Service]
    assert max(map(len, named)) <= limits.LONGEST_NAME
    assert ReceiptLine._meta.get_field("name").max_length == limits.LONGEST_NAME
    assert LIMITS.total_max <= limits.DEAREST
    assert LONGEST_CONTACT == limits.LONGEST_CONTACT == Receipt._meta.get_field("contact").max_length
    # Each rate settled and as an advance, and none.
    assert 2 * len(RATES) + 1 <= limits.MOST_RATES


def crowd(family: Family, count: int) -> list[Account]:
    """Accounts that owe consumption of two rates, a work and a penalty: with an advance five lines each."""
    accounts = [family.first, family.second]
    for _ in range(count - 2):
        account = make_account(provider=family.first.provider)
        make_link(person=family.anna, account=account, confirmed=True)
        owe(account, 40_00)
        accounts.append(account)
    for no, account in enumerate(accounts):
        post(account, TransactionKind.CHARGE, 11_00 + no, date(2025, 12, 31), f"old-{no}")
        post(account, TransactionKind.FEE, 5_00, date(2026, 10, 10), f"fee-{no}")
        post(account, TransactionKind.PENALTY, 2_00, date(2026, 10, 31), f"penalty-{no}")
    return accounts


def sums(kind: ReceiptKind) -> list[int]:
    return [one.kopecks for one in Receipt.objects.filter(kind=kind.value).order_by("pk")]


def of_accounts(kind: ReceiptKind) -> dict[int, int]:
    """A second count: by account what receipts of a kind say, line by line."""
    found: Counter[int] = Counter()
    for line in ReceiptLine.objects.filter(receipt__kind=kind.value):
        found[line.account_id] += line.kopecks
    return dict(found)


def test_fifty_accounts_are_documents_of_a_hundred_lines_that_the_till_takes(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    accounts = crowd(ours, LIMITS.lines_max)
    paid = [(account, 400_00) for account in accounts]
    order = pay(ours, bank, *paid)
    work(till)
    work(till, 1)
    sold = till.till.documents()
    assert [len(one["receipt"]["items"]) for one in sold] == [100, 100, 50]
    assert sum(int(float(one["receipt"]["total"]) * 100) for one in sold) == 50 * 400_00
    for one in sold:
        assert [payment["sum"] for payment in one["receipt"]["payments"]] == [one["receipt"]["total"]]
    assert set(Receipt.objects.values_list("state", flat=True)) == {ReceiptState.DONE}
    assert of_accounts(ReceiptKind.SELL) == {account.pk: 400_00 for account in accounts}
    assert [one.money.kopecks for one in queries.receipts_of_payment(order.public_id)] == sums(
        ReceiptKind.SELL
    )
    assert queries.broken() == []


class TestSeveralDocuments:
    """Three accounts of five lines each, ten lines a document."""

    @pytest.fixture
    def order(
        self, ours: Family, bank: StubBank, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> Order:
        monkeypatch.setattr(steps, "MOST_ITEMS", 10)
        made = pay(ours, bank, *[(account, 400_00) for account in crowd(ours, 3)])
        work(till)
        assert sums(ReceiptKind.SELL) == [800_00, 400_00]
        return made

    def test_made_again_they_are_the_same_documents(self, order: Order, till: RunningTill) -> None:
        before = list(Receipt.objects.order_by("pk").values_list("external_id", "source", "kopecks"))
        assert [source for _, source, _ in before] == [order.ledger_key, f"{order.ledger_key}:doc2"]
        # A copy was put back in which nothing of them is known.
        ReceiptLine.objects.all().delete()
        Receipt.objects.all().delete()
        ReceiptDue.objects.update(taken_at=None)
        work(till, 1)
        work(till, 2)
        again = list(Receipt.objects.order_by("pk").values_list("external_id", "source", "kopecks"))
        assert again == before
        assert len(till.till.documents()) == 2
        assert set(Receipt.objects.values_list("state", flat=True)) == {ReceiptState.DONE}

    def test_money_that_goes_back_mirrors_them(
        self, order: Order, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        work(till, 1)
        give_back(order, bank, 1200_00)
        work(till, 2)
        work(till, 3)
        assert sums(ReceiptKind.REFUND) == [800_00, 400_00]
        for back in Receipt.objects.filter(kind=ReceiptKind.REFUND.value):
            assert len({line.of.receipt_id for line in back.lines.all() if line.of}) == 1
        assert {one.state for one in Receipt.objects.all()} == {ReceiptState.DONE}
        assert queries.broken() == []

    def test_a_lost_dispute_mirrors_them_too_with_what_became_of_an_advance(
        self, order: Order, ours: Family, till: RunningTill
    ) -> None:
        say(LostReceipts.CASHBOX)
        work(till, 1)
        owe(ours.second, 400_00)
        operations.offset_advances(now=NOW)
        dispute(order, 1200_00)
        for minutes in (60, 61, 62):
            work(till, minutes)
        # The offset of an advance is taken back beside the lines of the sale that the advance stands in.
        assert sums(ReceiptKind.REFUND) == [800_00, 400_00]
        assert {one.state for one in Receipt.objects.all()} == {ReceiptState.DONE}
        assert queries.broken() == []

    def test_a_correction_of_one_is_as_large_a_decision_as_the_payment(
        self, order: Order, ours: Family, till: RunningTill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Receipt.objects.update(state=ReceiptState.FAILED.value, reason=ReceiptReason.FAILED.value)
        monkeypatch.setattr(correcting, "rules_for", lambda *_: SimpleNamespace(decision_kopecks=1000_00))
        second = Receipt.objects.order_by("pk")[1]
        assert operations.correct_receipt(
            public_id=second.public_id,
            basis=CorrectionBasis.SELF,
            number="СЗ-7",
            day=NOW.date(),
            looked=True,
            by=SYSTEM,
            now=NOW,
        )

    def test_one_that_was_closed_holds_up_only_what_hangs_on_it(
        self, order: Order, bank: StubBank, till: RunningTill
    ) -> None:
        first, second = Receipt.objects.order_by("pk")
        Receipt.objects.filter(pk=second.pk).update(kopecks=400_01)
        work(till, 1)
        Receipt.objects.filter(pk=second.pk).update(kopecks=400_00)
        operations.close_receipt(
            public_id=second.public_id,
            document="17",
            why="Пробит иначе",
            by=SYSTEM,
            now=till.now,
        )
        give_back(order, bank, 1200_00)
        work(till, 2)
        work(till, 3)
        back = Receipt.objects.filter(kind=ReceiptKind.REFUND.value).order_by("pk")
        assert [one.state for one in back] == [ReceiptState.DONE, ReceiptState.FAILED]
        assert first.state == ReceiptState.SENT
        assert queries.broken() == []
