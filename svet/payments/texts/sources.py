"""The words of sources of registers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.payments.rules.receipts import ReceiptElsewhere, RegisterReceipts
from svet.payments.rules.refusals import SourceReason


def receipts_words(maker: RegisterReceipts) -> str:
    """Who makes the receipt of money that a register brought, for the desk."""
    match maker:
        case RegisterReceipts.AGENT:
            return _("Чек делает тот, кто принял деньги: банк-агент, почта или платёжный агент.")
        case RegisterReceipts.SUPPLIER:
            return _("Чек пробивает бухгалтер на кассе поставщика, портал его не делает.")
        case RegisterReceipts.UNSAID:
            return _("Кто делает чек, не сказано. Портал его не делает: скажите в «Источниках реестров».")


def receipt_for_payer(by: ReceiptElsewhere) -> str:
    """Who makes the receipt of such money, for whoever sees the account."""
    match by:
        case ReceiptElsewhere.AGENT:
            return _("Его выдаёт тот, кто принял деньги: спросите там, где платили.")
        case ReceiptElsewhere.SUPPLIER:
            return _("Его пробивает поставщик на своей кассе: спросите у него.")
        case ReceiptElsewhere.UNSAID:
            return _("Портал его не делает: спросите там, где платили, или у поставщика.")
        case ReceiptElsewhere.SUPPLIERS:
            return _("Деньги перешли к другому поставщику: чеки оформляют бухгалтерии обоих.")
        case ReceiptElsewhere.NONE:
            return _("Не нужен: деньги остались у того же поставщика.")


def explain_source(refusal: Refused) -> str:
    """For the operator: a source of registers."""
    match refusal.reason:
        case SourceReason.CODE:
            return _("Код источника: от 2 до 20 строчных латинских букв, цифр и дефисов, первой буква.")
        case SourceReason.NAME:
            return _("Назовите источник: до 100 знаков.")
        case SourceReason.TAKEN:
            return _("Источник с таким кодом уже есть.")
        case SourceReason.PROVIDER:
            return _("Нет такого поставщика. Есть: %(known)s.") % refusal.details
        case SourceReason.INN:
            return _("ИНН: 10 или 12 цифр; у банка, который берёт карты, он нужен.")
        case SourceReason.INN_TAKEN:
            return _("Этот ИНН уже у другого источника.")
        case SourceReason.UNKNOWN:
            return _("Нет такого источника.")
        case SourceReason.LAYOUT:
            return _source_layout(refusal.field)
        case SourceReason.IDENTITY_TAKEN:
            return _("Что отличает платежи, уже не изменить: реестры этого источника загружены.")
    return ""


def _source_layout(field: str) -> str:
    return {
        "encoding": _("Такой кодировки не читаем: cp1251, utf-8, cp866 или koi8-r."),
        "delimiter": _("Разделитель: точка с запятой, запятая, вертикальная черта или табуляция."),
        "columns": _(
            "Столбцы: каждый не больше одного раза, и среди них дата, номер операции, счёт и сумма "
            "(date, suip, account, sum); ненужный столбец отмечают знаком «-»."
        ),
        "identity": _("Отделения в столбцах нет: платежи по нему не отличить."),
    }[field]
