"""What a certificate of no debt says, on paper, on pages, and where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.translation import gettext as _

from svet.bills.rules.certificates import (
    CertificateKind,
    CertificateReason,
    CertificateView,
    CertifiedDebt,
    printed_code,
)
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles


def certificate_title(debt: CertifiedDebt) -> str:
    """The name of the paper: it promises no more than it says."""
    if debt.kind is CertificateKind.NO_DEBT:
        return _("Справка об отсутствии задолженности")
    return _("Справка об отсутствии просроченной задолженности")


def certificate_words(debt: CertifiedDebt) -> list[str]:
    """Its sentences: «Просроченной задолженности нет; к оплате до 10.12.2026: 1 234,56 ₽.»"""
    said = _without_penalties(debt)
    if debt.penalty:
        said.append(_("В том числе пени: %(sum)s.") % {"sum": roubles(debt.penalty)})
    return said


def _without_penalties(debt: CertifiedDebt) -> list[str]:
    if debt.kind is CertificateKind.NO_DEBT:
        said = [_("Задолженности нет.")]
        if debt.overpaid:
            said.append(_("Переплата: %(sum)s.") % {"sum": roubles(debt.overpaid)})
        return said
    if not debt.due_on:
        return [
            _("Просроченной задолженности нет."),
            _("Начислено, в счёт ещё не вошло: %(sum)s.") % {"sum": roubles(debt.owed)},
        ]
    said = [
        _("Просроченной задолженности нет; к оплате до %(on)s: %(sum)s.")
        % {"on": day(debt.due_on), "sum": roubles(debt.due)}
    ]
    if debt.owed > debt.due:
        said.append(_("Начислено, в счёт ещё не вошло: %(sum)s.") % {"sum": roubles(debt.owed - debt.due)})
    return said


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate in a list, with the address of its file."""

    url: str
    on: date
    words: str
    code: str


def certificate_row(view: CertificateView, *, url: str) -> CertificateRow:
    """How a list shows a certificate."""
    return CertificateRow(url, view.on, " ".join(certificate_words(view.debt)), printed_code(view.code))


def explain_certificate(refusal: Refused) -> str:
    """Why there is no certificate, and what to do."""
    if refusal.reason is CertificateReason.CHARGED_ELSEWHERE:
        return _("Этот поставщик считает сам: справку даёт он.")
    if refusal.reason is CertificateReason.NOT_FOUND:
        return _("Справки с таким кодом нет. Проверьте код: он напечатан рядом с рисунком для телефона.")
    details = {
        "sum": roubles(int(str(refusal.details.get("late", 0)))),
        "on": day(cast("date", refusal.details["since"])) if refusal.details.get("since") else "—",
    }
    said = _(
        "Справку выдать нельзя: просрочено %(sum)s, срок оплаты прошёл %(on)s. "
        "Оплатите долг на странице «Оплата», и справка будет доступна."
    )
    parts = [said % details]
    if penalty := int(str(refusal.details.get("penalty", 0))):
        parts.append(_("В том числе пени: %(sum)s.") % {"sum": roubles(penalty)})
    if transit := int(str(refusal.details.get("transit", 0))):
        on_its_way = _("Оплата %(sum)s в пути: когда она поступит, запросите справку ещё раз.")
        parts.append(on_its_way % {"sum": roubles(transit)})
    return " ".join(parts)
