"""What a control reading means for the bill: said of the roubles it changes, not of the dials alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.billing.queries import ControlDifference
from svet.cabinet.readings.control import ControlView
from svet.kernel.money import Money
from svet.kernel.services import Unit
from svet.metering.rules import Zone


def said(difference: int, kopecks: int | None, *, ahead: bool = True, unit: Unit = Unit.KWH) -> str:
    effect = None if kopecks is None else Money(kopecks)
    view = ControlView(
        rows=(),
        unit=unit,
        found=ControlDifference(None, {Zone.SINGLE: Decimal(difference)}, effect),
        until=date(2026, 12, 28),
        may_object=True,
        ahead=ahead,
        dispute=None,
        settled_by=None,
    )
    return " ".join(view.sentences).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("difference", "kopecks", "meaning", "money"),
    [
        (213, 558_00, "разница войдёт в ближайший счёт", "будет больше примерно на 558,00 ₽"),
        # Six weeks after the last reading: the bill without this one would be of an average.
        (213, -714_42, "меньше, чем мы посчитали бы без показаний", "будет меньше примерно на 714,42 ₽"),
        (0, -300_00, "без них мы посчитали бы больше", "будет меньше примерно на 300,00 ₽"),
        (-100, -400_00, "вернём в ближайшем счёте", "будет меньше примерно на 400,00 ₽"),
        (-100, 20_00, "", "будет больше примерно на 20,00 ₽"),
        (213, None, "разница войдёт в ближайший счёт", ""),
    ],
)
def test_the_words_and_the_money_agree(
    difference: int, kopecks: int | None, meaning: str, money: str
) -> None:
    words = said(difference, kopecks)
    assert meaning in words
    assert money in words
    assert ("примерно" in words) == bool(money)
    assert not ("войдёт" in words and "будет меньше" in words)
    assert not ("вернём" in words and "будет больше" in words)


def test_nothing_is_foretold_where_nothing_changes() -> None:
    assert said(0, 0) == "Контрольные показания совпали с вашими: в счёте ничего не изменится."
    assert said(99, 0).endswith("в счёте из-за них ничего не меняется.")


def test_a_reading_that_stands_no_more_or_is_on_a_bill_foretells_none() -> None:
    assert said(213, 558_00, ahead=False) == ""


def test_what_another_charges_has_no_roubles_of_ours() -> None:
    assert said(3, None, unit=Unit.M3).endswith("разницу посчитает поставщик.")
