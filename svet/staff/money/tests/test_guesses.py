"""Money that waits is shown with the accounts it may have been meant for, and a person decides."""

from __future__ import annotations

import pytest
from django.test import Client

from svet.accounts.tests.factories import make_account, make_provider
from svet.payments.models import ImportedPayment
from svet.payments.queries import suspense
from svet.payments.queries.guesses import Guess, guesses
from svet.payments.rules.guessing import GuessKind, alike
from svet.payments.tests.factories import Family
from svet.staff.money.tests.test_money import bank, came, clerk, family, put, text_of

__all__ = ["bank", "clerk", "family"]
pytestmark = pytest.mark.django_db
TEN = frozenset({10})


@pytest.mark.parametrize(
    ("typed", "meant", "reason"),
    [
        ("356067000", "0356067000", GuessKind.ZEROS),
        ("№ 0356 067 001", "0356067000", GuessKind.DIGIT),
        ("0356076000", "0356067000", GuessKind.SWAPPED),
        ("03560670000", "0356067000", GuessKind.LENGTH),
        ("035606700", "0356067000", GuessKind.LENGTH),
    ],
)
def test_a_slip_is_known_by_its_kind(typed: str, meant: str, reason: GuessKind) -> None:
    assert alike(typed, lengths=TEN)[meant] == reason


@pytest.mark.parametrize("typed", ["", "за свет", "0" * 21, "٣٥٦"])
def test_of_what_is_no_number_nothing_is_guessed(typed: str) -> None:
    assert alike(typed, lengths=TEN) == {}


def test_the_number_itself_is_no_guess() -> None:
    assert "0356067000" not in alike("0356067000", lengths=TEN)


def guessed(row: ImportedPayment) -> list[Guess]:
    found = suspense.row_by_id(row.public_id)
    assert found is not None
    return guesses(found)


def test_the_likeliest_first_and_of_equal_ones_who_paid_this_sum_before(family: Family) -> None:
    provider = family.first.provider
    one, two = (make_account(provider=provider, number=f"077700000{digit}") for digit in (1, 2))
    make_account(provider=make_provider(code="heat", name="Теплосеть"), number="0777000003")
    came(two, external_id="old", known=True, kopecks=450_00)
    row = came(one, account_text="0777000009", kopecks=450_00, payer="")
    assert guessed(row) == [
        Guess(two.pk, two.number, GuessKind.DIGIT, ImportedPayment.objects.get(account=two).effective_on),
        Guess(one.pk, one.number, GuessKind.DIGIT),
    ]


def test_what_a_person_has_decided_for_the_same_number_comes_first(family: Family, clerk: Client) -> None:
    near = make_account(provider=family.first.provider, number="0777000001")
    assert put(clerk, came(family.first, account_text="0777000009"), family.first).status_code == 302
    row = came(family.first, external_id="next", account_text="0777000009", payer="")
    assert [(one.number, one.reason) for one in guessed(row)] == [
        (family.first.number, GuessKind.SAME_MISTAKE), (near.number, GuessKind.DIGIT),
    ]  # fmt: skip


def test_name_and_address_find_an_account_and_too_many_namesakes_none(family: Family) -> None:
    provider = family.first.provider
    made = make_account(provider=provider, holder_name="Крапивина Зоя Павловна", flat="91")
    row = came(family.first, payer="Крапивина Зоя Павловна; за свет", account_text="")
    assert [(one.number, one.reason) for one in guessed(row)] == [(made.number, GuessKind.WORDS)]
    for _ in range(5):
        make_account(provider=provider, holder_name="Крапивина Зоя Павловна")
    assert guessed(row) == []


def test_the_desk_shows_them_and_one_press_shows_whose_it_is(family: Family, clerk: Client) -> None:
    made = make_account(provider=family.first.provider, number="0356067000")
    row = came(family.first, account_text="356067000", payer="")
    address = f"/staff/money/rows/{row.public_id}/"
    page = text_of(clerk.get(address))
    assert "Похожие счета" in page
    assert "в номере потеряны нули" in page
    shown = text_of(clerk.post(address, {"act": "check", "account_number": made.number}))
    assert f'value="{made.public_id}"' in shown
    assert "Похожие счета" not in shown
    assert ImportedPayment.objects.get(pk=row.pk).state == "suspense"
