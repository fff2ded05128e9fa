"""Of persons the room knows who does not want to be compared, and their limits for a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.personal import DataSubject, ExportSection, PersonalShare, Row
from svet.usage.operations import forget_choice
from svet.usage.queries import budgets_of, budgets_told

_NAMES: Final[Mapping[str, Promise]] = {
    "money": gettext_lazy("копеек по счёту"),
    "energy": gettext_lazy("киловатт-часов"),
}


def _budgets(who: DataSubject) -> Sequence[Row]:
    return [
        {"account": number, "kind": budget.kind.value, "limit": budget.limit}
        for number, budget in budgets_of(person_id=who.person_id)
    ]


def _told(who: DataSubject) -> Sequence[Row]:
    return [
        {"account": number, "month": str(month), "told_at": at}
        for number, month, at in budgets_told(person_id=who.person_id)
    ]


def _words(name: str, value: Any) -> str | Promise | None:
    return _NAMES.get(value) if name == "kind" else None


EXPORT = PersonalShare(
    sections=(
        ExportSection("budgets", gettext_lazy("Пределы на месяц"), 47, _budgets, _words),
        ExportSection("budgets_told", gettext_lazy("Предупреждения о пределах"), 48, _told),
    ),
    forget=forget_choice,
)
