"""What can be certified of an account on a day: nothing owed, nothing late, or no certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from svet.bills.rules.certificates import (
    CODE_LENGTH,
    NO_CODE,
    CertificateKind,
    CertificateReason,
    CertificateRefused,
    CertifiedDebt,
    certified_debt,
    masked_number,
    new_certificate_code,
    printed_code,
    typed_code,
)
from svet.kernel.money import ZERO, Money

TODAY = date(2026, 11, 20)
PAST, COMING = date(2026, 11, 10), date(2026, 12, 10)


@dataclass(frozen=True)
class Bill:
    due_on: date
    closing: int
    taken: int = 0


def refused(**given: object) -> dict[str, object]:
    with pytest.raises(CertificateRefused) as caught:
        certified_debt(today=TODAY, **given)  # type: ignore[arg-type]
    assert caught.value.reason is CertificateReason.OVERDUE
    return caught.value.details


@pytest.mark.parametrize(("balance", "overpaid"), [(0, 0), (-1, 1), (-50_000, 50_000)])
def test_nothing_owed_is_no_debt_whatever_bills_asked_for(balance: int, overpaid: int) -> None:
    found = certified_debt(balance=Money(balance), bills=[Bill(PAST, 70_000)], today=TODAY)
    assert found == CertifiedDebt(CertificateKind.NO_DEBT, 0, 0, None, overpaid)


@pytest.mark.parametrize("due_on", [TODAY, COMING])
def test_what_may_still_be_paid_in_time_is_not_late(due_on: date) -> None:
    found = certified_debt(balance=Money(30_000), bills=[Bill(due_on, 30_000)], today=TODAY)
    assert found == CertifiedDebt(CertificateKind.NOT_DUE, 30_000, 30_000, due_on, 0)


def test_a_kopeck_that_is_late_refuses() -> None:
    assert refused(balance=Money(1), bills=[Bill(PAST, 30_000)]) == {
        "late": 1,
        "since": PAST,
        "transit": 0,
        "penalty": 0,
    }


def test_only_the_old_part_is_late_and_the_new_one_is_named_by_nobody() -> None:
    bills = [Bill(COMING, 50_000), Bill(PAST, 20_000)]
    assert refused(balance=Money(50_000), bills=bills)["late"] == 20_000
    # The old part is paid: money pays the oldest first.
    found = certified_debt(balance=Money(30_000), bills=bills, today=TODAY)
    assert (found.kind, found.due, found.due_on) == (CertificateKind.NOT_DUE, 30_000, COMING)


def test_money_on_its_way_is_named_and_does_not_pay() -> None:
    details = refused(balance=Money(500), bills=[Bill(PAST, 500)], transit=Money(500))
    assert (details["late"], details["transit"]) == (500, 500)


def test_what_stands_on_no_bill_yet_is_owed_by_no_day() -> None:
    found = certified_debt(balance=Money(45_000), bills=[Bill(COMING, 30_000)], today=TODAY)
    assert (found.owed, found.due, found.due_on) == (45_000, 30_000, COMING)
    found = certified_debt(balance=Money(9_000), bills=[], unbilled_charges=Money(9_000), today=TODAY)
    assert found == CertifiedDebt(CertificateKind.NOT_DUE, 9_000, 0, None, 0)
    # After an old bill that is paid.
    found = certified_debt(balance=Money(9_000), bills=[Bill(PAST, 0)], today=TODAY)
    assert found == CertifiedDebt(CertificateKind.NOT_DUE, 9_000, 0, None, 0)


def test_a_debt_brought_from_the_system_before_is_late_until_it_is_paid() -> None:
    given: dict[str, object] = {"bills": [], "carried_since": PAST, "unbilled_charges": Money(9_000)}
    assert refused(balance=Money(29_000), **given) == {
        "late": 20_000,
        "since": PAST,
        "transit": 0,
        "penalty": 0,
    }
    found = certified_debt(
        balance=Money(9_000),
        bills=[],
        carried_since=PAST,
        unbilled_charges=Money(9_000),
        transit=ZERO,
        today=TODAY,
    )
    assert found.kind is CertificateKind.NOT_DUE


def test_codes_are_typed_from_paper_with_spaces_and_in_any_case() -> None:
    codes = {new_certificate_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code) == CODE_LENGTH
        assert not set(code) & set("0O1I")
        assert code.isalnum()
        assert code == code.upper()
        assert typed_code(f" {printed_code(code).lower()} ") == typed_code("-".join(code)) == code
    # ASVS 11.5.1: whoever guesses has at least 128 bits before them; each letter is one of 32.
    assert CODE_LENGTH * 5 >= 128


@pytest.mark.parametrize(
    "wrong", ["", "A" * 16, "A" * 27, "A" * 29, "0" * 28, "O" * 28, "А" * 28, "A\0" * 14, "x" * 9999]
)
def test_what_cannot_be_a_code_names_none(wrong: str) -> None:
    assert typed_code(wrong) == NO_CODE


@pytest.mark.parametrize(
    ("number", "shown"), [("7401234567", "••• 4567"), ("12345", "••• 45"), ("1", "••• "), ("", "••• ")]
)
def test_a_number_is_known_again_and_not_told(number: str, shown: str) -> None:
    assert masked_number(number) == shown
