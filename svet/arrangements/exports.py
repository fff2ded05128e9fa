"""What a person has promised, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.arrangements.operations import drop_promises
from svet.arrangements.queries import promised_by
from svet.arrangements.texts import state_word
from svet.kernel.money import Money
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "kopecks":
        return formats.roubles(Money(int(value)))
    return state_word(value) if name == "state" else None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="promises",
            title=gettext_lazy("Обещанные платежи"),
            place=53,
            rows=lambda who: promised_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
    ),
    forget=drop_promises,
)
