"""Of a person the room knows of which outages they were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy

from svet.kernel.personal import DataSubject, ExportSection, PersonalShare, Row
from svet.outages.operations.telling import forget_told_person
from svet.outages.queries import told_to


def _told(who: DataSubject) -> Sequence[Row]:
    return [
        {"why": why, "begins_at": begins_at, "ends_at": ends_at, "off": off, "told_at": told_at}
        for why, begins_at, ends_at, off, told_at in told_to(person_id=who.person_id)
    ]


EXPORT: Final = PersonalShare(
    sections=(ExportSection("outages_told", gettext_lazy("О каких отключениях сообщили"), 49, _told),),
    forget=forget_told_person,
)
