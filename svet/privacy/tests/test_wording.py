"""The copy of a person's data is read in words: sums, days and names, not the codes of programs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from svet.privacy import wording

SPACE = "\N{NO-BREAK SPACE}"
SAID = [
    ("payments", "total_kopecks", 123456, f"1{SPACE}234,56{SPACE}₽"),
    ("payments", "accounts", {"0300568589": 100}, f"0300568589: 1,00{SPACE}₽"),
    ("payments", "state", "credited", "Проведен"),
    ("readings", "state", "under_review", "На проверке"),
    ("readings", "values", {"day": Decimal(4036)}, f"День: 4{SPACE}036"),
    ("consents", "kind", "terms", "Пользовательское соглашение"),
    ("consents", "channel", "office", "офис"),
    ("office_requests", "state", "approved", "Исполнена"),
    ("appeals", "topic", "bill", "Счёт и начисления"),
    ("notices", "event", "bill_ready", "Счёт готов"),
    ("acts", "action", "session.opened", "Вход"),
    ("accounts", "can_pay", False, "нет"),
    ("profile", "birth_on", None, "—"),
    ("profile", "first_name", "Анна", "Анна"),
]


@pytest.mark.parametrize(("section", "name", "value", "words"), SAID)
def test_codes_sums_and_days_are_said_in_words(section: str, name: str, value: object, words: str) -> None:
    with translation.override("ru"):
        assert wording.value_in_words(section, name, value) == words


def test_what_has_no_word_is_shown_as_it_stands() -> None:
    assert wording.value_in_words("acts", "action", "something.new") == "something.new"
    assert wording.label("something_new") == "something_new"
