"""«Перенести на другой счёт»: found from the payment, moved at once or asked for, errors beside the field."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from svet.api.tests.test_v1 import Program
from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.gateways import acquiring
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.payments import operations
from svet.payments.models import MoneyAct, Order
from svet.payments.operations import moving_over
from svet.payments.tests.factories import Family, StubBank, make_family, make_order
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def paid(family: Family, monkeypatch: pytest.MonkeyPatch) -> Order:
    """335,38 ₽ for the first account, which owed 300,00 ₽; the second one owes the rest."""
    bank, now = StubBank(), timezone.now()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    made = make_order(person=family.anna, lines=[(family.first, 335_38)], now=now)
    operations.send_to_bank(order_id=made.pk, now=now)
    bank.pay(made, paid_at=now)
    operations.settle(order_id=made.pk, now=now, by="test")
    return made


def address(order: Order) -> str:
    return f"/payment/orders/{order.public_id}/move/"


def press(family: Family, order: Order, **sent: str) -> Any:
    client = signed_in(family.anna)
    fields = {
        "shown": client.get(address(order)).context["offer"].shown,
        "from_": family.first.public_id,
        "to": family.second.public_id,
        "amount": "35,38",
    }
    return client.post(address(order), fields | sent, follow=True)


def test_what_is_overpaid_is_moved_at_once(family: Family, paid: Order) -> None:
    client = signed_in(family.anna)
    assert address(paid) in text_of(client.get(f"/payment/orders/{paid.public_id}/back/"))
    page = words(text_of(client.get(address(paid))))
    assert "осталось от платежа 335,38 ₽" in page
    assert "сразу перенесём 35,38 ₽" in page
    # The overpayment is what is meant, to the other account.
    assert 'value="35,38"' in text_of(client.get(address(paid)))
    assert text_of(client.get(address(paid))).count(f'value="{family.first.public_id}"') == 1
    assert "Перенесли: деньги уже на другом счёте" in words(text_of(press(family, paid)))
    assert not any(ledger.balances([family.first.pk, family.second.pk]).values())


def test_a_debt_left_behind_stands_at_the_desk(family: Family, paid: Order) -> None:
    done = words(text_of(press(family, paid, amount="100")))
    assert "её подпишет сотрудник" in done
    act = MoneyAct.objects.get()
    desk = working(make_member(role=Role.BILLING))
    page = desk.get(f"/staff/money/acts/{act.public_id}/").content.decode()
    assert "плательщик" in page
    assert paid.number in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("amount", "400", "не больше 335,38 ₽"),
        ("amount", "", "Введите сумму"),
        ("amount", "-1", "больше нуля"),
        ("to", "first", "Выберите из списка"),
        ("to", "nobodys", "Выберите из списка"),
        ("shown", "old", "Ничего не перенесено"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(
    family: Family, paid: Order, field: str, typed: str, said: str
) -> None:
    answer = press(family, paid, **{field: family.first.public_id if typed == "first" else typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not MoneyAct.objects.exists()


@pytest.mark.parametrize("who", ["boris", "vera"])
def test_another_finds_no_page(family: Family, paid: Order, who: str) -> None:
    client = signed_in(getattr(family, who))
    assert client.get(address(paid)).status_code == 404
    assert client.post(address(paid), {"shown": "x"}).status_code == 404


def test_programs_move_it_too(family: Family, paid: Order) -> None:
    anna, at = Program(family.anna), f"/payments/{paid.public_id}/move"
    offer = anna.get(at).json()
    assert offer["lines"][0]["at_once_kopecks"] == 35_38
    asked = {
        "from_account_id": family.first.public_id,
        "to_account_id": family.second.public_id,
        "amount_kopecks": 35_38,
        "shown": offer["shown"],
    }
    for _again in range(2):
        assert anna.post(at, asked, key="move").status_code == 201
    more = asked | {"amount_kopecks": 1_00, "shown": anna.get(at).json()["shown"]}
    assert anna.post(at, more, key="debt").status_code == 202
    stale = anna.post(at, more, key="stale")
    assert (stale.status_code, stale.json()["code"]) == (409, "move_changed")
    assert Program(family.vera).get(at).status_code == 404


def test_what_was_asked_for_is_seen_taken_back_or_told(family: Family, paid: Order) -> None:
    """A waiting move is on the payment's page and on its own; whoever asked may take it back, once."""
    asked = words(text_of(press(family, paid, amount="100")))
    wanted = f"Перенос 100,00 ₽ с № {family.first.number} на № {family.second.number} ждёт подписи"
    client, page = signed_in(family.anna), f"/payment/orders/{paid.public_id}/"
    assert "100,00 ₽ ждут решения" in asked
    assert wanted in asked
    assert wanted in words(text_of(client.get(address(paid))))
    act = MoneyAct.objects.get()
    assert signed_in(family.vera).post(address(paid), {"call_off": act.public_id}).status_code == 404
    gone = words(text_of(client.post(address(paid), {"call_off": act.public_id}, follow=True)))
    assert "Просьба отозвана" in gone
    assert "не состоялся" in gone
    assert "ждут решения" not in gone
    again = words(text_of(client.post(address(paid), {"call_off": act.public_id}, follow=True)))
    assert "Просьба уже решена" in again
    desk = words(
        working(make_member(role=Role.BILLING)).get(f"/staff/money/acts/{act.public_id}/").content.decode()
    )
    assert "плательщик отозвал просьбу" in desk
    assert "просьба плательщика перенести платёж" in desk
    # What was taken back may be asked for again, and all of it.
    assert "осталось от платежа 335,38 ₽" in words(text_of(client.get(address(paid))))
    press(family, paid)
    done = words(text_of(client.get(page)))
    assert f"Перенесли 35,38 ₽ с № {family.first.number} на № {family.second.number}" in done
    # As «История» says it of the same money.
    assert "Кассовый чек. Не нужен: деньги остались у того же поставщика." in done
    assert "Перенос на другой лицевой счёт" in words(text_of(client.get("/today/")))
    clerk = working(make_member(role=Role.OPERATOR))
    staff = words(clerk.get(f"/staff/accounts/{family.first.public_id}/").content.decode())
    assert f"Перенесли 35,38 ₽ с № {family.first.number}" in staff


def test_one_account_to_choose_is_said_and_the_most_is_named(
    family: Family, paid: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = text_of(signed_in(family.anna).get(address(paid)))
    assert "<select" not in page
    assert "/help/" in page
    monkeypatch.setattr(moving_over, "beyond", lambda account, kopecks, *, now: kopecks > 200_00)
    monkeypatch.setattr(moving_over, "alone_yet", lambda account, *, now: Money(200_00))
    refused = words(text_of(press(family, paid, amount="300")))
    assert "можно перенести до 200,00 ₽" in refused
