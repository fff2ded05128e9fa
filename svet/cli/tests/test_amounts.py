"""Numbers on the command line: what is none is said so, whatever it would do to the arithmetic behind."""

from __future__ import annotations

from decimal import Decimal

import click
import pytest

from svet.cli.commands.amounts import AMOUNT, kopecks_of


@pytest.mark.parametrize(
    "typed", ["1e999", "1e3", "NaN", "-Infinity", "1_0", "٥", "", "-", ".", "1.2.3", "9" * 40, "1\0"]
)
def test_what_is_no_number_is_said_so(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="write it like"):
        AMOUNT.convert(typed, None, None)


@pytest.mark.parametrize(
    ("typed", "kopecks"), [("-500,00", -500_00), ("92.5", 92_50), ("0", 0), ("+3", 3_00), (".5", 50)]
)
def test_roubles_become_kopecks(typed: str, kopecks: int) -> None:
    assert kopecks_of(AMOUNT.convert(typed, None, None)) == kopecks


def test_parts_of_a_kopeck_are_refused() -> None:
    with pytest.raises(click.UsageError):
        kopecks_of(Decimal("0.005"))
