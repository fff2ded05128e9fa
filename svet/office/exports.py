"""What a person has asked of the office: their copy, and forgetting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.personal import DataSubject, ExportSection, PersonalShare, Row
from svet.office.operations.leaving import forget_requests
from svet.office.queries import office_requests

_COLUMNS = ("number", "kind", "phone", "comment", "state", "asked_at", "decided_at", "decision")
_NAMES: Final[Mapping[str, Mapping[str, Promise]]] = {
    "kind": {
        "phone": gettext_lazy("Смена телефона"),
        "factor": gettext_lazy("Отключение второго шага"),
    },
    "state": {
        "open": gettext_lazy("Ждёт офиса"),
        "approved": gettext_lazy("Исполнена"),
        "refused": gettext_lazy("Отказано"),
        "withdrawn": gettext_lazy("Отозвана"),
    },
}


def _asked(who: DataSubject) -> Sequence[Row]:
    rows = office_requests(person_id=who.person_id)
    return [{name: getattr(row, name) for name in _COLUMNS} for row in rows]


def _words(name: str, value: Any) -> str | Promise | None:
    return _NAMES.get(name, {}).get(value)


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="office_requests", title=gettext_lazy("Заявки в офис"), place=20, rows=_asked, words=_words
        ),
    ),
    forget=forget_requests,
)
