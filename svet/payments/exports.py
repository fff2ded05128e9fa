"""A person's payments and cards, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.money import Money
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats
from svet.payments.operations.leaving import forget_payer
from svet.payments.queries.copies import cards_named_by, made_by
from svet.payments.texts import state_name


def _words(name: str, value: Any) -> str | Promise | None:
    if name in ("total_kopecks", "refunded_kopecks"):
        return formats.roubles(Money(int(value)))
    if name == "accounts":
        return ", ".join(f"{number}: {formats.roubles(Money(int(one)))}" for number, one in value.items())
    if name == "state":
        return state_name(value)
    return None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="payments",
            title=gettext_lazy("Платежи"),
            place=50,
            rows=lambda who: made_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
        ExportSection(
            key="cards",
            title=gettext_lazy("Карты"),
            place=51,
            rows=lambda who: cards_named_by(person_id=who.person_id),
        ),
    ),
    forget=forget_payer,
)
