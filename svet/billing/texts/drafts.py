"""Words of facts that wait for a second hand: what they say, where they stand, why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.accounts import texts as account_texts
from svet.accounts.rules.terms import TermsField, TermsValues, read_terms
from svet.billing.queries.drafts import DraftEntry
from svet.billing.rules.drafts import DraftReason, DraftState, FactKind
from svet.kernel.refusals import Refused
from svet.look.formats import day
from svet.metering import texts as metering_texts
from svet.metering.events.acts import ACT_NAMES
from svet.metering.rules import Zone
from svet.metering.rules.acts import ActOf

#: Every reason of this module that has a sentence.
REASONS: Final = (DraftReason,)
#: What is entered, in the words of the office.
FACT_NAMES: Final[Mapping[FactKind, object]] = {
    FactKind.END: gettext_lazy("Окончание договора"),
    FactKind.TERMS: gettext_lazy("Условия договора"),
    FactKind.ACT: gettext_lazy("Акт"),
    FactKind.ACT_END: gettext_lazy("Окончание акта"),
    FactKind.ACT_GONE: gettext_lazy("Отзыв акта"),
    FactKind.METER: gettext_lazy("Замена прибора"),
    FactKind.CONTROL: gettext_lazy("Контрольные показания"),
    FactKind.DISPUTE: gettext_lazy("Возражение принято"),
    FactKind.REVIEW: gettext_lazy("Показания на проверке"),
    FactKind.CORRECTION: gettext_lazy("Исправление показаний"),
}


def draft_state(entry: DraftEntry, *, now: datetime) -> tuple[str, str]:
    """Where a draft stands, and the kind of its badge."""
    match entry.state:
        case DraftState.DONE:
            return _("подписано"), "success"
        case DraftState.REFUSED:
            return _("отказано"), "danger"
        case DraftState.WITHDRAWN:
            return _("отозвано"), "neutral"
        case DraftState.WAITING if entry.waits(now):
            return _("ждёт второй подписи"), "warning"
        case _:
            return _("срок вышел"), "neutral"


def fact_lines(kind: FactKind, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a fact says, line by line: a name and its value."""
    lines = []
    if kind is FactKind.END:
        end = facts["on"]
        lines.append((_("Окончание"), account_texts.contract_end(date.fromisoformat(end) if end else None)))
    if "terms" in facts:
        changes = read_terms(facts["terms"])
        told = account_texts.terms_lines(
            TermsValues(**{each.value: value for each, value in changes.items()})
        )
        lines += [line for each, line in zip(TermsField, told, strict=True) if each in changes]
    if "act" in facts:
        lines.append((_("О чём акт"), str(ACT_NAMES[ActOf(facts["act"])])))
    if "accept" in facts:
        lines.append((_("Решение"), _("принять показания") if facts["accept"] else _("отклонить показания")))
    if facts.get("serial"):
        lines.append((_("Новый прибор"), facts["serial"]))
    for name, text in (
        ("number", _("Номер акта")),
        ("persons", _("Скольких не было дома")),
        ("ratio", _("Коэффициент трансформации")),
    ):
        if facts.get(name):
            lines.append((text, str(facts[name])))
    lines += _days(kind, facts)
    for name, text in (
        ("final", _("Последние показания")),
        ("initial", _("Первые показания")),
        ("values", _("Показания")),
    ):
        if facts.get(name):
            values = {Zone(zone): Decimal(value) for zone, value in facts[name].items()}
            lines.append((text, metering_texts.values_line(values)))
    if facts.get("words"):
        lines.append((_("Ответ клиенту"), facts["words"]))
    return lines


def _days(kind: FactKind, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    named = [("since", _("С какого дня")), ("until", _("До какого дня")), ("drawn_on", _("Дата акта"))]
    if kind is not FactKind.END:
        named.append(("on", _("День")))
    return [(text, day(date.fromisoformat(facts[name]))) for name, text in named if facts.get(name)]


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    if not isinstance(refusal.reason, DraftReason):
        return _("Записать нельзя.")
    return _texts()[refusal.reason]


def _texts() -> dict[DraftReason, str]:
    return {
        DraftReason.NOT_FOUND: _("Такой записи на подпись нет."),
        DraftReason.TWICE: _("Такая же запись уже ждёт второй подписи."),
        DraftReason.DECIDED: _("Эту запись уже подписали, отклонили или отозвали."),
        DraftReason.EXPIRED: _("Срок подписи вышел. Внесите заново, если это ещё верно."),
        DraftReason.SAME_HAND: _("Запись внесли вы: подписывает её другой сотрудник."),
        DraftReason.NO_RIGHT: _("Ваша роль такое не подписывает."),
        DraftReason.AUTHOR_LEFT: _(
            "У того, кто внёс запись, больше нет на это права. Откажите и внесите заново, если это верно."
        ),
        DraftReason.CHANGED: _("Данные изменились: посмотрите сумму ещё раз и подпишите её."),
        DraftReason.NOT_YOURS: _("Отозвать может только тот, кто внёс. Вы можете отказать."),
    }
