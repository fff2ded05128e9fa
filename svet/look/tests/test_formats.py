from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.look import formats


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [
        (0, "0,00 ₽"),
        (30000, "300,00 ₽"),
        (123456, "1 234,56 ₽"),
        (-30000, "−300,00 ₽"),
        (123456789012, "1 234 567 890,12 ₽"),
    ],
)
def test_sums_are_written_with_no_break_spaces_and_a_true_minus(kopecks: int, text: str) -> None:
    assert formats.roubles(kopecks) == formats.roubles(Money(kopecks)) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("4036"), "4 036 кВт·ч"),
        (Decimal("4036.50"), "4 036,5 кВт·ч"),
        (Decimal("0"), "0 кВт·ч"),
        (Decimal("1E+3"), "1 000 кВт·ч"),
        (-5, "−5 кВт·ч"),
    ],
)
def test_energy_is_written_with_its_unit(value: Decimal, text: str) -> None:
    with translation.override("ru"):
        assert formats.energy(value) == text.replace(" ", "\u00a0")


def test_dates_months_and_moments_are_local() -> None:
    with translation.override("ru"):
        assert formats.day(date(2026, 11, 2)) == "02.11.2026"
        assert formats.moment(datetime(2026, 11, 22, 9, 5, tzinfo=UTC)) == "22.11.2026\u00a014:05"
        assert formats.month(Month(2026, 11)).casefold() == "ноябрь\u00a02026"
        assert formats.day_and_month(date(2026, 11, 5)) == "5\u00a0ноября"


def test_a_phone_is_grouped_and_a_foreign_one_left_alone() -> None:
    assert formats.phone("+79117178512") == "+7\u00a0(911)\u00a0717-85-12"
    assert formats.phone("+380501234567") == "+380501234567"


@pytest.mark.parametrize(
    ("count", "word"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (112, "дней"), (0, "дней")],
)
def test_russian_counts_choose_their_word(count: int, word: str) -> None:
    assert formats.plural_ru(count, "день,дня,дней") == word


def test_tags_forgive_what_is_not_there() -> None:
    text = Template(
        "{% load look %}[{{ x|rub }}{{ x|kwh }}{{ x|date_ru }}{{ x|moment }}{{ x|month_name }}{{ x|phone }}]"
    )
    assert text.render(Context({"x": None})) == "[]"


def test_an_icon_is_decoration_unless_it_is_named() -> None:
    text = Template('{% load look %}{% icon "bell" %}').render(Context())
    assert 'aria-hidden="true"' in text
    text = Template('{% load look %}{% icon "bell" label %}').render(Context({"label": '"><script>'}))
    assert 'role="img"' in text
    assert "<script>" not in text


def test_a_house_stands_apart_from_its_street_and_nothing_else_does() -> None:
    text = Template("{% load look %}{{ name|house_apart }}")
    said = text.render(Context({"name": "ул. Верхняя Плотина, д.\u00a0108/2, кв.\u00a0*"}))
    assert (
        said == "<span class='line__fit'><span>ул. Верхняя Плотина,</span>"
        " <span>д.\u00a0108/2, кв.\u00a0*</span></span>"
    )
    assert text.render(Context({"name": "Мамина <квартира>, дача"})) == "Мамина &lt;квартира&gt;, дача"
    assert text.render(Context({"name": None})) == ""
