"""A statement by which the acquirer takes disputed money off our account: the same dispute as the desk's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from svet.accounts.queries import provider_by_id
from svet.exchange.operations.statements import StatementReport, take_statement
from svet.exchange.tests.statement_files import ACQUIRER, OWN, document, one_c
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.ledger.models import Posting
from svet.payments import operations, queries
from svet.payments.models import Chargeback, DaySettlement, DayTotals, Order, StatementRow
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.queries.statements import statement_rows_waiting
from svet.payments.rules.chargebacks import NewChargeback, dispute_named, speaks_of_dispute
from svet.payments.rules.matching import StatementState
from svet.payments.tests.factories import NOW, Family, StubBank, make_family, make_order
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(days=20)
TOLD = date(2026, 11, 24)
YOO = "7750005725"
BY = Actor.system("test")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    operations.add_source(code="yookassa", name="ЮKassa", inn=YOO, acquirer=True, now=NOW, by=BY)
    return make_family()


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def out(purpose: str, number: str = "90", roubles: str = "300.00") -> dict[str, str]:
    return document(number, roubles, payer=OWN, receiver=ACQUIRER, name="x", purpose=purpose)


def back(purpose: str, number: str = "95", roubles: str = "300.00") -> dict[str, str]:
    return document(number, roubles, payer=ACQUIRER, inn=YOO, purpose=purpose)


def take(*documents: dict[str, str]) -> StatementReport:
    text = one_c(*documents).replace("ПолучательИНН=7450000001", f"ПолучательИНН={YOO}")
    return take_statement(name="a.txt", content=text.encode("cp1251"), by=BY, now=LATER)


def letter(order: Order, kopecks: int = 300_00, *, by: Actor, name: str = "CB-77", no: int = 1) -> str:
    new = NewChargeback(name, kopecks, TOLD, date(2026, 12, 10), no)
    return keep_chargeback(by=by, order_public_id=order.public_id, new=new, reason="письмо", now=LATER)


def won(public_id: str, *, by: Actor) -> None:
    end_chargeback(by=by, chargeback_public_id=public_id, won=True, on=TOLD, reason="письмо", now=LATER)


def books() -> tuple[int, ...]:
    return tuple(
        sum(Posting.objects.filter(book=name).values_list("kopecks", flat=True))
        for name in ("dispute", "bank", "settlement")
    )


def settle_again(family: Family) -> int:
    with use_case():
        provider = provider_by_id(family.first.provider_id)
        return operations.settle_statements(provider=provider, now=LATER)


@pytest.mark.parametrize(
    ("purpose", "name"),
    [
        ("Удержание по спору № CB-77, платёж 2f1", "CB-77"),
        ("Chargeback ID 12345 payment 2f1", "12345"),
        ("Чарджбэк CB-77 по платежу", "CB-77"),
        ("Чарджбек по платежу 2f1", ""),
        ("Оспоренный платёж 2f1", ""),
    ],
)
def test_a_purpose_names_a_dispute_or_only_speaks_of_one(purpose: str, name: str) -> None:
    assert speaks_of_dispute(purpose)
    assert dispute_named(purpose) == name


@pytest.mark.parametrize("purpose", ["Комиссия за ноябрь", "ЛС 0356067000 за спорттовары", "Транспорт"])
def test_other_purposes_speak_of_none(purpose: str) -> None:
    assert not dispute_named(purpose)


def test_a_row_that_names_payment_and_dispute_tells_it(paid: Order) -> None:
    report = take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"))
    assert report.counts[StatementState.SETTLED] == 1
    kept = Chargeback.objects.get()
    assert (kept.way, kept.reference, kept.kopecks, kept.due_on) == ("statement", "CB-77", 300_00, None)
    # Withheld out of what lay on our account: the bank owes us what it owed.
    assert books() == (300_00, 300_00, -300_00)
    assert queries.broken() == []


@pytest.mark.parametrize("purpose", ["Чарджбэк № cb-77 по платежу {p}", "Оспоренный платёж {p}"])
def test_the_desk_and_a_statement_tell_of_one_dispute(paid: Order, olga: Actor, purpose: str) -> None:
    letter(paid, by=olga)
    assert take(out(purpose.format(p=paid.number))).counts[StatementState.SETTLED] == 1
    assert Chargeback.objects.count() == 1
    assert books() == (300_00, 300_00, -300_00)
    assert queries.broken() == []


def test_a_row_waits_for_the_letter_and_is_settled_after_it(family: Family, paid: Order, olga: Actor) -> None:
    take(out(f"Оспоренный платёж {paid.number}"))
    assert len(statement_rows_waiting()) == 1
    assert not Chargeback.objects.exists()
    assert settle_again(family) == 0
    letter(paid, by=olga)
    assert settle_again(family) == 1
    assert statement_rows_waiting() == []
    assert queries.broken() == []


@pytest.mark.parametrize(
    "purpose", ["Чарджбэк № CB-77 по платежу strange-one", "Чарджбэк № CB-77", "Возврат по договору"]
)
def test_a_row_of_no_known_payment_waits_for_a_person(paid: Order, purpose: str) -> None:
    assert take(out(purpose)).counts[StatementState.WAITING] == 1
    assert len(statement_rows_waiting()) == 1
    assert not Chargeback.objects.exists()
    assert books() == (0, 300_00, 0)


def test_another_sum_and_a_second_withdrawal_wait_for_a_person(paid: Order, olga: Actor) -> None:
    letter(paid, by=olga)
    said = f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"
    take(out(said, roubles="299.00"), out(said, "91"), out(said, "92"))
    assert sorted(StatementRow.objects.values_list("state", flat=True)) == ["settled", "waiting", "waiting"]
    assert books() == (300_00, 300_00, -300_00)


def test_money_of_a_won_dispute_comes_back_once_and_only_when_it_is_won(
    family: Family, paid: Order, olga: Actor
) -> None:
    take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"))
    take(back(f"Возврат по спору CB-77, платёж {paid.bank_reference}"))
    assert len(statement_rows_waiting()) == 1
    won(Chargeback.objects.get().public_id, by=olga)
    assert settle_again(family) == 1
    assert books() == (0, 300_00, 0)
    take(back(f"Возврат по спору CB-77, платёж {paid.bank_reference}", "96"))
    assert len(statement_rows_waiting()) == 1
    assert queries.broken() == []


def test_a_dispute_beside_which_no_fee_was_taken_is_no_fee(paid: Order) -> None:
    take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}, комиссия не удержана"))
    assert Chargeback.objects.get().kopecks == 300_00
    assert books() == (300_00, 300_00, -300_00)


def test_a_fee_for_a_dispute_is_a_fee_and_tells_of_none(paid: Order) -> None:
    take(out(f"Комиссия за рассмотрение спора № CB-77 по платежу {paid.bank_reference}", roubles="15.00"))
    assert not Chargeback.objects.exists()
    assert books() == (0, 300_00, -15_00)


@pytest.mark.parametrize(
    "purpose",
    [
        "Чарджбэк {bank}",
        "Chargeback: {ours}",
        "Спор 300.00 руб. по платежу {bank}",
        "Спор 300 руб по платежу {bank}",
        "Чарджбэк 24.11.2026 по платежу {bank}",
    ],
)
def test_neither_the_payment_nor_a_sum_nor_a_day_is_the_name_of_a_dispute(
    family: Family, paid: Order, olga: Actor, purpose: str
) -> None:
    take(out(purpose.format(bank=paid.bank_reference, ours=paid.number)))
    assert not Chargeback.objects.exists()
    letter(paid, by=olga)
    assert settle_again(family) == 1
    assert queries.broken() == []


def test_each_round_of_a_dispute_has_its_own_money_out_and_in(paid: Order, olga: Actor) -> None:
    gone = f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"
    came = f"Возврат по спору CB-77, платёж {paid.bank_reference}"
    take(out(gone))
    won(Chargeback.objects.get().public_id, by=olga)
    take(back(came))
    won(letter(paid, by=olga, no=2), by=olga)
    take(out(gone, "97"))
    take(back(came, "98"))
    assert statement_rows_waiting() == []
    assert books() == (0, 300_00, 0)
    assert queries.broken() == []


def test_money_of_a_dispute_is_no_day_of_the_acquirer_though_the_sums_are_equal(
    family: Family, paid: Order, olga: Actor
) -> None:
    dispute = letter(paid, by=olga)
    DayTotals.objects.create(
        day=TOLD,
        provider_id=family.first.provider_id,
        taken_kopecks=300_00,
        commission_kopecks=0,
        reconciled_at=LATER,
    )
    take(back(f"Возврат по спору CB-77, платёж {paid.bank_reference}"))
    assert len(statement_rows_waiting()) == 1
    won(dispute, by=olga)
    assert settle_again(family) == 1
    assert StatementRow.objects.get().ledger_key.startswith("dispute-in:")


def day_of(family: Family, taken: int, commission: int = 0, on: date = TOLD) -> None:
    DayTotals.objects.create(
        day=on,
        provider_id=family.first.provider_id,
        taken_kopecks=taken,
        commission_kopecks=commission,
        reconciled_at=LATER,
    )


def payout(roubles: str, number: str = "80") -> StatementReport:
    return take(document(number, roubles, payer=ACQUIRER, inn=YOO, purpose="Реестр за 24.11"))


def test_a_payout_netted_by_a_dispute_settles_the_day_and_the_dispute(
    family: Family, paid: Order, olga: Actor
) -> None:
    day_of(family, 1_000_00, 20_00)
    dispute = letter(paid, by=olga)
    assert payout("680.00").counts[StatementState.SETTLED] == 1
    row, settled = StatementRow.objects.get(), DaySettlement.objects.get()
    assert row.ledger_key == settled.ledger_key
    assert (settled.kopecks, settled.commission_kopecks) == (980_00, 20_00)
    # Of 300.00 that the test's one payment brought: all of the day came, the dispute went out of it.
    assert books() == (300_00, 300_00 - 300_00 + 300_00 - 1_000_00, 680_00)
    # What went inside a payout does not go again by itself.
    take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"))
    assert len(statement_rows_waiting()) == 1
    won(dispute, by=olga)
    take(back(f"Возврат по спору CB-77, платёж {paid.bank_reference}"))
    assert StatementRow.objects.filter(ledger_key__startswith="dispute-in:").count() == 1
    assert queries.broken() == []


def test_a_netted_payout_waits_for_the_letter_and_for_the_day(
    family: Family, paid: Order, olga: Actor
) -> None:
    payout("680.00")
    letter(paid, by=olga)
    assert settle_again(family) == 0
    day_of(family, 1_000_00, 20_00)
    assert settle_again(family) == 1
    assert settle_again(family) == 0
    assert statement_rows_waiting() == []
    assert queries.broken() == []


def test_a_letter_after_the_payout_and_its_day(family: Family, paid: Order, olga: Actor) -> None:
    day_of(family, 1_000_00, 20_00)
    payout("680.00")
    assert settle_again(family) == 0
    letter(paid, by=olga)
    assert settle_again(family) == 1
    assert queries.broken() == []


def test_a_dispute_that_left_by_itself_nets_no_payout(family: Family, paid: Order, olga: Actor) -> None:
    letter(paid, by=olga)
    take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"))
    day_of(family, 1_000_00, 20_00)
    payout("680.00")
    assert len(statement_rows_waiting()) == 1
    payout("980.00", "81")
    assert [one.number for one in statement_rows_waiting()] == ["80"]


def test_a_won_dispute_comes_back_inside_a_payout(family: Family, paid: Order, olga: Actor) -> None:
    day_of(family, 1_000_00)
    dispute = letter(paid, by=olga)
    payout("700.00")
    won(dispute, by=olga)
    day_of(family, 500_00, on=TOLD - timedelta(days=1))
    payout("800.00", "82")
    assert statement_rows_waiting() == []
    assert books() == (0, 300_00 - 1_500_00, 1_500_00)
    assert queries.broken() == []


def test_two_disputes_that_fit_alike_are_left_to_a_person(family: Family, paid: Order, olga: Actor) -> None:
    day_of(family, 1_000_00)
    letter(paid, 100_00, by=olga)
    letter(paid, 100_00, by=olga, name="CB-78")
    payout("900.00")
    assert len(statement_rows_waiting()) == 1
    payout("800.00", "83")
    assert [one.number for one in statement_rows_waiting()] == ["80"]


def test_a_row_settled_with_no_posting_is_found(paid: Order) -> None:
    take(out(f"Чарджбэк № CB-77 по платежу {paid.bank_reference}"))
    StatementRow.objects.update(ledger_key="dispute-out:nobody")
    (breach,) = queries.broken_refunds()
    assert "строка выписки" in breach
