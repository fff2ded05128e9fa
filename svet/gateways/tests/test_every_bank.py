"""One contract over all banks and what each can do: every adapter over the sandbox, by real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from svet.gateways.acquiring import VENDORS, serves
from svet.gateways.acquiring.bank_receipts import BankReceiptState, ReceiptsTold
from svet.gateways.acquiring.port import (
    CARD_GONE,
    UNSUPPORTED,
    Acquiring,
    BankBinding,
    BankReason,
    BankState,
    BankStatus,
    CallbackRefused,
    Capabilities,
    RefundsTold,
)
from svet.gateways.acquiring.wire import forget_silence
from svet.gateways.failures import GatewayFailure, Permanent, Temporary, Unreached
from svet.gateways.tests.banks import BANKS, TOTAL, Vendor, given_back, order
from svet.kernel.money import Money
from svet.sandbox.world.cards import SBP_BANKS
from svet.sandbox.world.faults import BankFault
from tests.bank import BROWSER, RunningBank, running_bank

POOR = "5555555555554626"
REVOKED = "2200000000000087"


@pytest.fixture(params=BANKS, ids=lambda vendor: vendor.name + vendor.kind)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    found: Vendor = request.param
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        yield running


@pytest.fixture
def bank(vendor: Vendor, world: RunningBank) -> Acquiring:
    return vendor.at(world)


def paid(bank: Acquiring, world: RunningBank, *, by_sbp: bool = False) -> str:
    page = bank.create(order=order())
    if by_sbp:
        BROWSER.post(page.url, data={"method": "sbp"})
    else:
        assert world.type_card(page.url).status_code == 303
    assert bank.status(reference=page.reference).state is BankState.PAID
    return page.reference


def look(bank: Acquiring, reference: str) -> BankStatus:
    return bank.status(reference=reference)


def test_every_vendor_of_the_table_is_tried() -> None:
    assert {vendor.name for vendor in BANKS} == set(VENDORS)
    assert serves("tbank+https://T@securepay.tinkoff.ru/v2")
    assert not serves("tbank+https://T@securepay.tinkoff.ru/v2?vat=vat19")
    assert serves("sber+https://shop-api@securepayments.sberbank.ru/payment/rest?cvc=no&auth=token")
    assert not serves("sber+https://shop-api@securepayments.sberbank.ru/payment/rest?cvc=maybe")
    assert not serves("sberpay+https://T@host/v2")


def test_from_the_order_to_the_money(bank: Acquiring, world: RunningBank) -> None:
    page = bank.create(order=order())
    before = look(bank, page.reference)
    assert (before.state, before.amount, before.reason) == (BankState.PENDING, TOTAL, None)
    assert world.type_card(page.url).headers["location"] == order().return_url
    after = look(bank, page.reference)
    assert (after.state, after.amount, after.currency) == (BankState.PAID, TOTAL, "RUB")
    assert (after.order_id, after.reference) == (order().order_id, page.reference)


def test_only_without_a_connection_it_is_known_that_nothing_began(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    """Another bank is asked then, and never after a call that may have done something."""
    nobody = VENDORS[vendor.name](vendor.url(world).replace(f":{world.port}/", ":9/"))
    with pytest.raises(Unreached):
        nobody.create(order=order())
    for fault in (
        BankFault("lose", vendor.create_path),
        BankFault("fail", vendor.create_path),
        BankFault("say", vendor.create_path, text="<html>"),
        BankFault("say", vendor.create_path, text=vendor.error_inside),
    ):
        forget_silence()
        world.fault(fault)
        with pytest.raises(GatewayFailure) as failure:
            bank.create(order=order(f"{len(fault.kind)}{len(fault.text)}abcdef"))
        assert not isinstance(failure.value, Unreached), fault
    forget_silence()


def test_opened_twice_it_is_one_payment_that_can_be_paid(bank: Acquiring) -> None:
    """By the key, or by the number: then the first is found and taken back before the second is made."""
    first = bank.create(order=order())
    if bank.capabilities.repeats_open:
        assert bank.create(order=order()) == first
        return
    (found,) = bank.found(order_id=order().order_id)
    assert (found.reference, found.state) == (first.reference, BankState.PENDING)
    bank.cancel(reference=first.reference)
    second = bank.create(order=order())
    states = {one.reference: one.state for one in bank.found(order_id=order().order_id)}
    assert states == {first.reference: BankState.CANCELED, second.reference: BankState.PENDING}


def test_a_page_is_cancelled_and_never_what_was_paid(bank: Acquiring, world: RunningBank) -> None:
    """At one of the banks the call that cancels a page gives the money of a payment back."""
    if bank.capabilities.repeats_open:
        return  # it has no pages that would have to be taken back
    reference = paid(bank, world)
    with pytest.raises(Permanent):
        bank.cancel(reference=reference)
    after = look(bank, reference)
    assert (after.state, given_back(after)) == (BankState.PAID, Money(0))
    page = bank.create(order=order("0123456789abcdeb"))
    bank.cancel(reference=page.reference)
    assert look(bank, page.reference).state is BankState.CANCELED
    with pytest.raises(Permanent):
        bank.cancel(reference=page.reference)


def test_a_lost_answer_to_open_is_unknown_and_nothing_is_lost(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    world.fault(BankFault("lose", vendor.create_path))
    with pytest.raises(Temporary):
        bank.create(order=order())
    if bank.capabilities.repeats_open:
        assert bank.create(order=order()).url
        assert world.events().count("payment.created") == 1
    else:
        (found,) = bank.found(order_id=order().order_id)
        assert (found.state, found.order_id) == (BankState.PENDING, order().order_id)


def test_a_number_nobody_has_is_an_answer(bank: Acquiring) -> None:
    if bank.capabilities.finds_by_number:
        assert bank.found(order_id="fedcba9876543210") == ()
    else:
        with pytest.raises(Permanent) as refused:
            bank.found(order_id="fedcba9876543210")
        assert refused.value.code == UNSUPPORTED


def test_a_payment_nobody_has_is_refused(bank: Acquiring) -> None:
    for reference in ("0000000000", "../refunds", ""):
        with pytest.raises(Permanent):
            bank.status(reference=reference)


def test_a_decline_is_told_in_our_words_and_where_the_page_lives_the_next_card_pays(
    bank: Acquiring, world: RunningBank
) -> None:
    page = bank.create(order=order())
    world.type_card(page.url, number=POOR)
    declined = look(bank, page.reference)
    assert declined.reason is BankReason.INSUFFICIENT_FUNDS
    world.type_card(page.url)
    after = look(bank, page.reference)
    if declined.state is BankState.PENDING:
        assert (after.state, after.reason) == (BankState.PAID, None)
    else:
        assert (declined.state, after.state) == (BankState.CANCELED, BankState.CANCELED)


def test_a_page_nobody_paid_ends(tmp_path: Path, vendor: Vendor) -> None:
    now = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    with running_bank(tmp_path, clock=lambda: now[0]) as world:
        bank = vendor.at(world)
        page = bank.create(order=order(page_until=now[0] + timedelta(hours=1)))
        now[0] += timedelta(minutes=61)
        ended = look(bank, page.reference)
    assert (ended.state, ended.reason) == (BankState.CANCELED, BankReason.EXPIRED)


def test_a_whole_refund(bank: Acquiring, world: RunningBank) -> None:
    reference = paid(bank, world)
    told = bank.refund(key="r1", reference=reference, amount=TOTAL)
    assert (told.state, told.amount, told.payment) == (BankState.PAID, TOTAL, reference)
    after = look(bank, reference)
    assert (after.state, given_back(after)) == (BankState.PAID, TOTAL)


def test_two_parts_twice_each_and_never_above_the_rest(bank: Acquiring, world: RunningBank) -> None:
    reference = paid(bank, world)
    for key, part, in_all in (("r1", 100_00, 100_00), ("r2", 50_38, 150_38)):
        first = bank.refund(key=key, reference=reference, amount=Money(part))
        if bank.capabilities.repeats_refund:
            assert bank.refund(key=key, reference=reference, amount=Money(part)) == first
        assert given_back(look(bank, reference)) == Money(in_all)
    with pytest.raises(Permanent):
        bank.refund(key="r3", reference=reference, amount=Money(185_01))
    assert given_back(look(bank, reference)) == Money(150_38)


def test_a_lost_answer_to_a_refund_is_asked_again_with_its_key_or_looked_for(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    reference = paid(bank, world)
    world.fault(BankFault("lose", vendor.refund_path))
    with pytest.raises(Temporary):
        bank.refund(key="r1", reference=reference, amount=Money(100_00))
    assert given_back(look(bank, reference)) == Money(100_00)
    if not bank.capabilities.knows_refund_key(look(bank, reference).method):
        return
    assert bank.refund(key="r1", reference=reference, amount=Money(100_00)).state is BankState.PAID
    assert given_back(look(bank, reference)) == Money(100_00)


def test_where_a_means_knows_no_key_the_bank_says_by_what_it_was_paid(
    bank: Acquiring, world: RunningBank
) -> None:
    reference = paid(bank, world, by_sbp=True)
    method = look(bank, reference).method
    if bank.capabilities.knows_refund_key(method):
        bank.refund(key="r1", reference=reference, amount=Money(100_00))
    for _ in range(1 if not bank.capabilities.knows_refund_key(method) else 2):
        bank.refund(key="r1", reference=reference, amount=Money(100_00))
    assert given_back(look(bank, reference)) == Money(100_00)


def test_a_refund_made_at_the_bank_is_seen(bank: Acquiring, world: RunningBank) -> None:
    reference = paid(bank, world)
    assert world.give_back(reference, "35.38") == ""
    assert given_back(look(bank, reference)) == Money(35_38)
    if bank.capabilities.refunds_told is RefundsTold.OBJECTS:
        assert [one.amount for one in bank.refunds(reference=reference)] == [Money(35_38)]
    else:
        with pytest.raises(Permanent):
            bank.refunds(reference=reference)


def test_a_list_tells_what_was_paid_where_there_is_one(bank: Acquiring, world: RunningBank) -> None:
    reference = paid(bank, world)
    now = datetime.now(UTC)
    if bank.capabilities.lists:
        listed = bank.payments(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
        assert [one.reference for one in listed] == [reference]
        assert bank.payments(since=now - timedelta(hours=2), until=now - timedelta(hours=1)) == ()
        bank.refund(key="r1", reference=reference, amount=Money(100_00))
        refunds = bank.refunds(since=now - timedelta(hours=1))
        assert [(one.payment, one.amount) for one in refunds] == [(reference, Money(100_00))]
        assert bank.refunds(since=now + timedelta(hours=1)) == ()
    else:
        with pytest.raises(Permanent) as refused:
            bank.payments(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
        assert refused.value.code == UNSUPPORTED


def test_an_order_paid_twice_shows_both_where_numbers_are_looked_for(
    bank: Acquiring, world: RunningBank
) -> None:
    reference = paid(bank, world)
    assert world.pay_twice(reference) == ""
    if bank.capabilities.finds_by_number:
        found = bank.found(order_id=order().order_id)
        assert [one.state for one in found] == [BankState.PAID, BankState.PAID]


def test_a_callback_only_says_where_to_look(vendor: Vendor, bank: Acquiring) -> None:
    news = bank.read_callback(
        raw=vendor.raw(vendor.news("1234567890", "0123456789abcdef")), address="127.0.0.1"
    )
    assert (news.reference, news.order_id, news.known) == ("1234567890", "0123456789abcdef", True)


def test_a_forged_or_altered_callback_and_that_of_another_shop_are_refused(
    vendor: Vendor, bank: Acquiring
) -> None:
    true = vendor.news("1234567890", "0123456789abcdef")
    other = json.loads(json.dumps(true))
    vendor.other_shop(other)
    with pytest.raises(CallbackRefused):
        bank.read_callback(raw=vendor.raw(other), address="127.0.0.1")
    forged = {name: value for name, value in true.items() if name not in ("Token", "checksum")}
    altered = true | {"Amount": 1}
    for body in (forged, altered):
        # A bank that does not sign is known by where it calls from.
        with pytest.raises(CallbackRefused):
            bank.read_callback(raw=vendor.raw(body), address="203.0.113.5")
    for raw in (b"", b"{", b"<html>", b'"text"'[:3], b"\xff"):
        with pytest.raises(CallbackRefused) as refused:
            bank.read_callback(raw=raw, address="127.0.0.1")
        assert refused.value.malformed


def test_an_unknown_word_of_standing_is_never_a_guess(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    page = bank.create(order=order())
    world.fault(BankFault("say", vendor.status_path, text=vendor.unknown_word(page.reference)))
    try:
        state = bank.status(reference=page.reference).state
    except Temporary:
        return
    assert state is BankState.UNKNOWN


@pytest.mark.parametrize(
    "fault",
    [
        BankFault("say", "/", text="<html>Технические работы</html>"),
        BankFault("say", "/", text=""),
        BankFault("say", "/", text="[]"),
        BankFault("fail", "/"),
        BankFault("lose", "/"),
    ],
    ids=["html", "nothing", "list", "500", "cut"],
)
def test_what_cannot_be_read_is_unknown(
    vendor: Vendor, bank: Acquiring, world: RunningBank, fault: BankFault
) -> None:
    reference = paid(bank, world)
    for ask in (
        lambda: bank.create(order=order("0123456789abcdea")),
        lambda: bank.status(reference=reference),
        lambda: bank.refund(key="r9", reference=reference, amount=Money(1_00)),
    ):
        world.fault(fault)
        with pytest.raises(Temporary):
            ask()


def test_an_error_inside_an_answer_of_200_is_no_answer(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    world.fault(BankFault("say", vendor.create_path, text=vendor.error_inside))
    with pytest.raises(Temporary):
        bank.create(order=order())


def test_a_body_that_drips_is_given_up(vendor: Vendor, bank: Acquiring, world: RunningBank) -> None:
    page = bank.create(order=order())
    world.fault(BankFault("slow", vendor.status_path, seconds=12.0))
    began = time.monotonic()
    with pytest.raises(Temporary):
        bank.status(reference=page.reference, patience=1.0)
    assert time.monotonic() - began < 9


def kept_at(bank: Acquiring, world: RunningBank, number: str) -> str:
    """The bank's name of the card kept at a first payment."""
    page = bank.create(order=order(keep_card=True))
    world.type_card(page.url, number=number)
    card = look(bank, page.reference).card
    if bank.capabilities.tells_card_apart:
        card = bank.kept_card(order_id=order().order_id)
    assert card is not None
    assert (card.last4, card.expires) == (number[-4:], "12/30")
    return card.reference


def charged(bank: Acquiring, world: RunningBank, card: str) -> BankStatus:
    """A kept card is charged by itself, or on the page that asks its CVC and takes no other card."""
    page = bank.create(order=order("0123456789abcdeb", card=card))
    assert bool(page.url) is bank.capabilities.asks_cvc
    if page.url:
        assert BROWSER.post(page.url, data={"method": "sbp"}).status_code == 422
        BROWSER.post(page.url, data={"csc": "123", "number": POOR})
    if bank.capabilities.charges_apart:
        assert look(bank, page.reference).state is BankState.PENDING
        for _ in range(2):
            bank.charge(reference=page.reference, card=card)
    return look(bank, page.reference)


def is_unbound(bank: Acquiring, world: RunningBank, card: str) -> bool:
    """Whether the bank tells that it keeps the card no more, by its no or by the payment's reason."""
    try:
        return charged(bank, world, card).reason is BankReason.CARD_UNBOUND
    except Permanent as refused:
        return refused.code == CARD_GONE


def test_a_kept_card_is_charged_once_without_another(bank: Acquiring, world: RunningBank) -> None:
    status = charged(bank, world, kept_at(bank, world, "2202474301322987"))
    assert (status.state, status.amount, status.order_id) == (BankState.PAID, TOTAL, "0123456789abcdeb")


def test_a_card_that_was_revoked_is_told_so(bank: Acquiring, world: RunningBank) -> None:
    assert is_unbound(bank, world, kept_at(bank, world, REVOKED))


def test_a_card_that_was_removed_is_charged_no_more(bank: Acquiring, world: RunningBank) -> None:
    card = kept_at(bank, world, "2202474301322987")
    if not bank.capabilities.forgets_cards:
        with pytest.raises(Permanent):
            bank.forget_card(card=card)
        return
    for _ in range(2):
        bank.forget_card(card=card)
    assert is_unbound(bank, world, card)


def bound(bank: Acquiring, bank_id: str = "100000000001") -> str:
    """The bank's name of an account of СБП that was bound without a payment."""
    asked = BankBinding("bind-1", "0123456789abcdea", "http://127.0.0.1/payment/bindings/0123456789abcdea/")
    page = bank.bind_sbp(binding=asked)
    assert bank.bind_sbp(binding=asked) == page
    assert bank.bound_sbp(reference=page.reference).state is BankState.PENDING
    assert BROWSER.post(page.url, data={"bank": bank_id}).headers["location"] == asked.return_url
    told = bank.bound_sbp(reference=page.reference)
    assert (told.state, told.binding_id, told.reference) == (BankState.PAID, asked.binding_id, page.reference)
    assert told.bank == SBP_BANKS[bank_id][0]
    assert bank.bind_sbp(binding=asked).url == ""
    return page.reference


def test_an_account_is_bound_without_a_payment_and_charged_where_the_bank_can(bank: Acquiring) -> None:
    if not bank.capabilities.binds_sbp:
        asked = BankBinding("bind-1", "0123456789abcdea", "http://127.0.0.1/")
        for ask in (lambda: bank.bind_sbp(binding=asked), lambda: bank.bound_sbp(reference="one")):
            with pytest.raises(Permanent) as refused:
                ask()
            assert refused.value.code == UNSUPPORTED
        return
    account = bound(bank)
    page = bank.create(order=order("0123456789abcdeb", card=account, unattended=True))
    status = look(bank, page.reference)
    assert (page.url, status.state, status.amount, status.method) == ("", BankState.PAID, TOTAL, "СБП")
    assert status.card is None


@pytest.mark.parametrize(
    ("bank_id", "reason"),
    [("100000000003", BankReason.CARD_UNBOUND), ("100000000004", BankReason.INSUFFICIENT_FUNDS)],
)
def test_a_bound_account_that_cannot_be_charged_is_told_in_our_words(
    bank: Acquiring, bank_id: str, reason: BankReason
) -> None:
    if bank.capabilities.binds_sbp:
        page = bank.create(order=order("0123456789abcdeb", card=bound(bank, bank_id)))
        status = look(bank, page.reference)
        assert (status.state, status.reason) == (BankState.CANCELED, reason)


@pytest.mark.parametrize("verb", ["bind", "look"])
def test_what_cannot_be_read_of_a_binding_is_unknown(bank: Acquiring, world: RunningBank, verb: str) -> None:
    if not bank.capabilities.binds_sbp:
        return
    asked = BankBinding("bind-1", "0123456789abcdea", "http://127.0.0.1/")
    reference = bank.bind_sbp(binding=asked).reference
    for text in ("<html>", "[]", '{"id": "one", "status": "pending"}', '{"type": "error"}'):
        world.fault(BankFault("say", "/v3/payment_methods", text=text))
        if verb == "bind":
            with pytest.raises(Temporary):
                bank.bind_sbp(binding=asked)
        elif text == '{"id": "one", "status": "pending"}':
            assert bank.bound_sbp(reference=reference).binding_id == ""
        else:
            with pytest.raises(Temporary):
                bank.bound_sbp(reference=reference)
    with pytest.raises(Permanent):
        bank.bound_sbp(reference="../payments/1")


#: What each bank cannot. «lists» of payments and of refunds, and what was bound without a payment.
CANNOT: dict[str, frozenset[str]] = {
    "yookassa": frozenset({"charge", "found", "cancel", "kept_card", "forget_card"}),
    "tbank": frozenset({"refunds", "payments", "bind_sbp", "bound_sbp", "receipts"}),
    "sber": frozenset({"refunds", "payments", "bind_sbp", "bound_sbp", "receipts"}),
    "sbercvc": frozenset({"refunds", "payments", "bind_sbp", "bound_sbp", "receipts"}),
}
#: By which of its capabilities a bank is asked whether it has a verb; all have the others.
TOLD_BY: dict[str, Callable[[Capabilities], bool]] = {
    "charge": lambda can: can.charges_apart,
    "found": lambda can: can.finds_by_number,
    "cancel": lambda can: not can.repeats_open,
    "kept_card": lambda can: can.tells_card_apart,
    "forget_card": lambda can: can.forgets_cards,
    "refunds": lambda can: can.refunds_told is RefundsTold.OBJECTS,
    "payments": lambda can: can.lists,
    "bind_sbp": lambda can: can.binds_sbp,
    "bound_sbp": lambda can: can.binds_sbp,
    "receipts": lambda can: can.receipts_told is ReceiptsTold.ASKED,
}
#: The others tell by themselves, or make none; which they are is proved below for every bank.
told_of_receipts = pytest.mark.parametrize(
    "vendor",
    [each for each in BANKS if "receipts" not in CANNOT[each.name + each.kind]],
    ids=lambda vendor: vendor.name + vendor.kind,
    indirect=True,
)


def _called(bank: Acquiring, verb: str, reference: str) -> object:
    now = datetime.now(UTC)
    calls: dict[str, Callable[[], object]] = {
        "create": lambda: bank.create(order=order("0123456789abcdec")),
        "charge": lambda: bank.charge(reference=reference, card="1.2.3"),
        "found": lambda: bank.found(order_id=order().order_id),
        "cancel": lambda: bank.cancel(reference=reference),
        "kept_card": lambda: bank.kept_card(order_id=order().order_id),
        "forget_card": lambda: bank.forget_card(card="1.2.3"),
        "bind_sbp": lambda: bank.bind_sbp(
            binding=BankBinding("b-1", "0123456789abcdea", "http://127.0.0.1/")
        ),
        "bound_sbp": lambda: bank.bound_sbp(reference=reference),
        "status": lambda: bank.status(reference=reference),
        "refund": lambda: bank.refund(key="r1", reference=reference, amount=Money(1_00)),
        "refunds": lambda: bank.refunds(reference=reference),
        "receipts": lambda: bank.receipts(reference=reference),
        "payments": lambda: bank.payments(since=now - timedelta(hours=1), until=now),
    }
    return calls[verb]()


def test_each_bank_has_each_verb_or_says_that_it_has_not(
    vendor: Vendor, bank: Acquiring, world: RunningBank
) -> None:
    """Every verb of the port against every bank: nobody is silent about one, and the flags say the same."""
    verbs = {name for name in vars(Acquiring) if not name.startswith("_")} - {"capabilities", "read_callback"}
    reference, cannot = paid(bank, world), set()
    for verb in sorted(verbs):
        try:
            _called(bank, verb, reference)
        except Permanent as refused:
            if refused.code == UNSUPPORTED:
                cannot.add(verb)
    assert cannot == CANNOT[vendor.name + vendor.kind]
    # Whoever asks the flags first never meets a verb that is not there.
    assert cannot <= {verb for verb, can in TOLD_BY.items() if not can(bank.capabilities)}
    assert set(TOLD_BY) <= verbs


def test_a_wrong_secret_is_a_refusal(vendor: Vendor, world: RunningBank) -> None:
    url = vendor.url(world)
    secret = url.partition("@")[0].rpartition(":")[2]
    with pytest.raises(GatewayFailure) as refused:
        VENDORS[vendor.name](url.replace(f":{secret}@", ":wrong@")).create(order=order())
    assert isinstance(refused.value, Permanent)


@told_of_receipts
def test_a_bank_that_makes_receipts_and_can_be_asked_tells_their_numbers(
    bank: Acquiring, world: RunningBank
) -> None:
    (receipt,) = bank.receipts(reference=paid(bank, world))
    assert (receipt.state, receipt.back, receipt.amount) == (BankReceiptState.MADE, False, TOTAL)
    assert receipt.document_number.isdigit()
    assert receipt.document_attribute.isdigit()
    # One that goes to nobody is not asked for, so none is made.
    page = bank.create(order=order("0123456789abcdec", with_receipt=False))
    world.type_card(page.url)
    assert bank.receipts(reference=page.reference) == ()


@told_of_receipts
@pytest.mark.parametrize(
    "text",
    [
        '{"type": "list", "items": [{"type": "payment", "status": "printed"}]}',
        '{"type": "list", "items": [{"status": "succeeded"}]}',
        '{"type": "list", "items": ["one"]}',
        '{"type": "list"}',
    ],
)
def test_what_cannot_be_read_of_a_receipt_is_unknown(bank: Acquiring, world: RunningBank, text: str) -> None:
    world.fault(BankFault("say", "/v3/receipts", text=text))
    with pytest.raises(Temporary):
        bank.receipts(reference="0123")
