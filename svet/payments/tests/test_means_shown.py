"""A card and an account are called one way, whatever the bank wrote, in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from svet.payments.queries.cards import means_shown


@pytest.mark.parametrize(
    ("method", "russian", "english"),
    [
        ("Мир *2987", "Мир •• 2987", "Mir •• 2987"),
        ("Bank card *4444", "Карта •• 4444", "Card •• 4444"),
        ("Visa **1111", "Visa •• 1111", "Visa •• 1111"),
        ("СБП", "СБП", "SBP"),
        ("*2987", "•• 2987", "•• 2987"),
        ("SberPay", "SberPay", "SberPay"),
        ("", "", ""),
    ],
)
def test_what_it_was_paid_by_reads_as_bound_cards_do(method: str, russian: str, english: str) -> None:
    with translation.override("ru"):
        assert means_shown(method) == russian
    with translation.override("en"):
        assert means_shown(method) == english
