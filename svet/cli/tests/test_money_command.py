"""``svet money``: corrections and refunds listed, shown, signed by a proved second hand, refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.cli.commands.money import money_command
from svet.config.failures import Failure
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.payments import operations
from svet.payments.models import MoneyAct, PaymentRefund
from svet.payments.operations import acts, giving_back
from svet.payments.rules.acts import MoneyActKind, NewMoneyAct
from svet.payments.rules.giving_back import NewRefund
from svet.payments.tests.factories import StubBank, make_order, owe, provider_with_requisites
from svet.people import operations as people
from svet.people.tests.factories import PASSWORD, make_person
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@dataclass
class Hand:
    """A member with an application."""

    member: StaffMember
    secret: str

    @property
    def actor(self) -> Actor:
        return Actor.staff(self.member.person_id, name="Ольга С.")

    def proof(self, *, password: str = PASSWORD, code: str = "") -> list[str]:
        code = code or people.totp_code(secret=self.secret, now=datetime.now(UTC))
        return ["--phone", self.member.person.phone, "--password", password, "--code", code]


def hand(role: Role = Role.BILLING) -> Hand:
    member, secret = make_member(role=role), people.new_totp_secret()
    by, now = Actor.system("test"), timezone.now()
    with use_case():
        people.keep_totp(person_id=member.person_id, secret=secret, by=by, now=now)
    return Hand(member, secret)


@pytest.fixture
def account() -> Account:
    account = make_account(provider=provider_with_requisites())
    owe(account, 300_00)
    return account


@pytest.fixture
def first() -> Hand:
    return hand()


@pytest.fixture
def write_off(account: Account, first: Hand) -> str:
    """A write-off of 100 ₽ that waits for the second hand."""
    now = timezone.now()
    new = NewMoneyAct(MoneyActKind.WRITE_OFF, 100_00, "Акт № 7", timezone.localdate(now), "")
    said: dict[str, Any] = {"by": first.actor, "account_public_id": account.public_id, "new": new, "now": now}
    shown = acts.preview_act(**said).shown
    return acts.write_act(**said, reason="безнадёжный долг", shown=shown).public_id


def money(*words: str, said: str = "") -> Result:
    done = CliRunner().invoke(money_command, words, input=said)
    if done.exception is not None and not isinstance(done.exception, SystemExit | Failure):
        raise done.exception
    return done


def test_what_waits_is_listed_and_shown(account: Account, write_off: str) -> None:
    said = money("list").output
    assert write_off in said
    assert "ждёт второй подписи" in said
    shown = money("show", write_off).output
    assert "Акт № 7" in shown
    assert "безнадёжный долг" in shown
    assert "Ольга С." in shown


def test_nothing_waits() -> None:
    assert "Ничего не ждёт" in money("list").output
    assert isinstance(money("show", "nobody0000000000").exception, Failure)


def test_a_second_hand_signs_what_it_was_told(account: Account, write_off: str) -> None:
    done = money("sign", write_off, *hand().proof(), said="y\n")
    assert "был долг 300,00\u00a0₽, станет 200,00\u00a0₽" in done.output
    assert "Подписано." in done.output
    assert ledger.balance(account.pk).kopecks == 200_00
    assert MoneyAct.objects.get().decided_by_name.startswith("Смирнова")


def test_nothing_is_signed_without_a_yes(account: Account, write_off: str) -> None:
    assert "Ничего не подписано" in money("sign", write_off, *hand().proof(), said="n\n").output
    assert ledger.balance(account.pk).kopecks == 300_00


def test_the_first_hand_is_not_the_second(account: Account, write_off: str, first: Hand) -> None:
    done = money("sign", write_off, *first.proof(), said="y\n")
    assert "вторую ставит другой сотрудник" in str(done.exception)
    assert ledger.balance(account.pk).kopecks == 300_00


def test_whoever_cannot_prove_to_be_a_member_signs_nothing(account: Account, write_off: str) -> None:
    second, operator = hand(), hand(Role.OPERATOR)
    customer = make_person()
    tries = [
        second.proof(password="Ne-tot-parol-1"),
        second.proof(code="000000"),
        operator.proof(),
        ["--phone", customer.phone, "--password", PASSWORD, "--code", "000000"],
    ]
    for proof in tries:
        assert isinstance(money("sign", write_off, *proof, said="y\n").exception, Failure)
        assert isinstance(money("refuse", write_off, "--reason", "нет", *proof).exception, Failure)
    assert ledger.balance(account.pk).kopecks == 300_00
    assert MoneyAct.objects.get().state == "waiting"


def test_a_correction_is_refused_with_a_reason_once(account: Account, write_off: str) -> None:
    assert "Отклонено." in money("refuse", write_off, "--reason", "долг спорный", *hand().proof()).output
    assert MoneyAct.objects.get().decision == "долг спорный"
    assert isinstance(money("sign", write_off, *hand().proof(), said="y\n").exception, Failure)
    assert "Ничего не ждёт" in money("list").output


def test_a_refund_is_signed_and_another_is_called_back(
    account: Account, first: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, now = StubBank(), timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    payer = make_person(email="payer@example.ru")
    make_link(person=payer, account=account, confirmed=True)
    order = make_order(person=payer, lines=[(account, 9_000_00)], now=now)
    operations.send_to_bank(order_id=order.pk, now=now)
    bank.pay(order, paid_at=now)
    operations.settle(order_id=order.pk, now=now, by="test")
    for _number in range(2):
        new = NewRefund({account.public_id: 4_000_00}, "Заявление № 7")
        said: dict[str, Any] = {"by": first.actor, "order_public_id": order.public_id, "new": new, "now": now}
        shown = giving_back.preview_refund(**said).shown
        assert giving_back.write_refund(**said, reason="ошибся счётом", shown=shown).waits
    listed = money("list").output.splitlines()
    keys = [line.split()[0] for line in listed]
    assert "4\u00a0000,00\u00a0₽" in money("show", keys[0]).output
    done = money("sign", keys[0], *hand().proof(), said="y\n")
    assert "Подписано." in done.output
    assert "Отклонено." in money("refuse", keys[1], "--reason", "передумал", *hand().proof()).output
    assert list(PaymentRefund.objects.order_by("pk").values_list("state", flat=True)) == [
        "approved",
        "withdrawn",
    ]
    assert isinstance(money("sign", keys[1], *hand().proof(), said="y\n").exception, Failure)
