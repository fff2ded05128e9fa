"""A card of «История» in words: what it is called, what stands beside it, what opens below."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.bills import texts as bill_texts
from svet.bills.queries import BillSummary
from svet.cabinet.shell.receipts import ShownReceipt
from svet.cabinet.shell.tracks import TrackStep, track
from svet.history.queries import CardKind, HistoryCard
from svet.kernel.periods import Month
from svet.ledger.queries import LedgerEntry
from svet.ledger.rules import TransactionKind
from svet.look.formats import day, energy, moment, number, roubles, volume
from svet.metering.queries import SetView
from svet.metering.rules import EFFECTIVE, ReadingState, period_of
from svet.metering.texts import DISPUTE_STATES, STATE_NAMES, scale_name
from svet.payments import texts as payment_texts
from svet.payments.queries import ImportedPaymentView, OrderView, RefundView
from svet.payments.rules.states import NOT_GIVEN, OrderState, RefundState
from svet.payments.texts import giving_back as refund_texts

_ICONS = {
    CardKind.READING: "meter",
    CardKind.CONTROL: "eye",
    CardKind.PAYMENT: "wallet",
    CardKind.REFUND: "wallet",
    CardKind.REGISTER: "wallet",
    CardKind.BILL: "receipt",
    CardKind.ACT: "receipt",
    CardKind.CHARGE: "receipt",
}
_BADGES = {
    OrderState.CREDITED: "success",
    OrderState.CANCELED: "neutral",
    OrderState.FAILED: "error",
    OrderState.REVIEW: "warning",
    OrderState.RETURNED: "neutral",
}
_REFUND_BADGES = dict.fromkeys(NOT_GIVEN, "error") | {RefundState.DONE: "neutral"}
_READING_BADGES = {
    ReadingState.ACCEPTED: "success",
    ReadingState.USED: "success",
    ReadingState.UNDER_REVIEW: "warning",
    ReadingState.REJECTED: "error",
    ReadingState.CORRECTED: "neutral",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the template writes; ``rows`` are labels with their values, ``link`` an address with its words."""

    icon: str
    title: str
    note: str
    value: str
    badge: str
    badge_kind: str
    rows: tuple[tuple[str, str], ...]
    link: tuple[str, str] = ("", "")
    file: str = ""
    steps: tuple[TrackStep, ...] = ()
    receipts: tuple[ShownReceipt, ...] = ()


def show(card: HistoryCard, *, person_id: int) -> Shown:
    """A card in words; the page of a payment is for its payer only."""
    if card.reading is not None:
        return _reading(card, card.reading, person_id=person_id)
    if card.order is not None and card.refund is not None:
        return _refund(card, card.order, card.refund, own=card.order.person_id == person_id)
    if card.order is not None:
        return _order(card, card.order, own=card.order.person_id == person_id)
    if card.register is not None:
        return _register(card, card.register)
    if card.entry is not None:
        return _act(card, card.entry)
    assert card.bill is not None
    return _bill(card, card.bill)


def whose(card: HistoryCard) -> str:
    """«Уралэнергосбыт, аб. № 0356067000»; several accounts are counted."""
    if len(card.accounts) > 1:
        return _("%(provider)s, абонентов: %(count)s") % {
            "provider": card.account.provider.name,
            "count": len(card.accounts),
        }
    return _("%(provider)s, аб. № %(number)s") % {
        "provider": card.account.provider.name,
        "number": card.account.number,
    }


def title(card: HistoryCard) -> str:
    """«Платеж от 17.10.2019»."""
    on = {"on": day(card.day)}
    match card.kind:
        case CardKind.CONTROL:
            return _("Контрольные показания от %(on)s") % on
        case CardKind.READING if card.reading is not None and card.reading.kind == "initial":
            return _("Показания при установке от %(on)s") % on
        case CardKind.READING if card.reading is not None and card.reading.kind == "final":
            return _("Показания при снятии от %(on)s") % on
        case CardKind.READING:
            return _("Показания от %(on)s") % on
        case CardKind.BILL:
            return _("Счёт от %(on)s") % on
        case CardKind.REFUND:
            return _("Возврат от %(on)s") % on
        case CardKind.ACT | CardKind.CHARGE if card.entry is not None:
            return _act_title(card.entry) % on
        case _ if card.register is not None and card.register.money.kopecks < 0:
            return _("Отмена платежа от %(on)s") % on
        case _:
            return _("Платеж от %(on)s") % on


def state(card: HistoryCard) -> str:
    """Where it stands, in a word or two; a bill has no state."""
    if card.reading is not None:
        return str(STATE_NAMES[ReadingState(card.reading.state)])
    if card.refund is not None:
        return refund_texts.refund_for_payer(card.refund.state)
    if card.order is not None:
        order = card.order
        return payment_texts.state_name(order.state, refunded=bool(order.came_back), returned=order.returned)
    return payment_texts.state_name(OrderState.CREDITED) if card.register is not None else ""


def _reading(card: HistoryCard, reading: SetView, *, person_id: int) -> Shown:
    service = card.account.provider.service
    unit, used = service.unit, sum((value.consumption for value in reading.values), Decimal(0))
    shown = [value.value for value in reading.values]
    scale = _("%(zone)s (ПУ\u00a0№\u00a0%(serial)s)")
    rows = [
        (scale % {"zone": scale_name(v.zone, service), "serial": reading.serial}, volume(v.value, unit))
        for v in reading.values
    ]
    if reading.state in EFFECTIVE and reading.kind in ("customer", "control"):
        rows.append((_("Расход"), volume(used, unit)))
    if reading.entered_at is not None:
        rows.append((_("Введены без связи"), moment(reading.entered_at)))
    if not card.changes:
        rows.append((_("Как получены"), bill_texts.source_label(reading.channel)))
        rows.append((_("Получены"), moment(reading.received_at)))
    rows.append((_("Квитанция"), reading.receipt_number))
    control = card.kind is CardKind.CONTROL
    period = period_of(reading.read_on, window_to_day=card.account.provider.window_to_day)
    steps = track(
        reading,
        card.changes,
        period=period,
        reader=person_id,
        service=service,
        passed_over=card.passed_over,
    )
    if card.dispute is not None:
        rows.append((_("Возражение"), str(DISPUTE_STATES[card.dispute.state])))
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=_("%(whose)s (ПУ\u00a0№\u00a0%(serial)s)") % {"whose": whose(card), "serial": reading.serial},
        # The unit once, after the last of several zones.
        value=" / ".join([*map(number, shown[:-1]), volume(shown[-1], unit)]),
        badge=state(card),
        badge_kind=_READING_BADGES.get(ReadingState(reading.state), "neutral"),
        rows=tuple(rows),
        link=(
            f"/readings/receipt/{reading.public_id}/",
            _("Сравнить с вашими") if control else _("Квитанция о показаниях"),
        ),
        steps=tuple(steps) if card.changes else (),
    )


def _order(card: HistoryCard, order: OrderView, *, own: bool) -> Shown:
    rows = [
        (
            _("%(provider)s, аб. № %(number)s")
            % {"provider": line.provider_name, "number": line.account_number},
            roubles(line.money),
        )
        for line in order.lines
    ]
    rows.append((_("Номер платежа"), order.number))
    rows.append((_("Автоплатёж") if order.unattended else _("Создан"), moment(order.created_at)))
    if order.credited_at is not None:
        rows.append((_("Зачислен"), moment(order.credited_at)))
    if order.refunded:
        rows.append((_("Возвращено"), roubles(order.refunded)))
    if order.state in (OrderState.CANCELED, OrderState.FAILED):
        rows.append((_("Причина"), payment_texts.bank_reason(order.bank_reason)))
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=whose(card),
        value=roubles(order.total),
        badge=state(card),
        badge_kind="neutral" if order.came_back else _BADGES.get(order.state, "info"),
        rows=tuple(rows),
        link=(f"/payment/orders/{order.public_id}/", _("Ход платежа и чек")) if own else ("", ""),
    )


def _refund(card: HistoryCard, order: OrderView, refund: RefundView, *, own: bool) -> Shown:
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=whose(card),
        value=roubles(refund.back),
        badge=state(card),
        badge_kind=_REFUND_BADGES.get(refund.state, "info"),
        rows=(
            (refund_texts.refund_for_payer(refund.state), roubles(refund.money)),
            (_("Номер платежа"), order.number),
            (
                _("Когда банк вернул") if refund.state is RefundState.DONE else _("Отправлен на возврат"),
                moment(refund.refunded_at),
            ),
            (_("Платёж был"), f"{roubles(order.total)}, {moment(order.created_at)}"),
        ),
        link=(f"/payment/orders/{order.public_id}/", _("Ход платежа и чек")) if own else ("", ""),
    )


def _register(card: HistoryCard, register: ImportedPaymentView) -> Shown:
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=whose(card),
        value=roubles(register.money),
        badge=state(card),
        badge_kind=_BADGES[OrderState.CREDITED],
        rows=(
            (_("Сумма"), roubles(register.money)),
            (_("Откуда"), _("реестр банка или почты")),
            (_("Номер в реестре"), register.external_id),
            (_("Зачислен"), moment(register.applied_at)),
        ),
    )


def _act_title(entry: LedgerEntry) -> str:
    match entry.kind:
        case TransactionKind.OPENING:
            return _("Остаток из прежней системы на %(on)s")
        case TransactionKind.TRANSFER if entry.money.kopecks > 0:
            return _("Перенос на другой лицевой счёт от %(on)s")
        case TransactionKind.TRANSFER:
            return _("Перенос с другого лицевого счёта от %(on)s")
        case TransactionKind.WRITE_OFF:
            return _("Списание долга от %(on)s")
        case TransactionKind.FEE:
            return _("Плата за ограничение или возобновление от %(on)s")
        case TransactionKind.BENEFIT:
            return _("Льгота от %(on)s")
        case TransactionKind.PENALTY if entry.money.kopecks < 0:
            return _("Пени сняты %(on)s")
        case TransactionKind.PENALTY:
            return _("Пени от %(on)s")
        case TransactionKind.CHARGE if entry.money.kopecks < 0:
            return _("Перерасчёт поставщика от %(on)s")
        case TransactionKind.CHARGE:
            return _("Начисление поставщика от %(on)s")
        case TransactionKind.CHARGEBACK:
            return _("Платёж вернул банк по спору от %(on)s")
        case _:
            return _("Корректировка от %(on)s")


def _act(card: HistoryCard, entry: LedgerEntry) -> Shown:
    grows = entry.money.kopecks > 0
    if entry.kind is TransactionKind.OPENING:
        label = _("Долг") if grows else _("Переплата")
    else:
        label = _("К оплате больше на") if grows else _("К оплате меньше на")
    why = ((_("Основание"), entry.memo),) if entry.memo else ()
    if entry.kind is TransactionKind.CHARGE:
        why = ((_("За месяц"), bill_texts.month_label(Month.of(entry.effective_on))),)
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=whose(card),
        value=roubles(entry.money),
        badge="",
        badge_kind="neutral",
        rows=((label, roubles(abs(entry.money))), *why),
    )


def _bill(card: HistoryCard, bill: BillSummary) -> Shown:
    over = bill.closing.kopecks < 0
    rows = [
        (_("За месяц"), bill_texts.month_label(bill.month)),
        (_("Расход"), energy(bill.kwh)),
        (_("Начислено"), roubles(bill.sums.charged)),
    ]
    moved = ((_("Перерасчёт"), bill.sums.recalculated), (_("Пени"), bill.sums.penalty))
    rows += [(label, roubles(kopecks)) for label, kopecks in moved if kopecks]
    if over:
        rows.append((_("Переплата"), _("%(sum)s, платить не нужно") % {"sum": roubles(-bill.closing)}))
    else:
        rows.append((_("К оплате"), roubles(bill.payable)))
    if bill.payable.kopecks:
        rows.append((_("Срок прошёл") if bill.overdue else _("Оплатить до"), day(bill.due_on)))
    rows.append((_("Номер документа"), bill.number))
    return Shown(
        icon=_ICONS[card.kind],
        title=title(card),
        note=f"{whose(card)}, {bill_texts.month_label(bill.month)}",
        value=roubles(bill.closing),
        badge=_("переплата") if over else "",
        badge_kind="success",
        rows=tuple(rows),
        link=(f"/bills/{bill.public_id}/", _("Детализация расчётов")),
        file=f"/bills/{bill.public_id}.pdf",
    )
