"""Of a person the room knows of which accounts of others they want to be reminded."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from svet.kernel.personal import DataSubject, ExportSection, PersonalShare, Row
from svet.today.operations import forget_wishes
from svet.today.queries import wishes_of


def _wishes(who: DataSubject) -> Sequence[Row]:
    return [{"account": number, "days": days} for number, days in wishes_of(person_id=who.person_id)]


EXPORT = PersonalShare(
    sections=(ExportSection("help_reminders", gettext_lazy("Напоминания о счетах близких"), 45, _wishes),),
    forget=forget_wishes,
)
