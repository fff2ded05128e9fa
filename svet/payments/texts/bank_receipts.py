"""What is said of receipts that a bank's own till makes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.payments.rules.receipts import BankReceiptReason


def explain_bank_receipt(refusal: Refused) -> str:
    """Why a late receipt of the bank's till is not closed; "" for another room's reason."""
    match refusal.reason:
        case BankReceiptReason.DOCUMENT:
            return _("Назовите документ, который заменил чек банка: до 40 знаков.")
        case BankReceiptReason.WHY:
            return _("Напишите, почему закрываете чек банка: до 300 знаков.")
        case BankReceiptReason.OVER:
            return _("Закрывать нечего: банк уже назвал этот чек, его закрыли, или он ещё не опоздал.")
    return ""
