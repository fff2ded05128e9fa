"""The readings a person sent, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats
from svet.metering.queries.copies import sent_by
from svet.metering.texts import CHANNEL_NAMES, STATE_NAMES, ZONE_NAMES


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "values":
        return ", ".join(f"{ZONE_NAMES[zone]}: {formats.number(one)}" for zone, one in value.items())
    if name == "state":
        return STATE_NAMES[value]
    if name == "channel":
        return CHANNEL_NAMES.get(str(value))
    return None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="readings",
            title=gettext_lazy("Переданные показания"),
            place=40,
            rows=lambda who: sent_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
    ),
    kept="readings, photos and disputes stay with the account: the law keeps what a bill was made of",
)
