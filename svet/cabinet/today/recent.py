"""What happened lately, a line each: the day, what, its sum or values, where it is told whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.dates import MONTHS_3
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from svet.history.queries import CardKind, HistoryCard
from svet.kernel.services import Unit
from svet.ledger.rules import TransactionKind
from svet.look.formats import NBSP, roubles, volume
from svet.metering.queries import SetView
from svet.payments import texts as payment_texts
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class RecentLine:
    """One line of «Недавно»."""

    url: str
    day: str
    text: str
    whose: str
    value: str


def recent_line(card: HistoryCard, *, person_id: int, names: Mapping[int, str]) -> RecentLine:
    """A thing of the timeline as a line; ``names`` of the cabinet's accounts are said when it has several."""
    short = str(MONTHS_3[card.day.month])[:3]
    short = short.lower() if (get_language() or "ru").startswith("ru") else short.capitalize()
    return RecentLine(
        url=_url(card, person_id),
        day=f"{card.day.day}{NBSP}{short}",
        text=_what(card),
        whose=_whose(card, names) if len(names) > 1 else "",
        value=_values(card.reading, card.account.provider.service.unit)
        if card.reading is not None
        else roubles(card.money or 0),
    )


def _whose(card: HistoryCard, names: Mapping[int, str]) -> str:
    if len(card.accounts) == 1:
        return names.get(card.account.account_id) or card.account.row_name
    return _("абонентов: %(count)d") % {"count": len(card.accounts)}


def _what(card: HistoryCard) -> str:
    match card.kind:
        case CardKind.READING:
            return _("Показания")
        case CardKind.CONTROL:
            return _("Контрольные показания")
        case CardKind.REFUND:
            return _("Возврат")
        case CardKind.BILL:
            return pgettext("bill", "Счёт")
        case CardKind.ACT if card.entry is not None and card.entry.kind is TransactionKind.TRANSFER:
            # The same name as on «История».
            if card.entry.money.kopecks > 0:
                return _("Перенос на другой лицевой счёт")
            return _("Перенос с другого лицевого счёта")
        case CardKind.CHARGE if card.charged.kopecks < 0:
            return _("Перерасчёт поставщика")
        case CardKind.CHARGE:
            return _("Начисление поставщика")
        case CardKind.ACT:
            return _("Изменение расчётов")
        case CardKind.PAYMENT if card.order is not None and card.order.state is not OrderState.CREDITED:
            state = payment_texts.state_name(
                card.order.state, refunded=bool(card.order.refunded), returned=card.order.returned
            )
            return _("Платёж: %(state)s") % {"state": state.lower()}
        case _:
            return _("Оплата зачислена")


def _values(reading: SetView, unit: Unit) -> str:
    """The value of a single scale, of several what they used together: three values fit no line."""
    if len(reading.values) == 1:
        return volume(reading.values[0].value, unit)
    return volume(sum((each.consumption for each in reading.values), Decimal(0)), unit, sign=True)


def _url(card: HistoryCard, person_id: int) -> str:
    if card.bill is not None:
        return reverse("bill", args=(card.bill.public_id,))
    if card.reading is not None:
        return reverse("reading-receipt", args=(card.reading.public_id,))
    if card.order is not None and card.order.person_id == person_id:
        return reverse("payment-order", args=(card.order.public_id,))
    if card.kind is CardKind.CHARGE:
        return reverse("charges", args=(card.account.public_id,))
    return reverse("history")
