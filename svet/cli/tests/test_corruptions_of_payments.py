"""Corruptions of what the bank took and gave back: ``svet verify`` names each by its promise.

Planted like those of ``test_corruptions``: with triggers and foreign keys silent, and taken back.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from svet.accounts.models import Account
from svet.cli.tests.test_corruptions import breached, in_pieces
from svet.cli.verification.pieces import BY_PIECES
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.operations import giving_back
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, StubBank, make_family, make_order
from svet.payments.tests.test_between_suppliers import make_two_of, posted

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)

_ORDER = "(SELECT min(id) FROM payments_order WHERE state = '{}')"
_CREDITED, _REVIEW = _ORDER.format("credited"), _ORDER.format("review")
_LOOSE = (
    "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_numbered; DROP INDEX ledger_posting_in_order;"
)


def transactions(kind: str) -> str:
    """The oldest ledger transaction whose key begins so."""
    return f"(SELECT min(id) FROM ledger_transaction WHERE key LIKE '{kind}:%')"


def deleted(kind: str) -> str:
    found = transactions(kind)
    return (
        f"DELETE FROM ledger_posting WHERE transaction_id = {found};"
        f"DELETE FROM ledger_transaction WHERE id = {found}"
    )


def grown(kind: str) -> str:
    """Every leg of it a tenth more: the transaction still balances."""
    return (
        f"{_LOOSE} UPDATE ledger_posting SET kopecks = kopecks + kopecks / 10"
        f" WHERE transaction_id = {transactions(kind)}"
    )


_OTHER_SIDE = (
    "DELETE FROM ledger_posting WHERE transaction_id IN"
    " (SELECT id FROM ledger_transaction WHERE key LIKE 'act:%:to');"
    "DELETE FROM ledger_transaction WHERE key LIKE 'act:%:to'"
)

#: What is done → the promise that must say so (others may).
CORRUPTIONS = {
    "order set to paid and credited": (
        "UPDATE payments_order SET state = 'credited', taken_kopecks = total_kopecks, credited_at = paid_at"
        f" WHERE id = {_REVIEW}", "I-2"),
    "sum of a card payment and of its lines": (
        f"UPDATE payments_order SET taken_kopecks = taken_kopecks + 100 WHERE id = {_CREDITED};"
        "UPDATE payments_orderline SET credited_kopecks = credited_kopecks + 100"
        f" WHERE order_id = {_CREDITED}", "I-20"),
    "card payment with all its legs": (grown("pay"), "I-20"),
    "card payment deleted": (deleted("pay"), "I-20"),
    "day of a card payment a year off": (
        "UPDATE ledger_transaction SET effective_on = effective_on - 365"
        f" WHERE id = {transactions('pay')}", "I-20"),
    "moment of a card payment": (
        f"UPDATE payments_order SET paid_at = paid_at - interval '1 day' WHERE id = {_CREDITED}", "I-20"),
    "refund with all its legs": (grown("refund"), "I-20"),
    "refund deleted from the ledger": (deleted("refund"), "I-20"),
    "refund forgotten": ("DELETE FROM payments_refundline; DELETE FROM payments_paymentrefund", "I-5"),
    "refund set to done": (
        "INSERT INTO payments_paymentrefund (order_id, state, reference, key, kopecks, known_at, refunded_at,"
        f" posted_at, by, note) SELECT {_CREDITED}, 'done', 'invented', '', 100, known_at, refunded_at,"
        " posted_at, by, note FROM payments_paymentrefund WHERE posted_at IS NOT NULL LIMIT 1", "I-20"),
    "day of a refund a year off": (
        "UPDATE ledger_transaction SET effective_on = effective_on - 365"
        f" WHERE id = {transactions('refund')}", "I-20"),
    "suspense of an order with all its legs": (grown("held"), "I-20"),
    "suspense of an order deleted": (deleted("held"), "I-20"),
    "what an order holds in suspense": (
        f"UPDATE payments_order SET held_kopecks = held_kopecks + 1 WHERE id = {_REVIEW}", "I-21"),
    "money of an order forgotten": (
        "UPDATE payments_order SET held_kopecks = 0, held_for_id = NULL, taken_kopecks = NULL"
        f" WHERE id = {_REVIEW}", "I-20"),
    "suspense of a decided order": (
        "UPDATE payments_order SET state = 'canceled' WHERE state = 'review'", "I-20"),
    "suspense of another provider": (
        f"UPDATE payments_order SET held_for_id = held_for_id + 1 WHERE id = {_REVIEW}", "I-21"),
    "suspense without an order": (
        "UPDATE ledger_transaction SET key = 'held:nobody0000000000'"
        f" WHERE id = {transactions('held')}", "I-21"),
    "line of a refund moved to another account": (
        f"{_LOOSE} UPDATE ledger_posting SET account_id = account_id + 1 WHERE account_id IS NOT NULL"
        f" AND transaction_id = {transactions('refund-off')}", "I-5"),
    "refund of the accounts deleted from the ledger": (deleted("refund-off"), "I-21"),
    "reserve with all its legs": (grown("reserve"), "I-5"),
    "reserve deleted from the ledger": (deleted("reserve"), "I-5"),
    "undoing of a reserve deleted from the ledger": (deleted("unreserve"), "I-5"),
    "reserve under the key of nobody": (
        f"UPDATE ledger_transaction SET key = 'reserve:nobody' WHERE id = {transactions('reserve')}", "I-5"),
    "reserve moved to another account": (
        f"{_LOOSE} UPDATE ledger_posting SET account_id = account_id + 1 WHERE account_id IS NOT NULL"
        f" AND transaction_id = {transactions('reserve')}", "I-5"),
    "reserved refund set to done": (
        "UPDATE payments_paymentrefund SET state = 'done', reference = 'x', refunded_at = reserved_at,"
        " posted_at = reserved_at WHERE state = 'approved'", "I-20"),
    "reserved refund set to refused": (
        "UPDATE payments_paymentrefund SET state = 'refused' WHERE state = 'approved'", "I-5"),
    "refused refund set on its way": (
        "UPDATE payments_paymentrefund SET state = 'unknown' WHERE state = 'withdrawn'", "I-5"),
    "sum of a reserved refund": (
        "UPDATE payments_paymentrefund SET kopecks = kopecks + 1 WHERE state = 'approved'", "I-5"),
    "line of a reserved refund deleted": (
        "DELETE FROM payments_refundline WHERE refund_id IN"
        " (SELECT id FROM payments_paymentrefund WHERE state = 'approved')", "I-5"),
    "reserved refund that nobody asks the bank about": (
        "UPDATE payments_paymentrefund SET next_look_at = NULL WHERE state = 'approved'", "I-5"),
    "second signature that is missing": (
        "UPDATE payments_refundrequest SET by_two = true", "I-5"),
    "request of a refund forgotten": ("DELETE FROM payments_refundrequest", "I-5"),
    "books of the one supplier about the other deleted": (deleted("act"), "I-20"),
    "books of the other supplier about the one deleted": (_OTHER_SIDE, "I-20"),
    "one side of a transfer between suppliers with all its legs": (grown("act"), "I-20"),
    "one side moved to another supplier": (
        "UPDATE ledger_transaction SET provider_id = (SELECT min(provider_id) FROM ledger_transaction"
        " WHERE key LIKE 'pay:%') WHERE key LIKE 'act:%:to'", "I-20"),
    "one side of another day": (
        "UPDATE ledger_transaction SET effective_on = effective_on - 1 WHERE key LIKE 'act:%:to'", "I-20"),
    "one side between other books": (
        f"UPDATE ledger_posting SET book = 'revenue' WHERE book = 'interco'"
        f" AND transaction_id = {transactions('act')}", "I-20"),
    "book between suppliers in another payment": (
        f"UPDATE ledger_posting SET book = 'interco' WHERE book = 'bank'"
        f" AND transaction_id = {transactions('pay')}", "I-20"),
    "act between suppliers not posted": (
        "UPDATE payments_moneyact SET state = 'refused' WHERE kind = 'interco'", "I-21"),
    "sum of an act between suppliers": (
        "UPDATE payments_moneyact SET kopecks = kopecks + 1 WHERE kind = 'interco'", "I-20"),
    "task to send money deleted": ("DELETE FROM payments_moneysending", "I-20"),
    "sum of the money to be sent": ("UPDATE payments_moneysending SET kopecks = kopecks + 1", "I-20"),
    "money to be sent the other way": (
        "UPDATE payments_moneysending SET from_provider_id = to_provider_id,"
        " to_provider_id = from_provider_id", "I-20"),
    "task to send money dropped without an undoing": (
        "UPDATE payments_moneysending SET state = 'dropped'", "I-20"),
}  # fmt: skip


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that ended in every way: credited, given back in part, held, held and decided both ways."""
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    family = make_family()
    olga = Actor.staff(family.vera.pk, name="Ольга")
    made = []
    for amount in (335_38, 450_00, 451_00, 452_00):
        order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
        operations.send_to_bank(order_id=order.pk, now=NOW)
        bank.pay(order, amount=Money(amount))
        operations.settle(order_id=order.pk, now=LATER, by="test")
        made.append(order)
    plain, held, put, back = made
    bank.give_back(held, 50_00)
    bank.give_back(put, 50_00)
    bank.give_back(plain, 35_38)
    for order in made:
        operations.settle(order_id=order.pk, now=LATER, by="test")
    operations.credit_reviewed(order_public_id=put.public_id, by=olga, now=LATER, comment="сверено")
    operations.send_back(order_public_id=back.public_id, by=olga, now=LATER, comment="вернуть")
    give_some_back(plain, [(family.first, 50_00), (family.first, 60_00), (family.first, 70_00)], by=olga)
    posted(make_two_of(family))
    states = list(Order.objects.order_by("pk").values_list("state", flat=True))
    assert states == [OrderState.CREDITED, OrderState.REVIEW, OrderState.CREDITED, OrderState.RETURNED]


def give_some_back(order: Order, lines: list[tuple[Account, int]], *, by: Actor) -> None:
    """Refunds of ours: the first done, the second called back, the last still on its way."""
    for place, (account, kopecks) in enumerate(lines):
        new = NewRefund({account.public_id: kopecks}, "заявление")
        shown = giving_back.preview_refund(by=by, order_public_id=order.public_id, new=new, now=LATER).shown
        written = giving_back.write_refund(
            by=by, order_public_id=order.public_id, new=new, reason="ошибся", shown=shown, now=LATER
        )
        if place == 0:
            operations.look_at_asked_refunds(now=LATER)
        if place == 1:
            giving_back.withdraw_refund(
                by=by, refund_public_id=written.public_id, reason="передумал", now=LATER
            )


class _TakenBack(Exception):
    pass


def unnoticed(corruptions: dict[str, tuple[str, str]]) -> dict[str, object]:
    """Which of these the promise that must say so says nothing of, and what was found instead."""
    found: dict[str, object] = {}
    for name, (statements, promise) in corruptions.items():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET LOCAL session_replication_role = replica")
                    changed = 0
                    for statement in statements.split(";"):
                        cursor.execute(statement)
                        changed += max(cursor.rowcount, 0)
                assert changed, name
                said = breached()
                if promise not in said:
                    found[name] = said
                elif promise in BY_PIECES and promise not in in_pieces():
                    found[name] = "nothing is said where it is looked at in turn"
                raise _TakenBack
        except _TakenBack:
            pass
    return found


def test_every_corruption_of_payments_is_noticed_and_what_is_whole_is_not(paid: None) -> None:
    assert breached() == in_pieces() == {}
    assert unnoticed(CORRUPTIONS) == {}
    assert breached() == {}
