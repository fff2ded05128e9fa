"""Numbers as people type them, names as strangers see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.accounts import texts
from svet.accounts.rules import (
    NumberReason,
    NumberRefused,
    address,
    bare_number,
    mask_name,
    normalise_account_number,
    normalise_meter_number,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "data" / "bad_numbers.json").read_text()
)
REASONS = {
    "ERR required": NumberReason.REQUIRED,
    "ERR length": NumberReason.LENGTH,
    "ERR chars": NumberReason.CHARS,
    "ERR too_long": NumberReason.TOO_LONG,
}
OVERSIZED = {("account", 27): "1" * 1_000_000, ("meter", 34): "1 " * 50_000}


def rows(kind: str) -> list[Any]:
    found = []
    for row in VECTORS[kind]:
        raw = OVERSIZED.get((kind, row["n"]), row.get("raw"))
        if isinstance(raw, str) and row["expected"].startswith(("ERR", "form OK")):
            found.append(pytest.param(raw, row["expected"], id=f"{kind}-{row['n']}"))
    return found


def check(normalise: Any, raw: str, expected: str) -> None:
    if expected.startswith("form OK"):
        assert normalise(raw).isdigit()
        return
    with pytest.raises(NumberRefused) as caught:
        normalise(raw)
    wanted = next(reason for start, reason in REASONS.items() if expected.startswith(start))
    assert caught.value.reason == wanted
    assert texts.explain(caught.value)


@pytest.mark.parametrize(("raw", "expected"), rows("account"))
def test_account_number_vector_has_its_outcome(raw: str, expected: str) -> None:
    check(normalise_account_number, raw, expected)


@pytest.mark.parametrize(("raw", "expected"), rows("meter"))
def test_meter_number_vector_has_its_outcome(raw: str, expected: str) -> None:
    check(normalise_meter_number, raw, expected)


def test_leading_zeros_and_separators_are_understood() -> None:
    assert normalise_account_number(" 0 356-067 000 ") == "0356067000"
    assert normalise_account_number("035603560356", {10, 12}) == "035603560356"


@pytest.mark.parametrize("raw", ["№ 0356067000", "№0356 067 000", " №\u00a00356067000 "])
def test_the_sign_before_a_number_on_a_bill_may_come_along(raw: str) -> None:
    assert normalise_account_number(raw) == "0356067000"
    assert normalise_meter_number(raw) == "0356067000"
    assert bare_number(raw) == "0356067000"


@pytest.mark.parametrize(
    "raw", ["№№ 0356067000", "0356067000 №", "№", "ЛС № 0356067000", "#0356067000", "N 0356067000"]
)
def test_no_other_sign_and_no_word_comes_along(raw: str) -> None:
    with pytest.raises(NumberRefused):
        normalise_account_number(raw)


@pytest.mark.parametrize("raw", ["0000", "00000000", "0 0 0 0 0 0", "№ 0000000000"])
def test_a_meter_number_of_nothing_but_zeros_is_none(raw: str) -> None:
    with pytest.raises(NumberRefused) as caught:
        normalise_meter_number(raw)
    assert caught.value.reason is NumberReason.ZEROS
    assert texts.explain(caught.value)


def test_letter_instead_of_zero_is_hinted() -> None:
    with pytest.raises(NumberRefused) as caught:
        normalise_account_number("О356067000")
    assert "буква О" in texts.explain(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_either_refused_or_bare_ascii_digits(raw: str) -> None:
    try:
        number = normalise_meter_number(raw)
    except NumberRefused:
        return
    assert number.isascii()
    assert number.isdigit()
    assert 4 <= len(number) <= 20


def test_masked_name_shows_initials_only() -> None:
    assert mask_name("Иванов Иван Викторович") == "И*** В. И*****"
    assert mask_name("Иванова Анна Петровна") == "А*** П. И******"
    assert mask_name("Иванова Анна") == "А*** И******"
    assert mask_name("ООО Ромашка и сыновья") == "О** Р****** и с******"
    assert mask_name("") == ""


def test_flat_is_hidden_from_those_not_confirmed() -> None:
    place = {"city": "Челябинск", "street": "ул. Лесная", "house": "4", "flat": "17"}
    assert "17" not in address(**place, shown=False)
    assert address(**place, shown=True).endswith("кв.\u00a017")
