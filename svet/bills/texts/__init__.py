"""The words of a bill, for the page, the PDF and the notices."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from svet.bills.rules.certificates import CertificateReason
from svet.bills.rules.consumption import ConsumptionReason
from svet.bills.rules.reconciliation import ReconciliationReason
from svet.bills.rules.refusals import BillReason, PrintReason
from svet.bills.texts.certificates import (
    CertificateRow,
    certificate_row,
    certificate_title,
    certificate_words,
    explain_certificate,
)
from svet.bills.texts.consumption import (
    ConsumptionRow,
    consumption_row,
    consumption_title,
    consumption_totals,
    explain_consumption,
)
from svet.bills.texts.labels import (
    in_month,
    line_title,
    month_label,
    price_text,
    range_label,
    short_month,
    source_label,
    zone_label,
)
from svet.bills.texts.lines import days_text, foundation, line_formula, volume_formula
from svet.bills.texts.penalties import PenaltiesOnBill, penalties_on
from svet.bills.texts.sentences import (
    decrees,
    money_sentence,
    notes,
    sentence,
    tariff_sentence,
    volume_sentence,
)
from svet.bills.texts.sums import SumRow, due_words, movement_label, sum_rows
from svet.kernel.refusals import Refused

#: Every reason of this room that has a sentence.
REASONS: Final = (BillReason, PrintReason, ReconciliationReason, CertificateReason, ConsumptionReason)

__all__ = [
    "REASONS",
    "CertificateRow",
    "ConsumptionRow",
    "PenaltiesOnBill",
    "SumRow",
    "certificate_row",
    "certificate_title",
    "certificate_words",
    "consumption_row",
    "consumption_title",
    "consumption_totals",
    "days_text",
    "decrees",
    "due_words",
    "explain",
    "foundation",
    "in_month",
    "line_formula",
    "line_title",
    "money_sentence",
    "month_label",
    "movement_label",
    "notes",
    "penalties_on",
    "price_text",
    "range_label",
    "sentence",
    "short_month",
    "source_label",
    "sum_rows",
    "tariff_sentence",
    "volume_formula",
    "volume_sentence",
    "zone_label",
]


def explain(refusal: Refused) -> str:
    """Say a refusal of this room to a customer."""
    if refusal.reason is BillReason.NOT_FOUND:
        return _("Такого счёта нет. Проверьте адрес или откройте список счетов.")
    if refusal.reason is PrintReason.NO_BATCH:
        return _("Такой партии нет. Её номер стоит на контрольном листе.")
    if isinstance(refusal.reason, ReconciliationReason):
        return _of_period(refusal)
    if isinstance(refusal.reason, CertificateReason):
        return explain_certificate(refusal)
    if isinstance(refusal.reason, ConsumptionReason):
        return explain_consumption(refusal)
    return str(refusal)


def _of_period(refusal: Refused) -> str:
    match refusal.reason:
        case ReconciliationReason.ORDER:
            return _("«Дата по» раньше, чем «Дата с». Поменяйте их местами.")
        case ReconciliationReason.TOO_LONG:
            return _("Акт сверки составляется не больше чем за %(years)s лет.") % refusal.details
        case ReconciliationReason.FUTURE:
            return _("Этот день ещё не наступил. Акт сверки составляется по сегодняшний день.")
        case _:
            return _("Такого дня нет в календаре.")
