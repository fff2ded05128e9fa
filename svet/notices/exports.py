"""What a person was told, the browsers that show it and their messenger, for their copy."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from svet.kernel.personal import MOST_ROWS, DataSubject, ExportSection, PersonalShare, Row
from svet.notices import queries
from svet.notices.queries.messengers import kept_chat


def _browsers(who: DataSubject) -> Sequence[Row]:
    return [{"name": row.label, "since": row.created_at} for row in queries.browsers(who.recipient_id)]


def _chat(who: DataSubject) -> Sequence[Row]:
    found = kept_chat(who.recipient_id)
    if found is None:
        return []
    return [{"number": found.number, "name": found.name, "since": found.connected_at}]


def _told(who: DataSubject) -> Sequence[Row]:
    return queries.told_to(recipient_id=who.recipient_id, limit=MOST_ROWS)


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="browsers", title=gettext_lazy("Уведомления на устройствах"), place=14, rows=_browsers
        ),
        ExportSection(key="messenger", title=gettext_lazy("Уведомления в мессенджере"), place=18, rows=_chat),
        ExportSection(key="notices", title=gettext_lazy("Уведомления"), place=70, rows=_told),
    ),
    kept="the addresses are needed for the last word, and go with it (leaving.say_farewell)",
)
