"""Every odd callback we know of at every bank's door: a plain answer, and never money by its word alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client

from svet.accounts.operations import end_contract
from svet.api.tests.callback_doors import DOORS, FORM, JSON, STRANGER, Door, DoorBank, Play, Said
from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankReason, RefundsTold
from svet.gateways.acquiring.yookassa import CAPABILITIES
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger.models import Posting, Transaction
from svet.notices.models import Delivery, Notice
from svet.payments import operations, queries
from svet.payments.models import Callback, Order
from svet.payments.operations import settling
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import NOW, credited, make_family, make_order, paid_back
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
FILE: Final = Path(operations.__file__).parents[1] / "tests" / "data" / "bad_inputs.json"
ROWS: Final = {row["n"]: row for row in json.loads(FILE.read_text("utf-8"))["callback"]}
LATER: Final = NOW + timedelta(minutes=1)
WHOLE: Final = Money(300_00)
NONE: Final = Money(0)


@pytest.fixture(params=DOORS, ids=lambda door: str(door.code))
def play(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Play:
    door: Door = request.param
    told = RefundsTold.OBJECTS if door.code == "yookassa" else RefundsTold.TOTAL
    bank = DoorBank(capabilities=replace(CAPABILITIES, refunds_told=told), name_of=door.name_of, door=door)
    monkeypatch.setenv("SVET_DOOR_SECRET", door.secret)
    monkeypatch.setattr(acquiring, "gateway_at", lambda address, *, secret: bank)
    family = make_family()
    operations.add_shop(
        code=door.code, name="Договор", address=door.address, secret="SVET_DOOR_SECRET",
        providers=[family.first.provider.code], now=NOW, by=Actor.system("svet shop"),
    )  # fmt: skip
    order = make_order(person=family.anna, lines=[(family.first, 300_00)])
    return Play(door, bank, operations.send_to_bank(order_id=order.pk, now=NOW))


def work() -> None:
    run_jobs(queue="payments")


def untouched(play: Play) -> None:
    """The bank has the money: had it been asked it would have been credited, so nobody asked it."""
    play.bank.pay(play.order)
    work()
    assert (play.again().state, credited(play.order)) == (OrderState.WAITING, NONE)


def kept_as(outcome: str) -> None:
    assert set(Callback.objects.values_list("outcome", flat=True)) == {outcome}


def no_signature(play: Play) -> None:
    raw = play.door.raw(play.said())
    if play.door.sign is None:
        play.knock(raw, expect=403, REMOTE_ADDR=STRANGER)
    else:
        play.knock(raw, expect=403)
    kept_as("rejected")
    assert bytes(Callback.objects.earliest("pk").raw) == raw
    untouched(play)


def wrong_signature(play: Play) -> None:
    if play.door.sign is None:
        play.knock(play.news(), expect=403, REMOTE_ADDR="2001:db8::9")
    else:
        play.knock(play.signed(play.said(), key="another"), expect=403)
    kept_as("rejected")
    untouched(play)


def amount_not_covered(play: Play) -> None:
    if play.door.code == "sber":
        # All of it is signed: what was added is an alteration.
        play.knock(play.signed(play.said(), amount="1"), expect=403)
        untouched(play)
        return
    said = play.said()
    if play.door.code == "yookassa":
        said["object"]["amount"] = {"value": "1.00", "currency": "USD"}
        play.knock(play.signed(said))
    else:
        play.knock(play.signed(said, Data={"Amount": 1}))
    play.bank.pay(play.order)
    work()
    assert credited(play.order) == WHOLE


def signature_twice(play: Play) -> None:
    raw = play.news()
    if play.door.code == "sber":
        play.knock(raw + b"&checksum=00", expect=400)
    elif play.door.code == "tbank":
        play.knock(raw.replace(b'"Token":', b'"Token": "00", "Token":'), expect=400)
    else:
        # JSON of the bank in a shape we do not know: refused it would come for a day.
        play.knock(raw.replace(b'"event":', b'"event": "x", "event":'))
        kept_as("unknown")
        return
    kept_as("malformed")
    untouched(play)


def weaker_algorithm(play: Play) -> None:
    if play.door.sign is None:
        play.knock(play.news(alg="md5"))
        work()
        assert credited(play.order) == NONE
        return
    name = "checksum" if play.door.code == "sber" else "Token"
    # MD5 of what is signed, by the right key.
    weak = play.said(alg="md5") | {name: "5d41402abc4b2a76b9719d911017c592"}
    play.knock(play.door.raw(weak), expect=403)
    untouched(play)


def more_than_ordered(play: Play) -> None:
    play.bank.pay(play.order, amount=Money(300_01))
    play.knock(play.news())
    work()
    assert (play.again().state, credited(play.order)) == (OrderState.REVIEW, NONE)


def unknown_order(play: Play) -> None:
    play.knock(play.news(reference="424242", number="nobodys0order000"))
    kept_as("unmatched")
    work()
    assert {one.kind for one in queries.open_callbacks()} == {"unmatched"}
    assert (play.again().state, Posting.objects.filter(book="bank").count()) == (OrderState.WAITING, 0)


def another_shop(play: Play) -> None:
    said = play.said()
    if play.door.code == "sber":
        play.knock(play.signed(said, key="test_cvc_callback"), expect=403)
    elif play.door.code == "tbank":
        play.knock(play.signed(said | {"TerminalKey": "SVETSECOND"}), expect=403)
    else:
        said["object"]["recipient"]["account_id"] = "100502"
        play.knock(play.signed(said), expect=403)
    kept_as("rejected")
    untouched(play)


def again_and_again(play: Play) -> None:
    # The way behind the doors is that of test_callbacks, where a hundred come: a dozen show that it is taken.
    play.bank.pay(play.order)
    play.knock(*[play.news()] * 12)
    work()
    assert Transaction.objects.filter(key=play.order.ledger_key).count() == 1
    assert Delivery.objects.filter(event="receipt").count() == 1
    assert Notice.objects.filter(url__contains=play.order.public_id).count() == 1


def before_our_answer(play: Play) -> None:
    Order.objects.filter(pk=play.order.pk).update(state=OrderState.SENT, bank_reference="")
    play.bank.pay(play.order)
    play.knock(play.news())
    assert set(Callback.objects.values_list("order", flat=True)) == {play.order.pk}
    operations.settle(order_id=play.order.pk, now=NOW + timedelta(seconds=5), by="test")
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)


def before_the_return(play: Play) -> None:
    play.bank.pay(play.order)
    play.knock(play.news())
    work()
    anna = Client()
    anna.force_login(play.order.person, backend="django.contrib.auth.backends.ModelBackend")
    asked = play.bank.asked
    page = anna.get(f"/payment/orders/{play.order.public_id}/").content.decode()
    assert "Оплачено" in page
    assert play.bank.asked == asked


def never(play: Play) -> None:
    play.bank.pay(play.order)
    operations.look_at_due_orders(now=LATER)
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)


def declined_after_paid(play: Play) -> None:
    play.bank.pay(play.order)
    play.knock(play.news(), play.news("declined"))
    work()
    play.knock(play.news("declined"), play.news())
    work()
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)
    assert queries.open_callbacks() == []


def held_and_taken_at_once(play: Play) -> None:
    play.bank.pay(play.order)
    play.knock(play.news(), play.news("held"), play.news())
    work()
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)
    assert Transaction.objects.filter(key=play.order.ledger_key).count() == 1


def paid(play: Play) -> None:
    play.bank.pay(play.order)
    play.knock(play.news())
    work()
    assert credited(play.order) == WHOLE


def two_refunds(play: Play) -> None:
    paid(play)
    for name, kopecks in (("back-1", 100_00), ("back-2", 50_00)):
        play.bank.give_back(play.order, kopecks, name=name)
        play.knock(*[play.news("back")] * 2)
        work()
    assert sorted(play.again().refunds.values_list("kopecks", flat=True)) == [50_00, 100_00]
    assert paid_back(play.order) == Money(150_00)


def refund_above_the_payment(play: Play) -> None:
    paid(play)
    play.bank.give_back(play.order, 300_01, name="back-1")
    play.knock(*[play.news("back")] * 2)
    work()
    # What was credited is taken off once, and not a kopeck more: the rest is for a person.
    assert paid_back(play.order) == WHOLE
    assert {one.kind for one in queries.open_callbacks()} == {"noted"}


def reversed_without_a_payment(play: Play) -> None:
    play.knock(play.news("reversed", reference="424242", number="nobodys0order000"))
    work()
    assert {one.kind for one in queries.open_callbacks()} == {"unmatched"}
    # Said of an order that waits it is asked about, and goes on waiting.
    play.knock(play.news("reversed"))
    work()
    assert (play.again().state, Posting.objects.filter(book="bank").count()) == (OrderState.WAITING, 0)


def said_to_have_failed(play: Play) -> None:
    """Paid and not paid in one message."""
    said = play.said()
    other: dict[str, Said] = {
        "sber": {"status": "0"},
        "tbank": {"Success": False},
        "yookassa": {"status": "canceled"},
    }
    play.knock(play.signed(said | other[play.door.code]))
    asked = play.bank.asked
    work()
    assert play.bank.asked > asked
    assert (play.again().state, credited(play.order)) == (OrderState.WAITING, NONE)


def late_success(play: Play) -> None:
    play.bank.refuse(play.order, BankReason.CANCELED)
    operations.settle(order_id=play.order.pk, now=LATER, by="test")
    assert play.again().state == OrderState.CANCELED
    play.bank.pay(play.order, reason=None)
    play.knock(play.news())
    work()
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)


def account_closed_meanwhile(play: Play) -> None:
    account = play.order.lines.get().account
    by = Actor.system("test")
    end_contract(by=by, account_public_id=account.public_id, on=date(2026, 11, 20), reason="акт № 1", now=NOW)
    play.bank.pay(play.order)
    play.knock(play.news())
    work()
    # The money is on the account it was paid for: the balance of a closed one is settled with its holder.
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)


def ten_megabytes(play: Play) -> None:
    play.knock(b"x" * 10_000_000, expect=413)
    assert not Callback.objects.exists()


def other_type(play: Play) -> None:
    raw = play.news()
    for wrong in {JSON, FORM, "text/plain"} - {play.door.content_type}:
        play.knock(raw, expect=415, content_type=wrong)
    assert not Callback.objects.exists()
    untouched(play)


def forwarded_for_the_bank(play: Play) -> None:
    extra = {"REMOTE_ADDR": STRANGER, "HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    if play.door.sign is None:
        play.knock(play.news(), expect=403, **extra)
        untouched(play)
    else:
        # What is signed may come from anywhere; what is not, from nowhere.
        play.knock(play.door.raw(play.said()), expect=403, **extra)
    assert set(Callback.objects.values_list("address", flat=True)) == {STRANGER}


def killed_between(play: Play) -> None:
    """Each kill between two statements is tried by the tests of the mark ``chaos``; here the whole way."""
    play.bank.pay(play.order)
    play.knock(play.news())

    def dies(*_: Any, **__: Any) -> None:
        raise SystemExit(9)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "credit", dies)
        with pytest.raises(SystemExit):
            work()
    assert (play.again().state, credited(play.order)) == (OrderState.WAITING, NONE)
    play.knock(play.news())
    work()
    operations.look_at_due_orders(now=LATER)
    assert (play.again().state, credited(play.order)) == (OrderState.CREDITED, WHOLE)
    assert Transaction.objects.filter(key=play.order.ledger_key).count() == 1


TRIED: Final[dict[int, Callable[[Play], None]]] = {
    1: no_signature,
    2: wrong_signature,
    4: amount_not_covered,
    6: signature_twice,
    7: weaker_algorithm,
    9: more_than_ordered,
    11: unknown_order,
    12: another_shop,
    14: again_and_again,
    16: before_our_answer,
    17: before_the_return,
    19: never,
    21: declined_after_paid,
    22: held_and_taken_at_once,
    24: two_refunds,
    26: refund_above_the_payment,
    27: reversed_without_a_payment,
    29: said_to_have_failed,
    31: late_success,
    32: account_closed_meanwhile,
    34: ten_megabytes,
    36: other_type,
    37: forwarded_for_the_bank,
    39: killed_between,
}


def test_every_row_is_tried() -> None:
    assert set(TRIED) == set(ROWS)


@pytest.mark.parametrize("number", sorted(TRIED), ids=lambda number: f"{number}-{TRIED[number].__name__}")
def test_an_odd_callback_moves_no_money_by_its_word(play: Play, number: int) -> None:
    TRIED[number](play)
    assert credited(play.order) in (NONE, WHOLE)
    assert queries.broken() == []
