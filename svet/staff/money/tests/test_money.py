"""«Деньги»: everything that waits is shown with its owner and reason, and each thing has a way out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_provider
from svet.exchange.models import ImportFile
from svet.gateways import acquiring
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.ledger.models import Transaction
from svet.payments import operations, queries
from svet.payments.models import Callback, ImportedPayment, Order
from svet.payments.operations import PaymentToApply
from svet.payments.queries import suspense
from svet.payments.rules.registers import WaitReason
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import Family, StubBank, make_family, make_order
from svet.people.models import Person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(bank: StubBank) -> Family:
    return make_family()


@pytest.fixture
def clerk() -> Client:
    return working(make_member(role=Role.BILLING))


def came(account: Account, kopecks: int = 300_00, **changed: Any) -> ImportedPayment:
    """A row of a register of the account's provider that waits."""
    known = changed.pop("known", False)
    given: dict[str, Any] = {
        "external_id": "SUIP000001",
        "account_id": account.pk if known else None,
        "account_text": account.number if known else "0399999999",
        "amount": Money(kopecks),
        "paid_on": TODAY() - timedelta(days=3),
        "provider_id": account.provider_id,
        "payer": "Крапивина З.П., ул. Ветряная, 7",
    }
    with use_case():
        operations.apply_register_payments(
            source="bank", rows=[PaymentToApply(**(given | changed))], now=timezone.now()
        )
    return ImportedPayment.objects.latest("pk")


def put(clerk: Client, row: ImportedPayment, account: Account, **changed: str) -> Any:
    body = {"act": "put", "account_number": account.number, "seen": account.public_id}
    body["reason"] = "узнали по чеку"
    return clerk.post(f"/staff/money/rows/{row.public_id}/", body | changed)


def text_of(answer: Any) -> str:
    return str(answer.content.decode().replace("\xa0", " "))


def whole() -> None:
    assert ledger.broken() == []
    assert queries.broken() == []


def test_everything_that_waits_is_listed_with_sum_reason_age_and_owner(
    family: Family, bank: StubBank, clerk: Client
) -> None:
    row = came(family.first)
    order = make_order(person=family.anna, lines=[(family.first, 450_00)])
    Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW)
    Callback.objects.create(
        raw=b'{"object": {"amount": {"value": "12.50", "currency": "RUB"}}}',
        received_at=timezone.now() - timedelta(days=2),
        outcome="unmatched",
        reference="bank-77",
    )
    page = text_of(clerk.get("/staff/money/"))
    for words in (
        "300,00 ₽",
        "450,00 ₽",
        "12,50 ₽",
        "никто не взял",
        "ждёт 2 дня",
        "Нет такого лицевого счёта",
    ):
        assert words in page
    assert f"/staff/money/rows/{row.public_id}/" in page
    menu = text_of(clerk.get("/staff/"))
    assert ">3<" in menu.replace("\n", "")
    assert 'class="queue__count">3' in menu


@pytest.mark.parametrize("asked", ["300,00", "SUIP000001", "Крапивина", "0399999999"])
def test_a_case_is_found_by_sum_number_name_and_account(family: Family, clerk: Client, asked: str) -> None:
    row = came(family.first)
    came(family.first, 77_00, external_id="other", account_text="0311111111", payer="Иной")
    page = text_of(clerk.post("/staff/money/", {"q": asked}, follow=True))
    assert row.public_id in page
    assert "77,00 ₽" not in page


def test_an_account_is_shown_masked_before_the_money_is_put_on_it(family: Family, clerk: Client) -> None:
    row = came(family.first)
    body = {"act": "check", "account_number": family.first.number, "reason": ""}
    page = text_of(clerk.post(f"/staff/money/rows/{row.public_id}/", body))
    assert f'value="{family.first.public_id}"' in page
    assert family.first.holder_name not in page
    assert "***" in page or "**" in page
    assert ImportedPayment.objects.get().state == "suspense"
    # An account whose holder nobody saw gets nothing.
    answer = put(clerk, row, family.second, seen=family.first.public_id)
    assert "Номер изменился" in text_of(answer)
    assert ImportedPayment.objects.get().state == "suspense"


def test_money_put_on_an_account_counts_by_its_own_day_and_is_in_the_history(
    family: Family, clerk: Client
) -> None:
    before, row = ledger.balance(family.first.pk), came(family.first)
    assert put(clerk, row, family.first).status_code == 302
    assert ledger.balance(family.first.pk) == before - Money(300_00)
    entry = Entry.objects.get(action="payments.row.put")
    assert (entry.reason, entry.account_id) == ("узнали по чеку", family.first.pk)
    last = ledger.entries(family.first.pk)[-1]
    assert (last.effective_on, last.money) == (row.paid_on, Money(-300_00))
    (seen,) = queries.register_payments(account_ids=[family.first.pk])
    assert seen.paid_on == row.paid_on.isoformat()
    assert suspense.waiting_count() == 0
    whole()


def test_a_second_click_and_a_second_member_change_nothing(family: Family, clerk: Client) -> None:
    before, row = ledger.balance(family.first.pk), came(family.first)
    other = working(make_member(role=Role.BILLING))
    assert put(clerk, row, family.first).status_code == 302
    for browser, act in ((clerk, "put"), (other, "put"), (other, "back")):
        answer = put(browser, row, family.second, act=act, **{"back-reason": "другое решение"})
        assert answer.status_code == 302
        assert "уже разобрана" in text_of(browser.get("/staff/money/"))
    assert ledger.balance(family.first.pk) == before - Money(300_00)
    assert Transaction.objects.filter(key__startswith="put:").count() == 1
    whole()


def test_a_reason_is_asked_for_and_what_was_typed_stays(family: Family, clerk: Client) -> None:
    row = came(family.first)
    answer = put(clerk, row, family.first, reason=" ")
    assert answer.status_code == 422
    assert family.first.number in text_of(answer)
    assert ImportedPayment.objects.get().state == "suspense"


@pytest.mark.parametrize(
    ("number", "words"), [("12", "не номер лицевого счёта"), ("0399999998", "нет такого счёта")]
)
def test_a_number_of_nobody_is_refused_beside_the_field(
    family: Family, clerk: Client, number: str, words: str
) -> None:
    row = came(family.first)
    answer = clerk.post(f"/staff/money/rows/{row.public_id}/", {"act": "check", "account_number": number})
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_money_of_one_legal_entity_is_not_put_on_an_account_of_another(family: Family, clerk: Client) -> None:
    foreign = make_account(provider=make_provider(code="okskaya", name="Окская"))
    row = came(family.first)
    answer = put(clerk, row, foreign)
    assert "другого поставщика" in text_of(answer)
    assert ledger.balance(foreign.pk) == Money(0)


def test_money_goes_back_out_of_suspense_with_a_reason(family: Family, clerk: Client) -> None:
    row = came(family.first)
    path = f"/staff/money/rows/{row.public_id}/"
    assert clerk.post(path, {"act": "back", "back-reason": ""}).status_code == 422
    assert clerk.post(path, {"act": "back", "back-reason": "плательщик просил"}).status_code == 302
    assert ImportedPayment.objects.get().state == "returned"
    assert Entry.objects.get(action="payments.row.returned").reason == "плательщик просил"
    whole()


def test_a_row_with_an_impossible_day_needs_another_one(family: Family, clerk: Client) -> None:
    row = came(
        family.first, known=True, paid_on=date(2062, 11, 26), effective_on=TODAY(), doubt=WaitReason.DAY_AHEAD
    )
    before = ledger.balance(family.first.pk)
    page = text_of(clerk.get(f"/staff/money/rows/{row.public_id}/"))
    assert "26.11.2062" in page
    for wrong in ("", (TODAY() + timedelta(days=2)).isoformat(), "1962-11-20"):
        assert put(clerk, row, family.first, paid_on=wrong).status_code == 422
    day = TODAY() - timedelta(days=1)
    assert put(clerk, row, family.first, paid_on=day.isoformat()).status_code == 302
    assert ledger.balance(family.first.pk) == before - Money(300_00)
    assert ledger.entries(family.first.pk)[-1].effective_on == day
    whole()


def test_a_reversal_that_fitted_nothing_is_taken_off_an_account(family: Family, clerk: Client) -> None:
    before, row = ledger.balance(family.first.pk), came(family.first, -300_00, known=True)
    assert "Снять со счёта" in text_of(clerk.get(f"/staff/money/rows/{row.public_id}/"))
    assert put(clerk, row, family.first).status_code == 302
    assert ledger.balance(family.first.pk) == before + Money(300_00)
    whole()


@pytest.mark.parametrize("act", ["put", "back"])
def test_a_row_that_differs_is_other_money_or_no_payment(family: Family, clerk: Client, act: str) -> None:
    came(family.first, known=True)
    before, row = ledger.balance(family.first.pk), came(family.first, 301_00, known=True)
    page = text_of(clerk.get(f"/staff/money/rows/{row.public_id}/"))
    assert "Первый платёж с этим номером: 300,00 ₽" in page
    answer = put(clerk, row, family.first, act=act, **{"back-reason": "банк исправил сумму"})
    assert answer.status_code == 302
    paid = Money(301_00) if act == "put" else Money(0)
    assert ledger.balance(family.first.pk) == before - paid
    whole()


def test_what_a_colleague_has_taken_is_theirs_until_it_is_taken_over(family: Family, clerk: Client) -> None:
    row = came(family.first)
    path = f"/staff/money/rows/{row.public_id}/"
    member = make_member(role=Role.BILLING)
    Person.objects.filter(pk=member.person_id).update(first_name="Ольга", last_name="Ветрова")
    member.person.refresh_from_db()
    olga = working(member)
    assert olga.post(path, {"act": "take"}).status_code == 302
    assert "Ветрова" in text_of(clerk.get("/staff/money/"))
    clerk.post(path, {"act": "take"})
    refused = put(clerk, row, family.first)
    assert refused.status_code == 422
    assert "Ветрова" in text_of(refused)
    clerk.post(path, {"act": "release"})
    assert clerk.post(path, {"act": "take_over"}).status_code == 302
    assert put(olga, row, family.first).status_code == 422
    assert put(clerk, row, family.first).status_code == 302
    assert Entry.objects.filter(action="payments.case.taken").count() == 2


def test_an_order_in_review_is_credited_or_sent_back_as_the_bank_confirms(
    family: Family, bank: StubBank, clerk: Client
) -> None:
    before = ledger.balance(family.first.pk)
    for act, state in (("credit", OrderState.CREDITED), ("send_back", OrderState.RETURNED)):
        made = make_order(person=family.anna, lines=[(family.first, 450_00)], now=timezone.now())
        order = operations.send_to_bank(order_id=made.pk, now=timezone.now())
        bank.pay(order, amount=Money(400_00))
        operations.settle(order_id=order.pk, now=timezone.now(), by="test")
        path = f"/staff/money/orders/{order.public_id}/"
        page = text_of(clerk.get(path))
        assert "Банк взял 400,00 ₽, а заказано 450,00 ₽." in page
        assert clerk.post(path, {"act": act, "reason": ""}).status_code == 422
        assert clerk.post(path, {"act": act, "reason": "сверено с выпиской"}).status_code == 302
        assert Order.objects.get(pk=order.pk).state == state
        again = clerk.post(path, {"act": "send_back", "reason": "ещё раз нажали"})
        assert again.status_code == 302
        assert Order.objects.get(pk=order.pk).state == state
    assert ledger.balance(family.first.pk) == before - Money(400_00)
    whole()


def test_a_callback_of_nobody_is_closed_with_what_was_done(clerk: Client) -> None:
    found = Callback.objects.create(
        raw=b"{}", received_at=timezone.now(), outcome="unmatched", reference="b-1"
    )
    path = f"/staff/money/callbacks/{found.pk}/"
    assert "Банк сообщил о платеже, которого у нас нет." in text_of(clerk.get(path))
    assert clerk.post(path, {"act": "close", "reason": "вернули в кабинете банка"}).status_code == 302
    found.refresh_from_db()
    assert found.closed_comment == "вернули в кабинете банка"
    assert clerk.get(path).status_code == 404


def test_an_operator_is_told_that_the_desk_is_not_theirs(family: Family) -> None:
    row = came(family.first)
    operator = working(make_member())
    for path in ("/staff/money/", f"/staff/money/rows/{row.public_id}/"):
        assert operator.get(path).status_code == 403
    body = {"act": "back", "back-reason": "чужое решение"}
    assert operator.post(f"/staff/money/rows/{row.public_id}/", body).status_code == 403
    assert "/staff/money/" not in text_of(operator.get("/staff/"))
    assert ImportedPayment.objects.get().state == "suspense"


@pytest.mark.parametrize("kind", ["rows", "orders"])
@pytest.mark.parametrize("act", ["put", "check", "back", "take", "credit", "send_back", ""])
def test_an_unknown_id_is_not_found(clerk: Client, kind: str, act: str) -> None:
    for wrong in ("0000000000000000", "x", "a" * 300):
        assert clerk.get(f"/staff/money/{kind}/{wrong}/").status_code == 404
        assert clerk.post(f"/staff/money/{kind}/{wrong}/", {"act": act}).status_code == 404
    assert clerk.post("/staff/money/callbacks/99999999999999999999999/", {"act": act}).status_code == 404


def test_the_search_finds_a_banks_number_wherever_the_money_is(family: Family, clerk: Client) -> None:
    row = came(family.first)
    page = text_of(clerk.post("/staff/accounts/", {"q": "SUIP000001"}, follow=True))
    assert row.public_id in page
    assert "в невыясненных" in page
    assert row.public_id not in text_of(
        working(make_member()).post("/staff/accounts/", {"q": "SUIP000001"}, follow=True)
    )
    put(clerk, row, family.first)
    answer = clerk.post("/staff/accounts/", {"q": "SUIP000001"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith(f"/{family.first.public_id}/")


def test_the_search_finds_a_register_by_its_number(clerk: Client) -> None:
    ImportFile.objects.create(
        number="Р-7K3M-Q2X9", profile="payments", name="sber-117.txt", sha256="0" * 64, size=1,
        taken_at=timezone.now(), taken_by="svet import", rows=2, applied=1, suspense=1, sum_kopecks=315_00,
    )  # fmt: skip
    page = text_of(clerk.post("/staff/accounts/", {"q": "р-7k3m-q2x9"}, follow=True))
    assert "Реестр Р-7K3M-Q2X9" in page
    assert "315,00 ₽" in page


def test_what_a_program_does_needs_a_member_of_staff(family: Family) -> None:
    row = came(family.first)
    with pytest.raises(operations.RowRefused):
        operations.return_suspense(
            row_public_id=row.public_id, by=Actor.system("script"), now=timezone.now(), reason="потому что"
        )
