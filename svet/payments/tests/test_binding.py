"""An account of СБП bound without a payment: lost answers, early callbacks, two presses, leaving."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from svet.gateways.acquiring import yookassa
from svet.gateways.acquiring.wire import forget_silence
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.operations import LimitReached
from svet.limits.rules import LimitName
from svet.payments import operations, queries
from svet.payments.models import AccountBinding, BoundCard, Callback, Order, ServedProvider, Shop
from svet.payments.operations.binding import LOOK_AT_BINDING, look_at_binding, look_at_due_bindings
from svet.payments.operations.cards import NAME_ACCOUNT, keep_account, name_account
from svet.payments.operations.leaving import forget_payer
from svet.payments.rules.bindings import BindingState
from svet.payments.rules.refusals import CardReason
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import BASE, NOW, Family, credited, make_binding, make_card, make_order
from svet.people.models import Person
from svet.sandbox.world.faults import BankFault
from tests.bank import BROWSER, RunningBank, running_bank

SOON = NOW + timedelta(seconds=20)
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def bank(tmp_path: Path, settings: Any) -> Iterator[RunningBank]:
    with running_bank(tmp_path) as running:
        settings.ACQUIRING_URL = running.acquiring_url
        forget_silence()
        yield running


def begin(family: Family, person: Person | None = None, now: Any = NOW) -> AccountBinding:
    who = person or family.anna
    public_id = operations.begin_binding(
        by=Actor.person(who.pk), account=family.first.public_id, return_url_base=BASE, now=now
    )
    return AccountBinding.objects.get(public_id=public_id)


def look(binding: AccountBinding, now: Any = SOON) -> AccountBinding:
    look_at_binding(binding_id=binding.pk, now=now)
    return AccountBinding.objects.get(pk=binding.pk)


def allow(binding: AccountBinding, bank_id: str = "100000000001") -> None:
    answer = BROWSER.post(binding.page_url, data={"bank": bank_id})
    assert answer.headers["location"] == binding.return_url


def bind(family: Family, bank_id: str = "100000000001") -> BoundCard:
    binding = look(begin(family))
    allow(binding, bank_id)
    card = look(binding).card
    assert card is not None
    return card


def news(binding: AccountBinding, reference: str) -> bytes:
    thing = {
        "id": reference,
        "status": "active",
        "metadata": {"binding_id": binding.public_id},
        "holder": {"account_id": "100500"},
    }
    return json.dumps({"event": "payment_method.active", "object": thing}).encode()


def tell(binding: AccountBinding, reference: str) -> None:
    operations.take_callback(raw=news(binding, reference), address="127.0.0.1", now=SOON)


def jobs() -> int:
    return int(ProcrastinateJob.objects.filter(task_name=LOOK_AT_BINDING).count())


def test_from_the_wish_to_a_payment_by_one_button(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    assert (binding.state, binding.page_url, jobs(), bank.events()) == (BindingState.ASKED, "", 1, [])
    binding = look(binding)
    assert (binding.state, bank.events()) == (BindingState.WAITING, ["method.created"])
    allow(binding)
    binding = look(binding)
    assert (binding.state, binding.page_url, binding.next_look_at) == (BindingState.BOUND, "", None)
    (shown,) = queries.cards(person_id=family.anna.pk)
    assert (shown.title, shown.kind, shown.last4) == ("СБП, Банк «Пример»", "sbp", "")
    order = make_order(person=family.anna, lines=[(family.first, 35_38)], card=shown.public_id)
    order = operations.send_to_bank(order_id=order.pk, now=NOW)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    order.refresh_from_db()
    assert (order.state, order.bank_method, credited(order)) == (OrderState.CREDITED, "СБП", Money(35_38))
    journaled = Entry.objects.get(action="payments.card.bind")
    assert BoundCard.objects.get().reference not in str(journaled.after)
    assert queries.broken() == []


def test_a_second_press_goes_on_with_the_first(family: Family, bank: RunningBank) -> None:
    first = begin(family)
    assert begin(family).pk == first.pk
    look(first)
    assert begin(family).pk == first.pk
    assert bank.events() == ["method.created"]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_binding(family: Family, bank: RunningBank) -> None:
    begun: list[int] = []

    def press() -> None:
        try:
            begun.append(begin(family).pk)
        finally:
            connection.close()

    pressing = [threading.Thread(target=press) for _ in range(6)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert (len(begun), len(set(begun)), AccountBinding.objects.count()) == (6, 1, 1)


def test_a_lost_answer_is_asked_for_with_the_same_key(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    bank.fault(BankFault("lose", "/v3/payment_methods"))
    with pytest.raises(Temporary):
        look(binding)
    assert look(binding).state == BindingState.WAITING
    assert bank.events() == ["method.created"]


def test_the_bank_may_tell_before_our_call_has_returned_and_twice(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    bank.fault(BankFault("lose", "/v3/payment_methods"))
    with pytest.raises(Temporary):
        look(binding)
    made = bank.journal.entries("bank")[-1]["object"]
    BROWSER.post(f"http://127.0.0.1:{bank.port}/bind/{made['id']}", data={"bank": "100000000002"})
    for _ in range(2):
        tell(binding, made["id"])
    assert [one.outcome for one in Callback.objects.order_by("id")] == ["taken", "taken"]
    # One job that waits is enough.
    assert jobs() == 1
    for _ in range(3):
        assert look(binding).state == BindingState.BOUND
    tell(AccountBinding.objects.get(pk=binding.pk), made["id"])
    look(binding, LATER)
    assert [card.bank for card in BoundCard.objects.all()] == ["Банк «Образец»"]


def test_what_a_callback_says_is_not_believed(family: Family, bank: RunningBank) -> None:
    binding = look(begin(family))
    tell(binding, binding.reference)
    assert look(binding).state == BindingState.WAITING
    assert not BoundCard.objects.exists()


def test_a_callback_about_nobodys_account_waits_for_a_person(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    binding.public_id = "0" * 16
    tell(binding, "11111111-2222-3333-4444-555555555555")
    assert Callback.objects.get().outcome == "unmatched"


def test_another_shops_binding_is_not_found_by_its_name(family: Family, bank: RunningBank) -> None:
    binding = look(begin(family))
    shop = Shop.objects.create(
        code="other", name="Другой", address=bank.second_shop, secret="X", keeps_cards=True, added_at=NOW
    )
    AccountBinding.objects.filter(pk=binding.pk).update(shop=shop)
    tell(binding, binding.reference)
    assert Callback.objects.get().outcome == "unmatched"


def test_the_bank_that_names_another_binding_binds_nothing(
    family: Family, bank: RunningBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person's page must never bind somebody else's account, whatever reference we were given."""
    other = look(begin(family))
    allow(other)
    veras = AccountBinding.objects.create(
        person=family.vera, state=BindingState.WAITING, reference="x", return_url=BASE, created_at=NOW
    )
    status = yookassa.YooKassa.from_url(bank.acquiring_url).bound_sbp(reference=other.reference)
    monkeypatch.setattr(yookassa.YooKassa, "bound_sbp", lambda self, **details: status)
    with pytest.raises(Temporary):
        look(veras)
    assert not BoundCard.objects.exists()


def test_who_says_no_and_who_never_comes_are_not_bound(family: Family, bank: RunningBank) -> None:
    refused = look(begin(family))
    BROWSER.post(f"{refused.page_url}/cancel")
    refused = look(refused)
    assert (refused.state, refused.page_url, refused.next_look_at) == (BindingState.ENDED, "", None)
    left = look(begin(family))
    assert left.pk != refused.pk
    assert look(left, NOW + timedelta(minutes=74)).state == BindingState.WAITING
    assert look(left, NOW + timedelta(minutes=75)).state == BindingState.ENDED
    assert not BoundCard.objects.exists()


def test_a_yes_after_the_end_binds_all_the_same(family: Family, bank: RunningBank) -> None:
    binding = look(look(begin(family)), NOW + timedelta(minutes=75))
    assert binding.state == BindingState.ENDED
    page = f"http://127.0.0.1:{bank.port}/bind/{binding.reference}"
    BROWSER.post(page, data={"bank": "100000000001"})
    tell(binding, binding.reference)
    assert look(binding, NOW + timedelta(minutes=80)).state == BindingState.BOUND


def test_the_janitor_finishes_what_nobody_told_of(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    assert look_at_due_bindings(now=NOW) == 0
    assert look_at_due_bindings(now=SOON) == 1
    binding.refresh_from_db()
    allow(binding)
    assert look_at_due_bindings(now=SOON + timedelta(seconds=20)) == 1
    assert look_at_due_bindings(now=SOON + timedelta(hours=2)) == 0
    assert BoundCard.objects.count() == 1


def test_a_bank_that_is_silent_for_a_day_is_given_up(family: Family, bank: RunningBank) -> None:
    binding = begin(family)
    bank.fault(BankFault("fail", "/v3/payment_methods", times=1000))
    for hours in (1, 12, 22):
        look_at_due_bindings(now=NOW + timedelta(hours=hours))
        binding.refresh_from_db()
        assert binding.state == BindingState.ASKED
    look_at_due_bindings(now=NOW + timedelta(hours=23))
    binding.refresh_from_db()
    assert binding.state == BindingState.ENDED


def test_a_deleted_cabinet_is_never_bound_to(family: Family, bank: RunningBank) -> None:
    binding = look(begin(family))
    with use_case():
        forget_payer(person_id=family.anna.pk, by=Actor.person(family.anna.pk), now=SOON)
    BROWSER.post(binding.page_url, data={"bank": "100000000001"})
    tell(binding, binding.reference)
    assert look(binding, LATER).state == BindingState.WITHDRAWN
    assert not BoundCard.objects.exists()


def test_the_same_bank_again_keeps_the_name_and_another_bank_takes_the_place(
    family: Family, bank: RunningBank
) -> None:
    card = bind(family)
    operations.name_card(
        by=Actor.person(family.anna.pk), card_public_id=card.public_id, name="Общий", now=NOW
    )
    again = bind(family)
    assert (again.pk, again.name) == (card.pk, "Общий")
    assert again.reference != card.reference
    other = bind(family, "100000000002")
    card.refresh_from_db()
    assert other.pk != card.pk
    assert (card.reference, card.unbound_at) == ("", SOON)
    assert [one.bank for one in queries.cards(person_id=family.anna.pk)] == ["Банк «Образец»"]


def test_an_account_whose_leave_was_taken_back_is_forgotten(family: Family, bank: RunningBank) -> None:
    card = bind(family, "100000000003")
    order = make_order(person=family.anna, lines=[(family.first, 35_38)], card=card.public_id)
    operations.send_to_bank(order_id=order.pk, now=NOW)
    operations.settle(order_id=order.pk, now=LATER, by="test")
    card.refresh_from_db()
    assert Order.objects.get().bank_reason == "card_unbound"
    assert (card.reference, card.unbound_at) == ("", LATER)


def test_unbound_it_is_charged_no_more_and_a_late_word_brings_it_not_back(
    family: Family, bank: RunningBank
) -> None:
    card = bind(family)
    binding = AccountBinding.objects.get()
    operations.unbind_card(by=Actor.person(family.anna.pk), card_public_id=card.public_id, now=LATER)
    tell(binding, binding.reference)
    look(binding, LATER)
    assert queries.cards(person_id=family.anna.pk) == []


def test_cards_of_the_same_person_stand_beside_it(family: Family, bank: RunningBank) -> None:
    make_card(person=family.anna)
    bind(family)
    assert [one.kind for one in queries.cards(person_id=family.anna.pk)] == ["sbp", "card"]


def test_strangers_bind_nothing_here_and_a_bank_that_cannot_says_so(
    family: Family, bank: RunningBank, settings: Any
) -> None:
    for person in (family.vera, family.boris):
        with pytest.raises(operations.BindingNotFound):
            begin(family, person)
    settings.ACQUIRING_URL = bank.tbank_url
    with pytest.raises(operations.CardRefused) as refused:
        begin(family)
    assert refused.value.reason is CardReason.NO_SBP
    # A shop that stands in and can takes its place.
    shop = Shop.objects.create(
        code="second", name="Второй", address=bank.second_shop, secret="X", keeps_cards=True, added_at=NOW
    )
    ServedProvider.objects.create(provider_id=family.first.provider_id, shop=shop)
    assert begin(family).shop == shop
    Shop.objects.update(off_at=NOW)
    AccountBinding.objects.all().delete()
    with pytest.raises(operations.CardRefused):
        begin(family)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_pages_lead_to_the_bank_and_back(family: Family, bank: RunningBank) -> None:
    anna = client_of(family.anna)
    cards = anna.get("/payment/cards/").content.decode()
    assert "Привязать счёт СБП" in cards
    link = 'href="/payment/cards/#sbp"'
    assert link in anna.get("/payment/").content.decode()
    for page in ("/autopay/", "/autopay/new/"):
        shown = anna.get(page).content.decode()
        assert "Сначала привяжите карту или счёт СБП" in shown
        assert link in shown
    begun = anna.post("/payment/bindings/", {"account": family.first.public_id})
    assert begun.status_code == 303
    binding = AccountBinding.objects.get()
    where = f"/payment/bindings/{binding.public_id}/"
    assert begun["Location"] == f"{where}?go=1"
    waiting = anna.get(begun["Location"]).content.decode()
    assert "Спрашиваем у банка страницу" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert bank.events() == []
    binding = look(binding)
    assert anna.get(begun["Location"])["Location"] == binding.page_url
    part = anna.get(begun["Location"], headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == binding.page_url
    assert "Ждём ответа банка" in anna.get(where).content.decode()
    allow(binding)
    look(binding)
    done = anna.get(where, follow=True).content.decode()
    assert "Счёт СБП привязан" in done
    assert "СБП, Банк «Пример»" in done
    assert "Отвязать счёт" in done
    assert "Привязать другой счёт СБП" in done
    assert "Привяжите счёт через СБП" not in done
    assert "последние четыре цифры" not in done
    assert link not in anna.get("/payment/").content.decode()
    vera = client_of(family.vera)
    assert vera.get(where).status_code == 404
    assert vera.post("/payment/bindings/", {"account": family.first.public_id}).status_code == 404
    assert "Привязать счёт СБП" not in vera.get("/payment/cards/").content.decode()


def test_a_bank_that_cannot_is_told_on_the_page(family: Family, bank: RunningBank, settings: Any) -> None:
    settings.ACQUIRING_URL = bank.sber_url
    anna = client_of(family.anna)
    for page in ("/payment/cards/", "/payment/"):
        assert "Привязать счёт СБП" not in anna.get(page).content.decode()
    answer = anna.post("/payment/bindings/", {"account": family.first.public_id}, follow=True)
    assert "счета СБП не привязывает" in answer.content.decode()


def state_of(binding: AccountBinding) -> tuple[str, str, str]:
    binding.refresh_from_db()
    return binding.state, binding.reference, binding.page_url


def test_a_bound_account_is_named_in_one_place_only_and_unbound_in_none(
    family: Family, bank: RunningBank
) -> None:
    """The bank's name of it is what it can be charged by: a dump must not have it after an unbinding."""
    card = bind(family)
    binding = AccountBinding.objects.get()
    assert state_of(binding) == (BindingState.BOUND, "", "")
    reference = card.reference
    operations.unbind_card(by=Actor.person(family.anna.pk), card_public_id=card.public_id, now=LATER)
    with pytest.raises(IntegrityError, match="payments_binding_forgotten"), transaction.atomic():
        AccountBinding.objects.update(reference=reference)
    # The bank's own news of it find the binding by our name, and change nothing.
    tell(binding, reference)
    assert Callback.objects.get().outcome == "taken"
    assert look(binding, LATER).reference == ""


def test_a_deleted_cabinet_leaves_no_name_of_an_account(family: Family, bank: RunningBank) -> None:
    ended = look(look(begin(family)), NOW + timedelta(minutes=75))
    going = look(begin(family, now=NOW + timedelta(minutes=76)), NOW + timedelta(minutes=76))
    with use_case():
        forget_payer(person_id=family.anna.pk, by=Actor.person(family.anna.pk), now=SOON)
    assert [state_of(one) for one in (ended, going)] == [(BindingState.WITHDRAWN, "", "")] * 2


def test_without_the_list_of_banks_two_banks_are_two_and_one_is_one(
    family: Family, bank: RunningBank
) -> None:
    bank.fault(BankFault("fail", "/v3/sbp_banks", times=3))
    card = bind(family)
    assert (card.bank, card.bank_id) == ("", "100000000001")
    again = bind(family)
    assert again.pk == card.pk
    other = bind(family, "100000000002")
    card.refresh_from_db()
    assert (other.pk != card.pk, card.unbound_at, other.bank) == (True, SOON, "")
    # The list is back: the job that was left names the account.
    waiting = ProcrastinateJob.objects.filter(task_name=NAME_ACCOUNT).order_by("id").last()
    assert waiting is not None
    name_account(card_id=waiting.args["card_id"])
    other.refresh_from_db()
    assert other.bank == "Банк «Образец»"
    # A name that came meanwhile, or an account that was unbound, is left alone.
    name_account(card_id=other.pk)
    name_account(card_id=card.pk)


def test_an_account_nobody_names_is_another_each_time(family: Family) -> None:
    """Unknown never equals unknown: the older one, and its autopay, must not charge another account."""
    bound = [
        _kept(family, reference="one", bank_code=""),
        _kept(family, reference="two", bank_code=""),
        _kept(family, reference="three", bank_code="100000000001"),
        _kept(family, reference="four", bank_code=""),
    ]
    assert len({card.pk for card in bound}) == 4
    assert [card.reference for card in BoundCard.objects.filter(unbound_at__isnull=True)] == ["four"]


def _kept(family: Family, *, reference: str, bank_code: str) -> BoundCard:
    with use_case():
        return keep_account(
            person_id=family.anna.pk, shop=None, reference=reference, bank_code=bank_code, bank="", now=NOW
        )


def test_a_late_yes_to_an_older_page_does_not_throw_the_newer_account_out(
    family: Family, bank: RunningBank
) -> None:
    older = look(look(begin(family)), NOW + timedelta(minutes=75))
    reference = older.reference
    newer = look(begin(family, now=NOW + timedelta(minutes=76)), NOW + timedelta(minutes=76))
    allow(newer, "100000000002")
    card = look(newer, NOW + timedelta(minutes=77)).card
    assert card is not None
    assert state_of(older) == (BindingState.WITHDRAWN, "", "")
    BROWSER.post(f"http://127.0.0.1:{bank.port}/bind/{reference}", data={"bank": "100000000001"})
    tell(older, reference)
    assert look(older, NOW + timedelta(minutes=80)).state == BindingState.WITHDRAWN
    (standing,) = BoundCard.objects.filter(unbound_at__isnull=True)
    assert (standing.pk, standing.reference) == (card.pk, card.reference)


def test_the_older_page_may_be_said_yes_to_while_the_newer_is_open(family: Family, bank: RunningBank) -> None:
    older = look(look(begin(family)), NOW + timedelta(minutes=75))
    newer = look(begin(family, now=NOW + timedelta(minutes=76)), NOW + timedelta(minutes=76))
    BROWSER.post(f"http://127.0.0.1:{bank.port}/bind/{older.reference}", data={"bank": "100000000001"})
    tell(older, older.reference)
    assert look(older, NOW + timedelta(minutes=77)).state == BindingState.BOUND
    allow(newer, "100000000002")
    assert look(newer, NOW + timedelta(minutes=78)).state == BindingState.BOUND
    assert [one.bank for one in queries.cards(person_id=family.anna.pk)] == ["Банк «Образец»"]


def test_a_charge_by_the_old_leave_does_not_forget_the_new_one(family: Family, bank: RunningBank) -> None:
    card = bind(family, "100000000003")
    order = make_order(person=family.anna, lines=[(family.first, 35_38)], card=card.public_id)
    operations.send_to_bank(order_id=order.pk, now=NOW)
    with use_case():
        keep_account(
            person_id=family.anna.pk,
            shop=None,
            reference="new-leave",
            bank_code=card.bank_id,
            bank=card.bank,
            now=NOW,
        )
    operations.settle(order_id=order.pk, now=LATER, by="test")
    card.refresh_from_db()
    assert Order.objects.get().bank_reason == "card_unbound"
    assert (card.reference, card.unbound_at) == ("new-leave", None)


def test_presses_are_limited_and_leave_one_job(family: Family, bank: RunningBank) -> None:
    binding = look(begin(family))
    for _ in range(5):
        begin(family)
        tell(binding, binding.reference)
    assert waiting_jobs() == 1
    for _ in range(10):
        BROWSER.post(f"{look(begin(family)).page_url}/cancel")
        look(AccountBinding.objects.latest("pk"))
    with pytest.raises(LimitReached):
        begin(family)
    limits.spend(limit=LimitName.BINDINGS_PER_PERSON, key=str(family.anna.pk), now=timezone.now(), cost=10)
    told = client_of(family.anna).post("/payment/bindings/", {"account": family.first.public_id}, follow=True)
    assert "Слишком много попыток" in told.content.decode()
    assert bank.events().count("method.created") == 10
    # What is going on is gone on with for as long as it goes on.
    AccountBinding.objects.filter(pk=binding.pk).update(state=BindingState.WAITING)
    assert begin(family).pk == binding.pk


def waiting_jobs() -> int:
    return int(ProcrastinateJob.objects.filter(task_name=LOOK_AT_BINDING, status="todo").count())


def test_a_silent_bank_is_asked_once_in_a_run(family: Family, bank: RunningBank) -> None:
    for person in (family.anna, family.boris, family.vera):
        make_binding(person=person, next_look_at=NOW)
    bank.fault(BankFault("fail", "/v3/payment_methods", times=1))
    assert look_at_due_bindings(now=SOON) == 1
    assert {one.state for one in AccountBinding.objects.all()} == {BindingState.ASKED}
    # All of them have their next look; the silence of one shop keeps another's from nothing.
    assert look_at_due_bindings(now=SOON) == 0
    assert look_at_due_bindings(now=SOON + timedelta(seconds=20)) == 3
    assert bank.events() == ["method.created"] * 3


def test_a_silent_bank_ends_what_is_over_all_the_same(family: Family, bank: RunningBank) -> None:
    for person in (family.anna, family.boris):
        make_binding(person=person, next_look_at=NOW)
    bank.fault(BankFault("fail", "/v3/payment_methods", times=1000))
    look_at_due_bindings(now=NOW + timedelta(hours=23))
    assert {one.state for one in AccountBinding.objects.all()} == {BindingState.ENDED}
