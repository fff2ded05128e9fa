"""What a person has written to the retailer, as plain values for their own copy."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.support.operations import forget_writer
from svet.support.queries import appeals_of
from svet.support.texts import STATES, TOPICS


def written_by(*, person_id: int) -> list[dict[str, Any]]:
    """The person's appeals and what they wrote in them; the answers are the retailer's and come too."""
    return [
        {
            "number": appeal.number,
            "topic": appeal.topic.value,
            "state": appeal.state,
            "account": appeal.account_number,
            "opened_at": appeal.opened_at,
            "own": message.own,
            "at": message.at,
            "words": message.words,
            "photos": len(message.photos),
        }
        for appeal in appeals_of(person_id)
        for message in appeal.messages
    ]


_TOPICS = {topic.value: name for topic, name in TOPICS.items()}


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "state":
        return STATES[value]
    return _TOPICS.get(value) if name == "topic" else None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="appeals",
            title=gettext_lazy("Обращения"),
            place=60,
            rows=lambda who: written_by(person_id=who.person_id)[:MOST_ROWS],
            words=_words,
        ),
    ),
    forget=forget_writer,
)
