"""SIGKILL between any two statements: a child process dies there, then everybody knocks again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from svet.gateways.acquiring.wire import forget_silence
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger.models import Transaction
from svet.limits.models import Bucket
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import BankSilence, Order, PaymentRefund, RefundRequest, StateChange
from svet.payments.operations import giving_back
from svet.payments.operations.beginning import BegunPayment
from svet.payments.rules.errands import PRESSED_AGAIN_AFTER
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import BASE, NOW, StubBank, credited, make_family, make_order, paid_back
from svet.payments.tests.test_shops import BY, add_oka
from tests.bank import RunningBank, running_bank
from tests.kills import MOST, enough, killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]
LATER = NOW + timedelta(minutes=1)


def test_settling_killed_anywhere_credits_once(bank: StubBank) -> None:
    family = make_family()
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
        order = operations.send_to_bank(order_id=order.pk, now=NOW)
        bank.pay(order)

        def settle(order: Order = order) -> None:
            operations.settle(order_id=order.pk, now=LATER, by="kill")

        killed = killed_at(point, settle)
        kills += killed
        # All or nothing, whatever the moment.
        moved = credited(order)
        assert moved in (Money(0), Money(335_38))
        assert Notice.objects.filter(url__contains=order.public_id).count() == bool(moved)
        for _ in range(3):
            settle()
        operations.look_at_due_orders(now=LATER + timedelta(hours=1))
        assert credited(order) == Money(335_38)
        assert Transaction.objects.filter(key=order.ledger_key).count() == 1
        assert Delivery.objects.filter(event="receipt", body__contains=order.number).count() == 1
        assert StateChange.objects.filter(order=order, new=OrderState.CREDITED).count() == 1
        if not killed:
            break
    assert enough(kills, every=21, short=4), kills
    assert queries.broken() == []


def test_paying_killed_anywhere_makes_one_order_and_one_bank_order(tmp_path: Path, settings: Any) -> None:
    family = make_family()
    kills = 0
    with running_bank(tmp_path) as bank:
        settings.ACQUIRING_URL = bank.acquiring_url
        for point in range(1, MOST):
            Bucket.objects.all().delete()
            key = uuid4()

            def pay(key: Any = key, at: datetime = NOW) -> BegunPayment:
                return operations.begin_payment(
                    by=Actor.person(family.anna.pk),
                    wanted=operations.OrderRequest(
                        lines=[(family.first.public_id, Money(300_00))],
                        key=key,
                        expected_total=None,
                        return_url_base=BASE,
                    ),
                    now=at,
                )

            # Dies with the page, or as the job that the page waits for; presses after ten seconds find that.
            killed = killed_at(point, pay)
            kills += killed
            orders = [pay(), pay(at=NOW + PRESSED_AGAIN_AFTER), pay(at=NOW + PRESSED_AGAIN_AFTER)]
            assert len({order.public_id for order in orders}) == 1
            assert orders[1].state == OrderState.WAITING
            assert Order.objects.filter(key=key).count() == 1
            if not killed:
                break
        made = bank.events().count("payment.created")
    assert enough(kills, every=16, short=12), kills
    assert made == Order.objects.count()


def test_going_to_another_bank_killed_anywhere_begins_it_at_one_bank_only(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at the first bank; after the death it is back, and everybody knocks."""
    family = make_family()
    kills = 0
    monkeypatch.setenv("SVET_OKA_SHOP", "test_tbank")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with (
        running_bank(tmp_path / "first") as first,
        running_bank(tmp_path / "second", clock=lambda: NOW) as oka,
    ):
        add_oka(address=oka.tbank_shop)
        operations.stand_in(provider=family.first.provider.code, codes=["oka"], now=NOW, by=BY)
        for point in range(1, MOST):
            Bucket.objects.all().delete()
            BankSilence.objects.all().delete()
            order = make_order(person=family.anna, lines=[(family.first, 300_00)])

            def send(order: Order = order) -> None:
                forget_silence()
                operations.send_to_bank(order_id=order.pk, now=NOW)

            settings.ACQUIRING_URL = "yookassa+http://100500:test_sandbox@127.0.0.1:9/v3"
            killed = killed_at(point, send)
            kills += killed
            settings.ACQUIRING_URL = first.acquiring_url
            send()
            operations.settle(order_id=order.pk, now=LATER, by="kill")
            send()
            order.refresh_from_db()
            assert order.state == OrderState.WAITING
            here = [one for one in made(first) if one == order.public_id]
            there = [one for one in made(oka) if one == order.public_id]
            # T-Bank knows no keys: what a lost answer left there was taken back before the next.
            assert bool(here) != bool(there), (point, here, there)
            assert len(here) <= 1
            assert (order.shop is None) == bool(here)
            if not killed:
                break
    assert enough(kills, every=40, short=16), kills


def made(bank: RunningBank) -> list[str]:
    """Our numbers of the payments a bank has made."""
    entries = bank.journal.entries("bank", where=lambda entry: entry["event"] == "payment.created")
    things = [entry["object"] for entry in entries]
    return [str(thing.get("order_id") or thing["metadata"]["order_id"]) for thing in things]


@pytest.mark.parametrize("credited_before", [True, False])
def test_a_refund_beside_a_callback_killed_anywhere_is_taken_off_once(
    bank: StubBank, credited_before: bool
) -> None:
    family = make_family()
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
        order = operations.send_to_bank(order_id=order.pk, now=NOW)
        bank.pay(order)
        if credited_before:
            operations.settle(order_id=order.pk, now=LATER, by="kill")
        bank.give_back(order, 100_00)

        def settle(order: Order = order) -> None:
            operations.settle(order_id=order.pk, now=LATER, by="kill")

        killed = killed_at(point, settle)
        kills += killed
        moved = (credited(order), paid_back(order))
        assert moved in ((Money(0), Money(0)), (Money(335_38), Money(0)), (Money(335_38), Money(100_00)))
        told = Notice.objects.filter(event="payment_refunded", url__contains=order.public_id)
        assert told.count() == bool(moved[1])
        # The janitor alone is enough, though nobody knocks again.
        operations.look_at_due_orders(now=LATER + timedelta(hours=2))
        operations.look_for_refunds(now=LATER + timedelta(hours=2))
        for _ in range(2):
            settle()
        assert (credited(order), paid_back(order)) == (Money(335_38), Money(100_00))
        assert told.count() == 1
        if not killed:
            break
    assert enough(kills, every=21, short=4), kills
    assert queries.broken() == []


def test_sending_back_killed_anywhere_gives_the_money_once(tmp_path: Path, settings: Any) -> None:
    """With a bank that is another process: what it did is done, whatever became of us."""
    family = make_family()
    by = Actor.staff(family.vera.pk, name="Ольга")
    kills = 0
    with running_bank(tmp_path) as bank:
        settings.ACQUIRING_URL = bank.acquiring_url
        for point in range(1, MOST):
            Bucket.objects.all().delete()
            begun = operations.begin_payment(
                by=Actor.person(family.anna.pk),
                wanted=operations.OrderRequest(
                    lines=[(family.first.public_id, Money(300_00))],
                    key=uuid4(),
                    expected_total=None,
                    return_url_base=BASE,
                ),
                now=NOW,
            )
            order = Order.objects.get(public_id=begun.public_id)
            bank.type_card(order.bank_page_url)
            # Another sum was ordered than the bank took.
            order.lines.update(kopecks=299_00)
            Order.objects.filter(pk=order.pk).update(total_kopecks=299_00)
            operations.settle(order_id=order.pk, now=NOW, by="kill")
            order.refresh_from_db()
            assert order.state == OrderState.REVIEW

            def back(order: Order = order) -> None:
                operations.send_back(order_public_id=order.public_id, by=by, now=NOW, comment="вернуть")

            killed = killed_at(point, back)
            kills += killed
            for minutes in (2, 4):
                operations.look_at_asked_refunds(now=NOW + timedelta(minutes=minutes))
                operations.look_at_due_orders(now=NOW + timedelta(minutes=minutes))
            order.refresh_from_db()
            if order.state == OrderState.REVIEW:
                # It died before the intention was kept: nothing was given back, and it can be done again.
                assert not PaymentRefund.objects.filter(order=order).exists()
                back()
                order.refresh_from_db()
            assert (order.state, order.refunded_kopecks) == (OrderState.RETURNED, 300_00)
            made = [
                entry
                for entry in bank.journal.entries("bank")
                if entry["event"] == "refund.created"
                and entry["object"]["payment_id"] == order.bank_reference
            ]
            assert len(made) == 1
            if not killed:
                break
    assert enough(kills, every=16, short=18), kills
    assert queries.broken() == []


def test_giving_back_killed_anywhere_gives_the_money_once(tmp_path: Path, settings: Any) -> None:
    """Written, reserved, sent and confirmed: a process may die at every statement of it."""
    family = make_family()
    by = Actor.staff(family.vera.pk, name="Ольга")
    kills = 0
    with running_bank(tmp_path) as bank:
        settings.ACQUIRING_URL = bank.acquiring_url
        for point in range(1, MOST):
            Bucket.objects.all().delete()
            # Each refund alone, or the limit of one hand would be reached.
            RefundRequest.objects.update(written_at=NOW - timedelta(days=60))
            begun = operations.begin_payment(
                by=Actor.person(family.anna.pk),
                wanted=operations.OrderRequest(
                    lines=[(family.first.public_id, Money(300_00)), (family.second.public_id, Money(35_38))],
                    key=uuid4(),
                    expected_total=None,
                    return_url_base=BASE,
                ),
                now=NOW,
            )
            order = Order.objects.get(public_id=begun.public_id)
            bank.type_card(order.bank_page_url)
            operations.settle(order_id=order.pk, now=NOW, by="kill")
            new = NewRefund({family.first.public_id: 100_00}, "заявление")

            def back(order: Order = order, new: NewRefund = new) -> None:
                if not order.refunds.exists():
                    terms: dict[str, Any] = {"by": by, "order_public_id": order.public_id, "new": new}
                    seen = giving_back.preview_refund(**terms, now=NOW)
                    giving_back.write_refund(**terms, reason="ошибся", shown=seen.shown, now=NOW)
                operations.look_at_asked_refunds(now=NOW)

            killed = killed_at(point, back)
            kills += killed
            reserved = Transaction.objects.filter(key__contains=f"reserve:refund-{order.public_id}").count()
            assert reserved == order.refunds.filter(reserved_at__isnull=False).count()
            back()
            for minutes in (2, 4):
                operations.look_at_asked_refunds(now=NOW + timedelta(minutes=minutes))
                operations.look_at_due_orders(now=NOW + timedelta(minutes=minutes))
            refund = order.refunds.get()
            assert (refund.state, paid_back(order)) == ("done", Money(100_00))
            made = [
                entry
                for entry in bank.journal.entries("bank")
                if entry["event"] == "refund.created"
                and entry["object"]["payment_id"] == order.bank_reference
            ]
            assert len(made) == 1
            for event in ("refund_started", "payment_refunded"):
                told = Notice.objects.filter(event=event, url__contains=order.public_id)
                assert told.count() == 1
            if not killed:
                break
    assert enough(kills, every=26, short=17), kills
    assert queries.broken() == []
