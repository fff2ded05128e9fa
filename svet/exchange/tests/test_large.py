"""Registers longer than a statement has places for parameters (65,535)."""

from __future__ import annotations

import pytest

from svet.exchange.operations import FileReport
from svet.exchange.tests.test_taking import NUMBERS, payment_lines, take, town  # noqa: F401

ROWS = 66_000


@pytest.mark.django_db
def test_sixty_six_thousand_payments_are_one_register(town: FileReport) -> None:  # noqa: F811
    rows = [(f"S{n}", NUMBERS[0] if n % 2 else f"1{n:09d}", "1,00") for n in range(ROWS)]
    report = take("payments", payment_lines(*rows))
    assert (report.applied, report.suspense, report.sum_kopecks) == (ROWS // 2, ROWS // 2, ROWS * 100)
