"""Of a person the room knows the addresses of their programs, and what was posted there lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.utils.translation import gettext_lazy

from svet.kernel.personal import MOST_ROWS, DataSubject, ExportSection, PersonalShare, Row
from svet.webhooks.operations import forget_webhooks
from svet.webhooks.queries import calls_of, hooks_of


def _hooks(who: DataSubject) -> Sequence[Row]:
    return [
        {"url": each.url, "events": list(each.events), "created_at": each.created_at}
        for each in hooks_of(person_id=who.person_id)
    ]


def _calls(who: DataSubject) -> Sequence[Row]:
    return [
        {name: value for name, value in asdict(call).items() if name in ("event", "state", "created_at")}
        for hook in hooks_of(person_id=who.person_id)
        for call in calls_of(person_id=who.person_id, public_id=hook.public_id, limit=MOST_ROWS)
    ]


EXPORT = PersonalShare(
    sections=(
        ExportSection("webhooks", gettext_lazy("Сообщения для программ: адреса"), 16, _hooks),
        ExportSection("webhook_calls", gettext_lazy("Сообщения для программ: отправлено"), 17, _calls),
    ),
    forget=forget_webhooks,
)
