"""Many reversals in one register: each takes back a payment of its own, as if they came one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.exchange.tests.test_payment_registers import FIRST, NOBODYS, SECOND, balance, pay, row, whole
from svet.exchange.tests.test_taking import town  # noqa: F401
from svet.kernel.money import Money
from svet.payments.models import ImportedPayment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


def taken_back() -> dict[str, str]:
    """By the number of each reversal that found something, the number of what it took back."""
    found = ImportedPayment.objects.filter(kopecks__lt=0, undoes__isnull=False)
    return dict(found.values_list("external_id", "undoes__external_id"))


def test_reversals_of_one_sum_take_the_newest_day_first_and_each_another() -> None:
    pay(
        row("P1", FIRST, "300,00", date="16-11-2026"),
        row("P2", FIRST, "300,00", date="18-11-2026"),
        row("P3", FIRST, "300,00", date="17-11-2026"),
        total="900,00",
    )
    later = [row(f"R{at}", FIRST, "-300,00", date="19-11-2026") for at in range(4)]
    report = pay(*later, total="-1200,00", name="back.txt")
    assert taken_back() == {"R0": "P2", "R1": "P3", "R2": "P1"}
    assert (report.applied, report.suspense) == (3, 1)
    assert balance(FIRST) == Money(0)
    whole()


def test_a_reversal_that_names_its_payment_never_takes_another_though_that_one_is_gone() -> None:
    pay(row("P1", FIRST, "300,00"), row("P2", FIRST, "300,00", date="17-11-2026"), total="600,00")
    pay(row("R0", FIRST, "-300,00", date="18-11-2026"), total="-300,00", name="one.txt")
    assert taken_back() == {"R0": "P2"}
    report = pay(
        row("P2", FIRST, "-300,00", date="18-11-2026"),
        row("P1", FIRST, "-300,00", date="18-11-2026"),
        total="-600,00",
        name="two.txt",
    )
    assert taken_back() == {"R0": "P2", "P1": "P1"}
    assert (report.applied, report.suspense) == (1, 1)
    assert balance(FIRST) == Money(0)
    whole()


def test_a_reversal_is_no_older_than_what_it_takes_back() -> None:
    report = pay(
        row("P1", FIRST, "300,00", date="18-11-2026"),
        row("R1", FIRST, "-300,00", date="17-11-2026"),
        total="0,00",
    )
    assert taken_back() == {}
    assert (report.applied, report.suspense) == (1, 1)
    whole()


@dataclass
class _Kept:
    number: str
    account: str
    kopecks: int
    day: date
    gone: bool = False


def _one_by_one(payments: Sequence[_Kept], reversals: Sequence[_Kept]) -> dict[str, str]:
    """What the rule says, written plainly: named ones first, else the newest that stands."""
    found = {}
    for reversal in reversals:
        alike = [p for p in payments if (p.account, p.kopecks) == (reversal.account, -reversal.kopecks)]
        named = [p for p in alike if p.number == reversal.number]
        standing = [p for p in named or alike if not p.gone and p.day <= reversal.day]
        if standing:
            last = max(enumerate(standing), key=lambda each: (each[1].day, each[0]))[1]
            last.gone = True
            found[reversal.number] = last.number
    return found


@pytest.mark.parametrize("seed", range(6))
def test_any_register_takes_back_what_it_would_row_by_row(seed: int) -> None:
    chance = random.Random(seed)
    kept: list[_Kept] = []
    for at in range(120):
        back = chance.random() < 0.4
        known = [one for one in kept if one.kopecks > 0]
        account, kopecks = chance.choice([FIRST, SECOND, NOBODYS]), chance.choice([100_00, 200_00])
        number, day = f"N{at}", date(2026, 11, chance.randint(10, 19))
        if back and known and chance.random() < 0.5:
            named = chance.choice(known)
            number, account, kopecks = named.number, named.account, named.kopecks
            if any(one.number == number and one.kopecks < 0 for one in kept):
                continue
        kept.append(_Kept(number, account, -kopecks if back else kopecks, day))
    lines = [
        row(one.number, one.account, f"{one.kopecks // 100},00", date=one.day.strftime("%d-%m-%Y"))
        for one in kept
    ]
    total = sum(one.kopecks for one in kept) // 100
    pay(*lines, total=f"{total},00")
    # Of one day the last written is the newest; plain rows are written before those that the rules judge.
    written = list(
        ImportedPayment.objects.filter(kopecks__gt=0).order_by("pk").values_list("external_id", flat=True)
    )
    payments = sorted((one for one in kept if one.kopecks > 0), key=lambda one: written.index(one.number))
    assert taken_back() == _one_by_one(payments, [one for one in kept if one.kopecks < 0])
    whole()


def test_a_hundred_reversals_ask_no_more_than_one() -> None:
    asked = []
    for count in (1, 100):
        paid = [row(f"P{count}-{at}", FIRST, f"{at + 1},00") for at in range(count)]
        back = [row(f"P{count}-{at}", FIRST, f"-{at + 1},00") for at in range(count)]
        with CaptureQueriesContext(connection) as seen:
            pay(*paid, *back, total="0,00", name=f"r{count}.txt")
        asked.append(len(seen))
    # A few rows are written by INSERT, many by COPY, which is no query here: never more.
    assert asked[1] <= asked[0]
    assert balance(FIRST) == Money(0)
