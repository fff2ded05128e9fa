"""Fiscal receipts of payments as a payer reads them: what it is, where it stands, where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.texts import kind_word, receipt_words
from svet.kernel.money import Money
from svet.payments.queries import OrderView
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """«Кассовый чек»: «Чек № 1001» with its address, or «Чек готовится» without one."""

    kind: str
    words: str
    url: str
    money: Money
    attribute: str
    #: That of the storage (ФН): by all three the tax service shows a receipt that has no link.
    storage: str = ""


def shown_receipts(found: Sequence[FiscalReceiptView]) -> tuple[ShownReceipt, ...]:
    """Receipts in words, in the order in which they were made."""
    return tuple(
        ShownReceipt(
            kind_word(one.kind, corrects=one.corrects),
            receipt_words(one.state, one.document_number),
            one.url if one.state is ReceiptState.DONE else "",
            one.money,
            one.document_attribute,
            "" if one.url else one.storage_number,
        )
        for one in found
    )


def all_made(found: Sequence[FiscalReceiptView]) -> bool:
    """Whether the till has made every receipt of the money that came, and there is one."""
    sold = [one for one in found if one.kind is ReceiptKind.SELL]
    return bool(sold) and all(one.state is ReceiptState.DONE for one in sold)


def receipt_note(order: OrderView, receipts: Sequence[FiscalReceiptView] = ()) -> str:
    """Who makes the fiscal receipt of a credited payment, and where it goes or went."""
    values = {"email": order.receipt_email}
    sold = {one.state for one in receipts if one.kind is ReceiptKind.SELL}
    match order.receipts:
        case ReceiptMaker.NOBODY:
            return _("Кассовый чек делаем не мы: его даст поставщик или тот, кто принимает для него деньги.")
        case _ if ReceiptState.FAILED in sold:
            return _("Кассовый чек задерживается: с ним разбирается бухгалтерия.")
        case _ if ReceiptState.CLOSED in sold:
            return _("Расчёт оформил бухгалтер поставщика другим документом.")
        case ReceiptMaker.CASHBOX if all_made(receipts) and order.receipt_email:
            return _("Кассовый чек онлайн-касса поставщика отправила на %(email)s.") % values
        case ReceiptMaker.CASHBOX if all_made(receipts):
            return _("Кассовый чек онлайн-касса поставщика отправила на ваш телефон.")
        case ReceiptMaker.CASHBOX if order.receipt_email:
            return _("Кассовый чек пришлёт онлайн-касса поставщика на %(email)s.") % values
        case ReceiptMaker.CASHBOX:
            return _("Кассовый чек пришлёт онлайн-касса поставщика на ваш телефон.")
        case ReceiptMaker.BANK if receipts and not all_made(receipts) and order.receipt_email:
            return _("Кассовый чек банк пришлёт на %(email)s.") % values
        case _ if order.receipt_email:
            return _("Чек отправлен на %(email)s.") % values
        case ReceiptMaker.BANK if all_made(receipts):
            return _("Чек отправлен на ваш телефон.")
    return _("Кассовый чек банк пришлёт на ваш телефон.")


def receipt_refresh(order: OrderView, receipts: Sequence[FiscalReceiptView], *, now: datetime) -> int:
    """Seconds until the page of a credited payment looks for its receipt again; 0 when it no longer does.

    A till answers in seconds; one silent for ten minutes is not waited for, nor a bank, which may take hours.
    """
    credited = order.state is OrderState.CREDITED and order.receipts is ReceiptMaker.CASHBOX
    if not credited or order.credited_at is None or all_made(receipts):
        return 0
    age = now - order.credited_at
    return 5 if age < timedelta(minutes=1) else 20 if age < timedelta(minutes=10) else 0
