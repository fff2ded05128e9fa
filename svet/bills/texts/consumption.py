"""What a paper of use and payments says, on paper, on pages, and where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.bills.rules.certificates import printed_code
from svet.bills.rules.consumption import (
    ConsumptionDebt,
    ConsumptionPlan,
    ConsumptionReason,
    ConsumptionStatement,
    ConsumptionView,
    DebtState,
)
from svet.bills.texts.labels import month_label
from svet.kernel.refusals import Refused
from svet.kernel.writing import plain_number
from svet.look.formats import day, roubles, volume


def consumption_title() -> str:
    """The name of the paper."""
    return _("Справка о потреблении и платежах")


def consumption_period(statement: ConsumptionStatement) -> str:
    """«май 2026 — октябрь 2026», one month by itself."""
    first, last = month_label(statement.since), month_label(statement.until)
    return first if first == last else f"{first} — {last}"


def consumption_totals(statement: ConsumptionStatement) -> list[str]:
    """Its sums in sentences: period, use, charged, paid, and what was owed at the end."""
    said = [_("Период: %(period)s.") % {"period": consumption_period(statement)}]
    if statement.volumes_known:
        used = volume(statement.used, statement.service.unit)
        said.append(_("Потребление: %(volume)s.") % {"volume": used})
    charged = statement.charged + statement.recalculated + statement.other
    said.append(
        _("Начислено с перерасчётами: %(charged)s, оплачено: %(paid)s.")
        % {"charged": roubles(charged), "paid": roubles(statement.paid)}
    )
    said.append(balance_at_end(statement.closing))
    return said


def balance_at_end(kopecks: int) -> str:
    """«Долг на конец периода: 1 234,56 ₽.»"""
    if not kopecks:
        return _("На конец периода долга нет.")
    words = _("Долг на конец периода: %(sum)s.") if kopecks > 0 else _("Переплата на конец периода: %(sum)s.")
    return words % {"sum": roubles(abs(kopecks))}


def consumption_debt(debt: ConsumptionDebt, *, on: date) -> str:
    """Whether there is a debt on the day of the paper."""
    said = {"on": day(on), "owed": roubles(debt.owed)}
    if debt.state is DebtState.OVERDUE:
        late = said | {"late": roubles(debt.late), "since": day(debt.since) if debt.since else "—"}
        return _("На %(on)s есть просроченная задолженность: %(late)s, срок оплаты прошёл %(since)s.") % late
    if debt.state is DebtState.NOT_DUE:
        if debt.due_on is None:
            return (
                _("На %(on)s просроченной задолженности нет; начислено, срок ещё не наступил: %(owed)s.")
                % said
            )
        return _("На %(on)s просроченной задолженности нет; к оплате до %(due)s: %(owed)s.") % (
            said | {"due": day(debt.due_on)}
        )
    if debt.state is DebtState.ELSEWHERE and debt.owed:
        return _("На %(on)s по данным поставщика к оплате: %(owed)s.") % said
    if debt.overpaid:
        return _("На %(on)s задолженности нет, переплата: %(over)s.") % (
            said | {"over": roubles(debt.overpaid)}
        )
    return _("На %(on)s задолженности нет.") % said


def consumption_plan(plan: ConsumptionPlan | None) -> str:
    """Whether there is an agreement to pay a debt in parts, and whether it is kept."""
    if plan is None:
        return _("Соглашения о погашении задолженности нет.")
    named = {"on": day(plan.made_on), "sum": roubles(plan.kopecks)}
    if plan.broken:
        return _("Соглашение о погашении задолженности от %(on)s на %(sum)s нарушено.") % named
    parts = ngettext(
        "внесена %(done)s из %(count)s части", "внесено %(done)s из %(count)s частей", plan.parts
    ) % {"done": plan.done, "count": plan.parts}
    words = (
        _("Соглашение о погашении задолженности от %(on)s на %(sum)s исполняется: %(parts)s.")
        if plan.kept
        else _(
            "По соглашению о погашении задолженности от %(on)s на %(sum)s очередная часть просрочена: "
            "%(parts)s."
        )
    )
    return words % (named | {"parts": parts})


def consumption_facts(statement: ConsumptionStatement) -> list[tuple[str, str]]:
    """Persons registered and area, each value with the day it holds from."""
    found = []
    for label, known in (
        (_("Зарегистрировано"), [(each.since, each.residents) for each in statement.facts]),
        (_("Площадь"), [(each.since, each.area) for each in statement.facts]),
    ):
        said: list[str] = []
        before: object = None
        for since, value in known:
            if value is not None and value != before:
                words = (
                    _("%(area)s м²") % {"area": plain_number(value).replace(".", ",")}
                    if isinstance(value, Decimal)
                    else _("%(count)s чел.") % {"count": value}
                )
                said.append(_("%(value)s с %(since)s") % {"value": words, "since": day(since)})
            before = value
        if said:
            found.append((label, "; ".join(said)))
    return found


@dataclass(frozen=True, slots=True)
class ConsumptionRow:
    """A paper in a list, with the addresses of its files."""

    pdf: str
    xlsx: str
    on: date
    words: str
    code: str


def consumption_row(view: ConsumptionView, *, pdf: str, xlsx: str) -> ConsumptionRow:
    """How a list shows a paper."""
    words = " ".join(consumption_totals(view.statement))
    return ConsumptionRow(pdf, xlsx, view.on, words, printed_code(view.code))


def explain_consumption(refusal: Refused) -> str:
    """Why there is no paper of these months, and what to do."""
    match refusal.reason:
        case ConsumptionReason.ORDER:
            return _("Последний месяц раньше первого. Поменяйте их местами.")
        case ConsumptionReason.TOO_LONG:
            return _("Справка составляется не больше чем за %(months)s месяцев.") % refusal.details
        case ConsumptionReason.OPEN:
            return _("Этот месяц ещё не закончился. Выберите месяц до текущего.")
        case ConsumptionReason.BEFORE:
            began = cast("date", refusal.details["began"])
            return _("Расчёты по этому лицевому счёту начались позже: %(month)s.") % {
                "month": month_label(began)
            }
        case ConsumptionReason.EMPTY:
            return _("По этому лицевому счёту ещё ничего не начислено и не оплачено.")
        case _:
            return _("Такого месяца нет. Выберите месяц из списка.")
