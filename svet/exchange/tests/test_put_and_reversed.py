"""What a person decided about a row meets what the bank sends the day after."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account
from svet.exchange.tests.test_payment_registers import FIRST, NOBODYS, SECOND, balance, pay, row, whole
from svet.exchange.tests.test_taking import NOW, town  # noqa: F401
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.models import ImportedPayment
from svet.payments.operations import suspense
from svet.staffing.tests.factories import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
NEXT = "17-11-2026"


@pytest.fixture
def olga() -> Actor:
    return Actor.staff(make_member().person_id, name="Ольга")


def put(number: str, olga: Actor, *, paid_on: date | None = None) -> None:
    """Put the one row that waits on an account."""
    waiting = ImportedPayment.objects.get(state__in=["suspense", "differs"])
    suspense.put_on_account(
        row_public_id=waiting.public_id,
        account_number=number,
        seen_public_id=Account.objects.get(number=number).public_id,
        by=olga,
        now=NOW,
        reason="по заявлению",
        paid_on=paid_on,
    )


def states() -> list[tuple[int, str]]:
    return list(ImportedPayment.objects.order_by("pk").values_list("kopecks", "state"))


def test_money_that_a_person_put_on_an_account_is_taken_back_from_there(olga: Actor) -> None:
    pay(row("U1", NOBODYS, "45,00"), total="45,00")
    put(FIRST, olga)
    pay(row("U1", NOBODYS, "-45,00", date=NEXT), total="-45,00", name="b.txt")
    assert states() == [(45_00, "reversed"), (-45_00, "credited")]
    assert balance(FIRST) == Money(0)
    whole()


def test_a_reversal_of_money_that_was_sent_back_waits_for_a_person(olga: Actor) -> None:
    pay(row("U1", NOBODYS, "45,00"), total="45,00")
    waiting = ImportedPayment.objects.get()
    suspense.return_suspense(row_public_id=waiting.public_id, by=olga, now=NOW, reason="просит вернуть")
    pay(row("U1", NOBODYS, "-45,00", date=NEXT), total="-45,00", name="b.txt")
    assert states() == [(45_00, "returned"), (-45_00, "suspense")]
    whole()


def test_the_bank_mends_the_account_of_a_row_that_a_person_has_placed_and_nobody_is_paid_twice(
    olga: Actor,
) -> None:
    pay(row("U1", NOBODYS, "45,00"), total="45,00")
    put(FIRST, olga)
    assert pay(row("U1", FIRST, "45,00"), total="45,00", name="b.txt").changed == 1
    assert states() == [(45_00, "credited"), (45_00, "differs")]
    assert balance(FIRST) == Money(-45_00)
    whole()


def test_a_part_taken_back_is_taken_off_by_a_person(olga: Actor) -> None:
    pay(row("P1", FIRST, "100,00"), total="100,00")
    pay(row("P2", FIRST, "-40,00", date=NEXT), total="-40,00", name="b.txt")
    put(FIRST, olga)
    assert balance(FIRST) == Money(-60_00)
    whole()


def test_a_day_that_a_person_has_mended_is_taken_back_as_well(olga: Actor) -> None:
    pay(row("F1", FIRST, "305,00", date="26-11-2062"), total="305,00")
    put(FIRST, olga, paid_on=date(2026, 11, 16))
    pay(row("F1", FIRST, "-305,00", date="19-11-2026"), total="-305,00", name="b.txt")
    assert balance(FIRST) == balance(SECOND) == Money(0)
    whole()


def test_what_was_paid_taken_back_and_told_again_waits_for_a_person_and_is_never_dropped(olga: Actor) -> None:
    pay(row("P1", FIRST, "100,00"), total="100,00")
    pay(row("P1", FIRST, "-100,00"), total="-100,00", name="b.txt")
    again = pay(row("P1", FIRST, "100,00"), row("P2", SECOND, "1,00"), total="101,00", name="c.txt")
    assert (again.applied, again.changed, again.repeated, again.loud) == (1, 1, 0, True)
    whole()
    put(FIRST, olga)
    assert balance(FIRST) == Money(-100_00)
    # The same once more is a repetition of the row that a person has placed.
    more = pay(row("P1", FIRST, "100,00"), row("P3", SECOND, "1,00"), total="101,00", name="d.txt")
    assert (more.applied, more.repeated) == (1, 1)
    whole()


def test_the_same_within_one_register_waits_too() -> None:
    rows = [row("P1", FIRST, sum) for sum in ("100,00", "-100,00", "100,00")]
    report = pay(*rows, total="100,00")
    assert (report.applied, report.changed, report.repeated) == (2, 1, 0)
    assert balance(FIRST) == Money(0)
    whole()


def test_a_register_that_tells_of_payment_and_reversal_again_tells_of_nothing_new() -> None:
    told = [row("P1", FIRST, "100,00"), row("U9", FIRST, "-100,00", date=NEXT)]
    pay(*told, total="0,00")
    again = pay(*told, row("P2", SECOND, "1,00"), total="1,00", name="b.txt")
    assert (again.applied, again.repeated, again.changed) == (1, 2, 0)
    whole()
