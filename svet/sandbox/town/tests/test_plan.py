from datetime import date
from itertools import pairwise

import pytest

from svet.exchange.rules import accounts, payments, readings
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.sandbox.town.rules import plan, registers
from svet.sandbox.town.rules.cast import ANNA_PHONE, FREE_PAIRS, RESIDENTS

ANCHOR = Month(2026, 11)
HOUSES = [plan.household(seed="svet", index=index, anchor=ANCHOR) for index in range(1, 401)]


def test_the_town_is_a_function_of_seed_and_month() -> None:
    again = [plan.household(seed="svet", index=index, anchor=ANCHOR) for index in range(1, 401)]
    assert again == HOUSES
    assert plan.household(seed="other", index=10, anchor=ANCHOR) != HOUSES[9]


def test_numbers_never_repeat() -> None:
    houses = [plan.household(seed="svet", index=index, anchor=ANCHOR) for index in range(1, 2001)]
    assert len({house.number for house in houses}) == 2000
    assert len({house.serial for house in houses}) == 2000
    assert all(len(house.number) == 10 for house in houses)


def test_the_town_has_everything_a_page_must_bear() -> None:
    assert {house.scheme for house in HOUSES} == {1, 2, 3}
    assert {house.tariff_group for house in HOUSES} == {"1.1", "1.2", "1.3"}
    assert {house.sender for house in HOUSES} == set(plan.Sender)
    assert {house.payer for house in HOUSES} == set(plan.PlannedPayer)
    today = date(2026, 11, 22)
    assert any(house.next_verification_on < today for house in HOUSES)
    assert any(0 < (house.next_verification_on - today).days < 180 for house in HOUSES)
    assert max(len(house.holder) for house in HOUSES) > 60


def test_the_people_one_signs_in_as_hold_what_the_registry_says() -> None:
    anna = RESIDENTS[0]
    assert all(HOUSES[index - 1].phone == ANNA_PHONE for group in anna.accounts.values() for index in group)
    held = {index for resident in RESIDENTS for group in resident.accounts.values() for index in group}
    assert not held & set(FREE_PAIRS)


def test_a_meter_never_runs_backwards_but_for_its_turn() -> None:
    for house in HOUSES[:100]:
        shown = [reading.values for reading in plan.readings(house, anchor=ANCHOR)]
        for before, after in pairwise(shown):
            for low, high in zip(before, after, strict=True):
                assert high >= low or (house.sender is plan.Sender.SMART and low > high)


def test_no_reading_comes_from_the_future() -> None:
    before = date(2026, 11, 20)
    for house in HOUSES[:100]:
        for reading in plan.readings(house, anchor=ANCHOR, before=before):
            assert reading.read_on < before


def test_the_registers_are_read_by_the_exchange_without_a_fault() -> None:
    text = registers.accounts(HOUSES, anchor=ANCHOR).decode()
    rows = list(accounts.parse(text))
    assert len(rows) == len(HOUSES)
    assert all(isinstance(row, accounts.AccountRow) for row in rows)
    month = registers.month_readings(HOUSES, anchor=ANCHOR, month=Month(2026, 9)).decode()
    assert all(isinstance(row, readings.ReadingRow) for row in readings.parse(month))


@pytest.mark.parametrize("month", [Month(2026, 5), Month(2026, 10)])
def test_the_bank_register_adds_up(month: Month) -> None:
    debts = [registers.Debt(house, Money(123_456)) for house in HOUSES]
    content = registers.payments(debts, month=month, anchor=ANCHOR)
    assert content is not None
    found = payments.parse(content.decode("cp1251"))
    assert not found.faults
    assert found.total == Money.total(row.sum for row in found.rows)
    assert len({row.external_id for row in found.rows}) == len(found.rows)
