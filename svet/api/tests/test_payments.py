"""Payments by the API: one payee per payment, and what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.gateways import acquiring
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.payments import operations
from svet.payments.models import AccountBinding, Order
from svet.payments.operations import giving_back
from svet.payments.operations.chargebacks import keep_chargeback
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.giving_back import NewRefund
from svet.payments.tests.factories import (
    NOW,
    Family,
    StubBank,
    make_card,
    make_family,
    make_order,
    owe,
    provider_with_requisites,
)
from svet.payments.tests.odd_sums import ROWS, TYPED, typed
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(bank: StubBank) -> Family:
    return make_family()


@pytest.fixture
def far(family: Family) -> Account:
    """Anna's account of another provider."""
    account = make_account(provider=provider_with_requisites(code="okskaya", name="Окская теплосеть"))
    make_link(person=family.anna, account=account, confirmed=True)
    owe(account, 2_50)
    return account


def lines(*paid: tuple[Account, int]) -> dict[str, Any]:
    return {
        "lines": [{"account_id": account.public_id, "amount_kopecks": kopecks} for account, kopecks in paid]
    }


def test_several_payees_are_named_so_that_a_program_can_split(family: Family, far: Account) -> None:
    anna = Program(family.anna)
    asked = lines((family.first, 300_00), (far, 2_50), (family.second, 35_38))
    answer = anna.post("/payments", asked)
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["field"]) == ("several_payees", "lines")
    assert problem["payees"] == [
        {
            "name": "Уралэнергосбыт",
            "account_ids": [family.first.public_id, family.second.public_id],
            "total_kopecks": 335_38,
        },
        {"name": "Окская теплосеть", "account_ids": [far.public_id], "total_kopecks": 2_50},
    ]
    assert not Order.objects.exists()
    sums = {line["account_id"]: line for line in asked["lines"]}
    for number, payee in enumerate(problem["payees"]):
        part = {"lines": [sums[account] for account in payee["account_ids"]]}
        assert anna.post("/payments", part, key=f"part-{number}").status_code == 201
    assert Order.objects.count() == 2


def test_boris_and_vera_learn_nothing_of_payees(family: Family, far: Account) -> None:
    for person in (family.boris, family.vera):
        answer = Program(person).post("/payments", lines((family.first, 1_00), (far, 1_00)), key="x")
        assert answer.status_code == 404
        assert "payees" not in answer.json()


def test_what_came_back_is_told_with_the_payment_the_balance_and_the_history(
    family: Family, bank: StubBank
) -> None:
    anna = Program(family.anna)
    made = anna.post("/payments", lines((family.first, 300_00))).json()
    order = Order.objects.get()
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    bank.give_back(order, 100_00)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    found = anna.get(f"/payments/{made['id']}").json()
    assert (found["state"], found["refunded_kopecks"]) == ("credited", 100_00)
    assert [refund["amount_kopecks"] for refund in found["refunds"]] == [100_00]
    accounts = {account["id"]: account for account in anna.get("/accounts").json()}
    assert accounts[family.first.public_id]["balance_kopecks"] == 100_00
    events = anna.get("/history?since=2026-11-01&until=2026-11-30").json()["events"]
    back = next(event for event in events if event["kind"] == "refund")
    assert (back["amount_kopecks"], back["id"], back["number"]) == (-100_00, made["id"], order.number)


def test_a_dispute_and_a_refund_on_its_way_are_told_with_the_payment(family: Family, bank: StubBank) -> None:
    anna = Program(family.anna)
    made = anna.post("/payments", lines((family.first, 300_00))).json()
    order = Order.objects.get()
    bank.pay(order)
    operations.settle(order_id=order.pk, now=NOW, by="test")
    olga = Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")
    on = timezone.localdate(NOW)
    keep_chargeback(
        by=olga,
        order_public_id=order.public_id,
        new=NewChargeback("CB-77", 200_00, on, on),
        reason="письмо банка",
        now=NOW,
    )
    new = NewRefund({family.first.public_id: 40_00}, "Заявление № 7")
    seen = giving_back.preview_refund(by=olga, order_public_id=order.public_id, new=new, now=NOW)
    giving_back.write_refund(
        by=olga, order_public_id=order.public_id, new=new, reason="ошибка", shown=seen.shown, now=NOW
    )
    found = anna.get(f"/payments/{made['id']}").json()
    assert found["disputes"] == [{"amount_kopecks": 200_00, "state": "told", "on": on.isoformat()}]
    back = found["refunds_on_way"]
    assert [(one["amount_kopecks"], one["state"]) for one in back] == [(40_00, "on_its_way")]
    assert (found["refunds"], found["refunded_kopecks"]) == ([], 0)


def test_a_program_pays_two_payees_in_a_row(family: Family, far: Account, bank: StubBank) -> None:
    anna = Program(family.anna)
    asked = lines((family.first, 300_00), (far, 2_50)) | {"in_row": True}
    made = anna.post("/payments", asked, key="row").json()
    assert anna.post("/payments", asked, key="row").json()["id"] == made["id"]
    assert made["bank_page_url"]
    assert [(part["payee"], part["total_kopecks"], part["next_action"]) for part in made["parts"]] == [
        ("Уралэнергосбыт", 300_00, "open_bank_page"),
        ("Окская теплосеть", 2_50, ""),
    ]
    assert made["actions"] == ["stop"]
    first, second = Order.objects.order_by("step")
    bank.pay(first)
    operations.settle(order_id=first.pk, now=NOW, by="test")
    shown = anna.get(f"/payments/{first.public_id}").json()
    assert [part["state"] for part in shown["parts"]] == ["credited", "created"]
    # The stub kept no card: the program is told what may be said, in the words of the page.
    assert (shown["parts"][1]["next_action"], shown["actions"]) == ("decide", ["other_card", "stop"])
    assert "карту отвязали" in shown["advice"]
    refused = anna.post(f"/payments/{first.public_id}/parts", {"action": "retry"}, key="again")
    assert (refused.status_code, refused.json()["code"]) == (409, "parts_elsewhere")
    gone = anna.post(f"/payments/{first.public_id}/parts", {"action": "other_card"}, key="card").json()
    assert (gone["id"], bool(gone["bank_page_url"])) == (second.public_id, True)
    assert gone["parts"][1]["next_action"] == "open_bank_page"
    for person in (family.boris, family.vera):
        strange = Program(person).post(f"/payments/{first.public_id}/parts", {"action": "stop"}, key="x")
        assert strange.status_code == 404


def test_a_program_is_told_whose_page_it_is_and_when_nothing_has_begun(
    family: Family, bank: StubBank
) -> None:
    anna = Program(family.anna)
    made = anna.post("/payments", lines((family.first, 300_00)), key="one").json()
    assert (made["state"], made["bank"]) == ("waiting", "yookassa")
    Order.objects.update(state="sent", bank_reference="", bank_page_url="", calls=0)
    assert anna.get(f"/payments/{made['id']}").json()["bank"] == ""


def test_more_than_five_payees_in_a_row_are_named_for_a_program_to_split(
    family: Family, far: Account, bank: StubBank
) -> None:
    paid = [(family.first, 300_00), (far, 2_50)]
    for at in range(4):
        account = make_account(provider=make_provider(code=f"more{at}", name=f"Поставщик {at}"))
        make_link(person=family.anna, account=account, confirmed=True)
        paid.append((account, 10_00))
    anna = Program(family.anna)
    answer = anna.post("/payments", lines(*paid) | {"in_row": True}, key="six")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_payees")
    assert "не больше 5" in answer.json()["title"]
    assert len(answer.json()["payees"]) == 6
    assert not Order.objects.exists()
    made = anna.post("/payments", lines(*paid[:5]) | {"in_row": True}, key="five").json()
    assert [part["step"] for part in made["parts"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("row", TYPED, ids=lambda row: row["shown"])
def test_a_sum_is_a_number_of_kopecks_within_the_bounds(family: Family, row: dict[str, Any]) -> None:
    """Of a program no text is read, whatever a page would read in it; its number has the page's bounds."""
    anna = Program(family.anna)
    asked: dict[str, Any] = lines((family.first, 0))
    asked["lines"][0]["amount_kopecks"] = typed(row)
    assert anna.post("/payments", asked, key="text").status_code == 422
    kopecks = {1: None, 2: 0, 4: -35_38, 16: 1e3, 17: True, 21: 1, 22: 0.1, 24: 250_000_01, 26: int("9" * 18)}
    if row["n"] in kopecks:
        asked["lines"][0]["amount_kopecks"] = kopecks[row["n"]]
        refused = anna.post("/payments", asked, key="number")
        assert (refused.status_code, refused["content-type"]) == (422, "application/problem+json")
    assert not Order.objects.exists()


def _of_others(family: Family) -> dict[str, Any]:
    stranger = make_account(provider=family.first.provider)
    return lines((family.first, 1_00), (stranger, 1_00))


def _too_much(family: Family) -> dict[str, Any]:
    return lines((family.first, 200_000_00), (family.second, 50_000_01))


@pytest.mark.parametrize(
    ("number", "asked", "answer"),
    [
        (31, lambda family: lines((family.first, 300_00)) | {"expected_total_kopecks": 1_00}, 409),
        (32, _of_others, 404),
        (34, lambda family: lines(), 422),
        (36, _too_much, 422),
        (37, lambda family: lines((family.first, 300_00)) | {"currency": "USD"}, 422),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_an_odd_order_is_refused_whole(
    family: Family, number: int, asked: Callable[[Family], dict[str, Any]], answer: int
) -> None:
    assert number in {row["n"] for row in ROWS}
    told = Program(family.anna).post("/payments", asked(family))
    assert (told.status_code, bool(told.json()["code"])) == (answer, True)
    assert not Order.objects.exists()
    assert Entry.objects.filter(action="api.payment_account_not_found").exists() == (answer == 404)


def test_two_calls_with_one_key_are_one_payment(family: Family, bank: StubBank) -> None:
    anna = Program(family.anna)
    answers = [anna.post("/payments", lines((family.first, 300_00)), key="once").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (Order.objects.count(), len(bank.statuses)) == (1, 1)


def test_an_overpayment_is_offered_asked_for_once_and_on_its_way(family: Family, bank: StubBank) -> None:
    now = timezone.now()
    order = make_order(person=family.anna, lines=[(family.first, 800_00)], now=now)
    operations.send_to_bank(order_id=order.pk, now=now)
    bank.pay(order, paid_at=now)
    operations.settle(order_id=order.pk, now=now, by="test")
    anna, address = Program(family.anna), f"/payments/{order.public_id}/refund"
    offer = anna.get(address).json()
    assert (offer["most_kopecks"], offer["alone_kopecks"], offer["note"]) == (500_00, 5_000_00, "")
    asked = lines((family.first, 500_00)) | {"shown": offer["shown"]}
    stale = anna.post(address, asked | {"shown": "x"}, key="stale")
    assert (stale.status_code, stale.json()["code"]) == (409, "back_changed")
    above = anna.post(address, asked | lines((family.first, 500_01)), key="above")
    assert (above.status_code, above.json()["code"]) == (422, "back_above")
    for _again in range(2):
        answer = anna.post(address, asked, key="back")
        assert (answer.status_code, answer.json()["most_kopecks"]) == (201, 0)
    other = anna.post(address, asked, key="other")
    assert (other.status_code, other.json()["code"]) == (422, "back_pending")
    shown = anna.get(f"/payments/{order.public_id}").json()
    assert [one["amount_kopecks"] for one in shown["refunds_on_way"]] == [500_00]
    for person in (family.boris, family.vera):
        stranger = Program(person)
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, asked).status_code == 404


def test_an_account_is_bound_by_a_program_and_stands_among_the_cards(family: Family, bank: StubBank) -> None:
    bank.capabilities = replace(bank.capabilities, binds_sbp=True)
    anna = Program(family.anna)
    begun = anna.post("/bindings", {"account_id": family.first.public_id})
    assert (begun.status_code, begun.json()["state"], begun.json()["bank_page_url"]) == (201, "asked", "")
    again = anna.post("/bindings", {"account_id": family.first.public_id}, key="k2")
    assert again.json()["id"] == begun.json()["id"]
    where = f"/bindings/{begun.json()['id']}"
    binding = AccountBinding.objects.get()
    AccountBinding.objects.update(state="waiting", reference="m-1", page_url="https://bank.example/m-1")
    assert anna.get(where).json()["bank_page_url"] == "https://bank.example/m-1"
    card = make_card(
        person=family.anna, kind="sbp", system="СБП", last4="", expires="", bank="Банк", reference="m-1"
    )
    AccountBinding.objects.update(state="bound", reference="", card=card, page_url="")
    assert anna.get(where).json() == {
        "id": binding.public_id, "state": "bound", "bank_page_url": "", "card_id": card.public_id
    }  # fmt: skip
    (shown,) = anna.get("/cards").json()
    assert (shown["kind"], shown["bank"], shown["last4"]) == ("sbp", "Банк", "")
    vera = Program(family.vera)
    assert vera.get(where).status_code == 404
    assert vera.post("/bindings", {"account_id": family.first.public_id}).status_code == 404
    bank.capabilities = replace(bank.capabilities, binds_sbp=False)
    AccountBinding.objects.update(state="ended")
    refused = anna.post("/bindings", {"account_id": family.first.public_id}, key="k3")
    assert (refused.status_code, refused.json()["code"]) == (422, "sbp_not_bound")
