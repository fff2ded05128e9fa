"""Of a person the room knows of which accounts of others they want to be reminded, and of which they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.personal import DataSubject, ExportSection, PersonalShare, Row
from svet.today.operations import forget_wishes
from svet.today.queries import help_told_of, wishes_of

_KINDS: Final[Mapping[str, Promise]] = {
    "readings": gettext_lazy("показания"),
    "due": gettext_lazy("оплата"),
}


def _wishes(who: DataSubject) -> Sequence[Row]:
    return [{"account": number, "days": days} for number, days in wishes_of(person_id=who.person_id)]


def _told(who: DataSubject) -> Sequence[Row]:
    return [
        {"account": number, "kind": kind, "ends_on": on, "told_at": at}
        for number, kind, on, at in help_told_of(person_id=who.person_id)
    ]


def _words(name: str, value: Any) -> str | Promise | None:
    return _KINDS.get(value) if name == "kind" else None


EXPORT = PersonalShare(
    sections=(
        ExportSection("help_reminders", gettext_lazy("Напоминания о счетах близких"), 45, _wishes),
        ExportSection("help_told", gettext_lazy("О чём напомнили по счетам близких"), 46, _told, _words),
    ),
    forget=forget_wishes,
)
