"""The account's sums by their names: page, PDF and API call the same money the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from svet.bills.rules import CHARGE, PAYMENT, REFUND, BillDocument, Movement
from svet.bills.rules.sums import PENALTY
from svet.bills.texts.labels import month_label
from svet.kernel.periods import Month
from svet.look.formats import day, day_and_month


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row of «Расчёты по лицевому счёту»: kopecks as they move the debt, or a ``part`` of the row above."""

    label: str
    kopecks: int
    strong: bool = False
    part: bool = False


def sum_rows(document: BillDocument, *, most: int | None = None) -> list[SumRow]:
    """Opening, charged, recalculated, paid, closing; each movement with its day while there are ``most``."""
    sums = document.sums
    rows = [
        SumRow(opening_label(document), sums.opening),
        SumRow(_("Начислено за %(month)s") % {"month": month_label(document.period)}, sums.charged),
    ]
    rows += [_moved(each) for each in document.movements if each.kind == CHARGE]
    penalties = [each for each in document.movements if each.kind == PENALTY]
    settled = sums.recalculated - sum(each.kopecks for each in document.movements if _is_correction(each))
    if settled:
        rows.append(SumRow(_("Перерасчёт по показаниям"), settled))
    corrections = [each for each in document.movements if _is_correction(each)]
    rows += _limited(corrections, _("Перерасчёт"), most)
    rows += _limited(penalties, _("Пени"), most)
    payments = [each for each in document.movements if each.kind == PAYMENT]
    rows += _limited(payments, _("Оплачено"), most) or [SumRow(_("Оплачено"), 0)]
    rows += _limited([each for each in document.movements if each.kind == REFUND], _("Возвращено вам"), most)
    rows.append(SumRow(closing_label(document), sums.closing, strong=True))
    return rows + stream_rows(document)


def stream_rows(document: BillDocument) -> list[SumRow]:
    """What of the closing sum is penalties, works and consumption; nothing where it is consumption alone."""
    streams = document.streams
    if streams is None or not (streams.penalty or streams.fee):
        return []
    rows = [SumRow(_("в том числе потребление"), streams.energy, part=True)]
    if streams.fee:
        rows.append(SumRow(_("в том числе плата за ограничение и возобновление"), streams.fee, part=True))
    if streams.penalty:
        rows.append(SumRow(_("в том числе пени"), streams.penalty, part=True))
    return rows


def opening_label(document: BillDocument) -> str:
    """«Долг по счёту за октябрь 2026»: the bill it continues; the first one names the day."""
    over = document.sums.opening < 0
    if document.previous_period is not None:
        month = {"month": month_label(document.previous_period)}
        return (
            _("Переплата по счёту за %(month)s") % month if over else _("Долг по счёту за %(month)s") % month
        )
    on = {"day": day(document.month.first)}
    return _("Переплата на %(day)s") % on if over else _("Долг на %(day)s") % on


def closing_label(document: BillDocument) -> str:
    """«Итого к оплате», «Переплата» or that nothing is owed."""
    if document.sums.closing < 0:
        return _("Переплата")
    return _("Итого к оплате") if document.sums.closing else _("Долга нет")


def due_words(document: BillDocument) -> str:
    """«до 15 декабря 2026», or that the day had passed when the bill was issued."""
    values = {"day": f"{day_and_month(document.due_on)} {document.due_on.year}"}
    return _("срок прошёл %(day)s") % values if document.overdue else _("до %(day)s") % values


def movement_label(each: Movement) -> str:
    """«Оплачено, поступило 30.07.2026»."""
    on = {"day": day(each.on)}
    match each.kind:
        case "payment" if each.kopecks > 0:
            return _("Платёж отозван %(day)s") % on
        case "payment":
            return _("Оплачено, поступило %(day)s") % on
        case "refund":
            return _("Возвращено вам %(day)s") % on
        case "opening":
            return _("Входящий остаток на %(day)s") % on
        case "transfer" if each.kopecks > 0:
            return _("Перенесено на другой счёт %(day)s") % on
        case "transfer":
            return _("Перенесено с другого счёта %(day)s") % on
        case "write_off" if each.kopecks < 0:
            return _("Долг списан %(day)s") % on
        case "fee":
            return _("Плата за ограничение или возобновление %(day)s") % on
        case "benefit":
            return _("Льгота %(day)s") % on
        case "penalty" if each.kopecks < 0:
            return _("Пени сняты %(day)s") % on
        case "penalty":
            return _("Пени %(day)s") % on
        case "chargeback":
            return _("Платёж вернул банк по спору %(day)s") % on
        case "charge":
            return _("Начислено за %(month)s, счёта не было") % {"month": month_label(Month.of(each.on))}
        case _:
            return _("Корректировка от %(day)s") % on


def _moved(each: Movement) -> SumRow:
    return SumRow(movement_label(each), each.kopecks)


def _limited(found: Sequence[Movement], label: str, most: int | None) -> list[SumRow]:
    """Each by its day, or one row where there are too many for the paper."""
    if most is None or len(found) <= most:
        return [_moved(each) for each in found]
    late = [each for each in found if each.late][: most - 1]
    rest = [each for each in found if each not in late]
    total = sum(each.kopecks for each in rest)
    return [*(_moved(each) for each in late), SumRow(f"{label} ({len(rest)})", total)]


def _is_correction(each: Movement) -> bool:
    return each.kind not in (CHARGE, PAYMENT, REFUND, PENALTY)
