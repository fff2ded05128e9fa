"""Disputes told by a bank's list: one with that of the desk's form, and a stranger's before a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from svet.exchange.operations import FileReport, take_file
from svet.exchange.operations.outcomes import sentence
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.payments import operations, queries
from svet.payments.models import Chargeback, Order, Shop
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.chargebacks import ChargebackConflict, NewChargeback
from svet.payments.tests.factories import NOW, Family, StubBank, make_family, make_order
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(days=20)
TOLD = date(2026, 12, 1)
BY = Actor.system("test")
HEAD = "Платёж;Спор;Раз;Сумма;Удержано;Ответить до;Состояние;Решён\n"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    """335,38 ₽ over both accounts, credited."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


def take(*rows: str) -> FileReport:
    text = HEAD + "".join(f"{row}\n" for row in rows)
    return take_file(profile="disputes", name="disputes.csv", content=text.encode(), by=BY, now=LATER)


def row(
    order: Order | str, kopecks: str = "335,38", state: str = "", on: str = "", name: str = "CB-77"
) -> str:
    number = order if isinstance(order, str) else order.bank_reference
    return f"{number};{name};1;{kopecks};01.12.2026;10.12.2026;{state};{on}"


def letter(order: Order, kopecks: int, *, by: Actor, name: str = "CB-77", on: date = TOLD) -> str:
    new = NewChargeback(name, kopecks, on, date(2026, 12, 10))
    return keep_chargeback(by=by, order_public_id=order.public_id, new=new, reason="письмо", now=LATER)


def book(name: str) -> int:
    return sum(Posting.objects.filter(book=name).values_list("kopecks", flat=True))


def counts(report: FileReport) -> tuple[int, int, int, int]:
    return report.applied, report.repeated, report.changed, report.rejected


def test_a_register_tells_of_a_dispute_by_the_number_of_the_bank_or_ours(paid: Order) -> None:
    assert counts(take(row(paid))) == (1, 0, 0, 0)
    assert (book("dispute"), book("bank")) == (335_38, 0)
    kept = Chargeback.objects.get()
    assert (kept.way, kept.due_on, kept.written_by_id) == ("register", date(2026, 12, 10), None)
    again = take(row(paid.number), row(paid.number.lower()))
    assert counts(again) == (0, 2, 0, 0)
    assert queries.broken() == []


def test_the_desk_and_a_register_tell_of_one_dispute(paid: Order, olga: Actor) -> None:
    letter(paid, 335_38, by=olga, name="cb-77", on=TOLD + timedelta(days=2))
    assert counts(take(row(paid))) == (0, 1, 0, 0)
    assert Chargeback.objects.count() == 1
    assert book("dispute") == 335_38


def test_a_letter_after_the_register_adds_the_day_of_the_answer(paid: Order, olga: Actor) -> None:
    take(row(paid).replace("10.12.2026", ""))
    assert Chargeback.objects.get().due_on is None
    letter(paid, 335_38, by=olga)
    assert Chargeback.objects.get().due_on == date(2026, 12, 10)
    assert book("dispute") == 335_38
    with pytest.raises(ChargebackConflict):
        letter(paid, 335_38, by=olga)
    assert queries.broken() == []


def test_a_register_after_who_did_not_know_it_adds_the_day_of_the_answer(paid: Order) -> None:
    take(row(paid).replace("10.12.2026", ""))
    assert counts(take(row(paid))) == (0, 1, 0, 0)
    assert Chargeback.objects.get().due_on == date(2026, 12, 10)
    # What is known is not written over.
    take(row(paid).replace("10.12.2026", "09.12.2026"))
    assert Chargeback.objects.get().due_on == date(2026, 12, 10)


@pytest.mark.parametrize(("state", "expected"), [("проигран", (335_38, 0, 0)), ("won", (0, 0, 335_38))])
def test_a_register_ends_a_dispute_once(
    family: Family, paid: Order, state: str, expected: tuple[int, int, int]
) -> None:
    take(row(paid))
    assert counts(take(row(paid, state=state, on="09.12.2026"))) == (1, 0, 0, 0)
    found = ledger.balances([family.first.pk, family.second.pk])
    owed = sum(money.kopecks for money in found.values())
    assert (owed, book("dispute"), book("bank")) == expected
    # The same end by another file, and the row that only told of it, later than both.
    assert counts(take(row(paid, state=state, on="09.12.2026"), row(paid))) == (0, 2, 0, 0)
    other = {"проигран": "won", "won": "lost"}[state]
    assert counts(take(row(paid, state=other, on="09.12.2026"))) == (0, 0, 1, 0)
    assert [one.event for one in queries.open_callbacks()] == ["svet.chargeback_changed"]
    assert queries.broken() == []


def test_told_and_ended_by_one_row(paid: Order) -> None:
    assert counts(take(row(paid, state="lost", on="09.12.2026"))) == (1, 0, 0, 0)
    assert (book("dispute"), book("bank"), book("receivable")) == (0, 0, 335_38)
    assert Chargeback.objects.get().state == "lost"
    assert queries.broken() == []


def test_another_sum_changes_nothing_and_stands_before_a_person(paid: Order, olga: Actor) -> None:
    letter(paid, 300_00, by=olga)
    report = take(row(paid))
    assert counts(report) == (0, 0, 1, 0)
    assert Chargeback.objects.get().kopecks == 300_00
    (waits,) = queries.open_callbacks()
    assert (waits.event, waits.money) == ("svet.chargeback_changed", Money(335_38))


def test_a_dispute_of_nobody_s_payment_waits_for_a_person_once(paid: Order) -> None:
    for _ in range(2):
        report = take(row("strange"), row("", name=f"CB-{_}"))
        assert counts(report) == (0, 0, 0, 2)
        assert "ждёт сотрудника" in " ".join(map(sentence, report.faults))
    (waits,) = queries.open_callbacks()
    assert (waits.event, waits.bank_reference) == ("svet.chargeback_of_unknown_payment", "strange")
    assert not Chargeback.objects.exists()


def test_the_same_bank_number_at_two_shops_is_told_apart_by_the_shop(
    family: Family, bank: StubBank, paid: Order
) -> None:
    shop = Shop.objects.create(code="second", name="Второй", address="a", secret="S", added_at=NOW)
    twin = make_order(person=family.anna, lines=[(family.first, 50_00)])
    Order.objects.filter(pk=twin.pk).update(shop=shop, bank_reference=paid.bank_reference, state="canceled")
    assert counts(take(row(paid))) == (0, 0, 0, 1)
    report = take_file(
        profile="disputes",
        name="d.csv",
        content=(
            "Платёж;Спор;Сумма;Удержано;Магазин\n" + f"{paid.bank_reference};CB-1;50,00;01.12.2026;second\n"
        ).encode(),
        by=BY,
        now=LATER,
    )
    # The twin is the one meant, and it is not credited.
    assert counts(report) == (0, 0, 0, 1)
    assert "не зачислен" in sentence(report.faults[0])


@pytest.mark.parametrize(
    "bad",
    [
        "{p};CB-1;1;x;01.12.2026;;;",
        "{p};CB-1;1;-5,00;01.12.2026;;;",
        "{p};CB-1;0;5,00;01.12.2026;;;",
        "{p};CB-1;1;5,00;;;;",
        "{p};;1;5,00;01.12.2026;;;",
        "{p};CB-1;1;5,00;01.12.2026;;может быть;",
        "{p};CB-1;1;5,00;01.12.2026;;lost;",
        "{p};CB-1;1;400,00;01.12.2026;;;",
        "{p};CB-1;1;5,00;01.01.2020;;;",
        "{p};CB-1;1;5,00;01.12.2026;30.11.2026;;",
    ],
)
def test_a_row_that_cannot_be_is_one_bad_row(paid: Order, bad: str) -> None:
    report = take(bad.format(p=paid.bank_reference), row(paid, "5,00", name="CB-2"))
    assert counts(report) == (1, 0, 0, 1)
    assert sentence(report.faults[0])
    assert Chargeback.objects.get().reference == "CB-2"


def test_a_second_round_comes_after_the_first_whatever_their_order(paid: Order, olga: Actor) -> None:
    second = row(paid).replace("CB-77;1", "CB-77;2").replace("01.12.2026", "05.12.2026")
    report = take(second, row(paid, state="won", on="04.12.2026"))
    assert counts(report) == (2, 0, 0, 0)
    assert book("dispute") == 335_38
    end_chargeback(
        by=olga,
        chargeback_public_id=Chargeback.objects.get(no=2).public_id,
        won=True,
        on=date(2026, 12, 9),
        reason="письмо",
        now=LATER,
    )
    assert (book("dispute"), book("bank")) == (0, 335_38)
    assert queries.broken() == []
