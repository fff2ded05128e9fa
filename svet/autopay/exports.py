"""A person's agreements about autopay, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.autopay.operations.leaving import end_all
from svet.autopay.queries import agreed_by
from svet.autopay.texts import state_word
from svet.kernel.money import Money
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "ceiling_kopecks" and value is not None:
        return formats.roubles(Money(int(value)))
    return state_word(value) if name == "state" else None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="autopay",
            title=gettext_lazy("Автоплатежи"),
            place=52,
            rows=lambda who: agreed_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
    ),
    forget=end_all,
)
